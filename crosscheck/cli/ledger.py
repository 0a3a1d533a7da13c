"""`crosscheck errata`."""

import click

from crosscheck.cli.output import JSON_OPTION, console_for, write_json
from crosscheck.documents.numbers import DOCUMENTS


@click.command()
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
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.ledger import ledger, ledger_as_json
    from crosscheck.frameworks.worker import EndedError, RaisedError
    from crosscheck.report import markdown
    from crosscheck.report.errata import show_errata
    from crosscheck.verification.example_values import example_values

    console = console_for(json_path)
    try:
        documents = chosen or DOCUMENTS
        values = example_values(documents)
        ledgers = [ledger(number, values[number]) for number in documents]
    except (TranscriptionError, EndedError, RaisedError) as error:
        raise click.ClickException(str(error)) from None
    write_json(json_path, ledger_as_json(ledgers))
    if as_markdown:
        text = markdown.page(ledgers) if everything else markdown.summary(ledgers)
        click.echo(text, nl=False, err=json_path == "-")
    else:
        show_errata(console, ledgers, everything)
