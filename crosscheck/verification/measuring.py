"""One case of `cases.families` by several frameworks: every quantity of every stage is measured.

A stage after one that diverges is measured too, since the bounds are judged, not the frameworks.
What raises an error is stored with it: a search goes on with the next case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.blindness import Sight, sight_of, total
from crosscheck.numerics.comparison import EXACT, Comparison, Place, Tensors, compare, finite
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.families import Name, drawn
from crosscheck.verification.cases.few_bits import as_declared
from crosscheck.verification.cases.stages import Case, Quantities, Stage, Stages
from crosscheck.verification.judging import asked_by, compute


@dataclass(frozen=True)
class Measured:
    """One quantity of a case as a framework computed it.

    Attributes:
        stage, quantity: Which one.
        comparison: Its worst entry; None where it could not be compared.
        problem: Why it could not be compared, or None.
        sight: What its bounds leave open.
    """

    stage: str
    quantity: str
    comparison: Comparison | None
    problem: str | None
    sight: Sight

    @property
    def fraction(self) -> float:
        """The worst fraction of the bound; 0 where nothing was compared."""
        return 0.0 if self.comparison is None else self.comparison.fraction_of_bound

    @property
    def complaint(self) -> str | None:
        """What is wrong, in words: a bound that is exceeded, or a problem; or None."""
        if self.comparison is None or self.comparison.holds:
            return self.problem
        return self.comparison.message


@dataclass(frozen=True)
class Judgement:
    """One case computed by one framework.

    Attributes:
        framework, case: Their names.
        unsupported: Why the framework does not support the case, if it says so; or None.
        failure: What it raised, or what the exact values raised; or None.
        measured: Every quantity that it computed, in the order of the computation.
    """

    framework: str
    case: str
    unsupported: str | None = None
    failure: str | None = None
    measured: tuple[Measured, ...] = ()

    @property
    def complaints(self) -> list[str]:
        """Everything that is wrong, in words; what comes first in the computation comes first."""
        found = [each.complaint for each in self.measured if each.complaint is not None]
        return found + ([] if self.failure is None else [self.failure])

    @property
    def worst(self) -> float:
        """The worst fraction of a bound."""
        return max((each.fraction for each in self.measured), default=0.0)


def judge(name: Name, frameworks: Sequence[Framework]) -> list[Judgement]:
    """One case, by each of several frameworks."""
    case = drawn(name)
    return [_judgement(as_declared(case, each.declared), each) for each in frameworks]


def _judgement(case: Case, framework: Framework) -> Judgement:
    exact: Stages | None = None
    failure = None
    try:
        exact = case.exactly()
    except Exception as error:  # the search says so, and goes on
        failure = f"the exact values or their bounds: {in_words(error)}"
    limit = framework.declared.limit(**asked_by(case))
    if limit is not None or exact is None:
        return Judgement(framework.name, case.name, limit, None if limit else failure)
    found = compute(case, framework)
    if found.not_written is not None:
        failure = f"{found.not_written.function} is not written"
    elif found.raised is not None:
        failure = f"{found.raised} ({found.raised_at})"
    stages = [stage for stage in Stage if stage in exact and stage in found.stages]
    measured = [
        _measured(case, framework.name, stage, quantity, tensors, found.stages[stage])
        for stage in stages
        for quantity, tensors in exact[stage].items()
    ]
    return Judgement(framework.name, case.name, None, failure, tuple(measured))


def _measured(
    case: Case, framework: str, stage: Stage, quantity: str, exact: Tensors, computed: Quantities
) -> Measured:
    place = Place(stage=stage, quantity=quantity, dtype=case.dtype)
    names, actual = (framework, EXACT), computed.get(quantity, {})
    try:
        comparison = compare(place, names, actual, exact, exact)
    except ValueError as error:  # a bound that is none
        return Measured(stage, quantity, None, str(error), Sight())
    # The tensors of a history have the step as their first axis.
    stacked = isinstance(case, DescentCase)
    sight = total(sight_of(tensor, stacked) for tensor in exact.values())
    return Measured(stage, quantity, comparison, None, sight)


def as_json(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """One case in the form that other programs read; an infinite number is null there."""
    return {
        "judgements": [
            {
                "framework": each.framework,
                "case": each.case,
                "unsupported": each.unsupported,
                "failure": each.failure,
                "quantities": [_entry(quantity) for quantity in each.measured],
            }
            for each in judgements
        ],
        "holds": not any(each.complaints for each in judgements),
    }


def _entry(measured: Measured) -> dict[str, Any]:
    found = {
        "stage": str(measured.stage),
        "quantity": measured.quantity,
        "problem": measured.problem,
        "fraction": finite(measured.fraction),
        **measured.sight._asdict(),
    }
    worst = measured.comparison
    if worst is not None:
        numbers = {"computed": worst.actual, "exact": worst.exact[0], "bound": worst.allowed}
        found |= {"where": worst.location, "mismatch": worst.mismatch}
        found |= {name: finite(number) for name, number in numbers.items()}
    return found
