"""`crosscheck discriminate`: how sharp the suite is."""

import sys
from typing import Any

import click

from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, write_json


@click.command()
@click.option(
    "--mistake",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only mistakes whose names contain this, and no conditions; repeatable.",
)
@click.option(
    "--condition",
    "conditions",
    metavar="NAME",
    multiple=True,
    help="Only conditions whose names contain this, and no mistakes; repeatable.",
)
@click.option(
    "--dtype",
    type=click.Choice(["bfloat16", "float16"]),
    help="Say what becomes of the mistakes in this dtype of 16 bits alone, where bounds are wide.",
)
@JSON_OPTION
def discriminate(
    names: tuple[str, ...],
    conditions: tuple[str, ...],
    dtype: str | None,
    json_path: str | None,
) -> None:
    """Measure which mistakes the suite catches, in two ways.

    Mistakes: each is a small change to the NumPy reference, with a name, and the command runs it as
    if it were a framework. The suite must catch every one at the stage where it was made, with an
    error of at least ten times the bound for a correct implementation. If a mistake changes
    something discrete (an order, a count, an input), the suite must catch it exactly.

    Conditions: the command spoils each function of the contract only while a condition holds for a
    call (a layer wider than 64, the step 1,001, a matrix stored by columns), by a thousandth of one
    entry. Some case must see that, even if nobody ever made such a mistake.

    With --dtype, where many a bound is wider than what it bounds, a mistake need not be caught: it
    is counted how many are, of how many nobody can tell, and how many are taken for right.

    Exit codes: 0 the suite catches all, or --dtype is given, 1 it misses one, 2 bad usage.
    """
    from crosscheck.report.discrimination import show_conditions, show_discrimination
    from crosscheck.verification import discrimination
    from crosscheck.verification.conditions.catalogue import conditions as every_condition
    from crosscheck.verification.conditions.functions import functions
    from crosscheck.verification.conditions.matrix import matrix
    from crosscheck.verification.mistakes.catalogue import catalogue

    console = console_for(json_path)
    mistakes = [m for m in catalogue() if _is_asked_for(m.name, names, conditions)]
    chosen = [c.name for c in every_condition() if _is_asked_for(c.name, conditions, names)]
    for kind, asked, found in (("mistake", names, mistakes), ("condition", conditions, chosen)):
        if asked and not found:
            asked_for = " or ".join(map(repr, asked))
            raise click.UsageError(f"no known {kind} has {asked_for} in its name")
    if dtype is not None:
        _show_in(dtype, mistakes, conditions, json_path)
        return
    with progress_bar(len(mistakes) + len(functions()) * bool(chosen)) as advance:
        outcomes = discrimination.discriminate(mistakes, advance)
        cells = matrix(advance, chosen) if chosen else []
    result = discrimination.as_json(outcomes, cells)
    if outcomes:
        show_discrimination(console, outcomes)
    if cells:
        show_conditions(console, cells)
    write_json(json_path, result)
    sys.exit(0 if result["holds"] else 1)


def _show_in(
    dtype: str, mistakes: list[Any], conditions: tuple[str, ...], json_path: str | None
) -> None:
    from crosscheck.report.few_bits import show_sharpness
    from crosscheck.verification import few_bits_sharpness as sharpness

    if conditions:
        raise click.UsageError("--condition says nothing with --dtype")
    with progress_bar(len(mistakes)) as advance:
        fates = sharpness.fates_in(dtype, mistakes, advance)
    show_sharpness(console_for(json_path), dtype, fates)
    write_json(json_path, {"dtype": dtype, "mistakes": sharpness.as_json(fates)})


def _is_asked_for(name: str, own: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a name contains one that is asked for; all are, where nothing is asked for."""
    return any(part in name for part in own) if own else not other
