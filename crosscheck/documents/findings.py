"""What is wrong in the documents: the contradicted numbers, with why, the worst cause first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from crosscheck.documents.document import Printed
from crosscheck.documents.verdicts import Verdict

FEWEST_DIGITS = 4
# The powers of ten between which a number is written without an exponent.
SMALL, LARGE = -5, 15
PRECISION = 60  # of decimal arithmetic, far above all that is shown


@dataclass(frozen=True)
class Finding:
    """A printed number that its own line contradicts.

    Attributes:
        index: Its place among all numbers of the ledger, from 0: what a link to it is made of.
        document, section, line: Where it stands.
        quantity: What it is, in the contract's terms.
        printed: The string as printed.
        exact: Its exact value, to 20 digits.
        reason: The name of the slip that explains it; None if none is known.
        explanation: The same in a sentence or two.
        gives: What the slip gives in its place, to 20 digits.
        reproduces: Whether that is the printed number.
    """

    index: int
    document: str
    section: str
    line: str
    quantity: str
    printed: str
    exact: str
    reason: str | None
    explanation: str | None
    gives: str | None
    reproduces: bool

    @property
    def rounded(self) -> str:
        """The exact value to as many decimals as are printed."""
        return _as_printed(self.exact, Printed(self.printed))

    @property
    def short_section(self) -> str:
        """The number of the section and what follows a comma, as "5, Adam", or its whole name."""
        number, dot, name = self.section.partition(". ")
        if not (dot and number.isdecimal()):
            return self.section
        return ", ".join([number, *name.split(", ")[1:]])

    @property
    def instead(self) -> str | None:
        """What the slip gives, to the printed decimals, where that is not the printed number."""
        if self.gives is None or self.reproduces:
            return None
        return _as_printed(self.gives, Printed(self.printed))

    @property
    def why(self) -> str:
        """The reason in a few words; where it gives another number, that number too."""
        if self.reason is None:
            return "no slip is known that gives it"
        return (
            self.reason if self.instead is None else f"{self.reason} (which gives {self.instead})"
        )

    @property
    def relative_error(self) -> Decimal:
        """How far the printed number is from the exact value, as a fraction of the larger one."""
        with localcontext(prec=PRECISION):
            printed, exact = _decimal(Printed(self.printed).value), Decimal(self.exact)
            return abs(printed - exact) / max(abs(printed), abs(exact))


def findings(numbers: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The contradicted numbers of a ledger: all of one cause together, the worst cause first.

    Args:
        numbers: The numbers as `numbers_as_json` gives them, or the JSON of `crosscheck errata`.
    """
    found = [
        _finding(index, number)
        for index, number in enumerate(numbers)
        if number["verdict"] == Verdict.CONTRADICTED
    ]
    causes: dict[tuple[str, str | None], list[Finding]] = {}
    for each in found:
        causes.setdefault((each.document, each.reason), []).append(each)
    worst_first = sorted(
        causes.values(), key=lambda of_one: max(e.relative_error for e in of_one), reverse=True
    )
    return [each for of_one in worst_first for each in of_one]


def _finding(index: int, number: Mapping[str, Any]) -> Finding:
    slip = number["slip"] or {}
    return Finding(
        index,
        number["document"],
        number["section"],
        number["line"],
        number["quantity"],
        number["printed"],
        number["exact"],
        reason=slip.get("name"),
        explanation=slip.get("explanation"),
        gives=slip.get("gives"),
        reproduces=slip.get("reproduces", False),
    )


def _as_printed(exact: str, printed: Printed) -> str:
    """An exact value to the decimals of a printed number; what is printed as whole may have more.

    Where it is very large or very small it has an exponent, and four digits at least.
    """
    with localcontext(prec=PRECISION):
        value, last = Decimal(exact), _decimal(2 * printed.half_unit).adjusted()
        if printed.is_integer and value != value.to_integral_value():
            last = -FEWEST_DIGITS
        if value and not SMALL <= value.adjusted() <= LARGE:
            digits = max(FEWEST_DIGITS, min(value.adjusted() - last + 1, LARGE))
            mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
            return f"{mantissa}e{int(exponent)}"
        rounded = value.quantize(Decimal(1).scaleb(max(last, -PRECISION + LARGE + 2)))
        return f"{rounded:,f}" if "," in printed.printed else f"{rounded:f}"


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
