"""What is known of one optimizer while it is identified, and what is said when it is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.verification.checking.candidates import DISCRETE, Known, candidates, contradictions
from crosscheck.verification.checking.claims import broken_claims
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.fitting import Fit, Steps, fits, promising
from crosscheck.verification.checking.optimizer_histories import OptimizerHistory, Run, run
from crosscheck.verification.checking.optimizer_words import call_of, in_words, stock_calls

SHOWN = 3  # so many references are named that a history cannot tell apart


@dataclass
class Identifying:
    """What is known of one optimizer while it is identified."""

    make: Callable[[], Any]
    known: Known
    dtype: str
    specs: list[Spec]
    report: CheckReport
    rate: float | None  # at first, where the rate can be changed
    stated: Spec | None = None
    called: str = ""
    promising: list[Spec] | None = None  # what its first steps come near to
    run: Run = field(default_factory=lambda: Run(np.empty((0, 0))))

    def steps(self, given: OptimizerHistory) -> Steps | None:
        """What it makes of a history; None if it raises."""
        found = run(self.make(), given)
        return None if found.error else Steps(given, found.steps, self.dtype)

    def line(self, *parts: Any, **more: Any) -> None:
        """Add a line to the report."""
        self.report.lines.append(Line(*parts, **more))


def likely_fits(state: Identifying, steps: Steps) -> list[Fit]:
    """The references that it may be, of those with the likeliest numbers if it is one of them."""
    if state.stated is None:
        likely = fits(steps, list(candidates(replace(state.known, one=True))))
        if any(fit.holds for fit in likely):
            return likely
    if state.promising is None:
        state.promising = promising(steps, state.specs)
    return fits(steps, state.promising)


def settled(state: Identifying, steps: Steps, found: Sequence[Fit]) -> bool:
    """Whether it is one of the references; then the report says which."""
    holding = sorted((fit for fit in found if fit.holds), key=lambda fit: unusual(state, fit))
    if not holding:
        return False
    best = holding[0]
    broken = [] if state.stated else against(state, best.spec)
    text = f"= {call_of(best.spec)}"
    if broken:
        state.line("updates", Verdict.WRONG, f"{text}: {'; '.join(broken)}", best.worst)
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


def _add_conventions(state: Identifying, spec: Spec, steps: Steps) -> None:
    state.report.conventions += in_words(spec)
    state.report.conventions += stock_calls(spec, steps.history.rates is not None)


def held(state: Identifying, steps: Steps) -> Spec | None:
    """The reference that it is, with the likeliest numbers if it is one of them; else None."""
    likely = [state.stated] if state.stated else list(candidates(replace(state.known, one=True)))
    holding = [fit for fit in fits(steps, likely) if fit.holds]
    if not holding and state.stated is None:
        holding = [fit for fit in fits(steps, promising(steps, state.specs)) if fit.holds]
    return min(holding, key=lambda fit: unusual(state, fit)).spec if holding else None


def unusual(state: Identifying, fit: Fit) -> tuple[int, int]:
    """How many keywords are not the usual ones, and what was set and has no place."""
    spec = fit.spec
    usual = {key: values[0] for key, values in DISCRETE.items()}
    changed = sum(spec.keywords.get(key, value) != value for key, value in usual.items())
    defaults = KEYWORDS[spec.optimizer]
    numbers = sum(spec.keywords[key] != value for key, value in defaults.items())
    return len(against(state, spec)) * 100 + changed, numbers


def against(state: Identifying, spec: Spec) -> list[str]:
    """What speaks against a reference: the numbers that were set, and the optimizer's own name."""
    return [*contradictions(spec, state.known), *broken_claims(state.called, spec)]
