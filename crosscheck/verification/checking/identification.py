"""Identify somebody's own optimizer: which reference it is, or where it departs from the nearest.

It takes 48 steps on a seeded history, and its parameters after every step are compared with the
exact ones of every rule and every discrete keyword, within the derived bound.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck.verification.checking import optimizer_conduct
from crosscheck.verification.checking.candidates import Known, candidates
from crosscheck.verification.checking.findings import CheckReport, Verdict
from crosscheck.verification.checking.fitting import Steps
from crosscheck.verification.checking.optimizer_histories import history, run
from crosscheck.verification.checking.optimizer_mistakes import formula, mistakes_of
from crosscheck.verification.checking.optimizer_state import Identifying, likely_fits, settled
from crosscheck.verification.checking.spared_biases import spares_biases
from crosscheck.verification.checking.stated_optimizer import stated_spec
from crosscheck.verification.checking.unidentified import (
    at_usual_numbers,
    depends_on_number,
    explain,
)


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
            was made with; `numbers`, those in its source; `set_rate(rate)` between two steps, or
            `set_rates(rates)` before the first; `public_rate`, whether that is how whoever uses it
            changes its rate; and `biases_last`, whether the last array is a bias to it by its
            name or place.
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
    rate = specs[0].learning_rate if _has_rate(adapter) else None
    if meant is None and len(known.rates) > 1:
        rate = None  # nobody knows what it is at first
    if meant is not None and known.rates and meant.learning_rate not in known.rates:
        rate = None  # its own is another one, which is to show
    report = CheckReport("", "optimizer", getattr(adapter, "words", ""))
    state = Identifying(make, known, dtype, specs, report, rate, meant)
    state.called = str(getattr(adapter, "called", ""))
    _identify(state, bool(getattr(adapter, "public_rate", False)))
    optimizer_conduct.add_lines(report, state.run, make, dtype)
    return report


def _has_rate(adapter: Any) -> bool:
    return hasattr(adapter, "set_rate") or hasattr(adapter, "set_rates")


def _identify(state: Identifying, public_rate: bool) -> None:
    given = history(state.dtype, state.rate)
    state.run = run(state.make(), given)
    if state.run.error:
        at = f"at step {len(state.run.steps) + 1} it raises {state.run.error}"
        state.line("updates", Verdict.WRONG, at)
        return
    steps = Steps(given, state.run.steps, state.dtype)
    found = likely_fits(state, steps)
    if settled(state, steps, found):
        return
    if state.rate is not None:
        constant = state.steps(history(state.dtype))
        at_one_rate = [] if constant is None else likely_fits(state, constant)
        if constant is not None and settled(state, constant, at_one_rate):
            ignored = np.array_equal(constant.params, steps.params)
            _say_of_the_rate(state, steps, ignored, public_rate)
            return
    if not spares_biases(state, given) and not depends_on_number(state, given):
        explain(state, steps, found)


def _say_of_the_rate(state: Identifying, steps: Steps, ignored: bool, public_rate: bool) -> None:
    how = "does not follow it" if ignored else "follows it as no reference does"
    text = f"where the learning rate is changed between two steps, it {how}"
    if public_rate:
        named = mistakes_of(steps, at_usual_numbers(state))
        formulas = tuple(dict.fromkeys(formula(mistake) for mistake, _ in named))
        state.line("change of rate", Verdict.WRONG, text, mistakes=formulas)
    elif not ignored:
        state.report.conventions.append(text)
