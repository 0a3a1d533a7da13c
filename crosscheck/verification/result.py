"""What a verification finds: a status for every framework, and every comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crosscheck.numerics.comparison import EXACT, Comparison
from crosscheck.verification.ladder import Rung


class Outcome(StrEnum):
    """What becomes of a framework."""

    VERIFIED = "verified"
    WRONG = "wrong"
    UNFINISHED = "unfinished"
    NOT_COMPARED = "not compared"
    OTHER_CONTRACT = "for another contract"
    NOT_INSTALLED = "not installed"


@dataclass
class Status:
    """What became of one framework.

    Attributes:
        version: Its version; None if it is not installed.
        status: The outcome.
        reasons: Why it is not verified.
        not_supported: The cases that were not run, by the limit that it declares.
        known_failures: The cases that failed as it declares, by what it says of them.
        ladder: What is written of it and what is not, if it is unfinished.
        printed: What it printed: the first lines. Nothing of what is printed in this process.
        printed_lines: How many lines it printed.
        warnings: The first warnings that it gave, each in a line.
    """

    version: str | None
    status: Outcome
    reasons: list[str] = field(default_factory=list)
    not_supported: dict[str, list[str]] = field(default_factory=dict)
    known_failures: dict[str, list[str]] = field(default_factory=dict)
    ladder: list[Rung] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    printed_lines: int = 0
    warnings: list[str] = field(default_factory=list)

    def blame(self, reason: str) -> None:
        """Call the framework wrong, for a reason."""
        self.status = Outcome.WRONG
        self.reasons.append(reason)

    def withhold(self, reason: str) -> None:
        """Call the framework not compared, for a reason, unless it is called wrong already."""
        if self.status is Outcome.VERIFIED:
            self.status = Outcome.NOT_COMPARED
        self.reasons.append(reason)


# A place where a derivative does not exist: (layer, sample, unit).
Kink = tuple[int, int, int]


@dataclass(frozen=True)
class Verification:
    """The result of one run.

    Attributes:
        frameworks: The status of every framework, by its name.
        comparisons: Every comparison, each that failed with the known mistakes that explain it.
        problems: What is wrong in the ledger of the documents, where the run judged that too.
        kinks: By the name of the case, where a relu stands exactly at 0.
        skipped: A line for each installed entry point that cannot be used, and why.
    """

    frameworks: dict[str, Status]
    comparisons: list[Comparison]
    problems: list[str] = field(default_factory=list)
    kinks: Mapping[str, tuple[Kink, ...]] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How much was compared: "comparisons", "numbers", "excluded" and "not_supported".

        "numbers" counts the entries that were compared with their exact values, "excluded" those
        with an infinite bound, of which nothing is promised, and "not_supported" the cases that the
        frameworks exclude by their limits.
        """
        exact = [each for each in self.comparisons if each.frameworks[1] == EXACT]
        excluded = sum(each.excluded for each in exact)
        limited = [status.not_supported.values() for status in self.frameworks.values()]
        return {
            "comparisons": len(self.comparisons),
            "numbers": sum(each.entries for each in exact) - excluded,
            "excluded": excluded,
            "not_supported": sum(len(cases) for each in limited for cases in each),
        }

    @property
    def unsettled(self) -> list[Comparison]:
        """Two frameworks that differ from each other, and neither from the exact value.

        Such a disagreement is in the verdict on neither of them, but the run does not hold.
        """
        return [
            each
            for each in self.comparisons
            if not (each.holds or each.known_failure or EXACT in each.frameworks)
            and all(self.frameworks[n].status is Outcome.VERIFIED for n in each.frameworks)
        ]

    @property
    def holds(self) -> bool:
        """Whether every framework that is installed is verified, and nothing else is wrong.

        What is not supported is not wrong, as long as gradients were compared.
        """
        return (
            not self.problems
            and all(each.holds or each.known_failure for each in self.comparisons)
            and all(
                status.status in (Outcome.VERIFIED, Outcome.NOT_INSTALLED)
                for status in self.frameworks.values()
            )
        )
