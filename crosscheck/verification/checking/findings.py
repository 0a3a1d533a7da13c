"""What a check of somebody's own code found, as plain data that a worker can send."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from crosscheck.numerics.comparison import finite

# What is said of a file of which every part was judged by itself.
PARTS = "parts"
NO_NETWORK = "no network: each of its optimizers and functions is judged by itself"
# Of a loss: that there is none, which is no fault; one that nobody knows is not judged.
NO_LOSS = "it has no loss"


class Verdict(StrEnum):
    """What is said of one quantity."""

    RIGHT = "right"
    FACTOR = "a factor"  # right but for a constant, which is a convention
    WRONG = "wrong"
    SKIPPED = "not checked"


class Outcome(StrEnum):
    """What is said of the whole."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_UNDERSTOOD = "not understood"


@dataclass(frozen=True)
class Line:
    """One quantity: what it is, and whether it is right.

    Attributes:
        quantity: What it is called: "forward", "loss", "gradient of W1".
        verdict: The verdict.
        text: The rest of the line: "3.1e+13 times what rounding allows, at [0, 2]".
        fraction: The worst fraction of the bound; None where nothing was measured.
        mistakes: The known mistakes that give all the wrong values, with their formulas.
    """

    quantity: str
    verdict: Verdict
    text: str = ""
    fraction: float | None = None
    mistakes: tuple[str, ...] = ()


@dataclass
class CheckReport:
    """What a check found.

    Attributes:
        target: What was checked, as it was given: "homework.py:Net".
        kind: "network", "optimizer" or "function"; "parts" of a file in which `others` are all that
            there is; "" where it was not understood.
        understood: One line: what it was taken for; or why it was not understood, in lines, and
            after an empty one the adapter to write.
        lines: One for each quantity, in the order in which they are computed.
        conventions: Where it departs from the references without being wrong, in words.
        advice: What else to look at, once what is wrong is mended.
        worked: The equations of one sample with their numbers, if they were asked for.
        printed: What the file printed: the first lines.
        next_step: What to write next where it was not understood, as a sentence; or None.
        others: The reports of the other parts of the file, each judged by itself.
    """

    target: str
    kind: str = ""
    understood: str = ""
    lines: list[Line] = field(default_factory=list)
    conventions: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    worked: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    next_step: str | None = None
    others: list["CheckReport"] = field(default_factory=list)

    def take_in(self, others: list["CheckReport"], left: list[str], *, whole: bool = True) -> None:
        """Add what was found of the other parts of the file.

        Args:
            others: Their reports; of each something was understood.
            left: The names of what was not judged.
            whole: Whether all of the file was run, and not its definitions alone.
        """
        self.others = others
        if self.kind and left:
            self.understood += f"; not judged: {', '.join(left)}"
        elif not self.kind and others and not left and whole:
            self.kind, self.understood = PARTS, NO_NETWORK

    @property
    def outcome(self) -> Outcome:
        """Whether it is right, wrong, or was not understood.

        What has gradients, or a loss, is right only if every one of them could be judged; and a
        file only if no part of it is wrong.
        """
        if self.first_wrong is not None:
            return Outcome.WRONG
        if self.kind == PARTS:
            return Outcome.RIGHT
        skipped = [line for line in self.lines if line.verdict == Verdict.SKIPPED]
        unjudged = any(
            line.quantity.startswith("gradient")
            or (line.quantity == "loss" and line.text != NO_LOSS)
            for line in skipped
        )
        if unjudged or len(skipped) == len(self.lines):
            return Outcome.NOT_UNDERSTOOD
        return Outcome.RIGHT

    @property
    def first_wrong(self) -> Line | None:
        """The first line, in the order of the computation, that is wrong; then those of parts."""
        wrong = (line for line in self.lines if line.verdict == Verdict.WRONG)
        return next(wrong, next((w for e in self.others if (w := e.first_wrong)), None))

    @property
    def message(self) -> str:
        """What was understood, what is wrong, a line for each quantity, and what to write next."""
        wrong = [line for line in self.lines if line.verdict == Verdict.WRONG]
        named = [
            f"the known mistake {name}"
            for name in dict.fromkeys(m for w in wrong for m in w.mistakes)
        ]
        texts = [f"{line.quantity}: {line.text or 'wrong'}" for line in wrong]
        then = [] if self.next_step is None else [f"next: {self.next_step}"]
        said = f"{self.target}: {self.understood}"
        parts = [each.message for each in self.others if each.outcome == Outcome.WRONG]
        return "\n".join([said, str(self.outcome), *texts, *named, *then, *parts])

    def assert_right(self) -> None:
        """Do nothing if everything is right.

        Raises:
            AssertionError: If something is wrong or was not understood; its text is the `message`.
        """
        if self.outcome != Outcome.RIGHT:
            raise AssertionError(self.message)

    def as_json(self) -> dict[str, Any]:
        """The report in the form that other programs read; an infinite fraction is null there."""
        lines = [
            asdict(line) | {"fraction": finite(line.fraction), "verdict": str(line.verdict)}
            for line in self.lines
        ]
        first = self.first_wrong
        return asdict(self) | {
            "lines": lines,
            "outcome": str(self.outcome),
            "first_wrong": None if first is None else first.quantity,
            "others": [each.as_json() for each in self.others],
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "CheckReport":
        """What `as_json` gave."""
        lines = [
            Line(
                **{
                    **line,
                    "verdict": Verdict(line["verdict"]),
                    "mistakes": tuple(line["mistakes"]),
                }
            )
            for line in found["lines"]
        ]
        others = [cls.from_json(each) for each in found["others"]]
        own = {name: found[name] for name in cls.__dataclass_fields__}
        return cls(**own | {"lines": lines, "others": others})
