"""Single calls of the contract's functions, each needing as little else of a framework as it can.

The ladder climbs them. Where a case of the harness makes the same call, the case here goes by the
group and name of that one, so that mistakes and known failures are found by it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics import tensors
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.trees import Layer, leaves, to_framework
from crosscheck.verification.cases import edges
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.cases.stages import Quantities, Stage, Stages

WEIGHT, BIAS = np.arange(6.0).reshape(2, 3), np.array([0.5, -8.0])


@dataclass(frozen=True, eq=False)
class FunctionCase:
    """One call of one function, and what must come out.

    Attributes:
        name: Of the case.
        dtype: Of its arrays.
        exact: The one quantity that the call gives, with its bound.
        call: Makes the call, by a framework, and returns a tree of NumPy's arrays. A function of
            this module, with its arguments, so that the case can be sent to another process.
        group: That of the case of the harness with this name, else "ladder".
        activations: Those that it needs.
    """

    name: str
    dtype: str
    exact: Quantities
    call: Callable[[Framework], Any]
    group: str = "ladder"
    activations: tuple[str, ...] = ()

    def exactly(self) -> Stages:
        """What must come out."""
        return {Stage.FORWARD: self.exact}

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """What comes out."""
        ((quantity, expected),) = self.exact.items()
        found = leaves(self.call(framework))
        if len(found) == len(expected) == 1:  # whatever the place is called
            found = dict(zip(expected, found.values(), strict=True))
        yield Stage.FORWARD, {quantity: {place: Tensor(np.array(a)) for place, a in found.items()}}


# ----- arrays and params -----


def refuses_a_word() -> FunctionCase:
    """`checks.floating` of a text, for which nothing else has to be written."""

    refused: Quantities = {"refused, with the contract's words": {"": Tensor(np.array(1.0))}}
    return FunctionCase("a word in place of an array", "float64", refused, _call_with_a_word)


def _call_with_a_word(framework: Framework) -> Any:
    try:
        framework.checks.floating("z", "a word")
    except TypeError as error:
        return np.array(float(str(error) == "z must be an array (see from_numpy), not str"))
    return np.array(0.0)


def shape(dtype: str) -> FunctionCase:
    """`arrays.shape` of an array that only `arrays` made."""
    return _of_arrays("shape", dtype, _weight_in_shape_of)


def entries(dtype: str) -> FunctionCase:
    """`arrays.entries` of an array that only `arrays` made."""
    return _of_arrays("entries", dtype, _entries_of)


def _of_arrays(name: str, dtype: str, function: Callable[[Any, Any], Any]) -> FunctionCase:
    values = WEIGHT.astype(dtype)
    call = partial(_call_of_arrays, values, function)
    return FunctionCase(f"{name} in {dtype}", dtype, _equals(values), call)


def _call_of_arrays(
    values: np.ndarray, function: Callable[[Any, Any], Any], framework: Framework
) -> Any:
    value = framework.arrays.from_entries(values.copy())
    return np.asarray(function(framework.arrays, value)).astype(values.dtype)


def _weight_in_shape_of(arrays: Any, value: Any) -> Any:
    return WEIGHT.reshape(arrays.shape(value))


def _entries_of(arrays: Any, value: Any) -> Any:
    return arrays.entries(value)


def tree_map(dtype: str) -> FunctionCase:
    """`tree_map` over layers of NumPy's own arrays, so that nothing else has to be written."""
    tree = _layers(dtype)
    return FunctionCase(f"mapped in {dtype}", dtype, _equals(tree), partial(_call_tree_map, tree))


def _call_tree_map(tree: Any, framework: Framework) -> Any:
    layers = tuple(framework.params.Layer(*layer) for layer in tree)
    return framework.params.tree_map(lambda leaf, other: leaf, layers, layers)


def from_numpy(dtype: str) -> FunctionCase:
    """`from_numpy` of layers, of which only the types are looked at."""
    tree = _layers(dtype)
    call = partial(_call_from_numpy, tree)
    return FunctionCase(f"from_numpy in {dtype}", dtype, _equals(tree), call)


def _call_from_numpy(tree: Any, framework: Framework) -> Any:
    given = to_framework(framework.params, tree)
    if [type(layer) for layer in given] != [framework.params.Layer] * len(tree):
        raise TypeError(f"from_numpy gives {type(given).__name__}, not a tuple of Layer")
    return tree


def to_numpy(dtype: str) -> FunctionCase:
    """`to_numpy` of what `from_numpy` gave."""
    tree = _layers(dtype)
    call = partial(_call_to_numpy, tree)
    return FunctionCase(f"round_trip in {dtype}", dtype, _equals(tree), call)


def _call_to_numpy(tree: Any, framework: Framework) -> Any:
    return framework.params.to_numpy(to_framework(framework.params, tree))


# ----- activations, losses and mlp -----


def activation(name: str, dtype: str) -> FunctionCase:
    """One activation alone, on the pre-activations of its case at the edges."""
    case = next(
        each
        for each in edges.edges()
        if each.activations == (name,) and each.dtype == dtype and each.loss.startswith("half")
    )
    exact: Quantities = {
        "activations": {"[1]": case.exactly()[Stage.FORWARD]["activations"]["[1]"]}
    }
    call = partial(call_activation, name, case.inputs)
    return FunctionCase(case.name, dtype, exact, call, case.group, (name,))


def call_activation(name: str, inputs: np.ndarray, framework: Framework) -> Any:
    """An activation of these pre-activations, as NumPy's array."""
    z = to_framework(framework.params, inputs)
    return framework.params.to_numpy(framework.activations.ACTIVATIONS[name](z))


def loss(name: str, dtype: str, normalizer: str | None = None) -> FunctionCase:
    """One loss alone, on predictions that are probabilities; given a normalizer, with weights.

    Its exact value is that of a network of one layer, whose weight is the identity.
    """
    predictions = np.array([[0.25, 0.75], [0.5, 0.5], [0.875, 0.125]], dtype)
    targets = np.array([[0.5, 0.5], [0.0, 1.0], [0.25, 0.75]], dtype)
    layer = (np.eye(2, dtype=dtype), np.zeros(2, dtype))
    label = f"{name} in {dtype}"
    case = NetworkCase("ladder", label, (layer,), predictions, targets, ("identity",), name)
    if normalizer is not None:
        label = f"{label}, weighted, divided by {normalizer}"
        weights = np.array([0.5, 0.0, 1.75], dtype)
        case = replace(case, name=label, weights=weights, normalizer=normalizer)
    call = partial(_call_loss, name, case.data, normalizer)
    return FunctionCase(label, dtype, {"loss": case.exactly()[Stage.FORWARD]["loss"]}, call)


def _call_loss(
    name: str, data: tuple[np.ndarray, ...], normalizer: str | None, framework: Framework
) -> Any:
    predictions, targets, *weights = (to_framework(framework.params, each) for each in data)
    weighted = {"weights": weights[0], "normalizer": normalizer} if weights else {}
    value = framework.losses.LOSSES[name](predictions, targets, **weighted)
    return framework.params.to_numpy(value)


# ----- optimizers -----


def apply_updates(dtype: str) -> FunctionCase:
    """Parameters plus updates that equal them."""
    tree = _layers(dtype)
    doubled = tuple(Layer(*(2 * leaf for leaf in layer)) for layer in tree)
    call = partial(_call_apply_updates, tree)
    return FunctionCase(f"params + updates in {dtype}", dtype, _equals(doubled), call)


def _call_apply_updates(tree: Any, framework: Framework) -> Any:
    theta, updates = (to_framework(framework.params, tree) for _ in range(2))
    updated = framework.optimizers.apply_updates(theta, updates)
    return framework.params.to_numpy(updated)


def _layers(dtype: str) -> tuple[Layer, ...]:
    return (Layer(WEIGHT.astype(dtype), BIAS.astype(dtype)),)


def _equals(tree: Any) -> Quantities:
    return {"the tree": tensors.unchanged(tree)}
