"""Quantities of the worked example: one for every unit of a row, or every weight and bias."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

Sizes = tuple[int, ...]  # units of each row, from the inputs on


@dataclass(frozen=True)
class Value:
    """One number of a step.

    Attributes:
        symbol: As LaTeX.
        quantity: What it is, in the contract's terms.
        place: Where the drawing has it: ("unit", row, index), ("edge", row, to, from),
            ("loss",), or nowhere: ().
        short: The text before it in the drawing.
    """

    symbol: str
    quantity: str
    place: tuple[Any, ...] = ()
    short: str = ""


def units(sizes: Sizes, row: int, symbol: str, quantity: str, short: str = "") -> Iterator[Value]:
    """A value for every unit of a row.

    Args:
        sizes: Units of each row of the network.
        row: Which row, from the inputs on.
        symbol: As LaTeX, without the index of the unit.
        quantity: With {} in place of the index of the unit.
        short: The text before each in the drawing.
    """
    for unit in range(sizes[row]):
        index = "" if sizes[row] == 1 else f"_{unit + 1}"
        yield Value(symbol + index, quantity.format(unit), ("unit", row, unit), short)


def hidden(sizes: Sizes) -> Iterator[Value]:
    """The activations of the hidden units."""
    return units(sizes, 1, "a^{(1)}", "activations[1][0, {}]", "a = ")


def layer_pass(sizes: Sizes, row: int, of: str = "") -> Iterator[Value]:
    """What a layer computes: z and a of every unit of a row.

    Args:
        sizes: Units of each row of the network.
        row: Which row, from the inputs on.
        of: The run whose values they are, as "sgd."; "" is before any run.
    """
    for symbol, quantity in (("z", f"pre_activations[{row - 1}]"), ("a", f"activations[{row}]")):
        name = f"{symbol}^{{({row})}}"
        yield from units(sizes, row, name, f"{of}{quantity}[0, {{}}]", f"{symbol} = ")


def leaves(
    sizes: Sizes,
    layer: int,
    path: str,
    symbol: str = "%s",
    shorts: tuple[str, str] | None = ("", "b = "),
) -> Iterator[Value]:
    """Weights and biases of a layer, or quantities of the same shape.

    Args:
        sizes: Units of each row of the network.
        layer: Which layer, from 0.
        path: What they are: "params[0]", "grads[0]".
        symbol: As LaTeX, with %s in place of that of the weight or bias.
        shorts: The texts before a weight and before a bias in the drawing; None draws neither.
    """
    above, below = sizes[layer + 1], sizes[layer]
    weight, bias = shorts or ("", "")
    for to, origin in product(range(above), range(below)):
        index = f"{to + 1}{origin + 1}" if above > 1 else str(origin + 1)
        place = ("edge", layer + 1, to, origin)
        name = symbol % f"W^{{({layer + 1})}}_{{{index}}}"
        yield Value(name, f"{path}.weight[{to}, {origin}]", place if shorts else (), weight)
    for to in range(above):
        index = f"_{to + 1}" if above > 1 else ""
        name = symbol % f"b^{{({layer + 1})}}{index}"
        yield Value(name, f"{path}.bias[{to}]", ("unit", layer + 1, to) if shorts else (), bias)
