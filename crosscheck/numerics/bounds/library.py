"""How far the frameworks' library functions are off: measured, not derived.

exp, log and their like come from libraries that promise no bound of their error. `crosscheck
bounds --scan` measures it; `library.json` has what it found, where, when, and with which versions
on which processor; `library_16_bits.json` has the same of bfloat16 and float16, where every number
was tried. A bound allows half more than the worst that was found in each interval of the
argument, in whole units: an argument that no scan hit, or another processor, may be a little worse.
It allows at least two units, one in the last place, which is the best that libraries promise.
"""

import json
from functools import cache
from importlib import resources
from itertools import pairwise
from math import ceil, inf
from typing import Any, NamedTuple

import numpy as np

from crosscheck.numerics.bounds.precision import Array, Precision

# The functions and the intervals of their argument, each from one of these edges to the next.
# Where a library changes from one formula to another it may lose much, and only there.
EDGES: dict[str, tuple[float, ...]] = {
    "exp": (-inf, inf),
    "sigmoid": (-inf, inf),
    "tanh": (-inf, inf),
    "log": (0.0, inf),
    "log1p": (-1.0, -0.5, -0.25, 0.0, inf),
    "erfc": (-inf, 0.5, 1.5, inf),
}
MARGIN, LEAST = 1.5, 2


class Interval(NamedTuple):
    """The worst error that was found in one interval of the argument of one function.

    Attributes:
        function, dtype: Which function, in which dtype.
        low, high: The interval.
        units: The error, in units of roundoff of the result.
        at: The argument at which it was found.
        framework: Whose it is.
    """

    function: str
    dtype: str
    low: float
    high: float
    units: float
    at: float
    framework: str

    @property
    def allowed(self) -> int:
        """The error that a bound allows, in units of roundoff."""
        return max(LEAST, ceil(MARGIN * self.units))


@cache
def scan() -> dict[str, Any]:
    """The stored scan: its date, processor and versions, and what it found."""
    return _stored("library.json")


@cache
def _stored(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def intervals(function: str, dtype: str) -> tuple[Interval, ...]:
    """What the stored scan found of one function in one dtype, from the lowest interval on."""
    of_it = function, dtype
    stored = scan()["found"] + _stored("library_16_bits.json")["found"]
    found = [each for each in stored if (each["function"], each["dtype"]) == of_it]
    return tuple(
        Interval(function, dtype, low, high, each["units"], each["at"], each["framework"])
        for (low, high), each in zip(pairwise(EDGES[function]), found, strict=True)
    )


def allowed_in(found: Interval) -> int:
    """What the bounds allow where something was found, by this scan or another."""
    stored = intervals(found.function, found.dtype)
    return next(each.allowed for each in stored if each.low == found.low)


def library(p: Precision, function: str, low: Any = 0.0, high: Any = None) -> Array:
    """How far a library function may be off, relative to its result.

    Args:
        p: The precision in which it is computed.
        function: A name in `EDGES`.
        low, high: Between which numbers each argument lies; one number if `high` is None.
    """
    most = low if high is None else high
    allowed = [
        np.where((low <= each.high) & (most >= each.low), each.allowed, 0)
        for each in intervals(function, p.dtype)
    ]
    return p.u * np.maximum.reduce(allowed)
