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
from crosscheck.report.site.assets import said_by_scripts
from crosscheck.report.site.documents import translate_line
from crosscheck.report.site.editions import ENGLISH, Edition
from crosscheck.report.site.mathml import inline, mathml
from crosscheck.report.site.run import SiteRun
from crosscheck.report.site.worked_drawing import Line, drawing
from crosscheck.report.site.worked_formulas import equations
from crosscheck.report.site.worked_settings import OPTIMIZERS, PRESETS, as_json, script_data
from crosscheck.report.site.worked_steps import RUNS, WorkedStep, steps
from crosscheck.report.site.worked_values import Sizes, Value

DOCUMENT = "002"
DIGITS = 8
# What makes a worksheet of the file that the page offers.
COMMAND = "crosscheck worksheet my-worksheet --document my-numbers.toml"


class WorkedError(LookupError):
    """Something that a step shows does not exist; the message says what."""


def page_values(run: SiteRun, edition: Edition = ENGLISH) -> dict[str, Any]:
    """For the template: the steps, what the script is given, and Adam's step four ways.

    Args:
        run: The run.
        edition: The page's language.

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
            | _filling_of(step, document, names, entries, printed, edition)
            for step in shown_steps
        ]
    return {
        "steps": fillings,
        "count": len(order),
        "runs": {name: edition.say(title) for name, title in RUNS.items()},
        "tables": [
            (edition.say(title), [edition.local(each) for each in head], rows)
            for title, head, rows in tables(document)
        ],
        "digits": DIGITS,
        "presets": [(name, edition.say(title)) for name, title, *_ in PRESETS],
        "activations": ACTIVATIONS,
        "losses": LOSSES,
        "optimizers": list(OPTIMIZERS),
        "equations": {
            name: mathml(edition.formula(formula)) for name, formula in equations().items()
        },
        "command": COMMAND,
        "data": script_data(run.parts["ledger"]["numbers"], fillings, edition),
        "said": as_json(said_by_scripts(edition)),
    }


def _filling_of(
    step: WorkedStep,
    document: Document,
    names: Names,
    entries: list[Any],
    printed: dict[str, str],
    edition: Edition,
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
        name, before = normal_form(each.quantity), edition.local(each.short)
        if name not in wrong:
            return [(before + text, "")]
        if step.as_printed:
            right = edition.say("exact %(number)s", number=exact(each.quantity))
            return [(f"{before}{text} ✗", "wrong"), (right, "")]
        return [(before + text, ""), (f"{printed[name]} ✗", "wrong")]

    wrong = {e["quantity"] for e in entries if e["verdict"] == Verdict.CONTRADICTED}
    values = [(each, value(each.quantity)) for each in step.values]
    drawn = [(each.place, lines(each, text)) for each, text in values]
    rows = _printed_rows(step, entries, exact, edition)
    return {
        "id": step.name if step.run is None else f"{step.name}-{step.run}",
        "run": step.run,
        "as_printed": step.as_printed,
        "title": edition.say(step.title),
        "text": edition.join(step.sentences),
        "numbers": [
            {
                "symbol": inline(edition.formula(each.symbol)),
                "quantity": each.quantity,
                "value": text,
            }
            for each, text in values
        ],
        "equations": [inline(edition.formula(each)) for each in step.equations],
        "code": [
            {
                "framework": name,
                "lines": [
                    located(name, *mark, edition)
                    for mark in step.code.get("", ()) + step.code.get(name, ())
                ],
            }
            for name in BUILT_IN
        ],
        "printed": rows,
        "slips": list({row["slip"]["name"]: row["slip"] for row in rows if row["slip"]}.values()),
        "drawing": drawing(_sizes(document), drawn, step.upwards),
    }


def shown(number: Any) -> str:
    """A ball rounded to `DIGITS` significant digits, without zeros at its end."""
    return _brief(to_decimal(number, DIGITS))


def _brief(text: str) -> str:
    with localcontext(prec=DIGITS):
        decimal = Decimal(text).normalize()
    return format(decimal, "f" if decimal.adjusted() > -5 else "e")


def located(framework: str, name: str, mark: str, edition: Edition = ENGLISH) -> dict[str, str]:
    """The one line of a framework's definition that contains a text, and where it is.

    Args:
        framework: One that is built in.
        name: The definition: "optimizers.adam".
        mark: The text.
        edition: The language of the page that links to it.

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
        "href": f"{edition.file('code-' + name.partition('.')[0])}#{name}",
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
    step: WorkedStep, entries: list[Any], exact: Callable[[str], str], edition: Edition
) -> list[dict[str, Any]]:
    """The printed numbers of a step; equal prints of a quantity with one verdict share a row."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for each in entries:
        if re.fullmatch(step.prints, each["quantity"]):
            key = (each["quantity"], each["printed"], each["verdict"])
            said = {
                "exact": exact(each["quantity"]),
                "line": translate_line(each["line"], DOCUMENT, edition),
                "slip": each["slip"] and _slip(each["slip"], edition),
                "times": 0,
            }
            rows.setdefault(key, each | said)["times"] += 1
    return list(rows.values())


def _slip(slip: dict[str, Any], edition: Edition) -> dict[str, Any]:
    words = {key: edition.of_document(slip[key], DOCUMENT) for key in ("name", "explanation")}
    return slip | words | {"gives": _brief(slip["gives"])}


def _updated_layer(document: Document) -> int:
    """The index of the one layer that the document updates."""
    (index,) = {layer for run in document.example.runs for layer in run.layers}
    return index


def _sizes(document: Document) -> Sizes:
    assert document.example.network is not None
    return document.example.network.layer_sizes
