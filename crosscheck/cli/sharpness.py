"""`crosscheck discriminate` and `crosscheck bounds`: how sharp the suite is."""

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
    write_json(json_path, result)
    if outcomes:
        show_discrimination(console, outcomes)
    if cells:
        show_conditions(console, cells)
    sys.exit(0 if result["holds"] else 1)


def _is_asked_for(name: str, own: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a name contains one that is asked for; all are, where nothing is asked for."""
    return any(part in name for part in own) if own else not other


@click.command()
@click.option(
    "--networks",
    type=click.IntRange(min=1),
    default=2000,
    show_default=True,
    help="How many random networks.",
)
@click.option(
    "--framework",
    "names",
    metavar="NAME",
    multiple=True,
    default=("numpy", "torch"),
    show_default=True,
    help="A framework to measure; repeatable. JAX compiles every shape, and takes hours.",
)
@JSON_OPTION
def bounds(networks: int, names: tuple[str, ...], json_path: str | None) -> None:
    """Measure how much of the derived bounds honest implementations use.

    Random networks of 1 to 4 layers and 1 to 64 units, every activation and loss, scales from 0.01
    to 100, float64 and float32: the worst fraction of the bound in each, as a histogram. Then the
    worst fraction of every component by itself. A bound may neither be exceeded nor be idle. Exit
    codes: 0 it is neither, 1 it is, 2 bad usage.
    """
    from crosscheck.frameworks.registry import UnknownFrameworkError
    from crosscheck.frameworks.worker import EndedError, RaisedError
    from crosscheck.report.bounds import show_bounds
    from crosscheck.verification import calibration

    console = console_for(json_path)
    try:
        with progress_bar(calibration.parts(networks), between=0) as advance:
            uses, components = calibration.calibrate(names, networks, advance)
    except UnknownFrameworkError as error:
        raise click.UsageError(str(error)) from None
    except (NotImplementedError, RaisedError, EndedError) as error:
        raise click.UsageError(f"a framework cannot be measured: {error}") from None
    problems = calibration.problems(uses, components)
    write_json(json_path, calibration.as_json(uses, components))
    compared = dict.fromkeys(use.framework for use in uses)
    histograms = {name: calibration.histogram(uses, name) for name in compared}
    show_bounds(console, uses, components, histograms, problems)
    sys.exit(1 if problems else 0)
