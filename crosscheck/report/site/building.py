"""Building a site: pages to read beside the lecture notes, from one run, without a server.

Every figure on the pages comes from that run; none is typed in.
"""

import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, UndefinedError

from crosscheck.frameworks.registry import MODULES
from crosscheck.frameworks.version import VERSION
from crosscheck.report.json_files import NOT_TEXT, write_compact
from crosscheck.report.site import code, documents, overview, tables, worked
from crosscheck.report.site.assets import assets
from crosscheck.report.site.editions import ENGLISH, Edition
from crosscheck.report.site.folders import SiteError, check_folder, write_folder
from crosscheck.report.site.pictures import redraw
from crosscheck.report.site.run import PARTS, SiteRun
from crosscheck.report.site.templating import template_environment

# What a run of another version, or one that was altered by hand, makes of the code that shows it.
UNFIT = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError),
    *(SyntaxError, UndefinedError),
)

# Which parts are shown by the templates and modules whose names begin so.
SHOWN = {
    **dict.fromkeys(("document", "formulas", "mathml"), ("ledger", "verification")),
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
    """One page, in each of the two languages.

    Attributes:
        name: That of its file without its ending.
        template: The template that makes it.
        title: Its heading.
        values: What the template shows, by the names that it uses.
    """

    name: str
    template: str
    title: str
    values: dict[str, Any]


def build(folder: Path, run: SiteRun, language: str = "en") -> list[Path]:
    """Write the site of a run into a folder: whole, or not at all.

    Args:
        folder: A folder that is new, or empty, or has an earlier site, which is replaced.
        run: The run to show.
        language: "en" or "zh": that of the pages with the plain names, as index.html. A link on
            each leads to the same page in the other language.

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
    for edition in (ENGLISH, ENGLISH.other):
        for picture in run.pictures:
            path = folder / edition.picture(picture.name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(redraw(picture.content, edition.local, edition.tag))
    for part in PARTS:
        write_compact(folder / "run" / f"{part}.json", run.parts[part])


def _texts(run: SiteRun, main: str) -> dict[str, str]:
    """The text of every page by its file; `main` is the language of the plain names."""
    texts: dict[str, str] = {}
    editions = [Edition(main, main), Edition(main, main).other]
    made = [(edition, page) for edition in editions for page in pages(run, edition)]
    files = Counter(edition.file(page.name).lower() for edition, page in made)
    environments = {edition: template_environment(edition) for edition in editions}
    for edition, page in made:
        file = edition.file(page.name)
        if files[file.lower()] > 1:  # some systems cannot tell large letters from small ones
            raise SiteError(f"two pages would be called {file}: rename a document's file")
        texts[file] = render(environments[edition], page, run, edition)
    return texts


def pages(run: SiteRun, edition: Edition) -> Iterator[Page]:
    """Every page of a run in one language, the overview first."""
    say, parts = edition.say, run.parts
    yield Page("index", "overview.html", say("Overview"), overview.page_values(run, edition))
    for number in parts["ledger"]["documents"]:
        values = documents.page_values(parts["ledger"], parts["verification"], number, edition)
        title = say("Document %(number)s: %(title)s", number=number, title=values["document_title"])
        yield Page(documents.name_of(number), "document.html", title, values)
    yield Page("worked", "worked.html", say("The worked example"), worked.page_values(run, edition))
    for module in MODULES:
        title = say("Side by side: %(module)s", module=module)
        values = code.page_values(run, module, edition)
        yield Page(f"code-{module}", "code.html", title, values)
    yield Page("conventions", "conventions.html", say("Conventions"), tables.conventions(run))
    yield Page("sharpness", "sharpness.html", say("Sharpness"), tables.sharpness(run, edition))
    yield Page("training", "training.html", say("Training"), tables.training(run, edition))


def render(environment: Environment, page: Page, run: SiteRun, edition: Edition) -> str:
    """The text of a page.

    Args:
        environment: The templates in the edition's language.
        page: The page.
        run: The run that it shows.
        edition: Its language.
    """
    links = [("index", edition.say("Overview"))]
    links += [(documents.name_of(number), number) for number in run.parts["ledger"]["documents"]]
    links += [
        ("worked", edition.say("Worked example")),
        ("code-params", edition.say("Side by side")),
        ("conventions", edition.say("Conventions")),
        ("sharpness", edition.say("Sharpness")),
        ("training", edition.say("Training")),
    ]
    return environment.get_template(page.template).render(
        page=edition.file(page.name),
        other=edition.other.file(page.name),
        json="run/verification.json",
        title=page.title,
        edition=edition,
        links=[{"href": edition.file(name), "title": title} for name, title in links],
        run=SimpleNamespace(**run.parts),
        parts=PARTS,
        **page.values,
    )
