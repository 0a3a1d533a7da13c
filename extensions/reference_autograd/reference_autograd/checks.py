"""What every public function requires of its input, and the error that it raises otherwise.

Almost all of these look at types, shapes and names, never at values, so they work under `jax.jit`
too. The last two look at values: `train` calls them for the data and the parameters that it is
given.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import arrays

# ----- names and numbers -----


def known(kind: str, name: Any, table: Iterable[str]) -> None:
    if name not in tuple(table):
        raise ValueError(f"unknown {kind} {name!r}: known are {', '.join(table)}")


def whole_number(name: str, value: Any, at_least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, not {value}")


def in_range(name: str, value: Any, low: float, high: float = math.inf) -> float:
    """A number with low <= value < high, so not NaN; as a Python float, which changes no dtype."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not low <= value < high:
        raise ValueError(f"{name} must be in [{low}, {high}), not {value}")
    return float(value)


def learning_rate(value: Any) -> None:
    if not callable(value):
        in_range("learning_rate", value, 0.0)


def learning_rate_at(value: Any, step: Any) -> Any:
    """The rate of one step: `value` itself, or what it returns for `step` if it is a function.

    A rate that `jax.jit` traces has no value yet that could be looked at.
    """
    rate = value(step) if callable(value) else value
    if arrays.is_traced(rate):
        return rate
    try:
        rate = float(rate)  # a NumPy float64 would turn float32 parameters into float64
    except (TypeError, ValueError):
        raise TypeError(f"learning_rate must be a number, not {rate!r}") from None
    in_range("learning_rate", rate, 0.0)
    return rate


def instance(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, not {type(value).__name__}")


def flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")


def layer_sizes(sizes: Any) -> None:
    if isinstance(sizes, str) or not isinstance(sizes, Sequence) or len(sizes) < 2:
        raise ValueError(f"layer_sizes must name at least inputs and outputs, not {sizes!r}")
    for index, size in enumerate(sizes):
        whole_number(f"layer_sizes[{index}]", size, at_least=1)


def bound(initializer: str, value: Any) -> None:
    if initializer == "uniform":
        if value is None:
            raise ValueError("initializer 'uniform' needs its bound")
        in_range("bound", value, 0.0)
    elif value is not None:
        raise ValueError(f"initializer {initializer!r} takes no bound")


# ----- dtypes and shapes -----


def numpy_array(value: Any) -> None:
    """An array that `from_numpy` takes: of NumPy, and of a floating dtype."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"from_numpy takes NumPy arrays, not {type(value).__name__}")
    floating_dtype(value.dtype)


def floating_dtype(dtype: Any) -> None:
    if dtype == "bfloat16":  # which NumPy knows once this is imported, and that takes long
        import ml_dtypes  # noqa: F401
    try:
        known_dtype = np.dtype(dtype or "none")  # np.dtype(None) would be float64
    except TypeError:
        raise TypeError(f"dtype must name a floating dtype, not {dtype!r}") from None
    name = known_dtype.name
    # To NumPy, bfloat16 is none of its own floating dtypes: ml_dtypes adds it.
    if name != "bfloat16" and known_dtype.kind != "f":
        raise TypeError(f"dtype must be floating, not {name}")
    known_names = ("bfloat16", "float16", "float32", "float64")
    if name not in known_names or not known_dtype.isnative:
        raise TypeError(
            "dtype must be bfloat16, float16, float32 or float64 in this machine's byte order, "
            f"not {known_dtype.str}"
        )


def floating(name: str, value: Any) -> None:
    if not arrays.is_array(value):
        raise TypeError(f"{name} must be an array (see from_numpy), not {type(value).__name__}")
    if not arrays.is_floating(value):
        raise TypeError(f"{name} must have a floating dtype, not {arrays.dtype_name(value)}")


def rows(name: str, value: Any) -> None:
    floating(name, value)
    shape = arrays.shape(value)
    if not shape or shape[-1] == 0:
        raise ValueError(f"{name} must have entries along its last axis, not {shape}")


def matrix(name: str, value: Any, second_axis: str) -> None:
    floating(name, value)
    shape = arrays.shape(value)
    if len(shape) != 2:
        raise ValueError(f"{name} must be (batch, {second_axis}), not {shape}")
    if 0 in shape:
        raise ValueError(f"{name} is empty: its shape is {shape}")


def same_dtype(name: str, value: Any, other_name: str, other: Any) -> None:
    if not arrays.same_dtype(value, other):
        raise TypeError(
            f"{name} is {arrays.dtype_name(value)}, but {other_name} is {arrays.dtype_name(other)}"
        )


def loss_inputs(predictions: Any, targets: Any) -> None:
    matrix("predictions", predictions, "outputs")
    matrix("targets", targets, "outputs")
    if arrays.shape(predictions) != arrays.shape(targets):
        raise ValueError(
            f"predictions have shape {arrays.shape(predictions)}, "
            f"but targets have shape {arrays.shape(targets)}"
        )
    same_dtype("predictions", predictions, "targets", targets)


def layers(params: Any) -> None:
    """A tuple of Layers, each taking as many inputs as the one below it has outputs."""
    if not isinstance(params, tuple) or not all(_is_layer(layer) for layer in params):
        raise TypeError("params must be a tuple of Layer(weight, bias)")
    outputs_below = 0
    for index, (weight, bias) in enumerate(params):
        floating(f"layer {index} weight", weight)
        floating(f"layer {index} bias", bias)
        same_dtype(f"layer {index} weight", weight, "layer 0 weight", params[0].weight)
        same_dtype(f"layer {index} bias", bias, "layer 0 weight", params[0].weight)
        of_weight, of_bias = arrays.shape(weight), arrays.shape(bias)
        if len(of_weight) != 2 or of_bias != of_weight[:1]:
            raise ValueError(
                f"layer {index}: weight must be (fan_out, fan_in) and bias (fan_out,), "
                f"not {of_weight} and {of_bias}"
            )
        if index > 0 and of_weight[1] != outputs_below:
            raise ValueError(
                f"layer {index} takes {of_weight[1]} inputs, "
                f"but layer {index - 1} has {outputs_below} outputs"
            )
        outputs_below = of_weight[0]


def network(params: Any, inputs: Any, activations: Any, table: Iterable[str]) -> None:
    layers(params)
    if isinstance(activations, str) or not isinstance(activations, Sequence):
        raise TypeError(f"activations must be a sequence, one name per layer, not {activations!r}")
    if len(activations) != len(params):
        raise ValueError(f"{len(params)} layers need as many activations, not {len(activations)}")
    for name in activations:
        known("activation", name, table)
    matrix("inputs", inputs, "units")
    if params:
        same_dtype("inputs", inputs, "layer 0 weight", params[0].weight)
        fan_in = arrays.shape(params[0].weight)[1]
        if arrays.shape(inputs)[1] != fan_in:
            raise ValueError(
                f"layer 0 takes {fan_in} inputs, but inputs have shape {arrays.shape(inputs)}"
            )


def targets_of(params: Any, inputs: Any, targets: Any) -> None:
    """Targets for this network on these inputs: one row per input, one column per output."""
    if not params:
        raise ValueError("params has no layer, and so no gradient")
    matrix("targets", targets, "outputs")
    expected = (arrays.shape(inputs)[0], arrays.shape(params[-1].weight)[0])
    if arrays.shape(targets) != expected:
        raise ValueError(f"targets must have shape {expected}, not {arrays.shape(targets)}")
    same_dtype("targets", targets, "inputs", inputs)


def _is_layer(value: Any) -> bool:
    return isinstance(value, tuple) and getattr(value, "_fields", None) == ("weight", "bias")


def same_structure(trees: Sequence[Any]) -> None:
    """All bare arrays, or all tuples of equally many Layers."""
    layered = isinstance(trees[0], tuple)
    for tree in trees[1:]:
        if isinstance(tree, tuple) != layered:
            raise ValueError("trees differ: one is a tuple of Layers, another a bare array")
    if not layered:
        return
    for tree in trees:
        if not all(_is_layer(layer) for layer in tree):
            raise TypeError("a tree must be a tuple of Layer(weight, bias) or a bare array")
        if len(tree) != len(trees[0]):
            raise ValueError(f"trees differ: one has {len(trees[0])} layers, another {len(tree)}")


def same_shapes(name: str, tree: Any, other_name: str, other: Any) -> None:
    """Two trees of one structure whose leaves agree in shape and dtype."""
    same_structure((tree, other))
    pairs = zip(leaves(name, tree), leaves(other_name, other), strict=True)
    for (place, leaf), (other_place, other_leaf) in pairs:
        floating(place, leaf)
        floating(other_place, other_leaf)
        if arrays.shape(leaf) != arrays.shape(other_leaf):
            raise ValueError(
                f"{place} has shape {arrays.shape(leaf)}, "
                f"but {other_place} has shape {arrays.shape(other_leaf)}"
            )
        same_dtype(place, leaf, other_place, other_leaf)


def floating_tree(name: str, tree: Any) -> None:
    """A tuple of Layers, or a bare array, of floating dtype."""
    same_structure((tree,))
    for place, leaf in leaves(name, tree):
        floating(place, leaf)


def gradients(grads: Any, params: Any | None, **moments: Any) -> None:
    """Gradients of the shape of an optimizer's moments and, where they are given, of `params`."""
    others = moments if params is None else {**moments, "params": params}
    for name, tree in others.items():
        same_shapes("grads", grads, name, tree)
    if not others:
        floating_tree("grads", grads)


def leaves(name: str, tree: Any) -> list[tuple[str, Any]]:
    if not isinstance(tree, tuple):
        return [(name, tree)]
    return [
        (f"{name} layer {index} {field}", leaf)
        for index, layer in enumerate(tree)
        for field, leaf in zip(layer._fields, layer, strict=True)
    ]


# ----- values -----


def finite(name: str, tree: Any) -> None:
    for place, leaf in leaves(name, tree):
        values = arrays.entries(leaf)
        # A finite sum of squares proves that every entry is finite, and it needs no new memory. An
        # infinite one proves nothing, since the squares of large numbers overflow: look closer.
        if np.isfinite(np.vdot(values, values)):
            continue
        bad = ~np.isfinite(values)
        if bad.any():
            first = np.argwhere(bad)[0].tolist()
            raise ValueError(f"{place} has {bad.sum()} non-finite entries, first at {first}")


def target_domain(loss: str, targets: Any) -> None:
    """The targets that a loss is defined for: any number, probabilities, or a distribution."""
    if not loss.endswith("cross_entropy"):
        return
    values = arrays.entries(targets)
    if values.min() < 0 or values.max() > 1:
        raise ValueError(f"{loss} needs targets in [0, 1]")
    if loss == "softmax_cross_entropy":
        off = abs(values.sum(axis=1) - 1)
        # Rounding K probabilities and adding them up errs by at most K units in the last place.
        eps = float(np.spacing(values.dtype.type(1)))  # np.finfo does not know bfloat16
        if float(off.max()) > values.shape[1] * eps:
            raise ValueError(f"{loss} needs targets whose rows sum to 1")
