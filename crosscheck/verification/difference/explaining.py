"""Which known mistake gives all the wrong tensors of a set."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases.network import NetworkCase, drawn_with
from crosscheck.verification.cases.stages import Stages
from crosscheck.verification.difference.allowed import QUANTITIES, by_name
from crosscheck.verification.discrimination import may_differ
from crosscheck.verification.judging import attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework
from crosscheck.verification.reproduction import same_entries
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.params import Layer

Values = Mapping[str, np.ndarray]
# A bound of few bits may be as wide as an error: a mistake must leave no more of it than this.
UNEXPLAINED = 0.1


def explanations(
    case: NetworkCase, found: Values, exact: Mapping[str, Tensor], bugs: Collection[str]
) -> tuple[str, ...]:
    """The mistakes that give all tensors of a set, the right ones too.

    Args:
        case: The network.
        found: The tensors of the set.
        exact: The exact ones with the bounds of the set's dtype.
        bugs: The names of those that are wrong by themselves.
    """
    if not bugs:
        return ()
    return tuple(name for name, values in _mistaken(case) if _explains(values, found, exact, bugs))


def _explains(
    mistaken: Values, found: Values, exact: Mapping[str, Tensor], bugs: Collection[str]
) -> bool:
    """Whether a mistake gives the same values within the bounds, and nearly all of the errors."""
    return all(
        name in mistaken and same_entries(value, mistaken[name], exact[name])
        for name, value in found.items()
    ) and all(
        _gap(found[name], mistaken[name]) <= UNEXPLAINED * _gap(found[name], exact[name].value)
        for name in bugs
    )


def _gap(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of two arrays; two NaNs do not differ."""
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    with np.errstate(all="ignore"):
        gap = np.where(same, 0.0, abs(one - other))
    return float(np.where(np.isnan(gap), np.inf, gap).max(initial=0.0))


def _mistaken(case: NetworkCase) -> Iterator[tuple[str, Values]]:
    """What every mistake gives, by its name."""
    yield from _transposed(case)
    # A small network runs the same code.
    sizes = (2,) * (len(case.params) + 1)
    small = drawn_with("small", case.activations, sizes, batch=2, loss=case.loss)
    for mistake in catalogue():
        if mistake.kind in ("forward", "gradient") and may_differ(mistake, small):
            yield mistake.name, _values(attempt(case, as_framework(mistake)).stages)


def _values(stages: Stages) -> Values:
    """The tensors of an attempt by their names here."""
    found: dict[str, np.ndarray] = {}
    for quantities in stages.values():
        for quantity, tensors in quantities.items():
            if quantity in QUANTITIES:
                named = by_name(quantity, tensors)
                found |= {name: np.asarray(tensor.value) for name, tensor in named.items()}
    return found


def _transposed(case: NetworkCase) -> Iterator[tuple[str, Values]]:
    """The passes in which the weight of one square layer is transposed."""
    for index, (weight, bias) in enumerate(case.params):
        if len(set(weight.shape)) > 1:
            continue
        params = list(map(Layer._make, case.params))
        params[index] = Layer(weight.T, bias)
        values = _pass(case, tuple(params))
        name = f"grad.{index}.weight"
        yield f"W{index + 1} transposed", values | {name: values[name].T}
        yield f"W{index + 1} transposed, and its gradient too", values


def _pass(case: NetworkCase, params: tuple[Layer, ...]) -> dict[str, np.ndarray]:
    """All tensors by the reference, with other parameters."""
    kind: dict[str, Any] = {"activations": case.activations, "loss": case.loss}
    with np.errstate(all="ignore"):  # a mistaken pass may well overflow
        trace = forward(params, case.inputs, activations=case.activations)
        errors = deltas(params, case.inputs, case.targets, **kind)
        value, grads = value_and_grad(params, case.inputs, case.targets, **kind)
    found = {"loss": np.asarray(value)}
    for index, (weight, bias) in enumerate(grads):
        found |= {
            f"z{index + 1}": trace.pre_activations[index],
            f"a{index + 1}": trace.activations[index + 1],
            f"delta{index + 1}": errors[index],
            f"grad.{index}.weight": weight,
            f"grad.{index}.bias": bias,
        }
    return found
