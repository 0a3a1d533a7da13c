"""The schedules' part of the page about conventions, in Markdown."""

from collections.abc import Iterator, Sequence

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.schedules.table import REFUSED

# Keras is the same on both backends, so of this one only what is not run on the other is shown.
OTHER_KERAS = "keras-torch"
INTRODUCTION = """\
The command runs each schedule as its users run it: in PyTorch `optimizer.step();
scheduler.step()` counts the updates, in optax the optimizer's state, in Keras the optimizer's
`iterations`. It compares the rate of every update, from update 0 until after the end, with the rate
of the closed form. PyTorch's optimizer has a rate of 0.1. Differences are fractions of the largest
rate. If a schedule computes in float32 although the parameters are float64, the line gives the
reason. [schedules.md](schedules.md) explains the forms.
"""


def schedules_section(findings: Sequence[Finding]) -> Iterator[str]:
    """The lines of the section.

    Args:
        findings: Of all kinds.
    """
    own = [each for each in findings if each.kind == "schedule"]
    if not own:
        return
    yield from ("## Schedules", "", *INTRODUCTION.splitlines(), "")
    yield "| schedule | is | float64 (allowed) | float32 (allowed) |"
    yield "|---|---|---|---|"
    elsewhere = {(f.component, _arguments(f)) for f in own if f.framework != OTHER_KERAS}
    for name in dict.fromkeys((f.framework, f.component, _arguments(f)) for f in own):
        alike = [f for f in own if (f.framework, f.component, _arguments(f)) == name]
        if name[0] != OTHER_KERAS or name[1:] not in elsewhere:
            yield _row(alike)
    yield ""
    yield "These schedules have no closed form:"
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
