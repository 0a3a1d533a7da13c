"""`crosscheck discriminate`: how sharp the suite is."""

import sys

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
@JSON_OPTION
def discriminate(
    names: tuple[str, ...], conditions: tuple[str, ...], json_path: str | None
) -> None:
    """Measure how sharp the suite is, in two ways.

    Mistakes: each is a small named change to the NumPy reference, run as if it were a framework.
    Every one must be caught, at the stage where it was made, by at least ten times the bound that
    an honest implementation keeps to; what changes something discrete (an order, a count, an input)
    is caught exactly.

    Conditions: each function of the contract is spoiled only where a condition holds of a call (a
    layer wider than 64, the step 1,001, a matrix by columns), by a thousandth of one entry. Some
    case must see that, whether or not anybody has made the mistake.

    Exit codes: 0 all are, 1 one is not, 2 bad usage.
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


def _is_asked_for(name: str, own: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a name contains one that is asked for; all are, where nothing is asked for."""
    return any(part in name for part in own) if own else not other
