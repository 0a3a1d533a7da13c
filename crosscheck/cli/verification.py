"""`crosscheck verify`."""

import sys
from dataclasses import asdict
from typing import Any

import click

from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, write_json
from crosscheck.documents import ledger
from crosscheck.documents.transcription import DOCUMENTS, TranscriptionError
from crosscheck.frameworks.registry import UnknownFrameworkError
from crosscheck.numerics.comparison import Comparison, finite
from crosscheck.report.verification import show_verification
from crosscheck.verification.cases import network
from crosscheck.verification.diagnosis import explain
from crosscheck.verification.verify import Verification, tasks
from crosscheck.verification.verify import verify as verify_everything

FRAMEWORK_OPTION = click.option(
    "--framework",
    "extra",
    metavar="PACKAGE",
    multiple=True,
    help="Also judge this importable package; may be given more than once.",
)


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
@JSON_OPTION
def verify(
    extra: tuple[str, ...] = (),
    require: str = "",
    only: str | None = None,
    json_path: str | None = None,
) -> None:
    """Judge every framework and every document.

    Each framework computes the documents' worked examples and a table of generated cases (every
    activation, loss and optimizer, and training, in float64 and float32). It is compared with the
    exact value, within a bound derived for each number, and with every other framework, stage by
    stage: what is blamed is the first stage that diverges. The ledger of the documents is checked
    too.

    A framework is verified, wrong, unfinished (something raises NotImplementedError: then what is
    written, what is next and what is wrong is shown, rung by rung) or not installed. What it
    declares in its crosscheck.toml as a limit is not supported, what it declares as a known failure
    has to fail; both are shown and counted. Frameworks are the three built in, the installed
    packages with an entry point in the group crosscheck.frameworks, and any named with --framework.
    Exit codes: 0 all holds, 1 something is wrong or unfinished, 2 bad usage.
    """
    console = console_for(json_path)
    if only is not None and not _names(only):
        raise click.UsageError("--only names no framework")
    try:
        with progress_bar(tasks()) as advance:
            result = verify_everything(extra, _names(require), _names(only or ""), advance)
        # Whoever looks at some frameworks alone knows the documents.
        accounts = [] if only else [ledger.account(number) for number in DOCUMENTS]
    except UnknownFrameworkError as error:
        raise click.UsageError(str(error)) from None
    except TranscriptionError as error:
        raise click.ClickException(str(error)) from None
    write_json(json_path, _verification_as_json(result))
    show_verification(console, result, accounts)
    sys.exit(0 if result.holds else 1)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _verification_as_json(result: Verification) -> dict[str, Any]:
    return {
        "frameworks": {
            name: {
                "version": status.version,
                "status": status.status,
                "reasons": status.reasons,
                "not_supported": status.not_supported,
                "known_failures": status.known_failures,
                "ladder": [asdict(rung) for rung in status.ladder],
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
        "actual": finite(comparison.actual),
        "expected": finite(comparison.expected),
        "exact": finite(exact),
        "radius": radius,
        "worst": finite(comparison.error),
        "allowed": finite(comparison.allowed),
        "fraction": finite(comparison.fraction),
        "ulps": finite(comparison.ulps),
        "holds": comparison.holds,
        "known_failure": comparison.known_failure,
        "text": explain(comparison),
    }
