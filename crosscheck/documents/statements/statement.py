"""What the documents state beside their numbers, each statement with a demonstration.

One module per document. A demonstration is run whenever the ledger is made; it returns the readings
that the statement admits, and whether each holds. The verdict follows from that and is never
written down: all of them hold, none does, or it depends on the reading.
"""

from collections.abc import Callable
from dataclasses import dataclass

Readings = dict[str, bool]


@dataclass(frozen=True)
class Statement:
    """One statement of a document.

    Attributes:
        document: Number of the document, as "002".
        section: Where it stands: the document's own heading, as short as will find it.
        statement: What it says, in our words.
        correct: What is right instead; None where the statement holds.
        demonstrate: Runs the statement and returns its readings.
    """

    document: str
    section: str
    statement: str
    correct: str | None
    demonstrate: Callable[[], Readings]

    def verdict(self) -> str:
        """Run the demonstration: "holds", "fails" or "ambiguous"."""
        outcomes = {bool(outcome) for outcome in self.demonstrate().values()}
        if len(outcomes) > 1:
            return "ambiguous"
        return "holds" if outcomes == {True} else "fails"


class Statements(list[Statement]):
    """The statements of one document, in its order; call it to add one, as a decorator."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.document = document

    def __call__(
        self, section: str, statement: str, correct: str | None = None
    ) -> Callable[[Callable[[], Readings]], Callable[[], Readings]]:
        def add(demonstrate: Callable[[], Readings]) -> Callable[[], Readings]:
            self.append(Statement(self.document, section, statement, correct, demonstrate))
            return demonstrate

        return add


def all_statements() -> list[Statement]:
    """Every statement of every document, in the documents' order."""
    from crosscheck.documents.statements import (
        document_000,
        document_001,
        document_002,
        document_002_updates,
        document_003,
        document_004,
    )

    modules = (
        document_000,
        document_001,
        document_002,
        document_002_updates,
        document_003,
        document_004,
    )
    return [statement for module in modules for statement in module.statements]
