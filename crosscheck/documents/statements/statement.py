"""What the documents state beside their numbers, each statement with a demonstration.

The demonstration of a statement runs once in every process that makes the ledger. It returns the
readings that the statement admits, and whether each of them holds. The verdict follows from that,
and is written down nowhere.

Three rules say what a statement is:

- It makes one claim. Where a sentence joins several by "and", each is judged by itself: claims that
  all hold, or all fail, may share a statement, with a reading for each; others never do.
- A reading settles what the document leaves open: the meaning of a word, or a case that it does not
  name, such as the learning rate. So a statement is ambiguous where its one claim depends on that,
  and never because one of two claims holds.
- Code and formulas are judged alike, by the values that they give in float64.

Out of scope is what no program can decide: history (who, when, how often cited), biology, fields of
application, the speed of hardware, and pictures whose content the text does not give. The years and
counts of history are listed with the printed numbers, as illustrations. That is not a confirmation.

A demonstration whose verdict nothing could turn would show nothing. So each names the changes that
turn it, of the NumPy reference or of its own formulas and data, and a test applies them.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module

from crosscheck.frameworks.changes import Change, imported_afresh, imported_with

PACKAGE = __name__.rpartition(".")[0]

# Whether the statement holds, by the reading that is taken.
Readings = dict[str, bool]


class StatementVerdict(StrEnum):
    """What a statement is: all of its readings hold, none does, or it depends on the reading."""

    HOLDS = "holds"
    FAILS = "fails"
    AMBIGUOUS = "ambiguous"


def in_reference(file: str, old: str, new: str, within: str | None = None) -> Change:
    """A change of the NumPy reference: of one piece of the text of one of its files."""
    return Change(file, ((old, new),), within)


@dataclass(frozen=True)
class Instead:
    """A change of a demonstration's own text: other data, or another formula.

    Attributes:
        old: What stands there once.
        new: What stands there instead.
        within: The function or the constant of the same file in which it stands, if not in the
            demonstration itself.
    """

    old: str
    new: str
    within: str | None = None


Flip = Change | Instead


@dataclass(frozen=True)
class Statement:
    """One statement of a document.

    Attributes:
        document: Number of the document, as "002".
        section: Where it stands: the document's own heading, as short as will find it.
        statement: What it says, in the words of this suite.
        correct: What is right instead; None where the statement holds.
        demonstrate: Runs the statement and returns its readings; the same ones when called again.
        flips: Changes under each of which the demonstration comes to another verdict.
    """

    document: str
    section: str
    statement: str
    correct: str | None
    demonstrate: Callable[[], Readings]
    flips: tuple[Flip, ...] = ()

    def verdict(self) -> StatementVerdict:
        """Run the demonstration and see which of its readings hold."""
        return verdict_of(self.demonstrate())

    def readings_under(self, flip: Flip) -> Readings:
        """Run the demonstration anew, under one change of the reference or of its own text.

        Raises:
            ChangeError: If what is to be changed does not stand there exactly once.
        """
        if isinstance(flip, Change):
            change = flip
        else:
            file = self.demonstrate.__module__.removeprefix(f"{PACKAGE}.")
            within = flip.within or self.demonstrate.__name__
            change = Change(file, ((flip.old, flip.new),), within, PACKAGE)
        with run_afresh(), imported_with(change):
            return self.rerun()

    def rerun(self) -> Readings:
        """Run the demonstration as its module, when it is imported now, defines it."""
        module = import_module(self.demonstrate.__module__)
        readings: Readings = getattr(module, self.demonstrate.__name__)()
        return readings


def run_afresh() -> AbstractContextManager[None]:
    """Within, demonstrations and the NumPy reference are imported anew, with none of their data."""
    return imported_afresh("reference_numpy", f"{PACKAGE}.document_")


def verdict_of(readings: Readings) -> StatementVerdict:
    """The verdict that follows from the readings of a statement."""
    outcomes = {bool(outcome) for outcome in readings.values()}
    if len(outcomes) > 1:
        return StatementVerdict.AMBIGUOUS
    return StatementVerdict.HOLDS if outcomes == {True} else StatementVerdict.FAILS


class Statements(list[Statement]):
    """The statements of one document, in its order.

    To add one, decorate its demonstration:

        @statements(
            "zoom in",
            "What the document says.",
            correct="What is right instead.",
            flips=Instead("2 + 2", "2 + 3"),
        )
        def the_name_of_the_demonstration() -> Readings:
            return {"a reading": 2 + 2 == 5}

    `flips` are the changes that turn its verdict. What holds stops holding when what it rests on
    is spoiled: the reference (`in_reference`) where the demonstration runs it, or else a formula
    or the data (`Instead`). What does not hold begins to when the document's fault is mended. A
    change never touches how the two sides are compared.
    """

    def __init__(self, document: str) -> None:
        super().__init__()
        self.document = document

    def __call__(
        self,
        section: str,
        statement: str,
        correct: str | None = None,
        flips: Flip | tuple[Flip, ...] = (),
    ) -> Callable[[Callable[[], Readings]], Callable[[], Readings]]:
        def add(demonstrate: Callable[[], Readings]) -> Callable[[], Readings]:
            once = cache(demonstrate)
            each = flips if isinstance(flips, tuple) else (flips,)
            self.append(Statement(self.document, section, statement, correct, once, each))
            return once

        return add
