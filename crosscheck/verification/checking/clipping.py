"""By which law an optimizer clips its gradients before it is one of the references."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.candidates import Known
from crosscheck.verification.checking.fitting import Steps, build, steps_of
from crosscheck.verification.checking.optimizer_histories import Array

# The gradient of each array at one step.
Grads = tuple[Array, ...]
# What people clip at, after what is set and what stands in the source.
USUAL = (1.0, 5.0, 0.5, 10.0, 0.1, 2.0, 0.25, 3.0, 100.0)
# What is added to a norm before it divides.
ADDED = (0.0, 1e-6, 1e-12, 1e-8)


@dataclass(frozen=True)
class Clipping:
    """A law of clipping.

    Attributes:
        words: "so that the norm of all arrays is at most 1".
        of: The gradients of one step, clipped.
        is_wrong: Whether nobody means to clip so.
    """

    words: str
    of: Callable[[Grads], Grads]
    is_wrong: bool = False


def clipping_of(steps: Steps, spec: Spec, known: Known) -> Clipping | None:
    """The law with which a reference takes all the steps, at every size of the gradients.

    Args:
        steps: What the optimizer did.
        spec: The reference that it is as long as gradients are small.
        known: The numbers that were set, or that stand in its source.
    """
    for law in _laws(known):
        grads = tuple(law.of(each) for each in steps.history.grads)
        clipped = replace(steps, history=replace(steps.history, grads=grads))
        reference = build(spec, steps.rates(spec))
        if np.all(clipped.agreement(steps_of(reference, clipped.history, len(steps.params)))):
            return law
    return None


def _laws(known: Known) -> Iterator[Clipping]:
    own = (value for value in known.settings.values() if isinstance(value, int | float))
    limits = dict.fromkeys(float(each) for each in (*own, *known.numbers, *USUAL) if each > 0)
    for limit in limits:
        yield from laws_at(limit)


def laws_at(limit: float) -> Iterator[Clipping]:
    """Every law that clips at a limit."""
    yield Clipping(f"each entry at {few_digits(limit)}", partial(_entries, limit))
    for added in ADDED:
        norm = f"to a norm of {few_digits(limit)}"
        yield Clipping(f"{norm} over all arrays", partial(_all, limit, added))
        yield Clipping(f"{norm} of each array", partial(_each, limit, added))
        words = "by the sum of the squares, not by its root, where that is above"
        of = partial(_by_squares, limit, added)
        yield Clipping(f"{words} {few_digits(limit)}", of, is_wrong=True)


def _entries(limit: float, grads: Grads) -> Grads:
    return tuple(np.clip(grad, -limit, limit) for grad in grads)


def _all(limit: float, added: float, grads: Grads) -> Grads:
    return _scaled(grads, _squares(grads) ** 0.5, limit, added)


def _each(limit: float, added: float, grads: Grads) -> Grads:
    return tuple(_all(limit, added, (grad,))[0] for grad in grads)


def _by_squares(limit: float, added: float, grads: Grads) -> Grads:
    return _scaled(grads, _squares(grads), limit, added)


def _squares(grads: Grads) -> float:
    return float(sum((grad**2).sum() for grad in grads))


def _scaled(grads: Grads, size: float, limit: float, added: float) -> Grads:
    return tuple(grad * (limit / (size + added)) for grad in grads) if size > limit else grads
