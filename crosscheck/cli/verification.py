"""`crosscheck verify`."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, say, write_json
from crosscheck.verification.limits import Limits

if TYPE_CHECKING:
    from crosscheck.verification.result import Verification

FRAMEWORK_OPTION = click.option(
    "--framework",
    "extra",
    metavar="PACKAGE",
    multiple=True,
    help="Also judge this importable package; may be given more than once.",
)


def _check_finite(context: Any, parameter: Any, seconds: float) -> float:
    if not math.isfinite(seconds):  # NaN is in every range
        raise click.BadParameter("it must be a number of seconds")
    return seconds


@click.command()
@FRAMEWORK_OPTION
@click.option(
    "--require",
    metavar="NAMES",
    default="",
    help="Frameworks that must be installed, as numpy,torch,jax; a missing one is then wrong.",
)
@click.option(
    "--only",
    metavar="NAMES",
    help="Judge these frameworks alone, which have to be there; quick while one is being written.",
)
@click.option(
    "--limit",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=Limits.seconds,
    show_default=True,
    callback=_check_finite,
    help="End a framework that takes longer than this for one case.",
)
@click.option(
    "--memory",
    metavar="MIB",
    type=click.IntRange(min=1),
    default=Limits.memory,
    show_default=True,
    help="End a framework whose process takes more memory than this.",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Keep nothing of what JAX compiles, and use nothing that was kept.",
)
@click.option("--all", "everything", is_flag=True, help="Show every stage that holds as well.")
@click.option(
    "--report",
    "report_folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the result into the new folder DIR too, as a page to share, with its JSON.",
)
@JSON_OPTION
def verify(
    extra: tuple[str, ...] = (),
    require: str = "",
    only: str | None = None,
    seconds: float = Limits.seconds,
    memory: int = Limits.memory,
    no_cache: bool = False,
    everything: bool = False,
    report_folder: Path | None = None,
    json_path: str | None = None,
) -> None:
    """Judge every framework and every document.

    Each framework computes the documents' worked examples and a table of generated cases (every
    activation, loss and optimizer, and training, in float64 and float32). It is compared with the
    exact value, within a bound derived for each number, and with every other framework, stage by
    stage: what is blamed is the first stage that diverges. What is no computation (the start, the
    class predicted, the refusal of bad input, whose memory is whose, equal bits, NaN) is judged in
    words that must be equal. The ledger of the documents is checked too; what is wrong in them is
    shown last, or above what is wrong with a framework.

    A framework is verified, wrong, unfinished (something raises NotImplementedError: then what is
    written, what is next and what is wrong is shown, rung by rung), not compared (no gradient of it
    was, whatever its limits are), written for another version of the contract (then what changed is
    shown), or not installed. What it declares in its
    crosscheck.toml as a limit is not supported, what it declares as a known failure has to fail;
    both are shown and counted. Frameworks are the three built in, the installed
    packages with an entry point in the group crosscheck.frameworks, and any named with --framework.

    Each framework runs in processes of its own. One that ends them, hangs, or takes too much memory
    is wrong, and what it prints is shown below the result. What JAX compiles is kept for the next
    run, in the user's cache folder.

    Exit codes: 0 all holds, 1 something is wrong, unfinished, not compared or for another contract,
    2 bad usage.
    """
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.ledger import ledger
    from crosscheck.documents.transcription import DOCUMENTS
    from crosscheck.frameworks.registry import ImportLimitError, UnknownFrameworkError
    from crosscheck.report.verification import show_verification
    from crosscheck.verification.records import verification_as_json
    from crosscheck.verification.selection import select
    from crosscheck.verification.verify import tasks, verify_everything

    if report_folder is not None:
        _check_report(report_folder)  # before the work, which takes minutes
    console = console_for(json_path)
    if only is not None and not _names(only):
        raise click.UsageError("--only names no framework")
    try:
        selection = select(extra, _names(require), _names(only or ""))
        limits = Limits(seconds, memory, not no_cache)
        with progress_bar(tasks(selection)) as advance:
            result = verify_everything(selection, progress=advance, limits=limits)
        # With --only a framework is being worked on, and the documents would be in the way.
        ledgers = [] if only else [ledger(number) for number in DOCUMENTS]
    except (UnknownFrameworkError, ImportLimitError) as error:
        raise click.UsageError(str(error)) from None
    except TranscriptionError as error:
        raise click.ClickException(str(error)) from None
    show_verification(console, result, ledgers, everything)
    write_json(json_path, verification_as_json(result))
    if report_folder is not None:
        _write_report(report_folder, result)
    sys.exit(0 if result.holds else 1)


def _check_report(folder: Path) -> None:
    try:  # the libraries that make pages, which no other option needs
        from crosscheck.report.site.sharing import check_report_folder
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"a report needs {error.name}: pip install 'backprop-crosscheck[site]'"
        ) from None
    from crosscheck.report.site.folders import SiteError

    try:
        check_report_folder(folder)
    except SiteError as error:
        raise click.UsageError(f"--report: {error}") from None


def _write_report(folder: Path, result: "Verification") -> None:
    from crosscheck.cli.gathering import environment
    from crosscheck.report.site.folders import SiteError
    from crosscheck.report.site.sharing import write_report
    from crosscheck.verification.agreement import condense

    try:
        page = write_report(folder, condense(result), environment())
    except SiteError as error:
        raise click.UsageError(f"--report: {error}") from None
    say(f"written: {page}", err=True)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
