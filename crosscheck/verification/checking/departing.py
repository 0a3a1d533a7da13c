"""Where somebody's own array departs from an exact one, and whether a known mistake explains it."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.plain_text import in_words
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.forward import in_formulas
from crosscheck.verification.checking.within import within
from crosscheck.verification.exact_values import ExactTensor
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Code, as_framework

# A mistake explains a departure if it leaves at most this part of it: the same formula rounds
# otherwise in another order, and another formula departs elsewhere.
EXPLAINED = 0.01
# Computes what somebody computed by the reference that a mistake has changed.
Again = Callable[[Any], Array]


def asked(function: Callable[..., Array], *arrays: Array) -> Array:
    """What somebody's function returns for copies of the arrays.

    Raises:
        RaisedByOwnCodeError: If it raises anything.
    """
    try:
        with np.errstate(all="ignore"):
            return np.asarray(function(*(array.copy() for array in arrays)))
    except (Exception, SystemExit) as error:
        raise RaisedByOwnCodeError(in_words(error)) from None


def departures(computed: Array, exact: ExactTensor) -> Array:
    """Which entries are outside their bound."""
    with np.errstate(all="ignore"):
        away = np.abs((computed.astype("float64") - exact.value) - exact.rest)
        return np.asarray(~((away <= exact.error_bound) | np.isinf(exact.error_bound)))


def line(quantity: str, computed: Array, exact: ExactTensor, at: Array | None = None) -> Line:
    """Whether an array is right; else the departure that stands where `at` is nearest to 0."""
    if computed.shape != exact.value.shape:
        text = f"it has shape {computed.shape} instead of {exact.value.shape}"
        return Line(quantity, Verdict.WRONG, text, np.inf)
    found = within(computed, exact)
    fraction = found.comparison.fraction_of_bound
    if found.holds:
        return Line(quantity, Verdict.RIGHT, "", fraction)
    if at is None or (found.ratio is not None and few_digits(found.ratio) != "1"):
        return Line(quantity, Verdict.WRONG, found.in_words, fraction)
    wrong = departures(computed, exact)
    place = np.unravel_index(np.argmin(np.where(wrong, np.abs(at), np.inf)), at.shape)
    return Line(quantity, Verdict.WRONG, _at(place, computed, exact, at), fraction)


def _at(place: Any, computed: Array, exact: ExactTensor, at: Array) -> str:
    actual, wanted = float(computed[place]), float(exact.value[place])
    shown = [few_digits(each, 6) for each in (actual, wanted)]
    if shown[0] == shown[1]:  # they differ in later digits
        shown = [repr(actual), repr(wanted)]
    error, bound = abs(actual - wanted), float(exact.error_bound[place])
    text = f"first at z = {few_digits(float(at[place]), 3)}: {shown[0]} instead of {shown[1]}"
    if not np.isfinite(error) or bound == 0:
        return text
    times = few_digits(error / bound)
    return f"{text}, off by {few_digits(error)}: {times} times what rounding allows"


@dataclass(frozen=True)
class Instance:
    """What somebody computed of some arrays, what is right, and the same by a framework."""

    computed: Array
    exact: ExactTensor
    again: Again


def codes_of(function: Callable[..., Any]) -> set[Code]:
    """The pieces of code of the NumPy reference that may run in one of its functions."""
    found: set[Code] = set()
    waiting = [inspect.unwrap(function)]
    while waiting:
        each = waiting.pop()
        file = each.__module__.rpartition(".")[2]
        if (file, each.__code__.co_firstlineno) in found:
            continue
        found |= {(file, each.__code__.co_firstlineno), (file, 1)}
        inner = [each.__globals__.get(name) for name in each.__code__.co_names]
        waiting += [
            f
            for f in map(inspect.unwrap, filter(inspect.isfunction, inner))
            if f.__module__.startswith("reference_numpy")
        ]
    return found


def explained(function: Callable[..., Any], instances: Sequence[Instance]) -> list[str]:
    """The known mistakes of a function of the reference, with their formulas, that give all.

    Args:
        function: That of the reference.
        instances: Of all of these a mistake gives the wrong values, and is right where they are.
    """
    codes = codes_of(function)
    found = []
    for mistake in catalogue():
        if mistake.kind not in ("forward", "gradient") or not mistake.may_differ_where(codes):
            continue
        framework = as_framework(mistake)
        if all(_gives(each, framework) for each in instances):
            found.append(in_formulas(mistake))
    return found


def _gives(instance: Instance, framework: Any) -> bool:
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(instance.again(framework), "float64")
    except Exception:
        return False  # a mistake that raises is not the one that did not
    computed, exact = instance.computed, instance.exact
    if found.shape != exact.value.shape or computed.shape != found.shape:
        return False
    wrong = departures(computed, exact)
    same = bool(np.all(_same(computed, found, exact)[wrong]))
    return same and not departures(found, exact)[~wrong].any()


def _same(computed: Array, found: Array, exact: ExactTensor) -> Array:
    with np.errstate(all="ignore"):
        left = np.abs(computed - found)
        departure = np.abs(computed - exact.value)
        near = left <= EXPLAINED * departure + exact.error_bound
    both = np.isnan(computed) & np.isnan(found)
    return np.asarray(near & np.isfinite(departure) | (computed == found) | both)
