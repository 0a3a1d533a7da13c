"""What somebody's file or object is, and the judgement of it: of a file, of every part of it."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck.frameworks.adapters import NotUnderstoodError
from crosscheck.frameworks.understanding.choices import (
    OTHER,
    choices_of,
    is_loss,
    is_penalty,
    is_rule,
)
from crosscheck.frameworks.understanding.optimizer_names import plain
from crosscheck.frameworks.understanding.optimizer_settings import parameters_of
from crosscheck.frameworks.understanding.optimizers import is_optimizer, understand_optimizer
from crosscheck.frameworks.understanding.pieces import own_classes
from crosscheck.frameworks.understanding.several import (
    is_function_of_arrays,
    left_of,
    missing_numbers,
    parts_of,
)
from crosscheck.frameworks.understanding.understand import understand
from crosscheck.verification.checking.findings import CheckReport, Line, Outcome, Verdict
from crosscheck.verification.checking.in_columns import in_columns
from crosscheck.verification.checking.next_steps import next_step
from crosscheck.verification.checking.one_step import QUANTITY
from crosscheck.verification.checking.one_thing import Options, judged, understood_as
from crosscheck.verification.checking.updating import UPHILL

# So many values of a second argument are tried with a choice that is wrong beside the default.
BESIDE = 3


def split(target: str) -> tuple[Path, str | None]:
    """The file of a target, and the name in it that is meant, if one is."""
    path, _, name = target.rpartition(":")
    if path and all(part.isidentifier() for part in name.split(".")):
        return Path(path), name
    return Path(target), None


@dataclass(frozen=True)
class Choice:
    """A network whose class is told otherwise than by default: Net(activation="tanh").

    Attributes:
        name: The class.
        argument, value: What it is told.
        beside: What else it may be told with it, where that alone is wrong.
    """

    name: str
    argument: str
    value: Any
    beside: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({self.argument}={self.value!r})"

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The arguments to construct it with, the plainest first."""
        alone = {self.argument: self.value}
        return [alone, *(alone | {argument: value} for argument, value in self.beside)]


@dataclass(frozen=True)
class Parts:
    """What of a file is still to be judged, after the first thing in it.

    Attributes:
        names: The optimizers, activations and losses that are judged by themselves.
        unused: The classes of which the first thing has nothing; None if there is no first thing.
        choices: The network as it is if its class is told otherwise.
        rows: Whether the network has samples in rows, so that nothing else may have columns.
        downhill: Whether the gradients of the network point the way down.
    """

    names: tuple[str, ...] = ()
    unused: tuple[str, ...] | None = ()
    choices: tuple[Choice, ...] = ()
    rows: bool = False
    downhill: bool = False


def judge(
    namespace: Mapping[str, Any], name: str | None, target: str, options: Options
) -> CheckReport:
    """Find out what there is to check, and check it; without a name, every part that is found."""
    report, parts = judge_first(namespace, name, target, options)
    report.take_in(*judge_parts(namespace, parts, target, options))
    report.next_step = next_step(report, split(target)[0])
    return report


def judge_first(
    namespace: Mapping[str, Any], name: str | None, target: str, options: Options
) -> tuple[CheckReport, Parts]:
    """Check what is named, else the network of a file or its only optimizer; and say what is left.

    Raises:
        ValueError: If something stated does not fit what was found.
    """
    unused: tuple[str, ...] | None = None
    try:
        understood = understood_as(namespace, name, options.settings)
    except NotUnderstoodError as error:
        report = CheckReport(target, understood=str(error))
    else:
        report, unused = judged(understood, target, options), understood.others
    if name is not None:
        return report, Parts()
    used = [name for name in own_classes(namespace) if unused is not None and name not in unused]
    with_it = re.findall(r"\bby (\w+)", report.understood)  # such as its loss
    names = tuple(parts_of(namespace, {*used, *with_it}))
    choices: tuple[Choice, ...] = ()
    if report.kind == "network" and report.outcome != Outcome.WRONG:  # else they are wrong likewise
        choices = _choices(namespace, used, options.settings)
    rows = "samples in rows" in report.understood
    return report, Parts(names, unused, choices, rows, _is_downhill(report))


def judge_parts(
    namespace: Mapping[str, Any], parts: Parts, target: str, options: Options
) -> tuple[list[CheckReport], list[str]]:
    """Judge each part of a file by itself.

    Args:
        namespace: The file.
        parts: What is left of it.
        target: What the file is called.
        options: Of which a part gets the settings that it has.

    Returns:
        The reports of those that were understood, and the names of what nobody looked at.
    """
    found = list(each_part(namespace, parts, target, options))
    return [report for _, report in found if report is not None], left_over(
        namespace, parts, [name for name, _ in found]
    )


def each_part(
    namespace: Mapping[str, Any], parts: Parts, target: str, options: Options
) -> Iterator[tuple[str, CheckReport | None]]:
    """The name of each part that could be judged and its report; None if it is in another's."""
    slopes: set[str] = set()
    for choice in parts.choices:
        if (report := _of_choice(namespace, choice, target, options, parts.downhill)) is not None:
            yield str(choice), report
    for name in parts.names:
        report = None
        if name not in slopes:
            report = _of_part(namespace, name, target, options.settings, parts.rows)
            if report is None or report.outcome == Outcome.NOT_UNDERSTOOD:
                continue
            slopes.update(re.findall(r" with its slope (\w+);", report.understood))
        yield name, report


def left_over(namespace: Mapping[str, Any], parts: Parts, judged: list[str]) -> list[str]:
    """The names of what nobody looked at, if these parts were judged."""
    if parts.unused is None:
        return left_of(namespace, judged)
    meant = [
        name
        for name in parts.names
        if is_function_of_arrays(namespace[name]) or is_optimizer(namespace[name])
    ]
    chosen = [str(each) for each in parts.choices if each.value != OTHER]
    left = dict.fromkeys([*parts.unused, *meant, *chosen])
    return [name for name in left if name not in judged]


def _choices(
    namespace: Mapping[str, Any], used: Iterable[str], settings: Mapping[str, Any]
) -> tuple[Choice, ...]:
    found: list[Choice] = []
    for name in used:
        ways = choices_of(namespace[name], namespace)
        ways = {argument: values for argument, values in ways.items() if argument not in settings}
        for argument, values in ways.items():
            others = [
                (other, value)
                for other in ways
                if is_loss(argument) != is_loss(other) and not is_penalty(argument, other)
                for value in ways[other][:BESIDE]
            ]
            found += [Choice(name, argument, value, tuple(others)) for value in values]
    return tuple(found)


def _of_choice(
    namespace: Mapping[str, Any], choice: Choice, target: str, options: Options, downhill: bool
) -> CheckReport | None:
    """The report of a network that is told otherwise; None if nobody can say whether it is right.

    A value may go only with another value of a second argument, as softmax does with the
    cross-entropy: it is wrong only if it is wrong with each.
    """
    wrong: CheckReport | None = None
    for way in choice.ways:
        try:
            understood = understand(namespace, choice.name, {**options.settings, **way})
        except NotUnderstoodError:
            continue
        report = judged(understood, f"{target}:{choice}", Options(settings=way))
        if report.outcome == Outcome.RIGHT and _is_downhill(report) != downhill:
            report.lines.append(Line(QUANTITY, Verdict.WRONG, UPHILL, math.inf, (UPHILL,)))
        if understood.kind == "network" and report.outcome == Outcome.RIGHT:
            return report
        wrong = wrong or (report if _is_wrong(report, choice) else None)
    return wrong


def _is_downhill(report: CheckReport) -> bool:
    """Whether the gradients are minus those of the loss, which is a convention if all are."""
    return any(line.text.startswith("minus") for line in report.lines)


def _is_wrong(report: CheckReport, choice: Choice) -> bool:
    """Whether a choice is surely wrong, and not one that its owner means for another place."""
    first = report.first_wrong
    if first is None or choice.value == "softmax":
        return False
    # What has the name of another function or rule is meant to be another: leaky_relu, signsgd.
    name = str(choice.value).lower()
    known = [f"{name} ", UPHILL]
    # The gradients may be found by the step, which is that of another rule.
    return (
        (first.quantity.startswith("gradient of") and not is_rule(choice.argument))
        or f"departs from {name}(" in first.text
        or any(each.startswith(text) for each in first.mistakes for text in known)
    )


def _of_part(
    namespace: Mapping[str, Any], name: str, target: str, settings: Mapping[str, Any], rows: bool
) -> CheckReport | None:
    """The report of one optimizer or function; None if it was not understood."""
    own = {key: value for key, value in settings.items() if key in parameters_of(namespace[name])}
    missing = missing_numbers(namespace[name])
    chosen = {key: value for key, value in missing.items() if key not in own}
    own |= chosen
    try:
        if is_optimizer(namespace[name]):  # beside a network of functions it is no part of that
            understood = understand_optimizer(namespace[name], own, name)
        else:
            understood = understood_as(namespace, name, own)
    except NotUnderstoodError:
        return None
    if understood.kind == "network":
        return None
    said, stated = f"{target}:{name}", Options(settings=own)
    report = judged(understood, said, stated, is_part=True)
    if report.outcome != Outcome.RIGHT and understood.kind == "function":
        if not rows:
            report = in_columns(understood, report)
        elif "softmax" in plain(name):  # that of columns is a mistake here, and no other form
            report = judged(understood, said, stated)
    if understood.kind == "optimizer":
        report.understood += "".join(f"; made with {key}={v:g}" for key, v in chosen.items())
    return report
