"""Formulas within statements: what becomes one, and what stays prose."""

import re

import pytest

from crosscheck.documents.statements.catalogue import all_statements

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from crosscheck.report.site import prose
from crosscheck.report.site.editions import Edition


def shown(text):
    """A text with its formulas in LaTeX between dollars, single spaces in them."""
    return re.sub(r"\$[^$]*\$", lambda found: " ".join(found.group().split()), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BP1: delta^(L) = dC/db.", r"BP1: $\delta^{(L)} = \frac{\partial C}{\partial b}$."),
        ("a_k delta_j, and delta", r"$a_{k} \, \delta_{j}$, and $\delta$"),
        ("falls as e^(-x) does", "falls as $e^{-x}$ does"),
        ("the last is w_13,002.", "the last is $w_{13,002}$."),
        ("(a^(l-1))^T", "$( a^{(l-1)} )^{T}$"),
        ("z[l]_i = sum_j W[l]_ji", r"$z_{i}^{[l]} = \sum_{j} \, W_{ji}^{[l]}$"),
        ("W(2)^T a(1)", r"$W^{(2)T} \, a^{(1)}$"),
        ("by sqrt(v): m", r"by $\sqrt{v}$: $m$"),
        ("1/2 ||a - y||^2", r"$1 / 2 \Vert a - y \Vert^{2}$"),
        ("28*28 pixels", r"$28 \times 28$ pixels"),
        (
            "dJ/dW = ((a - y) * sigma'(z)) W^T * sigma'(z) x^T",
            r"$\frac{\partial J}{\partial W}$"
            r" ${} = ( ( a - y ) \ast \sigma' ( z ) ) W^{T}$ ${} \ast \sigma' ( z ) x^{T}$",
        ),
        # What is no formula.
        ("A W(2) of a row", "A $W^{(2)}$ of a row"),
        ("with W(2) a column", "with $W^{(2)}$ a column"),
        ("as z = W a needs", r"as $z = W \, a$ needs"),
        ("(0, 1] of 1/x", "(0, 1] of $1 / x$"),
        ("a rate of 0.3, a sum; a 3-2-1 network", "a rate of 0.3, a sum; a 3-2-1 network"),
        ("max_epochs and W2.T", "<code>max_epochs</code> and <code>W2.T</code>"),
        ("output_errors() is no loss", "<code>output_errors()</code> is no loss"),
        ("neither < nor &", "neither &lt; nor &amp;"),
        ("其余为 0。a^(1) 为一行", "其余为 0。$a^{(1)}$ 为一行"),
    ],
)
def test_a_text_has_these_formulas(text, expected, monkeypatch):
    monkeypatch.setattr(prose, "inline", lambda formula: prose.Markup(f"${formula}$"))
    assert shown(str(prose.with_formulas(text))) == expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_statement_has_a_formula_in_ascii(language):
    for each in all_statements():
        for text in (each.statement, each.correct or "", *each.demonstrate()):
            if text:
                said = str(prose.with_formulas(Edition(language).of_document(text, each.document)))
                left = re.sub("<(math|code).*?</\\1>", "", said)
                assert not re.search(r"[\^_\\]|\b(delta|sigma|eta|eps|sqrt)\b|d\w/d", left), said
                assert "\\" not in said
