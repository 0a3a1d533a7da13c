"""The pages of the code: every definition in every framework, line beside line."""

from functools import cache
from typing import Any

from markupsafe import Markup, escape
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, Token, _TokenType

from crosscheck.frameworks import reading
from crosscheck.frameworks.registry import BUILT_IN, MODULES
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.formulas import FORMULAS
from crosscheck.report.site.mathml import mathml
from crosscheck.report.site.run import SiteRun

# The class of a kind of token in the style sheet; every other token is plain.
CLASSES = {
    Keyword: "k",
    String: "s",
    Comment: "c",
    Number: "m",
    Name.Function: "n",
    Name.Class: "n",
}

# Functions that do the work of a function of the contract: they have the equations of that one, and
# what is measured of that one holds for them.
INSIDE = {
    "gradients.unchecked_value_and_grad": "gradients.value_and_grad",
    "gradients._backward": "gradients.deltas",
    "gradients._record": "mlp.forward",
    "mlp.linear": "mlp.forward",
    "mlp.unchecked_forward": "mlp.forward",
    "epochs.run_epoch": "training.train",
}


def page_values(run: SiteRun, module: str, edition: Edition) -> dict[str, Any]:
    """What the template shows of a module: its definitions, their equations and worst errors.

    Args:
        run: The run with the worst errors.
        module: A module of the contract.
        edition: The page's language.
    """
    packages = list(BUILT_IN.values())
    names = dict.fromkeys(
        each.name for package in packages for each in reading.definitions(package, module).values()
    )
    measured: dict[str, list[dict[str, Any]]] = {}
    for each in run.parts["verification"]["definitions"]:
        measured.setdefault(each["name"], []).append(each)
    return {
        "modules": MODULES,
        "module": module,
        "frameworks": list(BUILT_IN),
        "definitions": [
            {
                "name": name,
                "formulas": [
                    mathml(edition.formula(each))
                    for each in FORMULAS.get(INSIDE.get(name, name), ())
                ],
                "measured": measured.get(INSIDE.get(name, name), []),
                **_lines(name, packages),
            }
            for name in names
        ],
    }


def _lines(name: str, packages: list[str]) -> dict[str, Any]:
    definitions = {
        framework: definition
        for framework, definition in zip(BUILT_IN, reading.find(name, packages), strict=True)
        if definition is not None
    }
    lines = [highlight(each.lines) for each in definitions.values()]
    rows = reading.align([each.lines for each in definitions.values()])
    return {
        "columns": [
            {"framework": framework, "place": f"{each.path}:{each.line}"}
            for framework, each in definitions.items()
        ],
        "rows": [
            {
                "same": row.same,
                "cells": [
                    "" if index is None else lines[column][index]
                    for column, index in enumerate(row.cells)
                ],
            }
            for row in rows
        ],
        "differing": sum(not row.same for row in rows),
    }


@cache  # since many definitions are the same in several frameworks
def highlight(lines: tuple[str, ...]) -> list[Markup]:
    """Lines of Python in colour: each token in a span of its class."""
    pieces: list[Markup] = []
    for kind, text in lex("\n".join(lines), PythonLexer(stripnl=False)):
        opening, closing = _span(kind)
        # A token may have several lines, as a docstring does: each line gets a span of its own.
        parts = [opening + escape(part) + closing for part in text.split("\n")]
        pieces.append(Markup("\n").join(parts))
    return [Markup(line) for line in Markup("").join(pieces).split("\n")][: len(lines)]


def _span(kind: _TokenType) -> tuple[Markup, Markup]:
    while kind is not Token:
        if kind in CLASSES:
            return Markup('<span class="{}">').format(CLASSES[kind]), Markup("</span>")
        kind = kind.parent
    return Markup(""), Markup("")
