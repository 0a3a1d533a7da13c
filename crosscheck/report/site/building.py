"""`crosscheck site`: pages to read beside the lecture notes, from one run, without a server.

Everything on them comes from the run that they are built from: no figure is typed in.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from crosscheck import __version__
from crosscheck.frameworks.registry import MODULES
from crosscheck.report.site import code, documents, overview, tables, worked
from crosscheck.report.site.run import PARTS, Run
from crosscheck.report.site.words import WORDS

# A folder that holds this file was written by `build`, and may be replaced.
MARK = "made-by-crosscheck"
# What every page loads, and what it is joined from.
JOINED = {"style.css": ("style.css", "worked.css"), "script.js": ("script.js", "worked.js")}
# The colour of every verdict; the word always stands in it.
COLOURS = {
    **dict.fromkeys(("verified", "confirmed", "holds", "done"), "good"),
    **dict.fromkeys(("wrong", "contradicted", "fails"), "bad"),
    **dict.fromkeys(("inherited", "ambiguous", "unfinished", "not installed"), "care"),
    "for another contract": "care",
    "rounded inputs": "info",
    "illustration": "none",
}


class SiteError(ValueError):
    """The site cannot be written; the message says why."""


class UnfitError(SiteError):
    """A run cannot be shown by this version."""


@dataclass(frozen=True)
class Page:
    """One page: its file, its template, its title and what the template is filled with."""

    file: str
    template: str
    title: str
    filling: dict[str, Any]
    language: str = "en"


def build(folder: Path, run: Run, language: str = "en") -> list[Path]:
    """Write the site of a run into a folder: whole, or not at all.

    Args:
        folder: A new or empty one, or one that holds an earlier site, which is replaced.
        run: What it shows.
        language: "en" or "zh": of the documents' pages that the others link to.

    Raises:
        SiteError: If the folder holds anything else, or cannot be written; if the run was made by
            another version, whose statements were others.
    """
    place = place_of(folder)
    try:
        texts = _texts(run, language)
    except (AttributeError, LookupError, TypeError, ValueError, UndefinedError) as error:
        raise UnfitError(
            f"this run does not fit crosscheck {__version__} ({type(error).__name__}: {error}): "
            "make a new one by leaving out --run"
        ) from error
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            made = Path(scratch, "site")
            (made / "run").mkdir(parents=True)
            for file, text in texts.items():
                (made / file).write_text(text, encoding="utf-8")
            for name, sources in JOINED.items():
                text = "\n".join(_source(source) for source in sources)
                (made / name).write_text(text, encoding="utf-8")
            for picture in run.pictures:
                shutil.copy(picture, made / "run" / picture.name)
            for part in PARTS:
                overview.write_part(made / "run" / f"{part}.json", run.parts[part])
            (made / MARK).touch()
            _put(made, place, Path(scratch, "earlier"))
    except OSError as error:
        raise SiteError(f"cannot write {folder}: {error.strerror}") from None
    return [folder / file for file in texts]


def place_of(folder: Path) -> Path:
    """Where the site of a folder stands, if it may: new, empty, or an earlier site.

    Raises:
        SiteError: If the folder holds anything else, is a file, or cannot be looked into.
    """
    try:
        place = folder.resolve()  # so that "." has a folder around it, and a link stays one
        if place.exists() and not (place / MARK).exists() and any(place.iterdir()):
            raise SiteError(f"{folder} holds something that is no site: name a new or empty folder")
    except OSError as error:
        raise SiteError(f"cannot write {folder}: {error.strerror}") from None
    return place


def _put(made: Path, place: Path, earlier: Path) -> None:
    """Move a finished site to its place; what is there goes only once the new one is there."""
    if not place.exists():
        made.replace(place)
        return
    place.replace(earlier)
    try:
        made.replace(place)
    except OSError:
        earlier.replace(place)
        raise


def _texts(run: Run, language: str) -> dict[str, str]:
    """The text of every page by its file."""
    environment = _environment()
    return {
        page.file: _rendered(environment, page, run, language) for page in _pages(run, language)
    }


def _pages(run: Run, language: str) -> Iterator[Page]:
    parts = run.parts
    yield Page("index.html", "overview.html", "Overview", overview.filling(run, language))
    for spoken in ("en", "zh"):
        for number in parts["ledger"]["documents"]:
            filled = documents.filling(parts["ledger"], parts["verification"], number, spoken)
            title = f"{WORDS[spoken]['document']} {number}{WORDS[spoken]['colon']}{filled['named']}"
            file = documents.file_of(number, spoken)
            yield Page(file, "document.html", title, filled, spoken)
    yield Page("worked.html", "worked.html", "The worked example", worked.filling(run))
    for module in MODULES:
        title = f"{WORDS['en']['side_by_side']}: {module}"
        yield Page(f"code-{module}.html", "code.html", title, code.filling(run, module))
    yield Page("conventions.html", "conventions.html", "Conventions", tables.conventions(run))
    yield Page("sharpness.html", "sharpness.html", "Sharpness", tables.sharpness(run))
    yield Page("training.html", "training.html", "Training and speed", tables.training(run))


def _rendered(environment: Environment, page: Page, run: Run, language: str) -> str:
    spoken = page.language
    words = WORDS[spoken]
    links = [("index.html", words["overview"])]
    links += [
        (documents.file_of(number, language if spoken == "en" else spoken), number)
        for number in run.parts["ledger"]["documents"]
    ]
    links += [("worked.html", words["worked"]), ("code-params.html", words["side_by_side"])]
    links += [(f"{n}.html", words[n]) for n in ("conventions", "sharpness", "training")]
    return environment.get_template(page.template).render(
        page=page.file,
        title=page.title,
        language=spoken,
        words=SimpleNamespace(**words),
        links=[{"href": href, "title": title} for href, title in links],
        run=SimpleNamespace(**run.parts),
        parts=PARTS,
        **page.filling,
    )


def _source(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crosscheck.report.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    helpers: dict[str, Callable[..., Any]] = {
        "verdict": _verdict,
        "fraction": fraction,
        "ulps": ulps,
        "short": short,
        "tongue": tongue,
    }
    environment.globals |= helpers
    return environment


def _verdict(word: str, shown: str | None = None) -> Markup:
    """A verdict as colour and word."""
    return Markup('<span class="verdict {}">{}</span>').format(
        COLOURS.get(word, "none"), escape(shown or word)
    )


def fraction(cell: dict[str, Any]) -> str:
    """What part of its bound an error is."""
    if cell["fraction"] is None:
        return "beyond measure"
    return f"{cell['fraction']:.2f}" if cell["fraction"] < 1000 else f"{cell['fraction']:.1e}"


def ulps(cell: dict[str, Any]) -> str:
    """The same error in units of the last place, where they say something."""
    return "" if cell["ulps"] is None else f"{short(cell['ulps'])} ulps"


def short(number: float) -> str:
    """Two digits of a number, as a whole one where that is not long."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if 10 <= rounded < 100_000 else f"{number:.2g}"


def tongue(text: str) -> str:
    """The language of a heading or a line of a document."""
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in text) else "en"
