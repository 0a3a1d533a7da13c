"""One sample worked through: every equation of a pass with its numbers, to follow by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from crosscheck.verification.checking.asking import Make, RaisedByOwnCodeError, gradients, has
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.models import Factor, Model

DIGITS = 5


def worked(make: Make, drawn: Drawn, model: Model, factor: Factor) -> Iterator[str]:
    """The equations of one sample with the exact numbers, and beside them somebody's gradients.

    Args:
        make: Makes an adapter.
        drawn: The network, of which the first sample is taken.
        model: Its activations and its loss.
        factor: The constant by which its gradients depart from those of the model.
    """
    one = replace(drawn, inputs=drawn.inputs[:1], targets=drawn.targets[:1])
    exact, scale = model.exactly(one), factor.at(one)
    outputs = one.exactly(model.activations, "squared_error").activations
    yield f"x = a0 = {_row(one.inputs[0])}, y = {_row(one.targets[0])}"
    for number, (weight, bias) in enumerate(one.params, start=1):
        name = model.activations[number - 1]
        yield f"W{number} = {_matrix(weight)}, b{number} = {_row(bias)}"
        z = exact.pre_activations[number - 1].value[0]
        yield f"z{number} = W{number} a{number - 1} + b{number} = {_row(z)}"
        yield f"a{number} = {name}(z{number}) = {_row(outputs[number].value[0])}"
    yield f"C = {model.in_words}, {factor.words} = {_number(scale * exact.loss.value)}"
    own = _own(make, one)
    for number in reversed(range(1, len(one.params) + 1)):
        above, slope = f"(W{number + 1}^T delta{number + 1})", model.activations[number - 1]
        formula = "" if number == len(one.params) else f" = {above} . {slope}'(z{number})"
        delta = scale * exact.deltas[number - 1].value[0]
        yield f"delta{number} = dC/dz{number}{formula} = {_row(delta)}"
        of_weight, of_bias = exact.grads[number - 1]
        yours = (None, None) if own is None else own[number - 1]
        for name, leaf, mine, equals in (
            ("W", of_weight, yours[0], f"delta{number} a{number - 1}^T"),
            ("b", of_bias, yours[1], f"delta{number}"),
        ):
            yield f"dC/d{name}{number} = {equals} = {_matrix(scale * leaf.value)}"
            if mine is not None:
                yield f"    yours: {_matrix(mine)}"


def _own(make: Make, one: Drawn) -> Any:
    if not has(make, "gradients"):
        return None
    try:
        return gradients(make, one)
    except RaisedByOwnCodeError:
        return None


def _number(value: Any) -> str:
    return np.format_float_positional(float(value), precision=DIGITS, fractional=False, trim="-")


def _row(values: Any) -> str:
    return f"[{', '.join(map(_number, np.ravel(values)))}]"


def _matrix(values: Any) -> str:
    array = np.asarray(values)
    return _row(array) if array.ndim < 2 else f"[{', '.join(map(_row, array))}]"
