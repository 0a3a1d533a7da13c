"""The command line: `crosscheck` alone is `crosscheck verify`."""

import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from crosscheck import __version__, calibration, discrimination, ledger, markdown
from crosscheck.comparison import Comparison
from crosscheck.discrimination import discriminate as discriminate_all
from crosscheck.documents import DOCUMENTS, TranscriptionError
from crosscheck.fixtures import network
from crosscheck.frameworks import Framework, UnknownFrameworkError, load, prepare, registry
from crosscheck.mistakes import catalogue
from crosscheck.report.bounds import show_bounds
from crosscheck.report.discrimination import show_discrimination
from crosscheck.report.errata import show_errata
from crosscheck.report.verification import show_verification
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
    activation, loss and optimizer, and training, in float64 and float32). It is compared with the
    exact value, within a bound derived for each number, and with every other framework, stage by
    stage: what is blamed is the first stage that diverges. The ledger of the documents is checked
    too.

    A framework is verified, wrong, or not installed; what it declares by NotImplementedError is
    not supported, which is shown and counted but not wrong. Frameworks are the three built in, the
    installed packages with an entry point in the group crosscheck.frameworks, and any named with
    --framework. Exit codes: 0 all holds, 1 something is wrong, 2 bad usage.
    """
    console = _console(json_path)
    required = [name.strip() for name in require.split(",") if name.strip()]
    try:
        with _progress(tasks()) as advance:
            result = verify_everything(extra, required, advance)
        accounts = [ledger.account(number) for number in DOCUMENTS]
    except UnknownFrameworkError as error:
        raise click.UsageError(str(error)) from None
    except TranscriptionError as error:
        raise click.ClickException(str(error)) from None
    _write_json(json_path, _verification_as_json(result))
    show_verification(console, result, accounts)
    sys.exit(0 if result.holds else 1)


@main.command()
@click.option(
    "--mistake",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only mistakes whose names contain this; may be given more than once.",
)
@JSON_OPTION
def discriminate(names: tuple[str, ...], json_path: str | None) -> None:
    """Measure how sharp the suite is: run every known mistake as if it were a framework.

    Each is a small named change to the NumPy reference. Every one must be caught, at the stage
    where it was made, by at least ten times the bound that an honest implementation keeps to; what
    changes something discrete (an order, a count, an input) is caught exactly. Exit codes: 0 all
    are, 1 one is not, 2 bad usage.
    """
    console = _console(json_path)
    chosen = [m for m in catalogue() if not names or any(name in m.name for name in names)]
    if not chosen:
        raise click.UsageError(f"no known mistake has {' or '.join(map(repr, names))} in its name")
    with _progress(len(chosen)) as advance:
        outcomes = discriminate_all(chosen, advance)
    _write_json(json_path, discrimination.as_json(outcomes))
    show_discrimination(console, outcomes)
    sys.exit(0 if all(outcome.problem is None for outcome in outcomes) else 1)


@main.command()
@click.option(
    "--networks",
    type=click.IntRange(min=1),
    default=2000,
    show_default=True,
    help="How many random networks.",
)
@click.option(
    "--framework",
    "chosen",
    metavar="NAME",
    multiple=True,
    default=("numpy", "torch"),
    show_default=True,
    help="A framework to measure; repeatable. JAX compiles every shape, and takes hours.",
)
@JSON_OPTION
def bounds(networks: int, chosen: tuple[str, ...], json_path: str | None) -> None:
    """Measure how much of the derived bounds honest implementations use.

    Random networks of 1 to 4 layers and 1 to 64 units, every activation and loss, scales from 0.01
    to 100, float64 and float32: the worst fraction of the bound in each, as a histogram. Then the
    worst fraction of every component by itself. A bound may neither be exceeded nor be idle. Exit
    codes: 0 it is neither, 1 it is, 2 bad usage.
    """
    console = _console(json_path)
    try:
        frameworks = [_installed(name) for name in chosen]
    except UnknownFrameworkError as error:
        raise click.UsageError(str(error)) from None
    with _progress(networks) as advance:
        uses = calibration.study(frameworks, networks, advance)
    components = calibration.components(frameworks)
    problems = calibration.problems(uses, components)
    _write_json(json_path, calibration.as_json(uses, components))
    show_bounds(console, uses, components, problems)
    sys.exit(1 if problems else 0)


def _installed(name: str) -> Framework:
    packages = registry([name])
    known = next(key for key, package in packages.items() if name in (key, package))
    loaded = load(known, packages[known])
    if not isinstance(loaded, Framework):
        raise click.UsageError(f"{name} cannot be used: {loaded}")
    return loaded


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
        show_errata(console, accounts, everything)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on a terminal; what it yields is called with the name of each new task."""
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda name: progress.update(task, description=name, advance=1)


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
        "comparisons": [comparison_as_json(comparison) for comparison in result.comparisons],
        "kinks": {
            case.name: [list(place) for place in case.kinks]
            for case in (*network.worked(), *network.generated(), *network.edges())
            if case.kinks
        },
        "problems": result.problems,
        "holds": result.holds,
    }


def comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    """One comparison; what has no measure (a shape, a NaN) is null, since JSON has no infinity."""
    place, (exact, radius) = comparison.place, comparison.exact
    return {
        "group": place.group,
        "case": place.case,
        "stage": place.stage,
        "quantity": place.quantity,
        "frameworks": list(comparison.frameworks),
        "tensor": comparison.where,
        "actual": _finite(comparison.actual),
        "expected": _finite(comparison.expected),
        "exact": _finite(exact),
        "radius": radius,
        "worst": _finite(comparison.error),
        "allowed": _finite(comparison.allowed),
        "fraction": _finite(comparison.fraction),
        "ulps": _finite(comparison.ulps),
        "holds": comparison.holds,
        "text": comparison.in_words(),
    }


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


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
