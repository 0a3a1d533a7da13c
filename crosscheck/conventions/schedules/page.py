"""The schedules' part of the page about conventions, in Markdown."""

from collections.abc import Iterator, Sequence

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.schedules.table import REFUSED

# Keras is the same on both backends, so of this one only what is not run on the other is shown.
OTHER_KERAS = "keras-torch"
INTRODUCTION = """Each line is run as its users run it, and the rate that every update uses is
compared with the closed form's, from update 0 to past the end: in PyTorch `optimizer.step();
scheduler.step()`, in optax by its count, in Keras by the optimizer's `iterations`. PyTorch's
optimizer has a rate of 0.1. Differences are parts of the largest rate. What is computed in float32
although parameters are float64 has its reason. [schedules.md](schedules.md) explains the forms."""


def schedules_section(findings: Sequence[Finding]) -> Iterator[str]:
    """The lines of the section.

    Args:
        findings: Of all kinds.
    """
    own = [each for each in findings if each.kind == "schedule"]
    if not own:
        return
    yield from ("## Schedules", "", *INTRODUCTION.splitlines(), "")
    yield "| stock | is | float64 (allowed) | float32 (allowed) |"
    yield "|---|---|---|---|"
    elsewhere = {(f.component, _arguments(f)) for f in own if f.framework != OTHER_KERAS}
    for name in dict.fromkeys((f.framework, f.component, _arguments(f)) for f in own):
        alike = [f for f in own if (f.framework, f.component, _arguments(f)) == name]
        if name[0] != OTHER_KERAS or name[1:] not in elsewhere:
            yield _row(alike)
    yield ""
    yield "These have no closed form:"
    yield ""
    yield from (f"- `{name}`: {reason}." for name, reason in REFUSED.items())
    yield ""


def _arguments(finding: Finding) -> str:
    dtype, _, arguments = finding.probe.partition(", ")
    return arguments if dtype in ("float64", "float32") else finding.probe


def _row(findings: Sequence[Finding]) -> str:
    """The line of one call, with what was measured for each dtype."""
    first = findings[0]
    longest = max((f.statement for f in findings), key=len)
    by_dtype = {f.probe.partition(", ")[0]: _measured(f) for f in findings}
    if len(findings) == 1:
        by_dtype = {"float64": _measured(first)}
    cells = [by_dtype.get("float64", "-"), by_dtype.get("float32", "-")]
    arguments, _, note = _arguments(first).partition("; ")
    notes = [stock.FRAMEWORKS[OTHER_KERAS].title] if first.framework == OTHER_KERAS else []
    notes += [note] if note else []
    call = ", ".join([f"`{first.component}({arguments})`", *notes])
    return f"| {call} | {_in_code(longest)} | {cells[0]} | {cells[1]} |"


def _in_code(statement: str) -> str:
    """A statement "equals f(...), and more" with its call in code."""
    word, _, rest = statement.partition(" ")
    if not rest.startswith("schedules."):
        return statement
    depth = 0
    for index, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return f"{word} `{rest[: index + 1]}`{rest[index + 1 :]}"
    return statement


def _measured(finding: Finding) -> str:
    if finding.difference is None:
        return "not installed" if finding.missing else "fails"
    mark = "" if finding.holds else " **does not hold**"
    return f"{finding.difference:.1e} ({finding.most:.1e}){mark}"
