"""The page about conventions in Markdown: every statement, and what was measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.optimizers.long_runs import DEFAULT, DOUBLE, SWITCHED
from crosscheck.conventions.optimizers.stock_optimizer import REQUIRED, StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.translation import Translation
from crosscheck.conventions.optimizers.trials import IGNORED
from crosscheck.conventions.page_texts import HEAD, INTRODUCTIONS, LONG_RUNS, PAIRS
from crosscheck.conventions.records import Record
from crosscheck.conventions.schedules.page import schedules_section

# Keras's optimizers are the same on every backend: the page shows those of one.
OTHER_KERAS = "keras-torch"
TITLES = {
    "loss": "Losses",
    "activation": "Activations",
    "initializer": "Initialisers",
    "estimator": "Networks of scikit-learn",
}


def with_records(
    findings: Sequence[Finding],
    translations: Sequence[Translation],
    records: Mapping[str, Record],
) -> tuple[list[Finding], list[Translation]]:
    """The findings and translations, with the recorded ones of frameworks that are not installed.

    Args:
        findings: What came of every statement.
        translations: Of the optimizers at their defaults.
        records: By the name of the framework, of those that are not installed.
    """
    order = {each.name: place for place, each in enumerate(STOCK_OPTIMIZERS)}
    frameworks = dict.fromkeys(finding.framework for finding in findings)
    found = [
        finding
        for name in frameworks
        for finding in (
            records[name].findings
            if name in records
            else [each for each in findings if each.framework == name]
        )
    ]
    pairs = [*translations, *(each for kept in records.values() for each in kept.translations)]
    return found, sorted(pairs, key=lambda each: order[each.source.partition("(")[0]])


def page(
    findings: Sequence[Finding],
    translations: Sequence[Translation],
    records: Mapping[str, Record],
) -> str:
    """The whole page.

    Args:
        findings: What came of every statement.
        translations: Of the optimizers at their defaults.
        records: The records from which some of these are, by the name of the framework.
    """
    parts = [HEAD, *_versions(findings, records), *_optimizers(findings), *_long_runs(findings)]
    parts += _translations(translations)
    parts += schedules_section(findings)
    for kind, title in TITLES.items():
        chosen = [finding for finding in findings if finding.kind == kind]
        if chosen:
            introduction = INTRODUCTIONS[kind].splitlines()
            parts += [f"## {title}", "", *introduction, "", *_functions(chosen), ""]
    return "\n".join(parts) + "\n"


def _versions(findings: Sequence[Finding], records: Mapping[str, Record]) -> Iterator[str]:
    yield ""
    tried = dict.fromkeys(f.framework for f in findings if f.missing is None)
    installed = [name for name in tried if name not in records]
    names = [
        f"{stock.FRAMEWORKS[name].title} {stock.FRAMEWORKS[name].version}" for name in installed
    ]
    yield f"Run with {', '.join(names)}."
    if records:
        kept = [
            f"{stock.FRAMEWORKS[name].title} {each.version} ({each.date})"
            for name, each in records.items()
        ]
        yield f"Recorded when we ran each separately: {', '.join(kept)}."
    absent = dict.fromkeys(f.framework for f in findings if f.missing is not None)
    if absent:
        names = [stock.FRAMEWORKS[name].title for name in absent]
        yield f"Not installed when this page was written: {', '.join(names)}."
    yield ""


def _optimizers(findings: Sequence[Finding]) -> Iterator[str]:
    yield "## Optimizers"
    yield ""
    shown = [each for each in STOCK_OPTIMIZERS if each.framework != OTHER_KERAS]
    for optimizer in dict.fromkeys(each.optimizer for each in STOCK_OPTIMIZERS):
        alike = [each for each in shown if each.optimizer == optimizer]
        rows = [row for each in alike for row in _optimizer_rows(each, findings)]
        if not rows:
            continue
        yield f"### {optimizer}"
        yield ""
        yield "| optimizer | defaults | with these it | difference (bound) | with other arguments |"
        yield "|---|---|---|---|---|"
        yield from rows
        yield ""


def _is_about(finding: Finding, optimizer: StockOptimizer) -> bool:
    place = ("optimizer", optimizer.framework, optimizer.label)
    return (finding.kind, finding.framework, finding.component) == place


def _optimizer_rows(optimizer: StockOptimizer, findings: Sequence[Finding]) -> Iterator[str]:
    """The row of an optimizer, if there are findings about it."""
    own = [finding for finding in findings if _is_about(finding, optimizer)]
    if not own:
        return
    defaults = ", ".join(
        f"{a.name}" if a.default is REQUIRED else f"{a.name}={a.default!r}"
        for a in optimizer.arguments
        if a.keyword is not None
    )
    first, *rest = own
    yield (
        f"| `{optimizer.label}` | `{defaults}` | {_code(first.statement)} | {_measured(first)} "
        f"| {_elsewhere(rest)} |"
    )


def _measured(finding: Finding) -> str:
    if finding.difference is None:
        return "not installed" if finding.missing else "fails"
    mark = "" if finding.holds else " **does not hold**"
    return f"{finding.difference:.1e} ({finding.most:.1e}){mark}"


def _elsewhere(findings: Sequence[Finding]) -> str:
    """How many statements hold under the probes, and where a deviation is known, its size."""
    probes = [f for f in findings if f.probe != "signature"]
    if not probes:
        return "-"
    holding = sum(f.holds is True for f in probes)
    deviations = {f"{f.probe}: {f.difference:.1e}" for f in probes if f.least and f.difference}
    ignored = [f.probe for f in probes if f.probe.endswith(IGNORED)]
    return "; ".join([f"{holding} of {len(probes)} hold", *sorted(deviations), *ignored])


def _code(statement: str) -> str:
    """A statement with its call in code: "equals adam(...)" or "differs by ... from adam(...)"."""
    before, word, rest = statement.partition(" from " if " from " in statement else " ")
    ends = (at for at, char in enumerate(rest, 1) if char == ")")
    end = next(at for at in ends if rest[:at].count("(") == rest[:at].count(")"))
    return f"{before}{word}`{rest[:end]}`{rest[end:]}"


def _long_runs(findings: Sequence[Finding]) -> Iterator[str]:
    own = [finding for finding in findings if finding.kind == "long run"]
    if not own:
        return
    yield "## Two hundred steps"
    yield ""
    yield from LONG_RUNS.splitlines()
    yield ""
    modes = (DOUBLE.name, SWITCHED.name, DEFAULT.name)
    yield f"| optimizer | {' | '.join(modes)} | why more than 1 |"
    yield "|---|---|---|---|---|"
    for name in dict.fromkeys(finding.component for finding in own):
        of_mode = {finding.probe: finding for finding in own if finding.component == name}
        cells = [_used(of_mode.get(mode)) for mode in modes]
        reasons = dict.fromkeys(f.statement.partition(": ")[2] for f in of_mode.values())
        why = "; ".join(reason for reason in reasons if reason)
        yield f"| `{name}` | {' | '.join(cells)} | {why} |"
    yield ""


def _used(finding: Finding | None) -> str:
    if finding is None:
        return "-"
    if finding.difference is None:
        return "not installed" if finding.missing else "fails"
    return f"{finding.difference:.2g}" + ("" if finding.holds else " **does not hold**")


def _translations(translations: Iterable[Translation]) -> Iterator[str]:
    yield "## Pairs that can be made equal"
    yield ""
    yield from PAIRS.splitlines()
    yield ""
    yield "| this optimizer | equals this one | largest difference | but |"
    yield "|---|---|---|---|"
    shown = set()
    for each in translations:
        names = tuple(call.partition("(")[0] for call in (each.source, each.target))
        frameworks = (each.source_framework, each.target_framework)
        if each.equal and OTHER_KERAS not in frameworks and names not in shown:
            shown.add(names)
            provisos = "; ".join(each.provisos)
            yield f"| `{each.source}` | `{each.target}` | {each.difference:.1e} | {provisos} |"
    yield ""


def _functions(findings: Sequence[Finding]) -> Iterator[str]:
    yield "| framework | component | tried with | statement | difference (allowed) |"
    yield "|---|---|---|---|---|"
    for f in findings:
        measured = "not installed"
        if f.missing is None:
            allowed = f"{f.least:.3g} to {f.most:.3g}" if f.least else f"{f.most:.1e}"
            value = "-" if f.difference is None else f"{f.difference:.3g}"
            measured = f"{value} ({allowed})" + ("" if f.holds else " **does not hold**")
        cells = (stock.FRAMEWORKS[f.framework].title, f"`{f.component}`", f.probe, f.statement)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells, measured)) + " |"
