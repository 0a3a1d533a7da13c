"""A recipe in another framework's words, and how far the steps of both are apart."""

from dataclasses import dataclass, field
from typing import Any

from crosscheck.conventions.pasting import Compared, with_imports


@dataclass(frozen=True)
class RecipeTranslation(Compared):
    """A recipe, the nearest recipe of another framework, and how far they differ.

    Attributes:
        source: The recipe that was translated, the arguments with their names.
        source_framework: Its framework, a name in `stock.FRAMEWORKS`.
        expression: The same optimizer as an expression of the references.
        reference: Code over `reference_numpy` that assigns the optimizer to `optimizer`.
        train: The arguments of the references' `train` that gather gradients, or None.
        target: The nearest recipe of the other framework, as code: `equal` says whether it is
            equal.
        target_framework: The other framework, a name in `stock.FRAMEWORKS`.
        mismatch: In what the two differ, each with the value of the source and of the target.
        provisos: The conditions under which the two are equal, and other remarks, as sentences.
        difference: The largest difference of the parameters over all updates with the same
            gradients; None if it could not be measured.
        by_magnitude: That difference by the magnitude of the gradients.
        bound: How far two equal recipes may differ there.
        within_bound: Whether every parameter after every update differs by no more than its bound,
            and both are within their bounds of the reference.
        zeros_agree: Whether they agree where gradients are 0 as well.
        as_rate_changes: Whether they agree as the learning rate changes; None if that could not be
            tried.
        problem: Why no difference could be measured, or None.
        refused_by: The framework that refuses its own code, or None.
        updates: How many updates were made.
        program: The target with the loop that runs it.
    """

    source: str
    source_framework: str
    expression: str
    reference: str
    train: str | None
    target: str
    target_framework: str
    mismatch: dict[str, tuple[Any, Any]]
    provisos: tuple[str, ...]
    difference: float | None = None
    by_magnitude: dict[float, float] = field(default_factory=dict)
    bound: float = 0.0
    within_bound: bool = True
    zeros_agree: bool = True
    as_rate_changes: bool | None = None
    problem: str | None = None
    refused_by: str | None = None
    updates: int = 0
    program: str = ""

    def as_json(self) -> dict[str, Any]:
        """The translation in the form that other programs read."""
        return {
            "verdict": self.verdict,
            "source": self.source,
            "expression": self.expression,
            "reference": self.reference,
            "train": self.train,
            "target": self.target,
            "code": with_imports(self.target),
            "equal": self.equal,
            "as_rate_changes": self.as_rate_changes,
            "provisos": list(self.provisos),
            "mismatch": {key: list(pair) for key, pair in self.mismatch.items()},
            "difference": self.difference,
            "by_magnitude": {f"{size:g}": value for size, value in self.by_magnitude.items()},
            "bound": self.bound,
            "problem": self.problem,
        }
