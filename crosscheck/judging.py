"""One case by one framework, stage by stage, and what it is to blame for."""

from dataclasses import dataclass, field

import numpy as np

from crosscheck.comparison import EXACT, Comparison, Place, compare
from crosscheck.fixtures.stages import STAGES, Fixture, Stages
from crosscheck.frameworks import Framework


@dataclass
class Attempt:
    """What a framework computed of a case, as far as it came.

    Attributes:
        framework: Its name.
        stages: Every quantity of the stages that it finished.
        not_supported: Why it declined (it raised NotImplementedError), or None.
        failure: The stage that raised anything else, and what; or None.
    """

    framework: str
    stages: Stages = field(default_factory=dict)
    not_supported: str | None = None
    failure: tuple[str, str] | None = None


def attempt(case: Fixture, framework: Framework) -> Attempt:
    """Let a framework compute a case. Whatever it raises is kept, with its stage."""
    made = Attempt(framework.name)
    expected = [stage for stage in STAGES if stage in case.exactly()]
    try:
        # What a mistaken framework computes may well overflow; its numbers say so themselves.
        with np.errstate(all="ignore"):
            for stage, quantities in case.compute(framework):
                made.stages[stage] = quantities
    except NotImplementedError as error:
        made.not_supported = str(error)
    except Exception as error:
        stage = expected[len(made.stages)]
        made.failure = (stage, f"{type(error).__name__}: {error}")
    return made


def against_exact(case: Fixture, made: Attempt) -> list[Comparison]:
    """Every quantity of an attempt against the exact one, up to the first stage that diverges."""
    exact = case.exactly()
    return _stage_by_stage(case, (made.framework, EXACT), made.stages, exact)


def against_each_other(case: Fixture, one: Attempt, other: Attempt) -> list[Comparison]:
    """Every quantity that two frameworks computed, up to the first stage that diverges."""
    return _stage_by_stage(case, (one.framework, other.framework), one.stages, other.stages)


def _stage_by_stage(
    case: Fixture, names: tuple[str, str], actual: Stages, expected: Stages
) -> list[Comparison]:
    found: list[Comparison] = []
    for stage in STAGES:
        if stage not in actual or stage not in expected:
            continue
        for quantity, exact in case.exactly()[stage].items():
            place = Place(case.group, case.name, stage, quantity, case.dtype)
            tensors = actual[stage].get(quantity, {}), expected[stage].get(quantity, {})
            found.append(compare(place, names, *tensors, exact))
        if not all(comparison.holds for comparison in found):
            break  # what follows is a consequence
    return found
