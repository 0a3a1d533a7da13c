"""Write one framework's optimizer as another's, and prove by running both that they are equal."""

from collections.abc import Iterable

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.translation import Translation, compare_calls
from crosscheck.conventions.optimizers.trials import needed_arguments
from crosscheck.frameworks import registry


def translate_optimizer(call: str, *, to: str) -> Translation:
    """Write a call as the nearest call of another framework, and run both.

    The two are run for twelve steps, with the same gradients and at one learning rate. JAX is set
    to float64 for the whole process.

    Args:
        call: A call as it is written in Python, with plain arguments and without the parameters:
            "torch.optim.RMSprop(lr=0.01, momentum=0.9)". It is parsed, never evaluated.
        to: The other framework, a name in `stock.FRAMEWORKS`.

    Returns:
        The nearest call. It is `equal`; or it is not, and `mismatch` says in what; or the two could
        not be run (`equal` is None), and `problem` says why.

    Raises:
        ValueError: If the text is not the call of a known optimizer, an argument is unknown or
            missing, no reference has the effect of an argument, or the other framework is unknown
            or has no such optimizer.
    """
    if to not in stock.FRAMEWORKS:
        raise ValueError(f"unknown framework {to!r}: known are {', '.join(stock.FRAMEWORKS)}")
    registry.prepare()
    source = parse_call(call)
    spec = source.spec()
    targets = [
        Call(optimizer, arguments)
        for optimizer in STOCK_OPTIMIZERS
        if (optimizer.framework, optimizer.optimizer) == (to, spec.optimizer)
        for arguments in optimizer.candidate_arguments(spec)
    ]
    if not targets:
        raise CallError(f"{stock.FRAMEWORKS[to].title} has no {spec.optimizer}")
    return min(compare_calls([(source, target) for target in targets]), key=_distance)


def translate_defaults(
    frameworks: Iterable[str] | None = None, optimizer: str | None = None
) -> list[Translation]:
    """Translate every stock optimizer at its defaults to every other framework.

    And once more with an eps of 0, where the place of eps makes no difference.

    Args:
        frameworks: Names in `stock.FRAMEWORKS`, among which to translate; None takes all.
        optimizer: Only this optimizer, by its name in `specs.KEYWORDS`.
    """
    among = set(stock.FRAMEWORKS if frameworks is None else frameworks)
    chosen = [
        each
        for each in STOCK_OPTIMIZERS
        if each.framework in among and optimizer in (None, each.optimizer)
    ]
    pairs = []
    for source in chosen:
        needed = needed_arguments(source)
        eps = [a.name for a in source.arguments if a.keyword == "eps"]
        for arguments in (needed, *(needed | {name: 0.0} for name in eps)):
            spec = source.spec(arguments)
            for target in chosen:
                # Keras has the same optimizers on every backend: there is nothing to translate.
                alike = source.optimizer == target.optimizer and source.name != target.name
                if alike and source.framework != target.framework:
                    nearest = target.nearest_arguments(spec)
                    pairs.append((Call(source, arguments), Call(target, nearest)))
    return compare_calls(pairs)


def _distance(translation: Translation) -> tuple[bool, float, int]:
    """The smaller, the nearer: equal calls first, then by the difference of the steps."""
    difference = np.inf if translation.difference is None else translation.difference
    return (translation.equal is False, difference, len(translation.mismatch))
