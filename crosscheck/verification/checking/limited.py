"""Steps after which the parameters are kept within limits: a projection, which is no mistake."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.multiples import SAME, Named, flat

# A limit counts if so many entries lie at it: any one entry lies at the largest of them.
FEWEST = 2


@dataclass(frozen=True)
class Stepped:
    """Some parameters after a step, and where a plain step would have taken them.

    Attributes:
        after, plain: By their names.
    """

    after: Named
    plain: Named


def stepped(
    batches: Sequence[Drawn],
    moved: Sequence[Named],
    grads: Sequence[Named],
    ratios: Sequence[float],
    rate: float,
) -> list[Stepped]:
    """What became of the parameters, and what plain steps would have made of them.

    Args:
        batches: On which the steps were taken.
        moved: On each, what was taken away from every parameter, divided by the rate.
        grads: On each, the gradients.
        ratios: On each, by how many times its gradient a parameter moves in a plain step.
        rate: Of the steps.
    """
    found = []
    for drawn, own, exact, ratio in zip(batches, moved, grads, ratios, strict=True):
        before = flat(drawn.params)
        after = {name: before[name] - rate * each for name, each in own.items()}
        plain = {name: before[name] - rate * ratio * exact[name] for name in own}
        found.append(Stepped(after, plain))
    return found


def limits_in_words(steps: Sequence[Stepped], names: Sequence[str]) -> str | None:
    """Between what the parameters of these names are kept: "W2 between -2 and 2".

    None if that is not all that happens to them, on every batch.
    """
    said = [_limits(steps, name) for name in names]
    return None if None in said or not said else "; ".join(each for each in said if each)


def _limits(steps: Sequence[Stepped], name: str) -> str | None:
    after = np.concatenate([step.after[name].ravel() for step in steps])
    plain = np.concatenate([step.plain[name].ravel() for step in steps])
    if not np.isfinite(after).all() or not np.isfinite(plain).all():
        return None
    low, high = after.min(), after.max()
    small = SAME * (high - low)
    if not np.allclose(after, np.clip(plain, low, high), rtol=SAME, atol=small):
        return None
    below, above = int((plain < low - small).sum()), int((plain > high + small).sum())
    between = int(((plain > low + small) & (plain < high - small)).sum())
    if 0 < below < FEWEST or 0 < above < FEWEST:
        return None
    # What is set to one number has no limits; one limit shows beside what it leaves alone.
    one_number = high - low <= SAME * max(abs(low), abs(high))
    if one_number or (between < FEWEST and not (below and above)):
        return None
    if below and above:
        return f"{name} between {few_digits(low, 6)} and {few_digits(high, 6)}"
    if below:
        return f"{name} at {few_digits(low, 6)} or more"
    return f"{name} at {few_digits(high, 6)} or less" if above else None
