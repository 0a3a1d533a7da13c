"""Biases that move otherwise than weights do, as it is often meant to: without decay, say."""

from collections.abc import Iterator
from dataclasses import replace

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.verification.checking.findings import Verdict
from crosscheck.verification.checking.fitting import Steps, exactly
from crosscheck.verification.checking.optimizer_histories import OptimizerHistory
from crosscheck.verification.checking.optimizer_state import Identifying, held
from crosscheck.verification.checking.optimizer_words import call_of, in_words

SPARED = "biases do not decay"
BIASES_PLAIN = "biases move by plain descent"


def of_biases(spec: Spec) -> Iterator[tuple[Spec, str, str]]:
    """What biases may do beside weights that follow a reference.

    Yields:
        The rule of the biases, the call of the whole, and what is said of the biases.
    """
    if spec.weight_decay:
        yield replace(spec, weight_decay=0.0), call_of(spec, leaves="weights"), SPARED
    elif not is_plain(spec):
        yield Spec("sgd", spec.learning_rate), call_of(spec), BIASES_PLAIN


def is_plain(spec: Spec) -> bool:
    """Whether it is plain descent, which a momentum of 0 is too."""
    moves = spec.optimizer == "sgd" or not spec.keywords.get("momentum", 1)
    return spec.optimizer in ("sgd", "momentum") and moves and not spec.weight_decay


def spares_biases(state: Identifying, given: OptimizerHistory) -> bool:
    """Whether weights follow a reference, and biases a simpler rule; the report says so then.

    Args:
        state: What is known of the optimizer, which has run.
        given: The history on which it has: a matrix and a vector.
    """
    steps = Steps(given, state.run.steps, state.dtype)
    spec = held(state, steps.only(0))
    if spec is None:
        return False
    is_told = bool(getattr(state.make(), "biases_last", False))
    # It must spare the vector for its shape, and not because it comes second.
    turned = None if is_told else state.steps(given.turned)
    for rest, call, said in of_biases(spec):
        expected = [(steps.only(0), spec), (steps.only(1), rest)]
        if turned is not None:
            expected += [(turned.only(0), rest), (turned.only(1), spec)]
        elif not is_told:
            continue
        found = [exactly(part, meant) for part, meant in expected]
        fits = [fit for fit in found if fit is not None and fit.holds]
        if len(fits) == len(expected):
            worst = max(fit.worst for fit in fits)
            state.line("updates", Verdict.RIGHT, f"= {call}", worst)
            state.report.conventions += [*in_words(spec), said]
            return True
    return False
