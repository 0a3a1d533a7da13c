"""`crosscheck errata`."""

from pathlib import Path

import click

from crosscheck.cli.output import JSON_OPTION, console_for, say, write_json
from crosscheck.cli.own_documents import exit_with_faults, read_documents
from crosscheck.documents.numbers import DOCUMENTS


@click.command()
@click.argument(
    "files", metavar="[FILE]...", nargs=-1, type=click.Path(exists=True, dir_okay=False)
)
@click.option(
    "--document",
    "chosen",
    type=click.Choice(DOCUMENTS),
    multiple=True,
    help="Only this one of the five documents; may be given more than once.",
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
    files: tuple[str, ...],
    chosen: tuple[str, ...],
    everything: bool,
    as_markdown: bool,
    json_path: str | None,
) -> None:
    """The ledger: every printed number and every statement of the documents, with its verdict.

    A number is confirmed, contradicted by its own line, inherited from an earlier contradiction, or
    off only because its inputs were rounded. For what is contradicted the slip that explains it is
    run, and what it reproduces is shown beside what it does not. The worst comes first; at the end
    stands in a few lines what is wrong.

    FILE is a worked example of your own, in the documents' format (docs/documents.md). Without a
    FILE and without --document the five documents are judged.

    Exit codes: 0 judged, and nothing in a FILE is contradicted; 1 something in a FILE is; 2 a FILE
    is malformed, and every fault in it is named with its line, or bad usage.
    """
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.ledger import ledger, ledger_as_json
    from crosscheck.documents.verdicts import Verdict
    from crosscheck.frameworks.worker import EndedError, RaisedError
    from crosscheck.report import markdown
    from crosscheck.report.errata import show_errata
    from crosscheck.verification.example_values import example_values

    console = console_for(json_path)
    own = read_documents(map(Path, files))
    numbers = chosen or (() if files else DOCUMENTS)
    try:
        values = example_values((*numbers, *own))
        ledgers = [ledger(number, values[number]) for number in numbers]
        ledgers += [ledger(each, values[each.number]) for each in own]
    except (TranscriptionError, EndedError, RaisedError) as error:
        if own:  # where 1 says that something is contradicted
            exit_with_faults(error)
        raise click.ClickException(str(error)) from None
    if as_markdown:
        text = markdown.page(ledgers) if everything else markdown.summary(ledgers)
        say(text, nl=False, err=json_path == "-")
    else:
        show_errata(console, ledgers, everything)
    write_json(json_path, ledger_as_json(ledgers))
    if any(each.count()[Verdict.CONTRADICTED] for each in ledgers if each.document in own):
        raise SystemExit(1)
