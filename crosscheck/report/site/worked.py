"""The worked example of document 002, drawn: one step after the other, with exact numbers.

`worked_steps` declares what a step shows, as quantities and as marks in the sources. Here every
quantity gets its exact value or its entry in the ledger, and every mark its line of code.
"""

import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from types import SimpleNamespace
from typing import Any

from crosscheck.documents import transcription
from crosscheck.documents.document import Document
from crosscheck.documents.expressions import evaluate, normal_form, resolve
from crosscheck.documents.ledger import tables
from crosscheck.documents.verdicts import Verdict, ball
from crosscheck.documents.worked_examples import Names, exact_names, names_with_layer
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.reading import find
from crosscheck.frameworks.registry import BUILT_IN
from crosscheck.numerics.exact.balls import to_decimal, working_precision
from crosscheck.numerics.trees import Layer
from crosscheck.report.site.mathml import inline, mathml
from crosscheck.report.site.run import SiteRun
from crosscheck.report.site.worked_formulas import equations
from crosscheck.report.site.worked_settings import OPTIMIZERS, PRESETS, script_data
from crosscheck.report.site.worked_steps import RUNS, WorkedStep, steps
from crosscheck.report.site.worked_values import Sizes, Value

DOCUMENT = "002"
DIGITS = 8
# What makes a worksheet of the file that the page offers.
COMMAND = "crosscheck worksheet my-worksheet --document my-numbers.toml"
# The drawing, in its own units: the rows of units and the loss from top to bottom.
WIDTH, HEIGHT = 400, 470
ROWS, LOSS_ROW, RADIUS = (48, 206, 346), 436, 17
Line = tuple[str, str]  # its text, and the class of its colour or ""
Labels = dict[tuple[Any, ...], list[Line]]  # the lines of text at each place


class WorkedError(LookupError):
    """Something that a step shows does not exist; the message says what."""


def page_values(run: SiteRun) -> dict[str, Any]:
    """For the template: the steps, what the script is given, and Adam's step four ways.

    Raises:
        WorkedError: If a marked line is not found, or a printed number has no step.
    """
    document = transcription.load(DOCUMENT)
    entries = [
        each
        for each in run.parts["ledger"]["numbers"]
        if each["document"] == DOCUMENT and each["verdict"] != Verdict.ILLUSTRATION
    ]
    printed = {each["quantity"]: each["printed"] for each in entries}
    shown_steps = list(steps(_sizes(document), _updated_layer(document)))
    for each in entries:
        if not any(re.fullmatch(step.prints, each["quantity"]) for step in shown_steps):
            raise WorkedError(f"{each['quantity']} is printed, and belongs to no step")
    order = list(dict.fromkeys(step.name for step in shown_steps))
    with working_precision():
        names = exact_names(document)
        names["printed"] = _after_printed_step(document, names, printed)
        fillings = [
            {"number": order.index(step.name) + 1}
            | _filling_of(step, document, names, entries, printed)
            for step in shown_steps
        ]
    return {
        "steps": fillings,
        "count": len(order),
        "runs": RUNS,
        "tables": tables(document),
        "digits": DIGITS,
        "presets": [(name, title) for name, title, *_ in PRESETS],
        "activations": ACTIVATIONS,
        "losses": LOSSES,
        "optimizers": list(OPTIMIZERS),
        "equations": {name: mathml(formula) for name, formula in equations().items()},
        "command": COMMAND,
        "data": script_data(run.parts["ledger"]["numbers"], fillings),
    }


def _filling_of(
    step: WorkedStep, document: Document, names: Names, entries: list[Any], printed: dict[str, str]
) -> dict[str, Any]:
    def exact(quantity: str) -> str:
        return shown(evaluate(quantity, lambda name: ball(resolve(name, names))))

    def value(quantity: str) -> str:
        if not step.as_printed:
            return exact(quantity)
        if normal_form(quantity) not in printed:
            raise WorkedError(f"{quantity} is not printed in document {DOCUMENT}")
        return printed[normal_form(quantity)]

    def lines(each: Value, text: str) -> list[Line]:
        """What the drawing has of a number: where the document gets it wrong, both numbers."""
        name = normal_form(each.quantity)
        if name not in wrong:
            return [(each.short + text, "")]
        if step.as_printed:
            return [(f"{each.short}{text} ✗", "wrong"), (f"exact {exact(each.quantity)}", "")]
        return [(each.short + text, ""), (f"{printed[name]} ✗", "wrong")]

    wrong = {e["quantity"] for e in entries if e["verdict"] == Verdict.CONTRADICTED}
    values = [(each, value(each.quantity)) for each in step.values]
    drawn = [(each.place, lines(each, text)) for each, text in values]
    rows = _printed_rows(step, entries, exact)
    return {
        "id": step.name if step.run is None else f"{step.name}-{step.run}",
        "run": step.run,
        "as_printed": step.as_printed,
        "title": step.title,
        "text": step.text,
        "numbers": [
            {"symbol": inline(each.symbol), "quantity": each.quantity, "value": text}
            for each, text in values
        ],
        "equations": [inline(each) for each in step.equations],
        "code": [
            {
                "framework": name,
                "lines": [
                    located(name, *mark) for mark in step.code.get("", ()) + step.code.get(name, ())
                ],
            }
            for name in BUILT_IN
        ],
        "printed": rows,
        "slips": list({row["slip"]["name"]: row["slip"] for row in rows if row["slip"]}.values()),
        "drawing": _drawing(document, drawn, step.upwards),
    }


def shown(number: Any) -> str:
    """A ball rounded to `DIGITS` significant digits, without zeros at its end."""
    return _brief(to_decimal(number, DIGITS))


def _brief(text: str) -> str:
    with localcontext(prec=DIGITS):
        decimal = Decimal(text).normalize()
    return format(decimal, "f" if decimal.adjusted() > -5 else "e")


def located(framework: str, name: str, mark: str) -> dict[str, str]:
    """The one line of a framework's definition that contains a text, and where it is.

    Args:
        framework: One that is built in.
        name: The definition: "optimizers.adam".
        mark: The text.

    Raises:
        WorkedError: If no line contains it, or several do.
    """
    (definition,) = find(name, [BUILT_IN[framework]])
    lines = definition.lines if definition is not None else ()
    found = [index for index, line in enumerate(lines) if mark in line]
    if definition is None or len(found) != 1:
        raise WorkedError(f"{mark!r} stands in {len(found)} lines of {name} of {framework}, not 1")
    return {
        "where": f"{definition.path}:{definition.line + found[0]}",
        "href": f"code-{name.partition('.')[0]}.html#{name}",
        "text": lines[found[0]].strip(),
    }


def _after_printed_step(
    document: Document, names: Names, printed: dict[str, str]
) -> SimpleNamespace:
    """The example once more, with the parameters that the document prints after Adam's step."""
    index = _updated_layer(document)
    of = f"adam.params[{index}]"
    rows, columns = names["params"][index].weight.shape
    weight = [[printed[f"{of}.weight[{j}, {k}]"] for k in range(columns)] for j in range(rows)]
    bias = [printed[f"{of}.bias[{j}]"] for j in range(rows)]
    return names_with_layer(document, names, index, Layer(weight, bias))


def _printed_rows(
    step: WorkedStep, entries: list[Any], exact: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The printed numbers of a step; equal prints of a quantity with one verdict share a row."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for each in entries:
        if re.fullmatch(step.prints, each["quantity"]):
            key = (each["quantity"], each["printed"], each["verdict"])
            slip = each["slip"] and each["slip"] | {"gives": _brief(each["slip"]["gives"])}
            new = each | {"exact": exact(each["quantity"]), "slip": slip, "times": 0}
            rows.setdefault(key, new)["times"] += 1
    return list(rows.values())


def _updated_layer(document: Document) -> int:
    """The index of the one layer that the document updates."""
    (index,) = {layer for run in document.example.runs for layer in run.layers}
    return index


def _sizes(document: Document) -> Sizes:
    assert document.example.network is not None
    return document.example.network.layer_sizes


# ----- the drawing: places are ("unit", row, index), ("edge", row above, to, from), ("loss",) -----


def _drawing(
    document: Document, drawn: list[tuple[tuple[Any, ...], list[Line]]], upwards: bool
) -> dict[str, Any]:
    """Units, edges and the loss, with what is written at each."""
    labels: Labels = {}
    for place, lines in drawn:
        labels.setdefault(place, []).extend(lines)
    sizes = _sizes(document)
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
