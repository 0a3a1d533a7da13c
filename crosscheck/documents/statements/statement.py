"""What the documents state beside their numbers, each statement with a demonstration.

The demonstration of a statement runs once in every process that makes the ledger. It returns the
readings that the statement admits, and whether each of them holds. The verdict follows from that,
and is written down nowhere.

Three rules say what a statement is:

- It makes one claim. Where a sentence joins several by "and", every claim that does not hold is a
  statement of its own; claims that all hold may share one, with a reading for each.
- A reading settles what the document leaves open: the meaning of a word, or a case that it does not
  name, such as the learning rate. So a statement is ambiguous where its one claim depends on that,
  and never because one of two claims holds.
- Code and formulas are judged alike, by the values that they give in float64.

Out of scope is what no program can decide: history (who, when, how often cited), biology, fields of
application, the speed of hardware, and pictures whose content the text does not give. The years and
counts of history are listed with the printed numbers, as illustrations. That is not a confirmation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

# Whether the statement holds, by the reading that is taken.
Readings = dict[str, bool]


class StatementVerdict(StrEnum):
    """What a statement is: all of its readings hold, none does, or it depends on the reading."""

    HOLDS = "holds"
    FAILS = "fails"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Statement:
    """One statement of a document.

    Attributes:
        document: Number of the document, as "002".
        section: Where it stands: the document's own heading, as short as will find it.
        statement: What it says, in the words of this suite.
        correct: What is right instead; None where the statement holds.
        demonstrate: Runs the statement and returns its readings; the same ones when called again.
    """

    document: str
    section: str
    statement: str
    correct: str | None
    demonstrate: Callable[[], Readings]

    def verdict(self) -> StatementVerdict:
        """Run the demonstration and see which of its readings hold."""
        outcomes = {bool(outcome) for outcome in self.demonstrate().values()}
        if len(outcomes) > 1:
            return StatementVerdict.AMBIGUOUS
        return StatementVerdict.HOLDS if outcomes == {True} else StatementVerdict.FAILS


class Statements(list[Statement]):
    """The statements of one document, in its order.

    To add one, decorate its demonstration:

        @statements("zoom in", "What the document says.", correct="What is right instead.")
        def the_name_of_the_demonstration() -> Readings:
            return {"a reading": True}
    """

    def __init__(self, document: str) -> None:
        super().__init__()
        self.document = document

    def __call__(
        self, section: str, statement: str, correct: str | None = None
    ) -> Callable[[Callable[[], Readings]], Callable[[], Readings]]:
        def add(demonstrate: Callable[[], Readings]) -> Callable[[], Readings]:
            once = cache(demonstrate)
            self.append(Statement(self.document, section, statement, correct, once))
            return once

        return add
