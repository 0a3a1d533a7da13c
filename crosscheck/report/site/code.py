"""What the pages of the code show: every definition in every framework, lines beside lines."""

from functools import cache
from typing import Any

from markupsafe import Markup, escape
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String, Token, _TokenType

from crosscheck.frameworks import reading
from crosscheck.frameworks.registry import BUILT_IN, MODULES
from crosscheck.report.site.formulas import FORMULAS
from crosscheck.report.site.mathml import mathml
from crosscheck.report.site.run import Run

# The class of a piece of code; everything else is plain.
CLASSES = {
    Keyword: "k",
    String: "s",
    Comment: "c",
    Number: "m",
    Name.Function: "n",
    Name.Class: "n",
}

# What a public function of the contract is made of: the same equation, measured through it.
INSIDE = {
    "gradients.unchecked_value_and_grad": "gradients.value_and_grad",
    "gradients._backward": "gradients.deltas",
    "gradients._record": "mlp.forward",
    "mlp.linear": "mlp.forward",
    "mlp.unchecked_forward": "mlp.forward",
    "epochs.run_epoch": "training.train",
}


def filling(run: Run, module: str) -> dict[str, Any]:
    """For the template: the definitions of one module, with equation and measured agreement."""
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
                "formulas": [mathml(each) for each in FORMULAS.get(INSIDE.get(name, name), ())],
                "measured": measured.get(INSIDE.get(name, name), []),
                **_lines(name, packages),
            }
            for name in names
        ],
    }


def _lines(name: str, packages: list[str]) -> dict[str, Any]:
    found = reading.find(name, packages)
    there = [each for each in found if each is not None]
    lines = [highlighted(each.lines) for each in there]
    rows = reading.align([each.lines for each in there])
    return {
        "columns": [
            {"framework": framework, "place": f"{each.path}:{each.line}"}
            for framework, each in zip(BUILT_IN, found, strict=True)
            if each is not None
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


@cache  # what is written alike in several frameworks, once
def highlighted(lines: tuple[str, ...]) -> list[Markup]:
    """Lines of Python in colour: each piece in a span of its class."""
    pieces: list[Markup] = []
    for kind, text in lex("\n".join(lines), PythonLexer(stripnl=False)):
        opening, closing = _span(kind)
        # A piece may go over several lines, as a docstring does: every line gets its own span.
        parts = [opening + escape(part) + closing for part in text.split("\n")]
        pieces.append(Markup("\n").join(parts))
    return [Markup(line) for line in Markup("").join(pieces).split("\n")][: len(lines)]


def _span(kind: _TokenType) -> tuple[Markup, Markup]:
    while kind is not Token:
        if kind in CLASSES:
            return Markup('<span class="{}">').format(CLASSES[kind]), Markup("</span>")
        kind = kind.parent
    return Markup(""), Markup("")
