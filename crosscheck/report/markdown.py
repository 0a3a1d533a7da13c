"""The ledger as Markdown, for a README or a page."""

from collections.abc import Iterable, Iterator

from crosscheck.documents.ledger import RESTS_ON, Ledger
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict

GLOSSARY = "The [glossary](glossary.md#lectures) explains what a slip is, and each of the verdicts."


def summary(ledgers: Iterable[Ledger]) -> str:
    """How many verdicts of each kind, and every contradicted number with its slip."""
    ledgers = list(ledgers)
    return "\n".join([*_counts(ledgers), "", *_numbers(ledgers)]) + "\n"


def page(ledgers: Iterable[Ledger]) -> str:
    """The summary, and below it every statement that does not hold."""
    ledgers = list(ledgers)
    lines = ["# What the documents get wrong", ""]
    ours = any(ledger.statements for ledger in ledgers)  # a document of one's own makes none
    if ours:
        lines += [GLOSSARY, ""]
    lines.append(summary(ledgers))
    if ours:
        lines += [RESTS_ON, ""]
    for ledger in ledgers:
        lines += [f"## Document {ledger.document.number}: {ledger.document.title}", ""]
        lines += [
            f"- **{verdict}** (section {statement.section}): {statement.statement} "
            f"*Right:* {statement.correct}"
            for statement, verdict in ledger.statements
            if statement.correct is not None
        ]
        lines.append("")
    return "\n".join(lines)


def _counts(ledgers: list[Ledger]) -> Iterator[str]:
    columns = (*Verdict, *StatementVerdict)
    yield f"| document | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for ledger in ledgers:
        counts = ledger.count()
        yield f"| {ledger.document.number} | {' | '.join(str(counts[c]) for c in columns)} |"


def _numbers(ledgers: list[Ledger]) -> Iterator[str]:
    yield "| document | quantity | printed | exact | slip | it gives |"
    yield "|---|---|---:|---:|---|---|"
    for ledger in ledgers:
        for judged in ledger.numbers:
            if judged.verdict is not Verdict.CONTRADICTED or judged.exact is None:
                continue
            row = [
                ledger.document.number,
                f"`{judged.number.quantity}`",
                judged.number.printed,
                f"{float(judged.exact):.8g}",
            ]
            if judged.slip is None:
                row += ["none known", ""]
            else:
                verb = "reproduced" if judged.slip.reproduces else "**not** reproduced"
                row += [judged.slip.name, f"{float(judged.slip.gives):.8g}: {verb}"]
            yield f"| {' | '.join(row)} |"
