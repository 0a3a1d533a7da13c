"""Identify somebody's own optimizer: which reference it is, or where it departs from the nearest.

It takes 48 steps on a seeded history, and its parameters after every step are compared with the
exact ones of every rule and every discrete keyword, within the derived bound.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.specs import KEYWORDS, Spec
from crosscheck.verification.checking import optimizer_conduct
from crosscheck.verification.checking.candidates import (
    DISCRETE,
    Known,
    candidates,
    contradictions,
    strangers,
)
from crosscheck.verification.checking.departures import departure, nearest_reference
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.fitting import (
    Fit,
    Steps,
    build,
    exactly,
    fits,
    promising,
    steps_of,
)
from crosscheck.verification.checking.optimizer_histories import (
    OptimizerHistory,
    Run,
    history,
    run,
)
from crosscheck.verification.checking.optimizer_mistakes import formula, mistakes_of
from crosscheck.verification.checking.optimizer_words import call_of, in_words, stock_calls
from crosscheck.verification.checking.stated_optimizer import stated_spec
from crosscheck.verification.mistakes.mistake import Mistake

SHOWN = 3  # so many references are named that a history cannot tell apart
# The keywords with which a mistake may have been made; each other one has its usual value there.
FORMS = ("eps_place", "nesterov", "centered", "rate_inside", "maximum_of")


@dataclass
class _Identifying:
    """What is known of one optimizer while it is identified."""

    make: Callable[[], Any]
    known: Known
    dtype: str
    specs: list[Spec]
    report: CheckReport
    rate: float | None  # at first, where the rate can be changed
    stated: Spec | None = None
    promising: list[Spec] | None = None  # what its first steps come near to
    run: Run = field(default_factory=lambda: Run(np.empty((0, 0))))

    def steps(self, given: OptimizerHistory) -> Steps | None:
        """What it makes of a history; None if it raises."""
        found = run(self.make(), given)
        return None if found.error else Steps(given, found.steps, self.dtype)

    def line(self, *parts: Any, **more: Any) -> None:
        """Add a line to the report."""
        self.report.lines.append(Line(*parts, **more))


def identify_optimizer(
    make: Callable[[], Any],
    *,
    settings: Mapping[str, Any],
    stated: str | None = None,
    dtype: str = "float64",
) -> CheckReport:
    """Say which reference an optimizer is, or where it departs from the nearest one.

    Args:
        make: Returns a new `OptimizerAdapter`. It may also have `settings`, all the numbers that it
            was made with; `numbers`, those in its source; `set_rate(rate)`; and `public_rate`,
            whether whoever uses it may change its rate so.
        settings: What was set, by the optimizer's own names: {"lr": 0.01}.
        stated: The optimizer that it should be: "adam(learning_rate=0.01)"; None looks for it.
        dtype: "float64" or "float32".

    Raises:
        ValueError: If `stated` is not the call of a known optimizer.
    """
    adapter = make()
    own = {**getattr(adapter, "settings", {}), **settings}
    in_source = (each for each in getattr(adapter, "numbers", ()) if each not in own.values())
    known = Known(own, tuple(in_source))
    meant = None if stated is None else stated_spec(stated)
    specs = list(candidates(known)) if meant is None else [meant]
    rate = specs[0].learning_rate if hasattr(adapter, "set_rate") else None
    if meant is None and len(known.rates) > 1:
        rate = None  # nobody knows what it is at first
    report = CheckReport("", "optimizer", getattr(adapter, "words", ""))
    state = _Identifying(make, known, dtype, specs, report, rate, meant)
    _identify(state, bool(getattr(adapter, "public_rate", False)))
    optimizer_conduct.add_lines(report, state.run, make, dtype)
    return report


def _identify(state: _Identifying, public_rate: bool) -> None:
    given = history(state.dtype, state.rate)
    state.run = run(state.make(), given)
    if state.run.error:
        at = f"at step {len(state.run.steps) + 1} it raises {state.run.error}"
        state.line("updates", Verdict.WRONG, at)
        return
    steps = Steps(given, state.run.steps, state.dtype)
    found = _fits(state, steps)
    if _settled(state, steps, found):
        return
    if state.rate is not None:
        constant = state.steps(history(state.dtype))
        at_one_rate = [] if constant is None else _fits(state, constant)
        if constant is not None and _settled(state, constant, at_one_rate):
            _say_of_the_rate(state, np.array_equal(constant.params, steps.params), public_rate)
            return
    if not _depends_on_number(state, given):
        _explain(state, steps, found)


def _fits(state: _Identifying, steps: Steps) -> list[Fit]:
    """The references that it may be, of those with the likeliest numbers if it is one of them."""
    if state.stated is None:
        likely = fits(steps, list(candidates(replace(state.known, one=True))))
        if any(fit.holds for fit in likely):
            return likely
    if state.promising is None:
        state.promising = promising(steps, state.specs)
    return fits(steps, state.promising)


def _say_of_the_rate(state: _Identifying, ignored: bool, public_rate: bool) -> None:
    how = "does not follow it" if ignored else "follows it as no reference does"
    text = f"where the learning rate is changed between two steps, it {how}"
    if public_rate:
        state.line("change of rate", Verdict.WRONG, text)
    elif not ignored:
        state.report.conventions.append(text)


def _settled(state: _Identifying, steps: Steps, found: Sequence[Fit]) -> bool:
    """Whether it is one of the references; then the report says which."""
    holding = sorted((fit for fit in found if fit.holds), key=lambda fit: _unusual(state, fit))
    if not holding:
        return False
    best = holding[0]
    against = [] if state.stated else contradictions(best.spec, state.known)
    text = f"= {call_of(best.spec)}"
    if against:
        state.line("updates", Verdict.WRONG, f"{text}: {'; '.join(against)}", best.worst)
    else:
        state.line("updates", Verdict.RIGHT, text, best.worst)
    _add_conventions(state, best.spec, steps)
    calls = dict.fromkeys(call_of(fit.spec) for fit in holding)
    others = [call for call in calls if call != call_of(best.spec)][:SHOWN]
    if others:
        state.report.conventions.append(
            f"these histories cannot tell it apart from {' or '.join(others)}"
        )
    return True


def _add_conventions(state: _Identifying, spec: Spec, steps: Steps) -> None:
    state.report.conventions += in_words(spec)
    state.report.conventions += stock_calls(spec, steps.history.rates is not None)


def _unusual(state: _Identifying, fit: Fit) -> tuple[int, int]:
    """How many keywords are not the usual ones, and what was set and has no place."""
    spec = fit.spec
    usual = {key: values[0] for key, values in DISCRETE.items()}
    changed = sum(spec.keywords.get(key, value) != value for key, value in usual.items())
    defaults = KEYWORDS[spec.optimizer]
    numbers = sum(spec.keywords[key] != value for key, value in defaults.items())
    return len(contradictions(spec, state.known)) * 100 + changed, numbers


def _depends_on_number(state: _Identifying, given: OptimizerHistory) -> bool:
    """Whether one array moves as a reference does and another does not; the report says so then."""
    joint = Steps(given, state.run.steps, state.dtype)
    parts = [joint.only(index) for index in range(len(given.start))]
    for index, part in enumerate(parts):
        spec = _held(state, part)
        if spec is not None:
            _wrong_in_the_others(state, parts, index, spec)
            return True
    alone = state.steps(given.only(0))
    spec = None if alone is None else _held(state, alone)
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


def _held(state: _Identifying, steps: Steps) -> Spec | None:
    """The reference that it is, with the likeliest numbers; None if it is none."""
    specs = [state.stated] if state.stated else list(candidates(replace(state.known, one=True)))
    holding = [fit for fit in fits(steps, specs) if fit.holds]
    return min(holding, key=lambda fit: _unusual(state, fit)).spec if holding else None


def _wrong_in_the_others(
    state: _Identifying, parts: Sequence[Steps], right: int, spec: Spec
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


def _departs(steps: Steps, fit: Fit, array: int | None = None) -> str:
    found = departure(steps, fit)
    return "" if found is None else found.in_words(array)


def _explain(state: _Identifying, steps: Steps, found: Sequence[Fit]) -> None:
    """It is none of the references: which is nearest, from where on, and by which mistake."""
    single = _in_float32(steps, found)
    named = _named(state, steps, single)
    if single is None and not named and state.stated is None and _stranger(state, steps, found):
        return
    right = single or (named[0][1] if named else (found[0] if found else None))
    right = right or nearest_reference(steps, _forms(state))
    if right is None:
        state.line("updates", Verdict.WRONG, "no reference has steps to compare them with")
        return
    formulas = tuple(formula(mistake) for mistake, _ in named)
    state.line(
        "updates", Verdict.WRONG, _wrong_text(state, steps, right, single), right.worst, formulas
    )
    if state.stated is not None:
        every = fits(steps, list(candidates(state.known)))
        holding = [fit for fit in every if fit.holds]
        if holding:
            best = min(holding, key=lambda fit: _unusual(state, fit))
            state.report.advice.append(f"it is {call_of(best.spec)} instead")


def _wrong_text(state: _Identifying, steps: Steps, right: Fit, single: Fit | None) -> str:
    where = _departs(steps, right)
    if single is not None:
        return (
            f"{call_of(single.spec)}, but float32 numbers stand in its float64 path: it departs "
            f"{where}"
        )
    if state.stated is not None:
        return f"departs from {call_of(right.spec)} {where}"
    return f"none of the rules known here; departs from {call_of(right.spec)}, the nearest, {where}"


def _forms(state: _Identifying) -> list[Spec]:
    """The references in which a mistake may have been made, each with its likeliest numbers."""
    if state.stated is not None:
        return [state.stated]
    usual = {key: values[0] for key, values in DISCRETE.items() if key not in FORMS}
    return [
        spec
        for spec in candidates(replace(state.known, one=True))
        if all(spec.keywords.get(key, value) == value for key, value in usual.items())
        and spec.keywords.get("eps_place") != "hat"
    ]


def _named(state: _Identifying, steps: Steps, single: Fit | None) -> list[tuple[Mistake, Fit]]:
    """The known mistakes that give all the steps, of the most usual rule in which there is one."""
    forms = _forms(state) if single is None else [single.spec]
    named = mistakes_of(steps, forms)
    ranks = [_unusual(state, fit) for _, fit in named]
    return [each for each, rank in zip(named, ranks, strict=True) if rank == min(ranks)]


def _stranger(state: _Identifying, steps: Steps, found: Sequence[Fit]) -> bool:
    """Whether it is a reference with other numbers than were set; then the report says which."""
    near = found[0] if found else nearest_reference(steps, _forms(state))
    rules = dict.fromkeys([fit.spec.optimizer for fit in (near, *found) if fit is not None])
    for rule in rules:
        if _settled(state, steps, fits(steps, list(strangers(state.known, rule)))):
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
