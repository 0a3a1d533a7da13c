"""The summary of the ledger as Markdown, for a README or a page: every figure computed."""

from collections.abc import Iterable, Iterator

from crosscheck import verdicts
from crosscheck.ledger import STATEMENT_VERDICTS, Account


def summary(accounts: Iterable[Account]) -> str:
    """What the documents get wrong: counts, contradicted numbers with their slips, statements."""
    accounts = list(accounts)
    lines = [*_counts(accounts), "", *_numbers(accounts)]
    for account in accounts:
        failing = [s for s, verdict in account.statements if verdict == "fails"]
        if failing:
            lines += ["", f"Statements of document {account.document.number} that fail:", ""]
            lines += [f"- {s.section}: {s.statement} *Right:* {s.correct}" for s in failing]
    return "\n".join(lines) + "\n"


def _counts(accounts: list[Account]) -> Iterator[str]:
    columns = (*verdicts.VERDICTS, *STATEMENT_VERDICTS)
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
            if judged.verdict != "contradicted" or judged.exact is None:
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
