"""What is said of an optimizer that is none of the references: where it departs, and by what."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.frameworks.understanding.optimizer_names import numbers_of, plain
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking import optimizer_conduct
from crosscheck.verification.checking.candidates import DISCRETE, candidates, strangers
from crosscheck.verification.checking.claims import SEVERAL_FORMS, is_another_rule, may_be_meant
from crosscheck.verification.checking.clipping import clipping_of
from crosscheck.verification.checking.departures import departure, nearest_reference
from crosscheck.verification.checking.findings import Verdict
from crosscheck.verification.checking.fitting import Fit, Steps, build, exactly, fits, steps_of
from crosscheck.verification.checking.optimizer_histories import OptimizerHistory, history
from crosscheck.verification.checking.optimizer_mistakes import formula, mistakes_of
from crosscheck.verification.checking.optimizer_state import Identifying, held, settled, unusual
from crosscheck.verification.checking.optimizer_words import call_of
from crosscheck.verification.checking.rate_schedules import falling_rates
from crosscheck.verification.mistakes.mistake import Mistake

SMALL = 1e-5  # times the usual gradients: below whatever they are clipped at
# The keywords with which a mistake may have been made; each other one has its usual value there.
ALSO = (("bias_correction", "adam"),)  # of AMSGrad, which has none in its paper
CLIPS = re.compile(r"clip|max_?norm|max_?grad|threshold")  # of settings
FORMS = ("eps_place", "nesterov", "centered", "rate_inside", "maximum_of")
UNKNOWN = "none of the rules known here"


def depends_on_number(state: Identifying, given: OptimizerHistory) -> bool:
    """Whether one array moves as a reference does and another does not; the report says so then."""
    if _is_named_otherwise(state):  # of each array by itself it may make something else
        return False
    joint = Steps(given, state.run.steps, state.dtype)
    parts = [joint.only(index) for index in range(len(given.start))]
    for index, part in enumerate(parts):
        spec = held(state, part)
        if spec is not None:
            _wrong_in_the_others(state, parts, index, spec)
            return True
    alone = state.steps(given.only(0))
    spec = None if alone is None else held(state, alone)
    if spec is None:
        return False
    names = optimizer_conduct.counted_per_array(joint, spec)
    state.line(
        "updates",
        Verdict.WRONG,
        f"it is {call_of(spec)} where it has one array alone, and takes other steps where it has "
        "another array beside it",
        mistakes=tuple(names),
    )
    return True


def _wrong_in_the_others(
    state: Identifying, parts: Sequence[Steps], right: int, spec: Spec
) -> None:
    """One array is right, and another is not."""
    wrong = next(index for index in range(len(parts)) if index != right)
    fit = exactly(parts[wrong], spec)
    where = "" if fit is None else f": {_departs(parts[wrong], fit, wrong)}"
    state.line(
        "updates",
        Verdict.WRONG,
        f"array {right} moves as {call_of(spec)} does, and array {wrong} does not{where}",
        None if fit is None else fit.worst,
        tuple(formula(mistake) for mistake, _ in mistakes_of(parts[wrong], [spec])),
    )


def explain(state: Identifying, steps: Steps, found: Sequence[Fit]) -> None:
    """It is none of the references: which is nearest, from where on, and by which mistake."""
    single = _in_float32(steps, found)
    named = named_mistakes(state, steps, single)
    named_otherwise = _is_named_otherwise(state)
    if named_otherwise:
        named = [each for each in named if may_be_meant(state.called, each[1].spec)]
    unknown = single is None and not named
    if unknown and state.stated is None and _is_another(state, steps, found):
        return
    right = single or (named[0][1] if named else _likeliest(state, found))
    right = right or nearest_reference(steps, at_usual_numbers(state))
    if right is None:
        state.line("updates", Verdict.WRONG, "no reference has steps to compare them with")
        return
    text = _wrong_text(not unknown or state.stated is not None, steps, right, single)
    another_form = SEVERAL_FORMS in plain(state.called) and state.stated is None
    if unknown and (named_otherwise or another_form):
        state.line("updates", Verdict.SKIPPED, f"{state.called} is {text}")
        return
    formulas = tuple(formula(mistake) for mistake, _ in named)
    state.line("updates", Verdict.WRONG, text, right.worst, formulas)
    if state.stated is not None:
        _say_what_it_is(state, steps)


def _is_named_otherwise(state: Identifying) -> bool:
    """Whether its own name says that it is none of the references, and nobody states one."""
    return state.stated is None and is_another_rule(state.called)


def _is_another(state: Identifying, steps: Steps, found: Sequence[Fit]) -> bool:
    """Whether it is a reference after all: at other rates, not clipped, or by other numbers."""
    return _falls(state) or _is_clipped(state, steps) or _stranger(state, steps, found)


def _likeliest(state: Identifying, found: Sequence[Fit]) -> Fit | None:
    """The nearest reference; one with a weight decay only where that was set."""
    is_set = bool(numbers_of(state.known.settings, "weight_decay"))
    likely = [fit for fit in found if is_set or not fit.spec.weight_decay]
    return next(iter([*likely, *found]), None)


def _say_what_it_is(state: Identifying, steps: Steps) -> None:
    """Advise which reference it is in place of the one that was stated, if it is one."""
    holding = [fit for fit in fits(steps, list(candidates(state.known))) if fit.holds]
    if holding:
        best = min(holding, key=lambda fit: unusual(state, fit))
        state.report.advice.append(f"it is {call_of(best.spec)} instead")


def _falls(state: Identifying) -> bool:
    """Whether its learning rate falls by itself, which is a convention; the report says so then."""
    constant = state.steps(history(state.dtype))
    found = None if constant is None else falling_rates(constant, at_usual_numbers(state))
    if found is None:
        return False
    fit, rates = found
    shown = ", ".join(f"{rate / rates[0]:.6g}" for rate in rates[:4])
    text = f"= {call_of(fit.spec)} with a rate that falls from step to step: times {shown} ..."
    state.line("updates", Verdict.FACTOR, text, fit.worst)
    return True


def _is_clipped(state: Identifying, steps: Steps) -> bool:
    """Whether it is a reference of clipped gradients, at every step; the report says so then.

    One that clips by a law of its own is not judged where gradients are large.
    """
    small = state.steps(history(state.dtype, state.rate, SMALL))
    spec = None if small is None else held(state, small)
    if small is None or spec is None:
        return False
    law = clipping_of(steps, spec, state.known)
    says_so = [name for name in state.known.settings if CLIPS.search(name.lower())]
    if law is None and not says_so:
        return False
    if not settled(state, small, fits(small, [spec])):
        return False
    if law is not None and law.is_wrong:
        text = f"they are clipped {law.words}"
        state.line("gradients that are clipped", Verdict.WRONG, text, mistakes=(law.words,))
    elif law is not None:
        state.report.conventions.append(f"gradients are clipped {law.words}")
    else:
        largest = few_digits(np.max(np.abs(small.history.grad_vectors)))
        text = (
            f"so it is for gradients up to {largest}; what {says_so[0]} does to larger ones is not"
        )
        state.line("gradients that are clipped", Verdict.SKIPPED, text)
    return True


def _wrong_text(known: bool, steps: Steps, right: Fit, single: Fit | None) -> str:
    where = _departs(steps, right)
    if single is not None:
        return (
            f"{call_of(single.spec)}, but float32 numbers stand in its float64 path: it departs "
            f"{where}"
        )
    if known:
        return f"departs from {call_of(right.spec)} {where}"
    return f"{UNKNOWN}; departs from {call_of(right.spec)}, the nearest, {where}"


def _departs(steps: Steps, fit: Fit, array: int | None = None) -> str:
    found = departure(steps, fit)
    return "" if found is None else found.in_words(array)


def named_mistakes(
    state: Identifying, steps: Steps, single: Fit | None = None
) -> list[tuple[Mistake, Fit]]:
    """The known mistakes that give all the steps, of the most usual rule in which there is one."""
    forms = at_usual_numbers(state) if single is None else [single.spec]
    named = mistakes_of(steps, forms)
    ranks = [unusual(state, fit) for _, fit in named]
    return [each for each, rank in zip(named, ranks, strict=True) if rank == min(ranks)]


def at_usual_numbers(state: Identifying) -> list[Spec]:
    """The references in which a mistake may have been made, each with its likeliest numbers."""
    if state.stated is not None:
        return [state.stated]
    is_decayed = bool(numbers_of(state.known.settings, "weight_decay"))
    usual = {key: values[0] for key, values in DISCRETE.items() if key not in FORMS}
    return [
        spec
        for spec in candidates(replace(state.known, one=True))
        if all(
            spec.keywords.get(key, value) == value or (key, spec.optimizer) in ALSO
            for key, value in usual.items()
        )
        and spec.keywords.get("eps_place") != "hat"
        and (is_decayed or not spec.weight_decay)
    ]


def _stranger(state: Identifying, steps: Steps, found: Sequence[Fit]) -> bool:
    """Whether it is a reference with other numbers than were set; then the report says which."""
    near = found[0] if found else nearest_reference(steps, at_usual_numbers(state))
    rules = dict.fromkeys([fit.spec.optimizer for fit in (near, *found) if fit is not None])
    for rule in rules:
        if settled(state, steps, fits(steps, list(strangers(state.known, rule)))):
            return True
    return False


def _in_float32(steps: Steps, found: Sequence[Fit]) -> Fit | None:
    """The reference from which it departs only as far as numbers of float32 do; or None."""
    if steps.dtype != "float64":
        return None
    for fit in found:
        own = steps_of(build(fit.spec, steps.rates(fit.spec)), steps.history, len(steps.params))
        if np.all(steps.agreement(own)):
            return fit
    return None
