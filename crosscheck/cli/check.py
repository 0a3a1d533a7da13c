"""`crosscheck check`: somebody's own file."""

import ast
import sys
from typing import Any

import click

from crosscheck.cli.options import language_option
from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, write_json

# What the shell gets: right, wrong, bad usage (click's), not understood.
RIGHT, WRONG, NOT_UNDERSTOOD = 0, 1, 3


def _names(context: Any, parameter: Any, text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(","))


def _settings(context: Any, parameter: Any, texts: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(f"{text!r} has not the form NAME=VALUE, as lr=0.01")
        try:
            found[name] = ast.literal_eval(value)
        except (SyntaxError, ValueError):
            found[name] = value
    return found


def _refuse_unread(stated: str) -> None:
    from crosscheck.verification.checking.stated_optimizer import stated_spec

    try:
        stated_spec(stated)
    except ValueError as error:
        raise click.UsageError(f"--as: {error}") from None


@click.command()
@click.argument("targets", metavar="FILE[:NAME]...", nargs=-1, required=True)
@click.option(
    "--activations",
    metavar="NAMES",
    callback=_names,
    help="The activation of each layer, as sigmoid,softmax, in place of finding out.",
)
@click.option("--loss", metavar="NAME", help="The loss, as half_squared_error, likewise.")
@click.option(
    "--reduction",
    metavar="mean|sum",
    help="How the loss and its gradients gather the samples of a batch, likewise.",
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_settings,
    help="What a class or a factory is given, as lr=0.01; repeatable.",
)
@click.option(
    "--as",
    "stated",
    metavar="CALL",
    help='What an optimizer is meant to be, as "adam(learning_rate=0.01)".',
)
@click.option(
    "--explain",
    is_flag=True,
    help="Work one sample of a network through, every equation with its numbers.",
)
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How many seconds each file may take.",
)
@language_option("What is printed is in this language")
@JSON_OPTION
def check(
    targets: tuple[str, ...],
    activations: tuple[str, ...] | None,
    loss: str | None,
    reduction: str | None,
    settings: dict[str, Any],
    stated: str | None,
    explain: bool,
    limit: float,
    language: str,
    json_path: str | None,
) -> None:
    """Check your own file: a network with its gradients, an optimizer, or one function.

    FILE is a Python file or a notebook, NAME a class, function or object in it. Without NAME the
    command judges the network of the file, and each optimizer, activation and loss in it. It runs
    the file in a process of its own, in a copy of its folder, and changes no file. It finds out
    what the file computes, and compares forward pass, loss, every gradient and the update with
    exact values. It says which optimizer, activation or loss it found. It names the first place
    that is wrong, and the known mistake that gives all the wrong values.

    Exit codes: 0 right, 1 wrong, 2 bad usage, 3 not understood; of several files 1 if any is wrong,
    else 3 if any is not understood.
    """
    from crosscheck.report.check import show_report, show_table
    from crosscheck.verification.checking.findings import Outcome
    from crosscheck.verification.checking.meant import unknown
    from crosscheck.verification.checking.one_thing import Options
    from crosscheck.verification.checking.running import check_files

    console = console_for(json_path, language)
    options = Options(activations, loss, reduction, settings, stated, explain)
    if refused := unknown(activations, loss, reduction, prefix="--"):
        raise click.UsageError(refused)
    if stated is not None:
        _refuse_unread(stated)
    with progress_bar(len(targets), language=language) as advance:
        reports = check_files(targets, options, limit, advance)
    outcomes = {report.outcome for report in reports}
    found = {"reports": [each.as_json() for each in reports], "holds": outcomes == {Outcome.RIGHT}}
    if len(reports) == 1:
        show_report(console, reports[0])
    else:
        show_table(console, reports)
    write_json(json_path, found)
    if Outcome.WRONG in outcomes:
        sys.exit(WRONG)
    sys.exit(NOT_UNDERSTOOD if Outcome.NOT_UNDERSTOOD in outcomes else RIGHT)
