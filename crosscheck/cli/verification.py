"""`crosscheck verify`."""

import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from crosscheck.cli.options import language_option
from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, say, write_json
from crosscheck.verification.limits import Limits

if TYPE_CHECKING:
    from crosscheck.verification.result import Verification
    from crosscheck.verification.selection import Selection

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
@click.option(
    "--dtype",
    "dtypes",
    type=click.Choice(["bfloat16", "float16"]),
    multiple=True,
    help="Judge what is computed in this dtype of 16 bits alone: each tensor is right, wrong, or "
    "nobody can tell; repeatable.",
)
@language_option("What is printed and the page of --report are in this language")
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
    dtypes: tuple[str, ...] = (),
    language: str = "en",
    json_path: str | None = None,
) -> None:
    """Judge every framework and every document.

    Each framework computes the documents' worked examples and a table of generated cases (every
    activation, loss and optimizer, and training, in float64 and float32). The command compares each
    number with the exact value, within an error bound, and with every other framework. It does so
    stage by stage (forward, deltas, gradients, state, update), and reports the first stage that
    differs. It also checks what is not a computed number: the start, the class predicted, the
    refusal of bad input, arguments left unchanged, equal bits for equal calls, NaN. It judges the
    documents too, and shows what is wrong in them last, or above what is wrong with a framework.

    A framework is verified, wrong, unfinished (a function raises NotImplementedError; the command
    shows what is written, what is next and what is wrong), not compared (its limits leave no
    gradient to compare), written for another version of the contract (the command shows what
    changed), or not installed. Its crosscheck.toml may declare limits, which are not supported, and
    known failures, which have to fail; the command shows and counts both. Frameworks are the three
    built in, the installed packages with an entry point in the group crosscheck.frameworks, and any
    named with --framework.

    Each framework runs in processes of its own. If it ends them, hangs, or takes too much memory,
    it is wrong. The command shows below the result what a framework prints, and keeps in the user's
    cache folder what JAX compiled, for the next run.

    With --dtype the cases of float32 are computed in 16 bits instead, and nothing else is. There
    many a bound exceeds the largest entry of its tensor: of such a tensor nobody can tell.

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
    console = console_for(json_path, language)
    if only is not None and not _names(only):
        raise click.UsageError("--only names no framework")
    if dtypes and (report_folder is not None or everything):
        raise click.UsageError("--report and --all say nothing with --dtype")
    try:
        selection = select(extra, _names(require), _names(only or ""))
        limits = Limits(seconds, memory, not no_cache)
        if dtypes:
            _verify_few_bits(selection, dtypes, limits, json_path, language)
        with progress_bar(tasks(selection), language=language) as advance:
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
        _write_report(report_folder, result, language)
    sys.exit(0 if result.holds else 1)


def _verify_few_bits(
    selection: "Selection",
    dtypes: Iterable[str],
    limits: Limits,
    json_path: str | None,
    language: str,
) -> NoReturn:
    from crosscheck.report.few_bits import show_few_bits
    from crosscheck.verification.apart import judged_apart
    from crosscheck.verification.cases.few_bits import cases_in
    from crosscheck.verification.few_bits import absent, as_json, judge

    console, dtypes = console_for(json_path, language), list(dict.fromkeys(dtypes))
    cases = [case for dtype in dtypes for case in cases_in(dtype)]
    with progress_bar(len(selection.packages) * len(cases), language=language) as advance:
        candidates = judged_apart(selection.packages, cases, limits, advance)
    found = [judge(each, dtype) for each in candidates if not absent(each) for dtype in dtypes]
    missing = [each.name for each in candidates if absent(each)] + selection.unknown
    missing = [name for name in missing if name in selection.asked_for]
    show_few_bits(console, found, missing)
    result = as_json(found)
    write_json(json_path, result | {"missing": missing})
    sys.exit(0 if result["holds"] and found and not missing else 1)


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


def _write_report(folder: Path, result: "Verification", language: str) -> None:
    from crosscheck.cli import interrupts
    from crosscheck.cli.gathering import environment
    from crosscheck.report.site.folders import SiteError, where_earlier
    from crosscheck.report.site.sharing import write_report
    from crosscheck.verification.agreement import condense

    interrupts.advise(lambda: where_earlier(folder))
    try:
        page = write_report(folder, condense(result), environment(), language)
    except SiteError as error:
        raise click.UsageError(f"--report: {error}") from None
    say(f"written: {page}", err=True)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
