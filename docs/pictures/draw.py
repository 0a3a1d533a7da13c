"""Draw the picture at the head of the README: one number that a lecture prints, judged.

    python docs/pictures/draw.py

Every number in it, and the words for the mistake, come from the ledger and from the frameworks.
"""

from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template

from crosscheck.documents.ledger import ledger
from crosscheck.documents.verdicts import Judged
from crosscheck.frameworks.registry import installed
from crosscheck.verification.cases.examples import framework_values

HERE = Path(__file__).parent
DOCUMENT, QUANTITY = "002", "adam.params[1].weight[0, 0]"
FRAMEWORKS = {"numpy": "NumPy", "torch": "PyTorch", "jax": "JAX"}
DIGITS = 13  # of a float64: what is left out may differ from one processor to the next
LEFT, RIGHT = 60, 580  # where the axis begins and ends
FIRST, LAST = Decimal("0.45"), Decimal("0.90")  # the numbers that stand there


def position(number: Decimal) -> str:
    """Where a number stands on the axis."""
    return f"{LEFT + (number - FIRST) / (LAST - FIRST) * (RIGHT - LEFT):.1f}"


def judged() -> Judged:
    """The number of the picture, with its verdict and its slip."""
    numbers = ledger(DOCUMENT).numbers
    return next(each for each in numbers if each.slip and each.number.quantity == QUANTITY)


def on_printed_numbers(found: Judged) -> str:
    """The wrong step with the printed numbers in the place of their names."""
    step = found.slip.expression
    for operand in found.operands:
        sign = operand.printed.startswith("-")
        step = step.replace(operand.quantity, f"({operand.printed})" if sign else operand.printed)
    return step


def render() -> str:
    """The picture as SVG."""
    found = judged()
    number, slip = found.number, found.slip
    computed = framework_values(DOCUMENT, installed(list(FRAMEWORKS)))
    printed, exact = Decimal(number.printed), Decimal(found.exact)
    half_unit = Decimal(1).scaleb(printed.as_tuple().exponent) / 2
    rows = [("exact", found.exact.rstrip("0"))]
    rows += [
        (shown, f"{computed[name][QUANTITY]:.{DIGITS}g}") for name, shown in FRAMEWORKS.items()
    ]
    rounded = "rounds to" if slip.reproduces else "is not"
    values = {
        "line": number.line.rpartition(number.printed)[0],
        "document": DOCUMENT,
        "printed": number.printed,
        "exact": f"{exact:.4f}",
        "times": f"{abs(printed - exact) / half_unit:,.0f}",
        "at_printed": position(printed),
        "at_exact": position(exact),
        "verdict": found.verdict.value,
        "slip": slip.name,
        "step": on_printed_numbers(found),
        "gives": f"= {slip.gives.rstrip('0')}, {rounded} {number.printed}",
    }
    texts = {name: escape(value, quote=False) for name, value in values.items()}
    texts["rows"] = "\n".join(
        f'<text class="quiet" x="360" y="{296 + 26 * row}">{name}</text>'
        f'<text class="code good" x="428" y="{296 + 26 * row}">{value}</text>'
        for row, (name, value) in enumerate(rows)
    )
    return Template((HERE / "verdict.svg.template").read_text(encoding="utf-8")).substitute(texts)


if __name__ == "__main__":
    (HERE / "verdict.svg").write_text(render(), encoding="utf-8", newline="\n")
