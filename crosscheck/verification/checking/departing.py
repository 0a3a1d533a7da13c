"""Where somebody's own array departs from an exact one, and whether a known mistake explains it."""

from collections.abc import Callable, Iterator
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
from crosscheck.verification.mistakes.mistake import as_framework

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


def line(
    quantity: str, computed: Array, exact: ExactTensor, at: Array | None = None, axis: str = "z"
) -> Line:
    """Whether an array is right; else the departure that stands where `at` is nearest to 0."""
    if computed.shape != exact.value.shape:
        text = f"it has shape {computed.shape} instead of {exact.value.shape}"
        return Line(quantity, Verdict.WRONG, text, np.inf)
    found = within(computed, exact)
    fraction = found.comparison.fraction_of_bound
    if found.holds:
        return Line(quantity, Verdict.RIGHT, "", fraction)
    if at is None or found.ratio is not None:
        return Line(quantity, Verdict.WRONG, found.in_words, fraction)
    wrong = departures(computed, exact)
    place = np.unravel_index(np.argmin(np.where(wrong, np.abs(at), np.inf)), at.shape)
    one = ExactTensor(
        exact.value[place], exact.error_bound[place], exact.dtype, np.asarray(exact.rest)[place]
    )
    text = f"at {axis} = {few_digits(float(at[place]), 3)} first: "
    return Line(quantity, Verdict.WRONG, text + within(computed[place], one).in_words, fraction)


def explained(
    kind: str, file: str, again: Again, computed: Array, exact: ExactTensor
) -> Iterator[str]:
    """The known mistakes, with their formulas, that give all the wrong values.

    Args:
        kind, file: Of the mistakes that come into question.
        again: Computes the same by the framework of a mistake.
        computed, exact: What is wrong, and what is right.
    """
    wrong = departures(computed, exact)
    for mistake in catalogue():
        if mistake.kind != kind or mistake.file != file:
            continue
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(again(as_framework(mistake)), "float64")
        except Exception:
            continue  # a mistake that raises is not the one that did not
        if found.shape == wrong.shape and bool(np.all(_same(computed, found, exact)[wrong])):
            if not departures(found, exact)[~wrong].any():
                yield in_formulas(mistake)


def _same(computed: Array, found: Array, exact: ExactTensor) -> Array:
    with np.errstate(all="ignore"):
        left = np.abs(computed - found)
        departure = np.abs(computed - exact.value)
        near = left <= EXPLAINED * departure + exact.error_bound
    both = np.isnan(computed) & np.isnan(found)
    return np.asarray(near & np.isfinite(departure) | (computed == found) | both)
