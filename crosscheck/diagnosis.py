"""A disagreement in words: where it is, how large, and which known mistake would explain it."""

import numpy as np

from crosscheck.comparison import EXACT, Comparison
from crosscheck.discrimination import mistaken_attempt
from crosscheck.fixtures import groups
from crosscheck.fixtures.stages import Fixture
from crosscheck.judging import Attempt, against_exact
from crosscheck.mistakes import catalogue

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
    if not np.isfinite(comparison.error):
        return text
    names = reproduced_by(comparison)
    if not names:
        return f"{text}; no known mistake reproduces it"
    shown = ", ".join(repr(name) for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{text}; reproduced by the known mistake {shown}{more}"


def reproduced_by(comparison: Comparison) -> list[str]:
    """The known mistakes that give the same wrong value in the same place; the nearest first.

    One that would have shown at an earlier stage of the case is none of them.
    """
    cases = groups().get(comparison.place.group, [])
    case = next((each for each in cases if each.name == comparison.place.case), None)
    if case is None or comparison.actual is None or not np.isfinite(comparison.error):
        return []
    shares = {}
    for mistake in catalogue():
        made = mistaken_attempt(mistake, case)
        if _first_failure(case, made) == comparison.place.stage:
            wrong = _value(made, comparison)
            shares[mistake.name] = abs(wrong - comparison.actual) / comparison.error
    near = [name for name, share in shares.items() if share <= EXPLAINED]
    return sorted(near, key=lambda name: shares[name])


def _first_failure(case: Fixture, made: Attempt) -> str | None:
    stages = (c.place.stage for c in against_exact(case, made) if not c.holds)
    return next(stages, None)


def _value(made: Attempt, comparison: Comparison) -> float:
    """What an attempt has where a comparison looked; NaN where it has nothing."""
    quantities = made.stages.get(comparison.place.stage, {})
    tensor = quantities.get(comparison.place.quantity, {}).get(comparison.tensor)
    try:
        return np.nan if tensor is None else float(tensor.value[comparison.index])
    except (IndexError, TypeError):  # it has another shape there
        return np.nan
