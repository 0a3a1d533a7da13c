"""Write one framework's optimizer as another's, and prove by running both that they are equal."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import SCHEDULES, Call
from crosscheck.conventions.optimizers.nearest import with_nearest_eps
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.optimizers.probes import GRADS
from crosscheck.conventions.optimizers.remarks import decay_advice
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.translation import Translation, compare_calls
from crosscheck.conventions.optimizers.trials import needed_arguments
from crosscheck.conventions.optimizers.wide import distance, reference_steps
from crosscheck.frameworks import registry

# How many calls that are not equal are run, of those that are nearest by the references' steps.
TRIED = 4
# Numbers that are chosen so as to come near, which are no convention that two calls differ in.
NUMBERS = frozenset({"learning_rate", "eps"})


def translate_optimizer(call: str, *, to: str) -> Translation:
    """Write a call as the nearest call of another framework, and run both.

    The two are run for twelve steps with the same gradients, of nine magnitudes and with zeros, at
    one learning rate and at one that changes. JAX is set to float64 for the whole process.

    Args:
        call: A call as it is written in Python, with plain arguments:
            "torch.optim.RMSprop(lr=0.01, momentum=0.9)". It is parsed, never evaluated.
        to: The other framework, a name in `stock.FRAMEWORKS` or in `stock.ALIASES`.

    Returns:
        The nearest call. It is `equal`; or it is not, and `mismatch` says in what; or the two could
        not be run (`equal` is None), and `problem` says why.

    Raises:
        ValueError: If the text is not the call of a known optimizer, an argument is unknown or
            missing, no reference has the effect of an argument, the framework itself refuses the
            call, or the other framework is unknown or has no such optimizer.
    """
    to = stock.framework_named(to)
    registry.prepare()
    source = parse_call(call)
    targets = candidates(source, to)
    if not targets:
        raise CallError(f"{stock.FRAMEWORKS[to].title} has no {source.spec().optimizer}")
    found = compare_calls([(source, target) for target in targets])
    if found[0].refused_by == source.framework:
        raise CallError(f"{source.title} itself refuses {found[0].problem}")
    accepted = [pair for pair in zip(found, targets, strict=True) if not pair[0].refused_by]
    best, _ = min(accepted or zip(found, targets, strict=True), key=_preference)
    if best.equal is False and source.spec().weight_decay:
        without = replace(source.spec(), weight_decay=0.0)
        plain = [each for each in calls_of(without, to) if not _apart(without, each.spec())]
        text = min(plain, key=_plainness).text if plain else None
        best = replace(best, provisos=(*best.provisos, decay_advice(source, to, text)))
    return best


def candidates(source: Call, to: str) -> list[Call]:
    """All calls that are equal by their keywords, and the nearest of the others."""
    return candidates_of(source.spec(), to)


def candidates_of(spec: Spec, to: str) -> list[Call]:
    """`candidates` of what a call computes."""
    apart = [(each, _apart(spec, each.spec())) for each in calls_of(spec, to)]
    equal = [call for call, keywords in apart if not keywords]
    steps = reference_steps(spec, (spec.learning_rate,) * len(GRADS))
    if any(keywords and "optimizer" not in keywords for _, keywords in apart):
        apart = [each for each in apart if "optimizer" not in each[1]]
    # Without those that differ in what another call differs in, and in more.
    others = [
        with_nearest_eps(call, spec, steps)
        for call, keywords in apart
        if keywords
        and not any(other and other - NUMBERS < keywords - NUMBERS for _, other in apart)
    ]
    return [*equal, *sorted(others, key=lambda call: distance(call.spec(), steps))[:TRIED]]


def _apart(one: Spec, other: Spec) -> frozenset[str]:
    return frozenset(differences(one, other))


def calls_of(spec: Spec, to: str) -> list[Call]:
    """Calls of a framework that may come near a spec, each once."""
    calls = [
        Call(optimizer, arguments, decay)
        for optimizer in STOCK_OPTIMIZERS
        if optimizer.framework == to
        for arguments in optimizer.candidate_arguments(spec)
        for decay in _rate_decays(spec, optimizer)
        if not decay or optimizer.rate_argument.name in arguments
    ]
    return list({call.key: call for call in calls}.values())


def _rate_decays(spec: Spec, optimizer: StockOptimizer) -> Sequence[float]:
    """With and without a schedule, where the spec has one and an optimizer takes one."""
    by_argument = any(a.keyword == "rate_decay" for a in optimizer.arguments)
    if not spec.rate_decay or by_argument or optimizer.framework not in SCHEDULES:
        return (0.0,)
    return (spec.rate_decay, 0.0)


def translate_defaults(
    frameworks: Iterable[str] | None = None,
    optimizer: str | None = None,
    involving: str | None = None,
) -> list[Translation]:
    """Translate every stock optimizer at its defaults to every other framework.

    And once more with an eps of 0, where the place of eps makes no difference.

    Args:
        frameworks: Names in `stock.FRAMEWORKS`, among which to translate; None takes all.
        optimizer: Only this optimizer, by its name in `keywords.KEYWORDS`.
        involving: Only from or to this framework.
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
                between = {source.framework, target.framework}
                if alike and len(between) == 2 and (involving is None or involving in between):
                    nearest = target.nearest_arguments(spec)
                    pairs.append((Call(source, arguments), Call(target, nearest)))
    return compare_calls(pairs)


def _preference(found: tuple[Translation, Call]) -> tuple[bool, bool, float, int, int]:
    """The smaller, the better: an equal call, at a changing rate too, and the plainest of these."""
    translation, target = found
    equal = translation.equal is not False
    difference = np.inf if translation.difference is None else translation.difference
    distance = 0.0 if equal else difference
    return (not equal, translation.as_rate_changes is False, distance, *_plainness(target))


def _plainness(call: Call) -> tuple[int, int]:
    return (len(call.arguments), len(call.text))
