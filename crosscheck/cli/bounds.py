"""`crosscheck bounds`: are the derived bounds exceeded, idle, or blind?"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, write_json

# The frameworks, the networks and the seed of a command line that does not say.
FRAMEWORKS = ("numpy", "torch")
NETWORKS = 2000
HISTORIES = 500
SEED = 1
POINTS = 100_000
# The options that each way of using the command takes beside --framework and --json.
WAYS = {
    "--families": ("networks", "histories", "seed", "dtype"),
    "--case": (),
    "--scan": ("points", "dtype"),
    "none of --families, --case and --scan": ("networks",),
}


@click.command()
@click.option(
    "--networks",
    type=click.IntRange(min=1),
    help=f"How many random networks. [default: {NETWORKS}]",
)
@click.option(
    "--framework",
    "names",
    metavar="NAME",
    multiple=True,
    help="A framework to measure; repeatable. Without one of the options below JAX, which compiles "
    f"every shape, takes hours. [default: {' and '.join(FRAMEWORKS)}; with one of them all that "
    "are installed]",
)
@click.option(
    "--families",
    is_flag=True,
    help="Search for bounds that are exceeded or blind, in families of networks and histories.",
)
@click.option(
    "--histories",
    type=click.IntRange(min=1),
    help=f"With --families: how many random histories of optimizers. [default: {HISTORIES}]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=10**18 - 1),
    help=f"With --families: what every case is drawn from. [default: {SEED}]",
)
@click.option(
    "--case",
    "case_name",
    metavar="NAME",
    help="Show one case of a family again: network/FAMILY/SEED/NUMBER or history/...",
)
@click.option(
    "--scan",
    is_flag=True,
    help="Measure how far the library functions that bounds rely on are off: exp, erfc and others.",
)
@click.option(
    "--points",
    type=click.IntRange(min=100),
    help=f"With --scan: at how many arguments of each function. [default: {POINTS}]",
)
@click.option(
    "--dtype",
    "dtypes",
    type=click.Choice(["float64", "float32", "float16", "bfloat16"]),
    multiple=True,
    help="With --scan and --families: in which dtype; repeatable. Of one of 16 bits --scan tries "
    "every number. [default: float64 and float32]",
)
@JSON_OPTION
def bounds(
    networks: int | None,
    names: tuple[str, ...],
    families: bool,
    histories: int | None,
    seed: int | None,
    case_name: str | None,
    scan: bool,
    points: int | None,
    dtypes: tuple[str, ...],
    json_path: str | None,
) -> None:
    """Measure how much of the error bounds correct implementations use.

    The command runs random networks of 1 to 4 layers and 1 to 64 units, with every activation and
    loss, scales from 0.01 to 100, in float64 and float32. It shows the worst fraction of the bound
    in each, as a histogram, and then the worst fraction of every component alone. No implementation
    may exceed a bound, and no bound may be so wide that nothing comes near it.

    With --families it draws networks and histories of gradients that are deep, wide, saturated,
    subnormal, near overflow and so on, the same number for each family. For each framework and
    family it shows the worst fraction of a bound, how many entries have an infinite bound
    (excluded), and how many have a bound above a hundredth of the largest entry (blind). It lists
    every case that goes wrong with the command that shows it again.

    With --scan it measures how far exp, log and similar functions are off, which no library
    promises. The bounds allow 1.5 times what we measured; a scan measures it on your machine.

    Exit codes: 0 no bound is exceeded (nor idle, without these options), 1 one is, or a case fails,
    2 bad usage.
    """
    given = {"networks": networks, "histories": histories, "seed": seed, "points": points}
    given["dtype"] = len(dtypes) or None
    asked = {"--families": families, "--case": case_name is not None, "--scan": scan}
    way = _way([name for name, is_asked in asked.items() if is_asked], given)
    if way == "--scan":
        _scan(names, _or(points, POINTS), dtypes, json_path)
    elif way == "--families":
        counts = _or(networks, NETWORKS), _or(histories, HISTORIES)
        _search(names, _or(seed, SEED), *counts, dtypes, json_path)
    elif case_name is not None:
        _show_again(names, case_name, json_path)
    else:
        _calibrate(names or FRAMEWORKS, _or(networks, NETWORKS), json_path)


def _way(asked: list[str], given: dict[str, int | None]) -> str:
    """In which way the command is used; refuses the options of the other ways."""
    if len(asked) > 1:
        raise click.UsageError(f"{' and '.join(asked)} are different things: give one")
    way = asked[0] if asked else list(WAYS)[-1]
    for name, value in given.items():
        if value is not None and name not in WAYS[way]:
            raise click.UsageError(f"--{name} says nothing with {way}")
    return way


def _or(value: int | None, usual: int) -> int:
    return usual if value is None else value


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Report a framework or a case that cannot be used as bad usage."""
    from crosscheck.frameworks.registry import UnknownFrameworkError
    from crosscheck.frameworks.worker import EndedError, RaisedError

    try:
        yield
    except UnknownFrameworkError as error:
        raise click.UsageError(str(error)) from None
    except (NotImplementedError, RaisedError, EndedError) as error:
        raise click.UsageError(f"a framework cannot be measured: {error}") from None


def _calibrate(names: tuple[str, ...], networks: int, json_path: str | None) -> None:
    from crosscheck.report.bounds import show_bounds
    from crosscheck.verification import calibration

    console = console_for(json_path)
    with _usage_errors(), progress_bar(calibration.parts(networks), between=0) as advance:
        found = calibration.calibrate(names, networks, advance)
    uses, components, sight = found
    problems = calibration.problems(uses, components)
    compared = dict.fromkeys(use.framework for use in uses)
    histograms = {name: calibration.histogram(uses, name) for name in compared}
    show_bounds(console, uses, components, histograms, sight, problems)
    write_json(json_path, calibration.as_json(uses, components, sight))
    sys.exit(1 if problems else 0)


def _search(
    names: tuple[str, ...],
    seed: int,
    networks: int,
    histories: int,
    dtypes: tuple[str, ...],
    json_path: str | None,
) -> None:
    from crosscheck.report.families import show_search
    from crosscheck.verification import search

    console = console_for(json_path)
    parts = search.part_count(networks, histories)
    usual = set(dtypes) & {"float64", "float32"}
    if usual:
        raise click.UsageError(
            f"--families takes turns between float64 and float32: leave out --dtype {min(usual)}"
        )
    with _usage_errors(), progress_bar(parts, between=0) as advance:
        result = search.search(names, seed, networks, histories, advance, dtypes)
    show_search(console, result)
    write_json(json_path, result.as_json())
    sys.exit(1 if result.findings else 0)


def _scan(
    names: tuple[str, ...], points: int, dtypes: tuple[str, ...], json_path: str | None
) -> None:
    from crosscheck.frameworks.registry import installed
    from crosscheck.report.families import show_scan
    from crosscheck.verification import scanning
    from crosscheck.verification.cases.network import DTYPES

    console = console_for(json_path)
    with _usage_errors():
        frameworks = installed(names)
    dtypes = dtypes or DTYPES
    with progress_bar(scanning.parts(frameworks, dtypes)) as advance:
        found = scanning.scan(frameworks, points, progress=advance, dtypes=dtypes)
    result = scanning.as_json(found, frameworks, points)
    show_scan(console, found, result["problems"])
    write_json(json_path, result)
    sys.exit(1 if result["problems"] else 0)


def _show_again(names: tuple[str, ...], case_name: str, json_path: str | None) -> None:
    from crosscheck.frameworks.registry import installed
    from crosscheck.report.families import show_judgement
    from crosscheck.verification.cases.families import FamilyError, named
    from crosscheck.verification.measuring import as_json, judge

    try:
        name = named(case_name)
    except FamilyError as error:
        raise click.UsageError(f"--case: {error}") from None
    console = console_for(json_path)
    with _usage_errors():
        judgements = judge(name, installed(names))
    for judgement in judgements:
        show_judgement(console, judgement)
    write_json(json_path, as_json(judgements))
    sys.exit(1 if any(judgement.complaints for judgement in judgements) else 0)
