"""Building a site: pages to read beside the lecture notes, from one run, without a server.

Every figure on the pages comes from that run; none is typed in.
"""

import shutil
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from math import log10
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from crosscheck.frameworks.registry import MODULES
from crosscheck.frameworks.version import VERSION
from crosscheck.numerics.digits import few_digits, of_bound
from crosscheck.report.colours import css_class
from crosscheck.report.json_files import NOT_TEXT, write_compact
from crosscheck.report.site import code, documents, overview, tables, worked
from crosscheck.report.site.folders import SiteError, check_folder, write_folder
from crosscheck.report.site.run import PARTS, SiteRun
from crosscheck.report.site.words import WORDS

# The files that pages load, each from one or several templates.
ASSETS = {
    "style.css": ("style.css", "tables.css", "worked.css"),
    "script.js": ("script.js",),
    "counts.js": ("counts.js",),
    "network.js": ("network.js",),
    "worked.js": (
        *("setting.js", "notation.js", "arithmetic.js", "lines.js", "labels.js", "walk.js"),
        *("figure.js", "form.js", "worked.js"),
    ),
}
# What a run of another version, or one that was altered by hand, makes of the code that shows it.
UNFIT = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError),
    *(SyntaxError, UndefinedError),
)

# Which parts are shown by the templates and modules whose names begin so.
SHOWN = {
    **dict.fromkeys(("document", "formulas", "mathml", "words"), ("ledger", "verification")),
    **dict.fromkeys(("worked", "code"), ("ledger", "verification")),
    "tables": ("conventions", "mistakes", "training"),
    "conventions": ("conventions",),
    "sharpness": ("mistakes",),
    "training": ("training",),
}


class UnfitError(SiteError):
    """A run cannot be shown by this version."""


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        file: Its name in the site.
        template: The template that makes it.
        title: Its heading.
        values: What the template shows, by the names that it uses.
        language: The language of its own words: "en" or "zh".
    """

    file: str
    template: str
    title: str
    values: dict[str, Any]
    language: str = "en"


def build(folder: Path, run: SiteRun, language: str = "en") -> list[Path]:
    """Write the site of a run into a folder: whole, or not at all.

    Args:
        folder: A folder that is new, or empty, or has an earlier site, which is replaced.
        run: The run to show.
        language: "en" or "zh": to which of a document's two pages the other pages link.

    Returns:
        The pages' files, the overview first.

    Raises:
        UnfitError: If the run lacks something that is shown, since another version made it.
        SiteError: If the folder has anything else in it, or cannot be written.
    """
    check_folder(folder)
    try:
        texts = _texts(run, language)
    except SiteError:  # which is a ValueError
        raise
    except UNFIT as error:
        raise UnfitError(
            f"this run does not fit crosscheck {VERSION} ({type(error).__name__}: {error}; found "
            f"in {_place(error)}, which shows {_parts_of(_place(error))}): make a new one by "
            "leaving out --run"
        ) from error
    write_folder(folder, lambda new: _write(new, texts, run))
    return [folder / file for file in texts]


def _place(error: BaseException) -> str:
    """Where the pages are made at which an error rose: a template, or a module."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent.name in ("site", "templates")]
    return Path(own[-1].filename).name if own else "a page"


def _parts_of(place: str) -> str:
    """The files of a run that are shown where an error rose."""
    stem = Path(place).stem
    parts = next((parts for begins, parts in SHOWN.items() if stem.startswith(begins)), PARTS)
    return " and ".join(f"{part}.json" for part in parts)


def _write(folder: Path, texts: dict[str, str], run: SiteRun) -> None:
    """Write every file of a site into a new folder, which nobody reads before it is complete."""
    (folder / "run").mkdir()
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8", errors=NOT_TEXT)
    for name, text in assets().items():
        (folder / name).write_text(text, encoding="utf-8")
    for picture in run.pictures:
        shutil.copy(picture, folder / "run" / picture.name)
    for part in PARTS:
        write_compact(folder / "run" / f"{part}.json", run.parts[part])


def _texts(run: SiteRun, linked: str) -> dict[str, str]:
    """The text of every page by its file; `linked` is the language of the linked documents."""
    environment = template_environment()
    pages = list(_pages(run, linked))
    files = Counter(page.file.lower() for page in pages)  # which some systems cannot tell apart
    for page in pages:
        if files[page.file.lower()] > 1:
            raise SiteError(f"two pages would be called {page.file}: rename a document's file")
    return {page.file: _render(environment, page, run, linked) for page in pages}


def _pages(run: SiteRun, linked: str) -> Iterator[Page]:
    parts = run.parts
    yield Page("index.html", "overview.html", "Overview", overview.page_values(run, linked))
    for language, words in WORDS.items():
        for number in parts["ledger"]["documents"]:
            file = documents.file_of(number, language)
            values = documents.page_values(parts["ledger"], parts["verification"], number, language)
            title = f"{words['document']} {number}{words['colon']}{values['document_title']}"
            yield Page(file, "document.html", title, values, language)
    yield Page("worked.html", "worked.html", "The worked example", worked.page_values(run))
    for module in MODULES:
        title = f"{WORDS['en']['side_by_side']}: {module}"
        yield Page(f"code-{module}.html", "code.html", title, code.page_values(run, module))
    yield Page("conventions.html", "conventions.html", "Conventions", tables.conventions(run))
    yield Page("sharpness.html", "sharpness.html", "Sharpness", tables.sharpness(run))
    yield Page("training.html", "training.html", "Training", tables.training(run))


def _render(environment: Environment, page: Page, run: SiteRun, linked: str) -> str:
    words = WORDS[page.language]
    of_documents = linked if page.language == "en" else page.language
    links = [("index.html", words["overview"])]
    links += [
        (documents.file_of(number, of_documents), number)
        for number in run.parts["ledger"]["documents"]
    ]
    links += [("worked.html", words["worked"]), ("code-params.html", words["side_by_side"])]
    links += [(f"{name}.html", words[name]) for name in ("conventions", "sharpness", "training")]
    return environment.get_template(page.template).render(
        page=page.file,
        json="run/verification.json",
        title=page.title,
        language=page.language,
        words=SimpleNamespace(**words),
        links=[{"href": href, "title": title} for href, title in links],
        run=SimpleNamespace(**run.parts),
        parts=PARTS,
        **page.values,
    )


def assets() -> dict[str, str]:
    """The text of every file that pages load, by its name in the site."""
    return {
        name: "\n".join(template_source(source) for source in sources)
        for name, sources in ASSETS.items()
    }


def template_source(name: str) -> str:
    """The text of a file beside the templates."""
    return (files(__package__) / "templates" / name).read_text("utf-8")


def template_environment() -> Environment:
    """The templates, with the functions that they use."""
    environment = Environment(
        loader=PackageLoader("crosscheck.report.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    functions: dict[str, Callable[..., Any]] = {
        "verdict": verdict,
        "fraction": fraction,
        "ulps": ulps,
        "short": short,
        "decades": decades,
        "language_of": language_of,
        "slug": documents.slug,
    }
    environment.globals |= functions
    return environment


def verdict(word: str, text: str | None = None) -> Markup:
    """A verdict in its colour.

    Args:
        word: The verdict.
        text: What is written instead of the word, in another language.
    """
    return Markup('<span class="verdict {}">{}</span>').format(
        css_class(word), escape(text or word)
    )


def fraction(cell: dict[str, Any]) -> str:
    """The error of a comparison as a fraction of its bound."""
    if cell["fraction"] is None:
        return "beyond measure"
    return of_bound(cell["fraction"])


def ulps(cell: dict[str, Any]) -> str:
    """The same error in units in the last place, or nothing where they have no meaning."""
    return "" if cell["ulps"] is None else f"{short(cell['ulps'])} ulps"


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
    """The language of a heading or a line of a document: "zh" or "en"."""
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in text) else "en"
