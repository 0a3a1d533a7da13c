"""Move the state of an optimizer between the references and Keras, on every backend.

Keras has the learning rate inside every velocity, as the references usually have, and counts its
steps in `iterations`. The kernels of its layers are (in, out), the references' weights (out, in).
"""

from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
from crosscheck.conventions.state_names import KERAS_AMSGRAD, KERAS_STATES, MomentNames
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
from reference_numpy.optimizers import OPTIMIZERS

# Arguments that are no part of what the moments mean, and what each of them would lose.
LOSES = {
    "gradient_accumulation_steps": "it gathers gradients, which no other state has",
    "use_ema": "it keeps a mean of the parameters, which no other state has",
}
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def keras_call(optimizer: Any) -> str:
    """The call of an optimizer of Keras, as it was made; of a schedule, with the rate of now."""
    own = dict(optimizer.get_config())
    own.pop("name", None)
    own["learning_rate"] = float(_array(optimizer.learning_rate))
    given = {key: value for key, value in own.items() if value is not None}
    arguments = ", ".join(f"{key}={value!r}" for key, value in given.items())
    return f"keras.optimizers.{type(optimizer).__name__}({arguments})"


def from_keras(optimizer: Any, like: Any) -> Any:
    """The state of a Keras optimizer, as the NumPy reference has it.

    A velocity has the learning rate inside.

    Args:
        optimizer: An optimizer of keras.optimizers that is built, whose variables are in the order
            of the leaves of `like`.
        like: A tree of NumPy arrays: of layers, whose weights are (out, in), to which the kernels
            are transposed; or a list or a dict, of the shapes of the variables, of which the
            moments become one vector.

    Raises:
        StateError: If no reference belongs to the optimizer, its variables have other shapes, or
            it keeps something that no reference has.
    """
    name, names = _keras_names(optimizer)
    shapes, wanted = _shapes(optimizer), [tuple(leaf.shape) for leaf in leaves_of(like)]
    turned = [shape[::-1] for shape in shapes] if is_network(like) else shapes
    if turned != wanted:
        raise StateError(f"the variables have shapes {shapes}, not those of {wanted}")
    own = OPTIMIZERS[name](0.0).init(common_form(like))
    moments: dict[str, Any] = {}
    for theirs, (moment, sign) in names.items():
        variables = getattr(optimizer, theirs, None) or []
        if variables:
            leaves = [sign * _array(variable) for variable in variables]
            leaves = [leaf.T for leaf in leaves] if is_network(like) else leaves
            moments[moment] = tree_of(leaves, like)
    if name == "nadam":
        moments["momentum_product"] = float(_array(optimizer._u_product))
    return own._replace(step=int(_array(optimizer.iterations)), **moments)


def into_keras(
    optimizer: Any, state: Any, made_by: Spec | str, like: Any = None, rounding: bool = False
) -> None:
    """Set the state of a Keras optimizer to that of a reference.

    Args:
        optimizer: An optimizer of keras.optimizers that is built, whose variables are in the order
            of the leaves of the state.
        state: The state of a reference; its velocity has the learning rate inside.
        made_by: What made the state, or its call: "torch.optim.Adam(lr=0.1)".
        like: A tree of the state's shapes if the state is one vector and the tree has layers.
        rounding: Whether numbers may be rounded to the dtype of the variables.

    Raises:
        StateError: If no reference belongs to the optimizer, it has no place for a moment that is
            not 0, its variables have other shapes, the two optimizers are not equal, or numbers
            would be rounded.
    """
    name, names = _keras_names(optimizer)
    moments = moments_of(name, state)
    require_equal(name, made_by, _keras_spec(optimizer))
    shapes = _shapes(optimizer)
    new: list[tuple[Any, np.ndarray]] = []
    for theirs, (own, sign) in names.items():
        variables = getattr(optimizer, theirs, None) or []
        if not variables:
            if any(np.any(leaf) for leaf in leaves_of(moments[own])):
                raise StateError(
                    f"Keras keeps no {own} here: make its optimizer with what needs it"
                )
            continue
        network = is_network(moments[own]) or is_network(like)
        turned = [shape[::-1] for shape in shapes] if network else shapes
        leaves = split(moments[own], turned, own)
        leaves = [leaf.T for leaf in leaves] if network else leaves
        for variable, leaf in zip(variables, leaves, strict=True):
            new.append((variable, _kept(own, sign * leaf, variable.dtype, rounding)))
    if name == "nadam":
        product = np.asarray(float(state.momentum_product))
        kept = _kept("the product of momenta", product, optimizer._u_product.dtype, rounding)
        new.append((optimizer._u_product, kept))
    # Only once nothing is in the way.
    for variable, leaf in new:
        variable.assign(leaf)
    optimizer.iterations.assign(int(state.step))


def _kept(own: str, leaf: np.ndarray, dtype: str, rounding: bool) -> np.ndarray:
    """A leaf in the dtype of a variable."""
    try:
        after = leaf.astype(dtype)
    except TypeError:
        raise StateError(f"{own} would become {dtype}, which NumPy lacks") from None
    require_kept(own, leaf.astype("float64"), after.astype("float64"), dtype, rounding)
    return after


def _array(variable: Any) -> np.ndarray:
    import keras

    return np.array(keras.ops.convert_to_numpy(variable))


def _shapes(optimizer: Any) -> list[tuple[int, ...]]:
    """The shapes of its variables.

    Raises:
        StateError: If it has none yet.
    """
    if not optimizer.built:
        raise StateError("it has no variables yet: call optimizer.build(model.trainable_variables)")
    return [tuple(variable.shape) for variable in optimizer._trainable_variables]


def _keras_names(optimizer: Any) -> tuple[str, MomentNames]:
    """The name among the references, and the names of the moments."""
    kind = type(optimizer).__name__
    if kind not in KERAS_STATES:
        known = ", ".join(KERAS_STATES)
        raise StateError(f"no state of keras.optimizers.{kind} is known: those of {known} are")
    for argument, why in LOSES.items():
        if getattr(optimizer, argument, None):
            raise StateError(f"{argument} of keras.optimizers.{kind} is in the way: {why}")
    if getattr(optimizer, "amsgrad", False):
        return "amsgrad", KERAS_AMSGRAD
    return KERAS_STATES[kind]


def _keras_spec(optimizer: Any) -> Spec:
    """What an optimizer of Keras computes, of gradients that may have been clipped."""
    own = dict(optimizer.get_config())
    clips = [key for key in CLIPPING if own.get(key) is not None]
    if clips:
        raise StateError(
            f"it clips the gradients ({', '.join(clips)}), which its call does not say"
        )
    try:
        return parse_call(keras_call(optimizer)).spec()
    except ArgumentError as error:
        raise StateError(str(error)) from None
