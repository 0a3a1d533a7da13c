"""One page with the result of a verification, to be handed on: it needs no other file."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from crosscheck.report.json_files import NOT_TEXT, write_json
from crosscheck.report.site import overview
from crosscheck.report.site.assets import template_source
from crosscheck.report.site.editions import Edition
from crosscheck.report.site.folders import check_folder, write_folder
from crosscheck.report.site.templating import template_environment
from crosscheck.verification.result import Outcome

# Files of a report: the page, its figures for other programs, and what a report is known by.
PAGE, FIGURES, MARK = "index.html", "verification.json", "report-by-crosscheck"
KIND = "report"


def check_report_folder(folder: Path) -> None:
    """Check that a report may be written into a folder: one that is new, empty, or has a report.

    Raises:
        SiteError: If it has anything else in it, is a file, or cannot be read.
    """
    check_folder(folder, MARK, KIND)


def write_report(
    folder: Path,
    verification: dict[str, Any],
    environment: dict[str, Any],
    language: str = "en",
) -> Path:
    """Write the page and its figures as JSON into a folder: whole, or not at all.

    Args:
        folder: A folder that is new, or empty, or has an earlier report, which is replaced.
        verification: The verification, as `condense` gives it.
        environment: With what it was made: versions, machine, environment variables.
        language: Of the page: "en" or "zh".

    Returns:
        The page.

    Raises:
        SiteError: If the folder has anything else in it, or cannot be written.
    """
    text = _page(verification, environment, Edition(language, language))

    def write(new: Path) -> None:
        (new / PAGE).write_text(text, encoding="utf-8", errors=NOT_TEXT)
        write_json(str(new / FIGURES), verification | {"environment": environment})

    write_folder(folder, write, MARK, KIND)
    return folder / PAGE


def _page(verification: dict[str, Any], environment: dict[str, Any], edition: Edition) -> str:
    names = [
        name
        for name, status in verification["frameworks"].items()
        if status["status"] != Outcome.NOT_INSTALLED
    ]
    return (
        template_environment(edition)
        .get_template("report.html")
        .render(
            page=PAGE,
            title=edition.say("Verification of %(names)s", names=edition.listed(names)),
            edition=edition,
            links=[],
            json=FIGURES,
            style=Markup(template_source("style.css")),
            run=SimpleNamespace(verification=verification, environment=environment),
            **overview.verification_values(verification),
        )
    )
