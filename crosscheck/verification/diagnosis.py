"""A disagreement in words: where it is, how large, and which known mistake would explain it."""

import numpy as np

from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Fixture, Stage
from crosscheck.verification.discrimination import may_differ, mistaken_attempt
from crosscheck.verification.judging import Attempt, against_exact
from crosscheck.verification.mistakes.mistake import catalogue

# A mistake reproduces a wrong value if it leaves no more than this share of the error unexplained.
EXPLAINED = 1e-3
SHOWN = 3


def explain(comparison: Comparison) -> str:
    """The comparison in words, with the known mistakes that give the same wrong value."""
    text = comparison.in_words()
    # Of two frameworks that differ the exact value says which is wrong; what is discrete (a count)
    # many mistakes have in common.
    against_exact = comparison.frameworks[1] == EXACT
    if comparison.holds or comparison.discrete or not against_exact:
        return text
    names = reproduced_by(comparison)
    return f"{text}; {_reproduced(names) or 'no known mistake reproduces it'}"


def explain_failure(case: Fixture, made: Attempt) -> str:
    """The exception that ended an attempt in words, with the known mistakes that raise the same."""
    stage, what = made.failure or ("", "")
    names = [
        mistake.name
        for mistake in catalogue()
        if may_differ(mistake, case) and mistaken_attempt(mistake, case).failure == made.failure
    ]
    return f"{case.name}, {stage}: {what}" + (f"; {_reproduced(names)}" if names else "")


def _reproduced(names: list[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(repr(name) for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"reproduced by the known mistake {shown}{more}"


def reproduced_by(comparison: Comparison) -> list[str]:
    """The known mistakes that give the same wrong value in the same place; the nearest first.

    One that would have shown at an earlier stage of the case is none of them.
    """
    cases = groups().get(comparison.place.group, [])
    case = next((each for each in cases if each.name == comparison.place.case), None)
    if case is None:
        return []
    shares = {}
    for mistake in (each for each in catalogue() if may_differ(each, case)):
        failures = [c for c in against_exact(case, mistaken_attempt(mistake, case)) if not c.holds]
        if failures and failures[0].place.stage == comparison.place.stage:
            made = mistaken_attempt(mistake, case)
            shares[mistake.name] = _unexplained(comparison, made, failures)
    near = [name for name, share in shares.items() if share <= EXPLAINED]
    return sorted(near, key=lambda name: shares[name])


def _unexplained(comparison: Comparison, made: Attempt, failures: list[Comparison]) -> float:
    """How much of an error a mistake leaves unexplained, as a share of it."""
    if comparison.actual is None:  # a shape, say: the same is said of the mistake, or it is not
        same = [c.place == comparison.place and c.mismatch == comparison.mismatch for c in failures]
        return 0.0 if any(same) else np.inf
    wrong = _value(made, comparison)
    if np.array_equal(wrong, comparison.actual, equal_nan=True):
        return 0.0
    return abs(wrong - comparison.actual) / comparison.error


def _value(made: Attempt, comparison: Comparison) -> float:
    """What an attempt has where a comparison looked; infinite where it has nothing."""
    quantities = made.stages.get(Stage(comparison.place.stage), {})
    tensor = quantities.get(comparison.place.quantity, {}).get(comparison.tensor)
    try:
        return np.inf if tensor is None else float(tensor.value[comparison.index])
    except (IndexError, TypeError):  # it has another shape there
        return np.inf
