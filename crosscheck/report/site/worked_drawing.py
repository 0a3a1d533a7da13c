"""The drawing of a step of the worked example: where every unit, edge and number stands."""

from typing import Any

from crosscheck.report.site.worked_values import Sizes

# The drawing, in its own units: the rows of units and the loss from top to bottom.
WIDTH, HEIGHT = 400, 470
ROWS, LOSS_ROW, RADIUS = (48, 206, 346), 436, 17
Line = tuple[str, str]  # its text, and the class of its colour or ""
Labels = dict[tuple[Any, ...], list[Line]]  # the lines of text at each place


def drawing(
    sizes: Sizes, drawn: list[tuple[tuple[Any, ...], list[Line]]], upwards: bool
) -> dict[str, Any]:
    """Units, edges and the loss, with what is written at each.

    Args:
        sizes: Units of each row of the network.
        drawn: Lines of text with their places: ("unit", row, index), ("edge", row above, to, from)
            or ("loss",).
        upwards: Whether arrows lead from the loss to the inputs.
    """
    labels: Labels = {}
    for place, lines in drawn:
        labels.setdefault(place, []).extend(lines)
    nodes = [_node(labels, sizes, row, index) for row in range(3) for index in range(sizes[row])]
    last = nodes[-1]
    loss = {"x": last["x"], "y": LOSS_ROW, "name": "C"}
    edges = [
        _edge(labels, sizes, row, above, below)
        for row in (1, 2)
        for above in range(sizes[row])
        for below in range(sizes[row - 1])
    ]
    edges.append(_between(last, loss) | {"lines": [], "on": ("loss",) in labels})
    nodes.append(loss | _label(labels.get(("loss",), []), last["x"] + 26, LOSS_ROW, "start"))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "radius": RADIUS,
        "nodes": nodes,
        "edges": edges,
        "upwards": upwards,
    }


def _node(labels: Labels, sizes: Sizes, row: int, index: int) -> dict[str, Any]:
    x, y = _centre(sizes, row, index)
    lines = labels.get(("unit", row, index), [])
    if row == 0:
        place = _label(lines, x, y - 28, "middle")
    elif row == len(sizes) - 1:
        place = _label(lines, x + 26, y, "start")
    else:  # below the unit and outwards, where no edge runs
        left = x < WIDTH / 2
        place = _label(lines, 4 if left else WIDTH - 4, y + 40, "start" if left else "end")
    name = f"{'x' if row == 0 else 'a'}{'' if sizes[row] == 1 else '₁₂₃'[index]}"
    return {"x": x, "y": y, "name": name, **place}


def _edge(labels: Labels, sizes: Sizes, row: int, above: int, below: int) -> dict[str, Any]:
    one, other = (
        dict(zip("xy", _centre(sizes, *place), strict=True))
        for place in ((row - 1, below), (row, above))
    )
    # At heights where the numbers of crossing edges do not overlap.
    share = ((0.2, 0.2, 0.2), (0.34, 0.47, 0.34))[above][below] if row == 1 else 0.42
    x, y = (one[axis] + share * (other[axis] - one[axis]) for axis in "xy")
    lines = labels.get(("edge", row, above, below), [])
    return _between(one, other) | _label(lines, x, y, "middle")


def _label(lines: list[Line], x: float, y: float, anchor: str) -> dict[str, Any]:
    return {"lines": lines, "at": (round(x, 1), round(y, 1)), "anchor": anchor, "on": bool(lines)}


def _between(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A line from the rim of one unit to that of the other, with room for an arrow."""
    width, height = other["x"] - one["x"], other["y"] - one["y"]
    rim = (RADIUS + 3) / (width**2 + height**2) ** 0.5
    ends = ((one["x"] + part * width, one["y"] + part * height) for part in (rim, 1 - rim))
    return {"ends": [tuple(round(each, 1) for each in end) for end in ends]}


def _centre(sizes: Sizes, row: int, index: int) -> tuple[float, float]:
    return WIDTH * (index + 0.5) / sizes[row], ROWS[row]
