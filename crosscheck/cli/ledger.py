"""`crosscheck errata`."""

from pathlib import Path

import click

from crosscheck.cli.options import language_option
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
@language_option("What is printed is in this language, but Markdown")
@JSON_OPTION
def errata(
    files: tuple[str, ...],
    chosen: tuple[str, ...],
    everything: bool,
    as_markdown: bool,
    language: str,
    json_path: str | None,
) -> None:
    """Show every printed number and every claim of the lectures, with its verdict.

    A number is confirmed, contradicted (its own line does not give it), inherited (it follows from
    a number that is wrong), or off only because its inputs were rounded. For a contradicted number
    the command runs a slip, a guessed mistake, and shows which printed numbers that gives. The
    worst comes first; the last lines sum up what is wrong.

    FILE is a worked example of your own, in the documents' format (docs/documents.md). Without a
    FILE and without --document the command judges the five lectures.

    Exit codes: 0 judged, and no number of a FILE is contradicted; 1 a number of a FILE is; 2 a FILE
    is malformed (the command names every fault with its line), or bad usage.
    """
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.ledger import ledger, ledger_as_json
    from crosscheck.documents.verdicts import Verdict
    from crosscheck.frameworks.worker import EndedError, RaisedError
    from crosscheck.report import markdown
    from crosscheck.report.errata import show_errata
    from crosscheck.verification.example_values import example_values

    console = console_for(json_path, language)
    own = read_documents(map(Path, files), language)
    numbers = chosen or (() if files else DOCUMENTS)
    try:
        values = example_values((*numbers, *own))
        ledgers = [ledger(number, values[number]) for number in numbers]
        ledgers += [ledger(each, values[each.number]) for each in own]
    except (TranscriptionError, EndedError, RaisedError) as error:
        if own:  # where 1 says that something is contradicted
            exit_with_faults(error, language=language)
        raise click.ClickException(str(error)) from None
    if as_markdown:
        text = markdown.page(ledgers) if everything else markdown.summary(ledgers)
        say(text, nl=False, err=json_path == "-")
    else:
        show_errata(console, ledgers, everything)
    write_json(json_path, ledger_as_json(ledgers))
    if any(each.count()[Verdict.CONTRADICTED] for each in ledgers if each.document in own):
        raise SystemExit(1)
