"""Move the state of an optimizer between the references and MLX.

MLX has the learning rate outside its velocity, and its weights are (out, in) as the references'. It
counts its steps in a uint64 number, and keeps the learning rate as a float32 number: a run that
goes on in MLX has the rate rounded to float32.
"""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
from crosscheck.conventions.state_names import MLX_STATES, MomentNames
from crosscheck.conventions.state_trees import (
    StateError,
    common_form,
    is_network,
    leaves_of,
    moments_of,
    require_equal,
    require_kept,
    split,
    tree_of,
)
from crosscheck.numerics.digits import counted
from reference_numpy.optimizers import OPTIMIZERS

# What the state has beside the moments of every parameter.
OWN = ("step", "learning_rate")


def mlx_call(optimizer: Any) -> str:
    """The call of an optimizer of MLX, as it was made; of a schedule, with the rate of now."""
    known = inspect.signature(type(optimizer)).parameters
    own = {key: getattr(optimizer, key) for key in known if key != "learning_rate"}
    own = {key: tuple(value) if key == "betas" else value for key, value in own.items()}
    arguments = {"learning_rate": float(optimizer.learning_rate.item())} | own
    words = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    return f"mlx.optimizers.{type(optimizer).__name__}({words})"


def from_mlx(optimizer: Any, like: Any) -> Any:
    """The state of an MLX optimizer, as the NumPy reference has it.

    A velocity has the learning rate outside.

    Args:
        optimizer: An optimizer of mlx.optimizers that has made a step, or whose `init` was called.
        like: A tree of NumPy arrays of the shapes of the parameters: of layers, in the order of the
            lists and sorted keys of the parameters; or of the same lists and dicts as these, of
            which the moments become one vector.

    Raises:
        StateError: If no reference belongs to the optimizer, or its parameters have other shapes.
    """
    name, names = _mlx_names(optimizer)
    entries = _entries(optimizer, like)
    state = OPTIMIZERS[name](0.0).init(common_form(like))
    moments = {}
    for theirs, (own, sign) in names.items():
        leaves = [sign * _array(entry[theirs]) for entry in entries]
        shapes = [leaf.shape for leaf in leaves]
        wanted = [leaf.shape for leaf in leaves_of(like)]
        if shapes != wanted:
            raise StateError(f"{theirs} is not of the shape of the parameters: {shapes}, {wanted}")
        moments[own] = tree_of(leaves, like)
    return state._replace(step=int(optimizer.state["step"].item()), **moments)


def into_mlx(
    optimizer: Any, state: Any, like: Any, made_by: Spec | str, rounding: bool = False
) -> None:
    """Set the state of an MLX optimizer to that of a reference. Its learning rate stays as it is.

    Args:
        optimizer: An optimizer of mlx.optimizers whose `init` was called with the parameters.
        state: The state of a reference; its velocity has the learning rate outside.
        like: As of `from_mlx`.
        made_by: What made the state, or its call: "torch.optim.SGD(lr=0.1, momentum=0.9)".
        rounding: Whether numbers may be rounded to the dtype of the parameters.

    Raises:
        StateError: If no reference belongs to the optimizer, it has no place for a moment that is
            not 0, its parameters have other shapes, the two optimizers are not equal, or numbers
            would be rounded.
    """
    import mlx.core as mx

    name, names = _mlx_names(optimizer)
    moments = moments_of(name, state)
    require_equal(name, made_by, _mlx_spec(optimizer))
    entries = _entries(optimizer, like)
    for own in moments.keys() - {own for own, _ in names.values()}:
        if any(np.any(leaf) for leaf in leaves_of(moments[own])):
            raise StateError(f"MLX keeps no {own}, which is not 0 here")
    new = []
    for theirs, (own, sign) in names.items():
        shapes = [tuple(entry[theirs].shape) for entry in entries]
        for entry, leaf in zip(entries, split(moments[own], shapes, own), strict=True):
            dtype = entry[theirs].dtype
            wide = mx.float32 if leaf.dtype == "float32" else mx.float64
            with mx.stream(mx.cpu):  # the only device with float64
                after = mx.array(sign * leaf, wide).astype(dtype)
                mx.eval(after)
            before = (sign * leaf).astype("float64")
            require_kept(own, before, _array(after).astype("float64"), str(dtype), rounding)
            new.append((entry, theirs, after))
    # Only once nothing is in the way.
    for entry, theirs, after in new:
        entry[theirs] = after
    optimizer.state["step"] = mx.array(int(state.step), mx.uint64)


def _mlx_names(optimizer: Any) -> tuple[str, MomentNames]:
    """The name among the references, and the names of the moments."""
    kind = type(optimizer).__name__
    if kind not in MLX_STATES:
        known = ", ".join(MLX_STATES)
        raise StateError(f"no state of mlx.optimizers.{kind} is known: those of {known} are")
    return MLX_STATES[kind]


def _mlx_spec(optimizer: Any) -> Spec:
    """What an optimizer of MLX computes."""
    try:
        return parse_call(mlx_call(optimizer)).spec()
    except ArgumentError as error:
        raise StateError(str(error)) from None


def _entries(optimizer: Any, like: Any) -> list[dict[str, Any]]:
    """The moments of every parameter, in the order of the leaves of `like`.

    Raises:
        StateError: If there are not as many as `like` has leaves.
    """
    state = {key: value for key, value in optimizer.state.items() if key not in OWN}
    entries = list(_walk(state, is_network(like)))
    if not entries:
        raise StateError("it has no state yet: call optimizer.init(model.trainable_parameters())")
    leaves = leaves_of(like)
    if len(entries) != len(leaves):
        raise StateError(f"it has {counted(len(entries), 'parameter')}, not {len(leaves)}")
    return entries


def _walk(node: Any, in_layers: bool) -> Iterator[dict[str, Any]]:
    """The moments of every parameter: of a dict by its sorted keys, in layers the weight first."""
    if isinstance(node, list | tuple):
        for part in node:
            yield from _walk(part, in_layers)
    elif isinstance(node, dict) and node:
        if all(hasattr(value, "dtype") for value in node.values()):
            yield node
            return
        for key in sorted(node, key=lambda key: (not in_layers or key != "weight", key)):
            yield from _walk(node[key], in_layers)


def _array(array: Any) -> np.ndarray:
    """An array of MLX as one of NumPy, which lacks bfloat16: it is a float32 number exactly."""
    import mlx.core as mx

    if array.dtype == mx.bfloat16:
        array = array.astype(mx.float32)
    return np.array(array)
