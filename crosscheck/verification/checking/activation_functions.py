"""Which activation somebody's function is, and whether its values and slopes are right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.frameworks.contract import ACTIVATIONS
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.verification.checking import exact_functions
from crosscheck.verification.checking.asking import RaisedByOwnCodeError
from crosscheck.verification.checking.departing import asked, departures, explained, line
from crosscheck.verification.checking.findings import CheckReport, Line, Verdict
from crosscheck.verification.checking.forward import MEANT
from crosscheck.verification.checking.within import near
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
FAR = np.array([[40.0, 0, -20, -40, 12], [-12.0, 30, -30, 27, -27], [-40.0, -20, -15, 0, -36]])
FARTHEST = np.array([[800.0, 0, -100, -800, 100], [-800.0, -750, -700, -300, -100]])
TAILS = (("at z of 40", FAR), ("at z of 800", FARTHEST))
# The slope of relu at 0, in the references; another one between 0 and 1 is a convention.
KINKED = "relu"
COTANGENT = np.random.default_rng([31, 4]).uniform(0.5, 2.0, NEAR.shape)
MEND = "mend the values first: the slope is that of what is computed"


@dataclass(frozen=True)
class Slopes:
    """How the slope of an activation is had, and how it is compared.

    Attributes:
        computed: The slope, or dC/dz, at z.
        exactly: The same, exact.
        again: The same by a framework: its table of derivatives, and z.
        words: "given z", "given a"; "" for a backward pass.
    """

    computed: Callable[[Array], Array]
    exactly: Callable[[Array], ExactTensor]
    words: str = ""


def judge_activation(adapter: Any, report: CheckReport, stated: str | None) -> None:
    """Find out which activation a function of one array is, unless that is stated; judge it."""
    value = adapter.value
    if getattr(adapter, "is_slope", False):
        if not _is_a_slope(value, report, stated):
            report.lines.append(Line("slope", Verdict.SKIPPED, _none_of("slope", stated)))
        return
    try:
        computed = asked(value, NEAR)
    except RaisedByOwnCodeError as error:
        report.lines.append(Line("value", Verdict.WRONG, f"raises {error}", np.inf))
        return
    name = stated or _nearest(computed, activation_floats(NEAR))
    named: list[str] = []
    if name is None or departures_of(computed, name).any():
        name, named = _by_mistake(computed, name, adapter, stated)
    if name is None or (departures_of(computed, name).any() and not named):
        rows = _by_rows(value)
        found = _nearest(_quietly(rows, NEAR), activation_floats(NEAR))
        if found is not None and name in (None, found):
            value, name, computed = rows, found, rows(NEAR)
            report.conventions.append("it takes one sample at a time: of several it gives others")
    if name is None:
        if not _is_a_slope(value, report, stated):
            report.lines.append(Line("value", Verdict.SKIPPED, _none_of("value", None)))
        return
    report.understood += f"; {name}" + (" (stated)" if stated else "")
    first = line("value", computed, exact_functions.activation(name, NEAR), NEAR)
    report.lines.append(replace(first, mistakes=tuple(named)) if named else first)
    _tails(report, "value", value, lambda z: exact_functions.activation(name, z), _of_table(name))
    if first.verdict == Verdict.RIGHT:
        _one_sample_and_dtype(report, value, name)
    if getattr(adapter, "changes_its_arguments", lambda z: False)(NEAR):
        report.advice.append("it writes into the array that it is given")
    if first.verdict == Verdict.WRONG:
        report.advice.append(MEND)
        return
    slopes = _slopes(adapter, value, name)
    if slopes:
        _judge_slope(report, name, slopes)


def activation_floats(z: Array) -> dict[str, Array]:
    """The value of every activation, near enough to tell which one is meant."""
    with np.errstate(all="ignore"):
        return {name: FLOAT_ACTIVATIONS[name](z) for name in ACTIVATIONS}


def departures_of(computed: Array, name: str) -> Array:
    """Which entries are not those of an activation on `NEAR`."""
    if computed.shape != NEAR.shape:
        return np.ones(NEAR.shape, bool)
    return departures(computed, exact_functions.activation(name, NEAR))


def _nearest(computed: Array, known: dict[str, Array]) -> str | None:
    apart = {name: near(computed, array) for name, array in known.items()}
    name = min(apart, key=lambda each: apart[each])
    return name if apart[name] < MEANT else None


def _of_table(name: str) -> Callable[[Array], Callable[[Any], Array]]:
    return lambda z: lambda framework: framework.activations.ACTIVATIONS[name](z.copy())


def _by_mistake(
    computed: Array, name: str | None, adapter: Any, stated: str | None
) -> tuple[str | None, list[str]]:
    """The activation and the known mistakes of it that give all the wrong values."""
    leaks = "leak" in getattr(adapter, "name", "").lower()
    names = [name] if name is not None else [] if leaks else ACTIVATIONS
    for each in names:
        exact = exact_functions.activation(each, NEAR)
        if computed.shape == NEAR.shape:
            found = [*explained("forward", "activations", _of_table(each)(NEAR), computed, exact)]
            if found:
                return each, found
    return name, []


def _by_rows(value: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda z: np.stack([np.asarray(value(row.copy())) for row in z])


def _quietly(value: Callable[[Array], Array], z: Array) -> Array:
    try:
        return asked(value, z)
    except RaisedByOwnCodeError:
        return np.full((0,), np.nan)


def _none_of(quantity: str, stated: str | None) -> str:
    if stated is not None:
        return f"it is not the {quantity} of {stated}, nor near to it"
    return (
        f"it is not the {quantity} of any activation of the contract ({', '.join(ACTIVATIONS)}), "
        "nor near to one: --activations states which one it should be"
    )


def _tails(
    report: CheckReport,
    quantity: str,
    computed: Callable[[Array], Array],
    exactly: Callable[[Array], ExactTensor],
    again: Callable[[Array], Callable[[Any], Array]] | None,
) -> None:
    """A line for each of the tails; past what data reach, what is wrong is advice."""
    for where, z in TAILS:
        try:
            values = asked(computed, z)
        except RaisedByOwnCodeError as error:
            found = Line(f"{quantity} {where}", Verdict.WRONG, f"raises {error}", np.inf)
        else:
            exact = exactly(z)
            found = line(f"{quantity} {where}", values, exact, z)
            if found.verdict == Verdict.WRONG and again and values.shape == z.shape:
                named = explained("forward", "activations", again(z), values, exact)
                found = replace(found, mistakes=tuple(named))
        if found.verdict == Verdict.WRONG and z is FARTHEST:
            more = "".join(f" ({each})" for each in found.mistakes[:1])
            report.advice.append(f"{found.quantity}: {found.text}{more}")
        else:
            report.lines.append(found)


def _one_sample_and_dtype(
    report: CheckReport, value: Callable[[Array], Array], name: str
) -> None:
    one = NEAR[2:3]
    exact = exact_functions.activation(name, one)
    report.lines.append(_asked_line("value of one sample", value, exact, one))
    z = NEAR.astype("float32")
    wide = z.astype("float64")
    try:
        computed = asked(value, z)
    except RaisedByOwnCodeError as error:
        report.advice.append(f"float32 is not taken: {error}")
        return
    if computed.dtype != np.float32:
        report.advice.append(f"of float32 it makes {computed.dtype}")
    exact = exact_functions.activation(name, wide, "float32")
    report.lines.append(line("value in float32", computed, exact, wide))


def _asked_line(
    quantity: str, value: Callable[[Array], Array], exact: ExactTensor, z: Array
) -> Line:
    try:
        return line(quantity, asked(value, z), exact, z)
    except RaisedByOwnCodeError as error:
        return Line(quantity, Verdict.WRONG, f"raises {error}", np.inf)


# ----- slopes -----


def _cotangent(z: Array) -> Array:
    return COTANGENT[: len(z)]


def _slopes(adapter: Any, value: Callable[[Array], Array], name: str) -> list[Slopes]:
    """The ways in which the slope may be meant: its own, of z or of a, else that of the tape."""

    def backward(z: Array) -> ExactTensor:
        return exact_functions.slope(name, z, _cotangent(z))

    pullback, own = getattr(adapter, "pullback", None), getattr(adapter, "slope", None)
    if pullback is not None:
        ways = [Slopes(lambda z: pullback(_cotangent(z), z), backward, "a backward pass")]
        if name != "softmax":
            of_a = lambda z: pullback(_cotangent(z), FLOAT_ACTIVATIONS[name](z))  # noqa: E731
            ways.append(Slopes(of_a, backward, "a backward pass, given a"))
            ways += own_slopes(lambda z: pullback(z, z), name)
        return ways
    if own is not None:
        return own_slopes(own, name)
    tape = getattr(adapter, "tape", None)
    if tape is None:
        return []
    return [Slopes(lambda z: tape(_cotangent(z), z), backward, "by the tape of its framework")]


def own_slopes(own: Callable[[Array], Array], name: str) -> list[Slopes]:
    """A derivative that is given z, or a."""
    if name == "softmax":
        return [_jacobian(own), *_diagonal(own)]

    def exactly(z: Array) -> ExactTensor:
        return exact_functions.slope(name, z, np.ones_like(z))

    return [
        Slopes(own, exactly, "given z"),
        Slopes(lambda z: own(FLOAT_ACTIVATIONS[name](z)), exactly, "given a"),
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
    of_a = lambda z: own(FLOAT_ACTIVATIONS["softmax"](z))  # noqa: E731
    return [Slopes(own, exactly, f"{words}, given z"), Slopes(of_a, exactly, f"{words}, given a")]


def _unit(z: Array, k: int) -> Array:
    unit = np.zeros_like(z)
    unit[:, k] = 1
    return unit


def _judge_slope(report: CheckReport, name: str, ways: Sequence[Slopes]) -> None:
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
    way, computed, exact, convention = min(
        tried, key=lambda each: (not within_bound(each[1], each[2]), near(each[1], each[2].value))
    )
    found = line("slope", computed, exact, NEAR)
    named = () if found.verdict == Verdict.RIGHT else slope_mistakes(name, computed, exact)
    text = found.text or way.words
    report.lines.append(replace(found, text=text, mistakes=tuple(named)))
    report.conventions += [convention] if convention else []
    if found.verdict == Verdict.RIGHT:
        _tails(report, "slope", lambda z: _plain(name, way, z), way.exactly, None)


def within_bound(computed: Array, exact: ExactTensor) -> bool:
    """Whether every entry is within its bound."""
    return computed.shape == exact.value.shape and not departures(computed, exact).any()


def _plain(name: str, way: Slopes, z: Array) -> Array:
    return _but_for_kinks(name, way.computed(z), way.exactly(z), z)[1]


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


def slope_mistakes(name: str, computed: Array, exact: ExactTensor) -> Sequence[str]:
    """The known mistakes of a backward pass that give all the wrong slopes."""
    if computed.shape != NEAR.shape:
        return []
    a = activation_floats(NEAR)[name]
    ones = np.ones_like(NEAR)

    def again(framework: Any) -> Array:
        return np.asarray(framework.gradients.ACTIVATION_VJPS[name](ones, NEAR.copy(), a.copy()))

    return [*explained("gradient", "gradients", again, computed, exact)]


def _is_a_slope(value: Callable[[Array], Array], report: CheckReport, stated: str | None) -> bool:
    """Whether a function of one array is the slope of an activation; then it is judged as that."""
    best: tuple[float, str, Slopes] | None = None
    for name in [stated] if stated is not None else ACTIVATIONS:
        for way in own_slopes(value, name):
            computed = _quietly(way.computed, NEAR)
            exact = way.exactly(NEAR)
            computed = _but_for_kinks(name, computed, exact, NEAR)[0]
            apart = 0.0 if within_bound(computed, exact) else near(computed, exact.value)
            if best is None or apart < best[0]:
                best = apart, name, way
    if best is None or (best[0] >= MEANT and stated is None):
        return False
    report.understood += f"; the slope of {best[1]}" + (" (stated)" if stated else "")
    _judge_slope(report, best[1], own_slopes(value, best[1]))
    return True
