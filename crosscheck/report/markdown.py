"""The ledger as Markdown, for a README or a page."""

from collections.abc import Iterable, Iterator

from crosscheck.documents.ledger import Account
from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict


def summary(accounts: Iterable[Account]) -> str:
    """How many verdicts of each kind, and every contradicted number with its slip."""
    accounts = list(accounts)
    return "\n".join([*_counts(accounts), "", *_numbers(accounts)]) + "\n"


def page(accounts: Iterable[Account]) -> str:
    """The summary, and below it every statement that does not hold."""
    accounts = list(accounts)
    lines = ["# What the documents get wrong", "", summary(accounts)]
    for account in accounts:
        lines += [f"## Document {account.document.number}: {account.document.title}", ""]
        lines += [
            f"- **{verdict}** (section {statement.section}): {statement.statement} "
            f"*Right:* {statement.correct}"
            for statement, verdict in account.statements
            if statement.correct is not None
        ]
        lines.append("")
    return "\n".join(lines)


def _counts(accounts: list[Account]) -> Iterator[str]:
    columns = (*Verdict, *StatementVerdict)
    yield f"| document | {' | '.join(columns)} |"
    yield f"|---|{'---:|' * len(columns)}"
    for account in accounts:
        counts = account.count()
        yield f"| {account.document.number} | {' | '.join(str(counts[c]) for c in columns)} |"


def _numbers(accounts: list[Account]) -> Iterator[str]:
    yield "| document | quantity | printed | exact | slip | it gives |"
    yield "|---|---|---:|---:|---|---|"
    for account in accounts:
        for judged in account.numbers:
            if judged.verdict is not Verdict.CONTRADICTED or judged.exact is None:
                continue
            row = [
                account.document.number,
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
