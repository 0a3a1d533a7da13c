"""Move an optimizer's state between the references, torch.optim, optax, Keras and MLX.

The common form is the state of the NumPy reference. torch.optim, optax and MLX keep some velocities
with the learning rate outside, where the references and Keras have it inside. `rate_inside` and
`rate_outside` convert one to the other, for a learning rate that does not change. Nothing is moved
between two optimizers that are not equal, and nothing is rounded unless that is asked for.
"""

import inspect
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import ArgumentError
from crosscheck.conventions.state_names import TORCH_AMSGRAD, TORCH_STATES, MomentNames
from crosscheck.conventions.state_trees import (
    StateError,
    common_form,
    leaves_of,
    moments_of,
    require_equal,
    require_kept,
    split,
    tree_of,
)
from crosscheck.conventions.states_keras import from_keras, into_keras, keras_call
from crosscheck.conventions.states_mlx import from_mlx, into_mlx, mlx_call
from crosscheck.conventions.states_optax import from_optax, into_optax
from reference_numpy.optimizers import OPTIMIZERS
from reference_numpy.params import tree_map

__all__ = [
    "StateError",
    "from_keras",
    "from_mlx",
    "from_optax",
    "from_torch",
    "into_keras",
    "into_mlx",
    "into_optax",
    "into_torch",
    "keras_call",
    "leaves_of",
    "mlx_call",
    "rate_inside",
    "rate_outside",
    "torch_call",
    "tree_of",
]

# ----- torch.optim -----


def torch_call(optimizer: Any) -> str:
    """The call of an optimizer of torch.optim, as it was made.

    Raises:
        StateError: If its groups of parameters have different arguments.
    """
    kind, (first, *others) = type(optimizer).__name__, optimizer.param_groups
    known = inspect.signature(type(optimizer)).parameters  # a group may have more than is given
    own = {key: value for key, value in first.items() if key in known and key != "params"}
    if any(group[key] != value for group in others for key, value in own.items()):
        raise StateError("its groups of parameters have different arguments: they are several")
    plain = {k: v for k, v in own.items() if not hasattr(v, "dtype")}
    arguments = ", ".join(f"{key}={value!r}" for key, value in plain.items())
    return f"torch.optim.{kind}({arguments})"


def from_torch(optimizer: Any, like: Any, step: int | None = None) -> Any:
    """The state of a torch.optim optimizer, as the NumPy reference has it.

    A velocity has the learning rate outside. A moment that torch has not created yet is 0; so are
    those of a parameter that never had a gradient, and that must get none later: torch would count
    its steps from there.

    Args:
        optimizer: An optimizer of torch.optim, whose parameters are in the order of the leaves of
            `like`.
        like: A tree of NumPy arrays of the shapes of the parameters: of layers; or a list or a
            dict, of which the moments become one vector.
        step: The number of steps made so far, for SGD, which does not count them. The default is 1
            if there is a velocity, so that the next step does not count as the first, and else 0.

    Raises:
        StateError: If no reference belongs to the optimizer, its parameters have other shapes or
            have made different numbers of steps, or a moment is of a dtype that NumPy lacks.
    """
    name, names = _torch_names(optimizer)
    state = OPTIMIZERS[name](0.0).init(common_form(like))
    entries = [optimizer.state[theta] for theta in _thetas(optimizer, like)]
    moments, steps = {}, 0
    for theirs, (own, sign) in names.items():
        leaves = [
            np.zeros_like(zeros) if entry.get(theirs) is None else sign * _array(theirs, entry)
            for entry, zeros in zip(entries, leaves_of(like), strict=True)
        ]
        steps = max(steps, *(entry.get(theirs) is not None for entry in entries))
        moments[own] = tree_of(leaves, like)
    products = [float(entry["mu_product"]) for entry in entries if "mu_product" in entry]
    if products:
        moments["momentum_product"] = products[0]
    counts = [int(entry["step"]) for entry in entries if "step" in entry]
    if len(set(counts)) > 1:
        raise StateError(f"the parameters have made different numbers of steps: {counts}")
    steps = max(counts, default=steps)
    return state._replace(step=steps if step is None else step, **moments)


def _array(name: str, entry: Any) -> Any:
    """A tensor of a state as an array."""
    try:
        return entry[name].detach().cpu().numpy()
    except TypeError:
        raise StateError(
            f"{name} is {entry[name].dtype}, which NumPy lacks: load the state into an optimizer "
            "of float32 parameters first, which loses nothing"
        ) from None


def into_torch(
    optimizer: Any, state: Any, made_by: Spec | str | None = None, rounding: bool = False
) -> None:
    """Set the state of a torch.optim optimizer to that of a reference.

    Args:
        optimizer: An optimizer of torch.optim, whose parameters are in the order of the leaves.
        state: The state of a reference; its velocity has the learning rate outside.
        made_by: What made the state, or its call: "optax.adam(0.1)". Adagrad, AMSGrad and NAdam
            need it, since what their moments mean depends on their arguments.
        rounding: Whether numbers may be rounded to the dtype of the parameters.

    Raises:
        StateError: If no reference belongs to the optimizer, its parameters have other shapes, the
            state belongs to another optimizer or to one that is not equal to this one, or numbers
            would be rounded.
    """
    import torch

    name, names = _torch_names(optimizer)
    moments = moments_of(name, state)
    require_equal(name, made_by, None if made_by is None else _torch_spec(optimizer))
    thetas = [theta for group in optimizer.param_groups for theta in group["params"]]
    shapes = [tuple(theta.shape) for theta in thetas]
    leaves = {own: split(moments[own], shapes, own) for own, _ in names.values()}
    entries: list[dict[str, Any]] = []
    for index, theta in enumerate(thetas):
        entry = {}
        for theirs, (own, sign) in names.items():
            wanted = torch.from_numpy(np.array(sign * leaves[own][index]))
            entry[theirs] = wanted.to(theta)
            kept = entry[theirs].double().cpu().numpy()
            require_kept(own, wanted.double().numpy(), kept, str(theta.dtype), rounding)
        if name == "momentum":
            # torch does not dampen the first step, which is the one without a velocity.
            entries.append(entry if state.step else {})
            continue
        # torch counts in its default dtype.
        entry["step"] = torch.tensor(float(state.step))
        if name == "nadam":
            product = float(state.momentum_product)
            entry["mu_product"] = torch.tensor(product)
            what = f"{entry['mu_product'].dtype}, torch's default,"
            require_kept(
                "the product of momenta", product, float(entry["mu_product"]), what, rounding
            )
        entries.append(entry)
    # Only once nothing is in the way.
    optimizer.state.update(zip(thetas, entries, strict=True))


def _torch_spec(optimizer: Any) -> Spec:
    """What an optimizer of torch.optim computes."""
    try:
        return parse_call(torch_call(optimizer)).spec()
    except ArgumentError as error:
        raise StateError(str(error)) from None


def _torch_names(optimizer: Any) -> tuple[str, MomentNames]:
    """The name among the references, and the names of the moments."""
    kind = type(optimizer).__name__
    if kind not in TORCH_STATES:
        raise StateError(f"no state of torch.optim.{kind} is known: {', '.join(TORCH_STATES)} are")
    if optimizer.param_groups[0].get("amsgrad"):
        return "amsgrad", TORCH_AMSGRAD
    return TORCH_STATES[kind]


def _thetas(optimizer: Any, like: Any) -> list[Any]:
    """The parameters of a torch.optim optimizer, which must have the shapes of `like`."""
    thetas = [theta for group in optimizer.param_groups for theta in group["params"]]
    shapes = [tuple(theta.shape) for theta in thetas]
    expected = [leaf.shape for leaf in leaves_of(like)]
    if shapes != expected:
        raise StateError(f"the parameters have shapes {shapes}, not {expected}")
    return thetas


# ----- a velocity, with the learning rate inside or outside -----


def rate_inside(state: Any, learning_rate: float) -> Any:
    """A state with the learning rate inside its velocity, from one with it outside."""
    return state._replace(velocity=tree_map(lambda u: learning_rate * u, state.velocity))


def rate_outside(state: Any, learning_rate: float) -> Any:
    """A state with the learning rate outside its velocity, from one with it inside."""
    return state._replace(velocity=tree_map(lambda u: u / learning_rate, state.velocity))
