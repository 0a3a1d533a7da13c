"""The z on which an activation is judged, and what is said of the tails."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.contract import ACTIVATIONS
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import asked, departures, line
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.linear_softplus import LINEAR
from crosscheck.verification.exact_values import ExactTensor

# z near 0 and moderate, with exact zeros; in the tails that data reach; and past them.
NEAR = np.array(
    [
        [0.0, 1e-8, -1e-8, 0.5, -0.25],
        [1e-3, -1e-3, 0.0, 2.0, -1.5],
        [3.0, -3.0, 1.0, -1.0, 0.125],
        [-7.5, 7.0, 0.75, -0.5, -2.5],
        [-6.0, -2.0, -0.75, -1.25, -4.0],
        [8.0, 1.5, 4.5, 6.5, 2.75],
    ]
)
FAR = np.array(
    [
        [40.0, 0, -20, -40, 12],
        [-12.0, 30, -30, 27, -27],
        [-40.0, -20, -15, 0, -36],
        [20.0, 19, 40, 15, -10],
        [-10.0, -11, -13, -17, -25],
        [10.0, -40, 0, 0, 36],
    ]
)
FARTHEST = np.array(
    [
        [800.0, 0, -100, -800, 100],
        [-800.0, -750, -700, -300, -100],
        [750.0, 700, 720, 300, 709],
        [-40.0, -800, 0, 800, 0],
        [0.0, 0, -800, 0, -720],
        [500.0, -500, 200, -200, 0],
    ]
)
TAILS = (("at z of 40", FAR), ("at z of 800", FARTHEST))
# tanh by 2 / (1 + exp(-2z)) - 1 is off by 4.5 eps, whatever it amounts to: twice an exp that is off
# by a unit in its last place (eps), a sum and a quotient (half an eps each), and once a difference
# (half an eps). The other forms of tanh, softplus and gelu lose less, of 1 or of z.
DIGITS = 5
LOST = "value: it loses digits where it is small"
LOST_OF_SLOPE = "slope: it loses digits where it is small"
# The slope of relu at 0, in the references; another one between 0 and 1 is a convention.
KINKED = "relu"
COTANGENT = np.random.default_rng([31, 4]).uniform(0.5, 2.0, NEAR.shape)


def activation_floats(z: Array) -> dict[str, Array]:
    """The value of every activation, near enough to tell which one is meant."""
    with np.errstate(all="ignore"):
        return {name: FLOAT_ACTIVATIONS[name](z) for name in ACTIVATIONS}


def with_mistakes(found: Line, named: Sequence[str]) -> Line:
    """A line with the mistakes, if it is wrong."""
    wrong = found.verdict == Verdict.WRONG
    return replace(found, mistakes=tuple(named)) if wrong else found


def quietly(value: Callable[[Array], Array], z: Array) -> Array:
    try:
        return asked(value, z)
    except RaisedByOwnCodeError:
        return np.full((0,), np.nan)


def none_of(quantity: str, stated: str | None) -> str:
    if stated is not None:
        return f"it is not the {quantity} of {stated}, nor near to it"
    return (
        f"it is not the {quantity} of any activation of the contract ({', '.join(ACTIVATIONS)}), "
        "nor near to one: --activations states which one it should be"
    )


def judge_tails(
    report: CheckReport,
    quantity: str,
    computed: Callable[[Array], Array],
    exactly: Callable[[Array], ExactTensor],
    named: Sequence[str] = (),
    also: Callable[[Array], ExactTensor] | None = None,
) -> None:
    """A line for each of the tails; past what data reach, what is wrong is advice.

    Args:
        report: Takes the lines.
        quantity: "value" or "slope".
        computed: Somebody's values of z.
        exactly: The exact ones.
        named: The known mistakes that give what is wrong.
        also: Other values that are right as well: those of `LINEAR`.
    """
    for where, z in TAILS:
        try:
            values = asked(computed, z)
        except RaisedByOwnCodeError as error:
            found = Line(f"{quantity} {where}", Verdict.WRONG, f"raises {error}", np.inf)
        else:
            found = with_mistakes(line(f"{quantity} {where}", values, exactly(z), z), named)
            if found.verdict == Verdict.WRONG and also is not None:
                other = line(f"{quantity} {where}", values, also(z), z)
                found = found if other.verdict == Verdict.WRONG else replace(other, text=LINEAR)
        if found.verdict == Verdict.WRONG and z is FARTHEST:
            more = "".join(f" ({each})" for each in found.mistakes[:1])
            report.advice.append(f"{found.quantity}: {found.text}{more}")
        else:
            report.lines.append(found)


def but_for_digits(exactly: Callable[..., ExactTensor]) -> Callable[..., ExactTensor]:
    """What is exact, and may be off by `DIGITS` roundings of numbers near 1 or near z."""

    def loosely(z: Array, *dtype: str) -> ExactTensor:
        exact = exactly(z, *dtype)
        digits = DIGITS * np.finfo(exact.dtype).eps * np.maximum(np.abs(z), 1)
        return replace(exact, error_bound=exact.error_bound + digits)

    return loosely


def keeps_digits(value: Callable[[Array], Array], exactly: Callable[[Array], ExactTensor]) -> bool:
    """Whether values are within their bound in all that data reach."""
    return all(within_bound(quietly(value, z), exactly(z)) for z in (NEAR, FAR))


def loses_digits(value: Callable[[Array], Array], exactly: Callable[[Array], ExactTensor]) -> bool:
    """Whether values are off by digits alone, in what data reach."""
    return keeps_digits(value, but_for_digits(exactly)) and not keeps_digits(value, exactly)


def within_bound(computed: Array, exact: ExactTensor) -> bool:
    """Whether every entry is within its bound."""
    return computed.shape == exact.value.shape and not departures(computed, exact).any()
