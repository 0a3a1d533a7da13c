"""The templates in one language, with the functions that they use."""

from collections.abc import Callable
from functools import cache
from math import log10
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from crosscheck.numerics.digits import few_digits, of_bound
from crosscheck.report.colours import css_class
from crosscheck.report.site import documents
from crosscheck.report.site.editions import TAGS, Edition


@cache  # since templates are compiled slowly
def template_environment(edition: Edition) -> Environment:
    """The templates, which say everything in the language of an edition.

    A text in a template is English, in `{% trans %}` or `_()`. It must have a translation: one that
    has none raises a KeyError when the page is made.
    """
    environment = Environment(
        loader=PackageLoader("crosscheck.report.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        edition.gettext, edition.ngettext, newstyle=True
    )

    def verdict(word: str, text: str | None = None) -> Markup:
        """A verdict in its colour; `text` is written instead of the word."""
        return Markup('<span class="verdict {}">{}</span>').format(
            css_class(word), escape(text or edition.local(word))
        )

    def fraction(cell: dict[str, Any]) -> str:
        """The error of a comparison as a fraction of its bound."""
        if cell["fraction"] is None:
            return edition.say("beyond measure")
        return of_bound(cell["fraction"])

    def ulps(cell: dict[str, Any]) -> str:
        """The same error in units in the last place, or nothing where they have no meaning."""
        if cell["ulps"] is None:
            return ""
        return edition.say("%(count)s ulps", count=short(cell["ulps"]))

    functions: dict[str, Callable[..., Any]] = {
        "verdict": verdict,
        "fraction": fraction,
        "ulps": ulps,
        "short": short,
        "decades": decades,
        "language_of": language_of,
        "slug": documents.slug,
        "local": edition.local,
        "marked": edition.marked,
        "listed": edition.listed,
        "file": edition.file,
    }
    environment.globals |= functions | {"space": edition.space}
    return environment


def short(number: float) -> str:
    """A number to two significant digits, without an exponent where that is short."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if 10 <= rounded < 100_000 else few_digits(number, 2)


def decades(margin: float) -> float:
    """By how many powers of ten a margin passes its bound: at least 0, and no more than 16 shown.

    Of 16 digits, which is what float64 has, none is right then.
    """
    return round(min(log10(max(margin, 1.0)), 16.0), 2)


def language_of(text: str) -> str:
    """The language of a heading or a line of a document, as HTML names it."""
    return TAGS["zh" if any("\u4e00" <= letter <= "\u9fff" for letter in text) else "en"]
