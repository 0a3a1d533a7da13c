"""The command line: `crosscheck` alone is `crosscheck verify`."""

import json
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from crosscheck import __version__, ledger, markdown, report
from crosscheck.documents import DOCUMENTS, TranscriptionError
from crosscheck.frameworks import Framework, UnknownFrameworkError, load, prepare, registry
from crosscheck.verification import Verification, tasks
from crosscheck.verification import verify as verify_everything

JSON_OPTION = click.option(
    "--json",
    "json_path",
    metavar="PATH",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write the result as JSON too; - is standard output (tables then go to standard error).",
)
FRAMEWORK_OPTION = click.option(
    "--framework",
    "extra",
    metavar="PACKAGE",
    multiple=True,
    help="Also judge this importable package; may be given more than once.",
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crosscheck")
@click.pass_context
def main(context: click.Context) -> None:
    """Cross-check three implementations of one MLP, and five lecture documents, against the truth.

    Without a command this is `crosscheck verify`. Exit codes: 0 all holds, 1 something is wrong, 2
    bad usage.
    """
    prepare()
    if context.invoked_subcommand is None:
        context.invoke(verify)


@main.command()
@FRAMEWORK_OPTION
@click.option(
    "--require",
    metavar="NAMES",
    default="",
    help="Frameworks that must be installed, as numpy,torch,jax; a missing one is then wrong.",
)
@JSON_OPTION
def verify(extra: tuple[str, ...] = (), require: str = "", json_path: str | None = None) -> None:
    """Judge every framework and every document.

    Each framework computes the documents' worked examples and a table of generated cases (every
    activation, loss and optimizer, float64 and float32). It is compared with the exact value and
    with every other framework. The ledger of the documents is checked too.

    A framework is verified, wrong, or not installed; what it declares by NotImplementedError is
    not supported, which is shown and counted but not wrong. Frameworks are the three built in, the
    installed packages with an entry point in the group crosscheck.frameworks, and any named with
    --framework. Exit codes: 0 all holds, 1 something is wrong, 2 bad usage.
    """
    console = _console(json_path)
    required = [name.strip() for name in require.split(",") if name.strip()]
    try:
        with Progress(
            console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        ) as progress:
            task = progress.add_task("", total=tasks())

            def advance(name: str) -> None:
                progress.update(task, description=name, advance=1)

            result = verify_everything(extra, required, advance)
        accounts = [ledger.account(number) for number in DOCUMENTS]
    except UnknownFrameworkError as error:
        raise click.UsageError(str(error)) from None
    except TranscriptionError as error:
        raise click.ClickException(str(error)) from None
    _write_json(json_path, _verification_as_json(result))
    report.show_verification(console, result, accounts)
    sys.exit(0 if result.holds else 1)


@main.command()
@click.option(
    "--document",
    "chosen",
    type=click.Choice(DOCUMENTS),
    multiple=True,
    help="Only this document; may be given more than once.",
)
@click.option("--all", "everything", is_flag=True, help="Show what is right as well.")
@click.option(
    "--markdown",
    "as_markdown",
    is_flag=True,
    help="Print Markdown: a summary or, with --all, the whole page of docs/errata.md.",
)
@JSON_OPTION
def errata(
    chosen: tuple[str, ...], everything: bool, as_markdown: bool, json_path: str | None
) -> None:
    """The ledger: every printed number and every statement of the documents, with its verdict.

    A number is confirmed, contradicted by its own line, inherited from an earlier contradiction, or
    off only because its inputs were rounded. For what is contradicted the slip that explains it is
    run, and what it reproduces is shown beside what it does not.
    """
    console = _console(json_path)
    loaded = [load(name, package) for name, package in registry().items()]
    frameworks = [framework for framework in loaded if isinstance(framework, Framework)]
    try:
        accounts = [ledger.account(number, frameworks) for number in chosen or DOCUMENTS]
    except TranscriptionError as error:
        raise click.ClickException(str(error)) from None
    _write_json(json_path, ledger.as_json(accounts))
    if as_markdown:
        text = markdown.page(accounts) if everything else markdown.summary(accounts)
        click.echo(text, nl=False, err=json_path == "-")
    else:
        report.show_errata(console, accounts, everything)


def _console(json_path: str | None) -> Console:
    """Where tables go. Off a terminal they are wide enough that no line is cut."""
    to_stderr = json_path == "-"
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else 160)


def _verification_as_json(result: Verification) -> dict[str, Any]:
    return {
        "frameworks": {
            name: {
                "version": status.version,
                "status": status.status,
                "reasons": status.reasons,
                "not_supported": status.not_supported,
            }
            for name, status in result.frameworks.items()
        },
        "comparisons": [
            {
                "case": comparison.case,
                "quantity": comparison.quantity,
                "frameworks": list(comparison.frameworks),
                # A disagreement without measure (a shape, a NaN) is null: JSON has no infinity.
                "worst": comparison.worst if math.isfinite(comparison.worst) else None,
                "allowed": comparison.allowed,
                "holds": comparison.holds,
                "place": comparison.place,
            }
            for comparison in result.comparisons
        ],
        "problems": result.problems,
        "holds": result.holds,
    }


def _write_json(path: str | None, content: dict[str, Any]) -> None:
    """Write a file whole or not at all."""
    if path is None:
        return
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    if path == "-":
        click.echo(text)
        return
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=target.parent, delete=False, encoding="utf-8"
        ) as file:
            file.write(text + "\n")
        os.replace(file.name, target)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from None
