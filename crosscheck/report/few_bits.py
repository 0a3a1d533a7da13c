"""The tables of `crosscheck verify --dtype` and of `crosscheck discriminate --dtype`."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.numerics.digits import of_bound
from crosscheck.report.colours import BAD, GOOD
from crosscheck.report.languages import in_language, mark
from crosscheck.report.layout import Column, Records, say
from crosscheck.verification.few_bits import CANNOT_TELL, RIGHT, WRONG, FewBits
from crosscheck.verification.few_bits_sharpness import FATES, Fate


def show_few_bits(console: Console, found: Sequence[FewBits], missing: Sequence[str] = ()) -> None:
    """Print how many tensors of each framework are right, wrong, or neither can be told."""
    table = Records(
        "Tensors in dtypes of 16 bits",
        *(Column(name, leads=True) for name in ("framework", "dtype", "cases")),
        *(Column(name, right=True) for name in (RIGHT, WRONG, CANNOT_TELL)),
        "worst fraction of a bound",
    )
    for each in found:
        for group in each.groups:
            counts = [str(each.count(word, group)) for word in (RIGHT, WRONG, CANNOT_TELL)]
            worst = of_bound(each.worst(group))
            table.add(each.framework, each.dtype, group, *counts, worst)
    table.show(console)
    say(
        console,
        "A tensor of which some bound exceeds its largest entry is one of which nobody can tell: 0 "
        "would be taken for it. Of a history each step is a tensor.",
    )
    for each in found:
        for reason in each.not_supported:
            say(console, f"{each.framework} does not support all of {each.dtype}: {escape(reason)}")
    problems = [problem for each in found for problem in each.wrong]
    problems += [f"{name}: asked for, but not installed" for name in missing]
    for problem in problems:
        say(console, BAD.paint(escape(problem)))
    if not problems:
        said = (GOOD.paint("Not wrong."), "No tensor is further off than its bound.")
        say(console, mark(console, " ").join(in_language(console, each) for each in said))


def show_sharpness(console: Console, dtype: str, fates: Sequence[Fate]) -> None:
    """Print what becomes of the known mistakes in a dtype."""
    table = Records(
        f"Known mistakes in {dtype}",
        Column("kind", leads=True),
        *(Column(name, right=True) for name in FATES),
    )
    for kind in dict.fromkeys(fate.mistake.kind for fate in fates):
        of_kind = [fate.word for fate in fates if fate.mistake.kind == kind]
        table.add(kind, *(str(of_kind.count(word)) for word in FATES))
    words = [fate.word for fate in fates]
    table.add("all", *(str(words.count(word)) for word in FATES))
    table.show(console)
    say(
        console,
        "cannot tell: all that differs from the reference lies in tensors of which some bound "
        "exceeds the largest entry; taken for right: some of it lies in others, within their "
        "bounds; unseen: no case of this dtype computes anything else with it",
    )
