"""Which activation somebody's function is, and whether its values and slopes are right."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

import reference_numpy.activations as reference_activations
from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.contract import ACTIVATIONS
from crosscheck.verification.checking import exact_functions, linear_softplus
from crosscheck.verification.checking.activation_slopes import (
    HANDED_ON,
    hands_on,
    judge_as_a_slope,
    judge_slope,
    slopes_of,
)
from crosscheck.verification.checking.activation_tails import (
    FAR,
    FARTHEST,
    LOST,
    LOST_OF_SLOPE,
    NEAR,
    activation_floats,
    but_for_digits,
    judge_tails,
    keeps_digits,
    loses_digits,
    none_of,
    quietly,
    with_mistakes,
    within_bound,
)
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import (
    Instance,
    asked,
    departures,
    explained,
    line,
)
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.forward import MEANT
from crosscheck.verification.checking.within import near
from crosscheck.verification.exact_values import ExactTensor

# What another form of an activation is, by the known mistake that it would be in its place.
OTHER_FORMS = {
    "gelu by tanh": "it is the approximation of gelu by tanh",
    "softmax over the batch": "it is the softmax of each column: right where samples are columns",
}
MEND = "mend the values first: the slope is that of what is computed"


def judge_activation(
    adapter: Any, report: CheckReport, stated: str | None, *, is_part: bool = False
) -> None:
    """Find out which activation a function of one array is, unless that is stated; judge it.

    Args:
        adapter: A `FunctionAdapter`.
        report: Takes the lines.
        stated: A name of the contract; None to find out.
        is_part: See `function.check_function`.
    """
    value = adapter.value
    if getattr(adapter, "is_slope", False):
        if not judge_as_a_slope(value, report, stated):
            report.lines.append(Line("slope", Verdict.SKIPPED, none_of("slope", stated)))
        return
    try:
        computed = asked(value, NEAR)
    except RaisedByOwnCodeError as error:
        report.lines.append(Line("value", Verdict.WRONG, f"raises {error}", np.inf))
        return
    name = stated or _nearest(computed, activation_floats(NEAR))
    named: list[str] = []
    if name is not None:
        named = _mistakes(value, name)
    elif "leak" not in getattr(adapter, "name", "").lower():  # of a leaky relu it is none
        every = {each: _mistakes(value, each) for each in ACTIVATIONS}
        name, named = next(((k, found) for k, found in every.items() if found), (None, []))
    if name is None or (departures_of(computed, name).any() and not named):
        rows = _by_rows(value)
        by_rows = quietly(rows, NEAR)
        found = _nearest(by_rows, activation_floats(NEAR))
        if found is not None and name in (None, found) and not np.array_equal(by_rows, computed):
            value, name, computed = rows, found, by_rows
            report.conventions.append("it takes one sample at a time: of several it gives others")
    of_its_own = getattr(adapter, "is_autograd", False)
    if name is None:
        if of_its_own or not judge_as_a_slope(value, report, stated):
            report.lines.append(Line("value", Verdict.SKIPPED, none_of("value", None)))
        return
    report.understood += f"; {name}" + (" (stated)" if stated else "")
    text = None if stated else _other_form(name, named if is_part else [], of_its_own)
    if text is not None:
        report.lines.append(Line("value", Verdict.SKIPPED, text))
        return
    exactly: Callable[..., ExactTensor] = partial(exact_functions.activation, name)
    if is_part and loses_digits(value, exactly):
        report.advice.append(f"{LOST} ({named[0]})" if named else LOST)
        named, exactly = [], but_for_digits(exactly)
    first = line("value", computed, exactly(NEAR), NEAR)
    report.lines.append(with_mistakes(first, named))
    also = linear_softplus.values(exactly) if name == "softplus" else None
    judge_tails(report, "value", value, exactly, named, also)
    if first.verdict == Verdict.RIGHT:
        _one_sample_and_dtype(report, value, exactly)
    if getattr(adapter, "changes_its_arguments", lambda z: False)(NEAR):
        report.advice.append("it writes into the array that it is given")
    if first.verdict == Verdict.WRONG:
        report.advice.append(MEND)
        return
    if is_part and name == "softmax" and hands_on(adapter):
        report.lines.append(Line("slope", Verdict.SKIPPED, HANDED_ON))
        return
    slopes = slopes_of(adapter, value, name)
    if is_part and not any(keeps_digits(each.computed, each.exactly) for each in slopes):
        lossy = [each for each in slopes if loses_digits(each.computed, each.exactly)]
        report.advice += [LOST_OF_SLOPE] if lossy else []
        slopes = [replace(each, exactly=but_for_digits(each.exactly)) for each in lossy] or slopes
    if slopes:
        judge_slope(report, name, slopes)


def _other_form(name: str, named: Sequence[str], is_autograd: bool) -> str | None:
    """What something is, in words, that is an activation in another form or for another purpose."""
    if is_autograd and name == "identity":
        return "it returns what it is given, and is there for its backward pass"
    return next(
        (text for form, text in OTHER_FORMS.items() if any(e.startswith(form) for e in named)),
        None,
    )


def departures_of(computed: Array, name: str) -> Array:
    """Which entries are not those of an activation on `NEAR`."""
    if computed.shape != NEAR.shape:
        return np.ones(NEAR.shape, bool)
    return departures(computed, exact_functions.activation(name, NEAR))


def _nearest(computed: Array, known: dict[str, Array]) -> str | None:
    apart = {name: near(computed, array) for name, array in known.items()}
    name = min(apart, key=lambda each: apart[each])
    return name if apart[name] < MEANT else None


def _mistakes(value: Callable[[Array], Array], name: str) -> list[str]:
    """The known mistakes of an activation that give all the wrong values, if any are wrong."""
    instances = []
    for z in (NEAR, FAR, FARTHEST):
        computed = quietly(value, z)
        exact = exact_functions.activation(name, z)
        if computed.shape == z.shape:
            instances.append(Instance(computed, exact, _of_table(name, z)))
    if all(within_bound(each.computed, each.exact) for each in instances):
        return []
    return explained(reference_activations.ACTIVATIONS[name], instances)


def _of_table(name: str, z: Array) -> Callable[[Any], Array]:
    return lambda framework: np.asarray(framework.activations.ACTIVATIONS[name](z.copy()))


def _by_rows(value: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda z: np.stack([np.asarray(value(row.copy())) for row in z])


def _one_sample_and_dtype(
    report: CheckReport, value: Callable[[Array], Array], exactly: Callable[..., ExactTensor]
) -> None:
    one = NEAR[2:3]
    report.lines.append(_asked_line("value of one sample", value, exactly(one), one))
    z = NEAR.astype("float32")
    wide = z.astype("float64")
    try:
        computed = asked(value, z)
    except RaisedByOwnCodeError as error:
        report.advice.append(f"float32 is not taken: {error}")
        return
    if computed.dtype != np.float32:
        report.advice.append(f"of float32 it makes {computed.dtype}")
    report.lines.append(line("value in float32", computed, exactly(wide, "float32"), wide))


def _asked_line(
    quantity: str, value: Callable[[Array], Array], exact: ExactTensor, z: Array
) -> Line:
    try:
        return line(quantity, asked(value, z), exact, z)
    except RaisedByOwnCodeError as error:
        return Line(quantity, Verdict.WRONG, f"raises {error}", np.inf)
