"""The page about conventions, generated: what every row says, and what was measured."""

from collections.abc import Iterable, Iterator, Sequence

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.rows import REQUIRED, Row
from crosscheck.conventions.optimizers.table import ROWS
from crosscheck.conventions.optimizers.translating import Translation, written

# Keras' arguments are the same on every backend.
TWIN = "keras-torch"
TITLES = {"loss": "Losses", "activation": "Activations", "initializer": "Initialisers"}
HEAD = """# How stock optimizers, losses and activations relate to the references

    crosscheck conventions
    crosscheck conventions --optimizer adam --framework optax
    crosscheck translate "torch.optim.RMSprop(lr=0.01, momentum=0.9)" --to optax

Every line below is a statement that is executed where the framework is installed; this page is what
`crosscheck conventions --markdown` wrote. Optimizers make twelve steps in float64 with gradients of
several sizes, at their defaults and under values that show what defaults hide (a large eps, short
memories, a learning rate that changes), and must stay within the derived bound of the exact
trajectory of the reference with the keywords given. `decayed(optimizer, rate, weight_decay)` is the
references' weight decay. What a framework rounds to float32 is rounded in the reference, too.

Not here, since no reference has them: optimizers of the second order, Rprop, ASGD, Adafactor, Muon
(which needs matrices, and something else for a bias). `crosscheck.conventions.states` moves what an
optimizer carries along between the references, torch.optim and optax."""


def page(findings: Sequence[Finding], pairs: Sequence[Translation]) -> str:
    """All of it as Markdown."""
    parts = [HEAD, *_versions(findings), *_optimizers(findings), *_pairs(pairs)]
    for kind, title in TITLES.items():
        chosen = [finding for finding in findings if finding.kind == kind]
        if chosen:
            parts += [f"## {title}", "", *_functions(chosen), ""]
    return "\n".join(parts) + "\n"


def _versions(findings: Sequence[Finding]) -> Iterator[str]:
    yield ""
    ran = dict.fromkeys(f.framework for f in findings if f.missing is None)
    names = [f"{stock.FRAMEWORKS[name].title} {stock.FRAMEWORKS[name].version}" for name in ran]
    yield f"Run with {', '.join(names)}."
    absent = dict.fromkeys(f.framework for f in findings if f.missing is not None)
    if absent:
        names = [stock.FRAMEWORKS[name].title for name in absent]
        yield f"Stated and not installed when this was written: {', '.join(names)}."
    yield ""


def _optimizers(findings: Sequence[Finding]) -> Iterator[str]:
    yield "## Optimizers"
    yield ""
    for optimizer in dict.fromkeys(row.optimizer for row in ROWS):
        rows = [row for row in ROWS if row.optimizer == optimizer and row.framework != TWIN]
        tried = [(row, [f for f in findings if _is_of(f, row)]) for row in rows]
        if not any(of_row for _, of_row in tried):
            continue
        yield f"### {optimizer}"
        yield ""
        yield "| stock | its defaults | at these it | by (allowed) | elsewhere |"
        yield "|---|---|---|---|---|"
        for row, of_row in tried:
            if of_row:
                yield _optimizer(row, of_row)
        yield ""


def _is_of(finding: Finding, row: Row) -> bool:
    place = ("optimizer", row.framework, row.call)
    return (finding.kind, finding.framework, finding.component) == place


def _optimizer(row: Row, findings: Sequence[Finding]) -> str:
    defaults = ", ".join(
        f"{a.name}" if a.default is REQUIRED else f"{a.name}={a.default!r}"
        for a in row.arguments
        if a.keyword is not None
    )
    first, *rest = findings
    return (
        f"| `{row.call}` | `{defaults}` | {_code(first.statement)} | {_measured(first)} "
        f"| {_elsewhere(rest)} |"
    )


def _measured(finding: Finding) -> str:
    if finding.difference is None:
        return "not installed" if finding.missing else "fails"
    mark = "" if finding.holds else " **does not hold**"
    return f"{finding.difference:.1e} ({finding.most:.1e}){mark}"


def _elsewhere(findings: Sequence[Finding]) -> str:
    """Under the probes: how many hold, and where it is off by a size of its own, by which."""
    probes = [f for f in findings if f.probe != "signature"]
    if not probes:
        return "-"
    held = sum(f.holds is True for f in probes)
    off = {f"{f.probe}: {f.difference:.1e}" for f in probes if f.least and f.difference}
    return "; ".join([f"{held} of {len(probes)} hold", *sorted(off)])


def _code(statement: str) -> str:
    """A statement with its call in code: "equals adam(...)" or "differs by ... from adam(...)"."""
    before, word, call = statement.partition(" from " if " from " in statement else " ")
    inside, closing, rest = call.rpartition(")")
    return f"{before}{word}`{inside}{closing}`{rest}"


def _pairs(pairs: Iterable[Translation]) -> Iterator[str]:
    yield "## Pairs that can be made equal"
    yield ""
    yield "Each optimizer at its defaults, or with an eps of 0 where only that can be equal, and"
    yield "the arguments that make another framework's equal it: run, and equal to rounding, at one"
    yield "learning rate. Of other arguments `crosscheck translate` tells, and why nothing is equal"
    yield "where that is so."
    yield ""
    yield "| this | is this | largest difference | but |"
    yield "|---|---|---|---|"
    shown = set()
    for pair in pairs:
        calls = (pair.source.call, pair.target.call)
        if pair.equal and TWIN not in _frameworks(pair) and calls not in shown:
            shown.add(calls)
            source, target = (
                written(pair.source, pair.given),
                written(pair.target, pair.arguments),
            )
            but = "; ".join(pair.provisos)
            yield f"| `{source}` | `{target}` | {pair.difference:.1e} | {but} |"
    yield ""


def _frameworks(pair: Translation) -> tuple[str, str]:
    return pair.source.framework, pair.target.framework


def _functions(findings: Sequence[Finding]) -> Iterator[str]:
    yield "| framework | component | at | statement | measured (allowed) |"
    yield "|---|---|---|---|---|"
    for f in findings:
        measured = "not installed"
        if f.missing is None:
            allowed = f"{f.least:.3g} to {f.most:.3g}" if f.least else f"{f.most:.1e}"
            value = "-" if f.difference is None else f"{f.difference:.3g}"
            measured = f"{value} ({allowed})" + ("" if f.holds else " **does not hold**")
        cells = (stock.FRAMEWORKS[f.framework].title, f"`{f.component}`", f.probe, f.statement)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, measured)) + " |"
