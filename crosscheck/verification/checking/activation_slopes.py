"""The slope of somebody's activation: given z or a, a backward pass, or by a framework's tape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import reference_numpy.activations as reference_activations
import reference_numpy.gradients as reference_gradients
from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.contract import ACTIVATIONS
from crosscheck.verification.checking import exact_functions, linear_softplus
from crosscheck.verification.checking.activation_tails import (
    COTANGENT,
    KINKED,
    NEAR,
    judge_tails,
    quietly,
    within_bound,
)
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import Instance, asked, explained, line
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.forward import MEANT
from crosscheck.verification.checking.within import near
from crosscheck.verification.exact_values import ExactTensor

HANDED_ON = "it hands on what it is given, which must be the slope of the loss by z"


@dataclass(frozen=True)
class Slopes:
    """How the slope of an activation is had, and how it is compared.

    Attributes:
        computed: The slope, or dC/dz, at z.
        exactly: The same, exact.
        words: "given z", "given a", "a backward pass" ...
        cotangent: What a backward pass is given on `NEAR`; ones where the slope itself is had.
    """

    computed: Callable[[Array], Array]
    exactly: Callable[[Array], ExactTensor]
    words: str
    cotangent: Array = field(default_factory=lambda: np.ones_like(NEAR))


def _cotangent(z: Array) -> Array:
    return COTANGENT[: len(z)]


def _a_of(name: str, z: Array) -> Array:
    """What a derivative that is meant to be given a is given: a few roundings from the exact a."""
    with np.errstate(all="ignore"):
        return np.asarray(reference_activations.ACTIVATIONS[name](z))


def slopes_of(adapter: Any, value: Callable[[Array], Array], name: str) -> list[Slopes]:
    """The ways in which the slope may be meant: its own, of z or of a, else that of the tape."""

    def backward(z: Array) -> ExactTensor:
        return exact_functions.slope(name, z, _cotangent(z))

    pullback, own = getattr(adapter, "pullback", None), getattr(adapter, "slope", None)
    if pullback is not None:
        ways = [
            Slopes(lambda z: pullback(_cotangent(z), z), backward, "a backward pass", COTANGENT)
        ]
        if name != "softmax":
            of_a = lambda z: pullback(_cotangent(z), _a_of(name, z))  # noqa: E731
            ways.append(Slopes(of_a, backward, "a backward pass, given a", COTANGENT))
            ways += own_slopes(lambda z: pullback(z, z), name)
        return ways
    if own is not None:
        return own_slopes(own, name)
    tape = getattr(adapter, "tape", None)
    if tape is None:
        return []
    return [
        Slopes(
            lambda z: tape(_cotangent(z), z), backward, "by the tape of its framework", COTANGENT
        )
    ]


def hands_on(adapter: Any) -> bool:
    """Whether a backward pass, or a slope of ones, leaves the derivative to the loss behind it."""
    pullback, own = getattr(adapter, "pullback", None), getattr(adapter, "slope", None)
    if pullback is not None:
        return np.array_equal(quietly(lambda z: pullback(_cotangent(z), z), NEAR), COTANGENT)
    return own is not None and np.array_equal(quietly(own, NEAR), np.ones_like(NEAR))


def own_slopes(own: Callable[[Array], Array], name: str) -> list[Slopes]:
    """A derivative that is given z, or a."""
    if name == "softmax":
        of_a = lambda row: own(_a_of(name, row))  # noqa: E731
        return [_jacobian(own), _jacobian(of_a), *_diagonal(own)]

    def exactly(z: Array) -> ExactTensor:
        return exact_functions.slope(name, z, np.ones_like(z))

    return [
        Slopes(own, exactly, "given z"),
        Slopes(lambda z: own(_a_of(name, z)), exactly, "given a"),
    ]


def _jacobian(own: Callable[[Array], Array]) -> Slopes:
    """The Jacobian of one sample, times dC/da."""

    def computed(z: Array) -> Array:
        pairs = zip(z, _cotangent(z), strict=True)
        return np.stack([np.squeeze(own(row)).T @ cotangent for row, cotangent in pairs])

    return Slopes(
        computed, lambda z: exact_functions.slope("softmax", z, _cotangent(z)), "the Jacobian"
    )


def _diagonal(own: Callable[[Array], Array]) -> list[Slopes]:
    """The diagonal of the Jacobian, a (1 - a), given z or a."""

    def exactly(z: Array) -> ExactTensor:
        units = range(z.shape[1])
        each = [exact_functions.slope("softmax", z, _unit(z, k)) for k in units]
        parts = (
            np.stack([getattr(found, part)[:, k] for k, found in zip(units, each, strict=True)], 1)
            for part in ("value", "error_bound", "rest")
        )
        value, bound, rest = parts
        return ExactTensor(value, bound, "float64", rest)

    words = "only the diagonal of the Jacobian"
    of_a = lambda z: own(_a_of("softmax", z))  # noqa: E731
    return [Slopes(own, exactly, f"{words}, given z"), Slopes(of_a, exactly, f"{words}, given a")]


def _unit(z: Array, k: int) -> Array:
    unit = np.zeros_like(z)
    unit[:, k] = 1
    return unit


def judge_slope(report: CheckReport, name: str, ways: Sequence[Slopes]) -> None:
    """The first way in which the slope is right, or else the nearest one."""
    raised: RaisedByOwnCodeError | None = None
    tried = []
    for way in ways:
        try:
            computed = asked(way.computed, NEAR)
        except RaisedByOwnCodeError as error:
            raised = raised or error
            continue
        tried.append((way, *_but_for_kinks(name, computed, way.exactly(NEAR), NEAR)))
    if not tried:
        report.lines.append(Line("slope", Verdict.WRONG, f"raises {raised}", np.inf))
        return
    tried.sort(key=lambda each: (not within_bound(each[1], each[2]), near(each[1], each[2].value)))
    named: list[str] = []
    if not within_bound(tried[0][1], tried[0][2]):
        every = [_slope_mistakes(name, each[1], each[2], each[0].cotangent) for each in tried]
        best = next((index for index, found in enumerate(every) if found), 0)
        named, tried = every[best], tried[best:]
    way, computed, exact, convention = tried[0]
    found = line("slope", computed, exact, NEAR)
    text = found.text or way.words
    report.lines.append(replace(found, text=text, mistakes=tuple(named)))
    report.conventions += [convention] if convention else []
    if found.verdict == Verdict.RIGHT:
        also = linear_softplus.slopes(way.exactly) if name == "softplus" else None
        judge_tails(report, "slope", lambda z: _plain(name, way, z), way.exactly, also=also)


def _plain(name: str, way: Slopes, z: Array) -> Array:
    return _but_for_kinks(name, way.computed(z), way.exactly(z), z)[0]


def _but_for_kinks(
    name: str, computed: Array, exact: ExactTensor, z: Array
) -> tuple[Array, ExactTensor, str | None]:
    """The slope with that of the references at the kink of relu, where any in [0, 1] may stand."""
    if name != KINKED or computed.shape != z.shape:
        return computed, exact, None
    kinks = (z == 0) & (computed >= 0) & (computed <= _cotangent(z).max())
    if not computed[kinks].any():
        return computed, exact, None
    mended = np.where(kinks, exact.value, computed)
    return mended, exact, "the slope at exactly 0 is not 0, as it is in the references"


def _slope_mistakes(name: str, computed: Array, exact: ExactTensor, cotangent: Array) -> list[str]:
    """The known mistakes of a backward pass that give all the wrong slopes."""
    if computed.shape != NEAR.shape:
        return []
    a = _a_of(name, NEAR)

    def again(framework: Any) -> Array:
        table = framework.gradients.ACTIVATION_VJPS
        return np.asarray(table[name](cotangent, NEAR.copy(), a.copy()))

    vjp = reference_gradients.ACTIVATION_VJPS[name]
    return explained(vjp, [Instance(computed, exact, again)])


def judge_as_a_slope(
    value: Callable[[Array], Array], report: CheckReport, stated: str | None
) -> bool:
    """Whether a function of one array is the slope of an activation; then it is judged as that."""
    best: tuple[float, str, Slopes] | None = None
    for name in [stated] if stated is not None else ACTIVATIONS:
        for way in own_slopes(value, name):
            computed = quietly(way.computed, NEAR)
            exact = way.exactly(NEAR)
            computed = _but_for_kinks(name, computed, exact, NEAR)[0]
            apart = 0.0 if within_bound(computed, exact) else near(computed, exact.value)
            if best is None or apart < best[0]:
                best = apart, name, way
    if best is None or (best[0] >= MEANT and stated is None):
        return False
    report.understood += f"; the slope of {best[1]}" + (" (stated)" if stated else "")
    judge_slope(report, best[1], own_slopes(value, best[1]))
    return True
