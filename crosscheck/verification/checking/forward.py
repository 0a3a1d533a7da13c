"""Which activations somebody's forward pass has, and whether it is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases.network import DTYPES
from crosscheck.verification.checking.asking import (
    Make,
    RaisedByOwnCodeError,
    ask,
    has,
    outputs,
)
from crosscheck.verification.checking.drawn import Drawn, outputs_of, reaching
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.linear_softplus import LIKE_PYTORCH, LINEAR
from crosscheck.verification.checking.models import every_combination
from crosscheck.verification.checking.within import near, within
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Mistake, as_framework

# Outputs as near as this to those of some activations are meant to be them: another pair of the
# contract's activations differs by a hundredth and more on what is drawn.
MEANT = 1e-3
# As near as this they are those of a mistake: two computations in float64 differ by less.
SAME = 1e-9
QUANTITY = "forward"
# A relu that leaks is a mistake only where it is meant to be relu.
LEAKS = "relu leaks"
LEAKY = (
    "a relu that leaks, which is none of the contract's activations: --activations states relu, if "
    "that is meant"
)
# A longer piece of the reference's own text tells nobody who does not know it what is wrong.
READABLE = 100


@dataclass(frozen=True)
class Forward:
    """What is known of a forward pass.

    Attributes:
        activations: The activation of each layer; None if nobody can tell.
        line: Whether it is right.
        dtype: What it computes in.
    """

    activations: tuple[str, ...] | None
    line: Line
    dtype: str = "float64"


def judge_forward(make: Make, drawn: Drawn, stated: Sequence[str] | None) -> Forward:
    """Find out which activations a forward pass has, unless that is stated, and judge it."""
    try:
        computed = outputs(make, drawn)
    except RaisedByOwnCodeError as error:
        activations = None if stated is None else tuple(stated)
        return Forward(activations, Line(QUANTITY, Verdict.WRONG, f"raises {error}", np.inf))
    combinations = [tuple(stated)] if stated is not None else _nearest(computed, drawn)
    for dtype, activations in product(DTYPES, combinations):
        exact = replace(drawn, dtype=dtype).exactly(activations, "squared_error")
        found = within(computed, exact.activations[-1])
        if found.holds:
            fraction = found.comparison.fraction_of_bound
            return Forward(activations, Line(QUANTITY, Verdict.RIGHT, "", fraction), dtype)
    for activations, words in chain(
        _without_a_bias(drawn, computed, stated), _mistaken(drawn, computed, stated)
    ):
        if stated is None and words.startswith(LEAKS):
            return Forward(None, Line(QUANTITY, Verdict.SKIPPED, LEAKY))
        return Forward(activations, Line(QUANTITY, Verdict.WRONG, words, np.inf, (words,)))
    if not combinations:
        return Forward(None, _located(make, drawn))
    found = within(computed, drawn.exactly(combinations[0], "squared_error").activations[-1])
    fraction = found.comparison.fraction_of_bound
    return Forward(combinations[0], Line(QUANTITY, Verdict.WRONG, found.in_words, fraction))


def _nearest(computed: Array, drawn: Drawn) -> list[tuple[str, ...]]:
    """The activations whose outputs are near to the computed ones, the nearest first."""
    with np.errstate(all="ignore"):
        apart = {
            each: near(computed, outputs_of(drawn, each))
            for each in every_combination(len(drawn.params))
        }
    return sorted(
        (each for each, far in apart.items() if far < MEANT), key=lambda each: apart[each]
    )


def _candidates(drawn: Drawn, stated: Sequence[str] | None) -> list[tuple[str, ...]]:
    """The stated activations, or those that have one kind of hidden layer."""
    if stated is not None:
        return [tuple(stated)]
    every = every_combination(len(drawn.params))
    return [each for each in every if len(set(each[:-1])) <= 1]


def _without_a_bias(
    drawn: Drawn, computed: Array, stated: Sequence[str] | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """The activations with which the outputs are right but for the bias of one layer, or of all."""
    layers = [index for index, (_, bias) in enumerate(drawn.params) if bias.any()]
    for without in (*([each] for each in layers), layers):
        params = [
            (weight, bias * (index not in without))
            for index, (weight, bias) in enumerate(drawn.params)
        ]
        spoilt = replace(drawn, params=params)
        for activations in _candidates(drawn, stated):
            with np.errstate(all="ignore"):
                found = near(computed, outputs_of(spoilt, activations))
            if found < SAME:
                names = " and ".join(f"b{index + 1}" for index in without)
                yield activations, f"{names} {'is' if len(without) == 1 else 'are'} not added"


def _mistaken(
    drawn: Drawn, computed: Array, stated: Sequence[str] | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """The activations and the known mistakes of a forward pass that give the computed outputs."""
    layers = tuple(Layer(*map(np.array, layer)) for layer in drawn.params)
    for mistake in catalogue():
        if mistake.kind != "forward" or mistake.file not in ("mlp", "activations"):
            continue
        forward = as_framework(mistake).mlp.forward
        for activations in _candidates(drawn, stated):
            try:
                with np.errstate(all="ignore"):
                    found = forward(layers, np.array(drawn.inputs), activations=activations).outputs
            except Exception:
                continue  # a mistake that raises is not the one that did not
            right = outputs_of(drawn, activations)
            if near(computed, found) < SAME < near(computed, right):
                yield activations, in_formulas(mistake)


def _located(make: Make, drawn: Drawn) -> Line:
    """The first layer that computes none of the contract's activations, if the layers are shown."""
    text = "the outputs are not those of any activations of the contract: --activations states them"
    if not has(make, "hidden"):
        return Line(QUANTITY, Verdict.SKIPPED, text)
    try:
        shown = [np.asarray(each, "float64") for each in ask(make, drawn, "hidden")]
    except (RaisedByOwnCodeError, TypeError, ValueError):
        return Line(QUANTITY, Verdict.SKIPPED, text)
    below = drawn.inputs
    for number, (a, (weight, bias)) in enumerate(zip(shown, drawn.params, strict=False), start=1):
        z = below @ weight.T + bias
        with np.errstate(all="ignore"):
            known = [name for name, f in FLOAT_ACTIVATIONS.items() if near(a, f(z)) < SAME]
        if not known:
            return Line(QUANTITY, Verdict.SKIPPED, f"layer {number}: {text}")
        below = a
    return Line(QUANTITY, Verdict.SKIPPED, text)


def in_formulas(mistake: Mistake) -> str:
    """A known mistake by its name, with what it computes and what is right."""
    changes = "; ".join(f"{_code(new)} instead of {_code(old)}" for old, new in mistake.changes)
    return f"{mistake.name}: {changes}" if len(changes) <= READABLE else mistake.name


def _code(text: str) -> str:
    code = " ".join(text.removeprefix("return ").split())
    return f"`{code}`" if code else "nothing"


def judge_tails(make: Make, drawn: Drawn, activations: Sequence[str]) -> Iterator[Line]:
    """The outputs where z of a layer reaches to 40 and to 800, and those of one sample."""
    for reach in (40.0, 800.0):
        lines = [
            _line(make, far, activations, f"forward at z of {reach:g} in layer {layer + 1}")
            for layer in range(len(drawn.params))
            for far in (reaching(drawn, layer, activations, sign * reach) for sign in (1, -1))
        ]
        wrong = [line for line in lines if line.verdict == Verdict.WRONG]
        fraction = max(line.fraction or 0.0 for line in lines)
        text = next((line.text for line in lines if line.text), "")
        yield from wrong or [Line(f"forward at z of {reach:g}", Verdict.RIGHT, text, fraction)]
    one = replace(drawn, inputs=drawn.inputs[:1], targets=drawn.targets[:1])
    yield _line(make, one, activations, "forward of one sample")


def _line(make: Make, drawn: Drawn, activations: Sequence[str], quantity: str) -> Line:
    try:
        computed = outputs(make, drawn)
    except RaisedByOwnCodeError as error:
        return Line(quantity, Verdict.WRONG, f"raises {error}", np.inf)
    slack = 0.0
    if has(make, "slack_of_outputs"):
        slack = make().slack_of_outputs(computed, drawn.dtype)
    exact = drawn.exactly(activations, "squared_error").activations[-1]
    found = within(computed, exact, slack=slack)
    if not found.holds and "softplus" in activations:
        linear = outputs_of(drawn, activations, LIKE_PYTORCH)
        # What is compared was computed in float64 too: both may be off by the bound.
        other = replace(exact, value=linear, error_bound=2 * exact.error_bound)
        if (like := within(computed, other, slack=slack)).holds:
            return Line(quantity, Verdict.RIGHT, LINEAR, like.comparison.fraction_of_bound)
    verdict = Verdict.RIGHT if found.holds else Verdict.WRONG
    text = "" if found.holds else found.in_words
    return Line(quantity, verdict, text, found.comparison.fraction_of_bound)
