"""Move the state of an optimizer between the references, torch.optim and optax without any loss.

The common form is the state of the NumPy reference. torch.optim and optax keep some velocities with
the learning rate outside, where the references have it inside. `rate_inside` and `rate_outside`
convert one to the other, for a learning rate that does not change.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from crosscheck.conventions.state_names import (
    OPTAX_CLASSES,
    OPTAX_STATES,
    TORCH_AMSGRAD,
    TORCH_STATES,
    MomentNames,
)
from reference_numpy.optimizers import OPTIMIZERS
from reference_numpy.params import Layer, tree_map


class StateError(ValueError):
    """A state belongs to another optimizer, or to other parameters."""


# ----- torch.optim -----


def from_torch(optimizer: Any, like: Any, step: int | None = None) -> Any:
    """The state of a torch.optim optimizer, as the NumPy reference has it.

    A velocity has the learning rate outside. A moment that torch has not created yet is 0.

    Args:
        optimizer: An optimizer of torch.optim, whose parameters are in the order of the leaves of
            `like`.
        like: A tree of NumPy arrays of the shapes of the parameters.
        step: The number of steps made so far, for SGD, which does not count them. The default is 1
            if there is a velocity, so that the next step does not count as the first, and else 0.

    Raises:
        StateError: If no reference belongs to the optimizer, or its parameters have other shapes.
    """
    name, names = _torch_names(optimizer)
    state = OPTIMIZERS[name](0.0).init(like)
    entries = [optimizer.state[theta] for theta in _thetas(optimizer, like)]
    moments, steps = {}, 0
    for theirs, (own, sign) in names.items():
        leaves = [
            zeros if entry.get(theirs) is None else sign * entry[theirs].cpu().numpy()
            for entry, zeros in zip(entries, leaves_of(getattr(state, own)), strict=True)
        ]
        steps = max(steps, *(entry.get(theirs) is not None for entry in entries))
        moments[own] = tree_of(leaves, like)
    products = [float(entry["mu_product"]) for entry in entries if "mu_product" in entry]
    if products:
        moments["momentum_product"] = products[0]
    counts = [int(entry["step"]) for entry in entries if "step" in entry]
    steps = max(counts, default=steps)
    return state._replace(step=steps if step is None else step, **moments)


def into_torch(optimizer: Any, state: Any) -> None:
    """Set the state of a torch.optim optimizer to that of a reference.

    Args:
        optimizer: An optimizer of torch.optim, whose parameters are in the order of the leaves.
        state: The state of a reference; its velocity has the learning rate outside.

    Raises:
        StateError: If no reference belongs to the optimizer, its parameters have other shapes, or
            the state belongs to another optimizer.
    """
    import torch

    name, names = _torch_names(optimizer)
    moments = _moments(name, state)
    for index, theta in enumerate(_thetas(optimizer, next(iter(moments.values())))):
        entry = {
            theirs: torch.from_numpy(np.array(sign * leaves_of(moments[own])[index])).to(theta)
            for theirs, (own, sign) in names.items()
        }
        if name == "momentum":
            # torch does not dampen the first step, which is the one without a velocity.
            optimizer.state[theta] = entry if state.step else {}
            continue
        # torch counts in its default dtype.
        entry["step"] = torch.tensor(float(state.step))
        if name == "nadam":
            entry["mu_product"] = torch.tensor(state.momentum_product)
        optimizer.state[theta] = entry


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


# ----- optax -----


def from_optax(
    name: str, state: Any, like: Any, b1: float | None = None, step: int | None = None
) -> Any:
    """The state of an optax optimizer, as the NumPy reference has it.

    The velocity of optax.sgd has the learning rate outside, that of optax.rmsprop inside. If optax
    does not count the steps, the step is 0.

    Args:
        name: The optimizer's name among the references, which is "adam" for optax.adamw, too.
        state: The state that optax returns.
        like: A tree of NumPy arrays of the shapes of the parameters.
        b1: For NAdam: optax does not keep its product of momenta, which is b1^t there.
        step: The number of steps made so far, if optax does not count them.

    Raises:
        StateError: If no reference has the name, the state belongs to another optimizer or to other
            parameters, or b1 is missing.
    """
    import jax

    _check_class(name, state)
    own = OPTIMIZERS[name](0.0).init(like)
    fields = dict(_fields(state))
    if step is None:
        step = int(fields.get("count", 0))
    moments = {}
    for theirs, (moment, sign) in OPTAX_STATES[name].items():
        if theirs in fields:
            leaves = [sign * np.array(leaf) for leaf in jax.tree.leaves(fields[theirs])]
            if [leaf.shape for leaf in leaves] != [leaf.shape for leaf in leaves_of(like)]:
                raise StateError(f"{theirs} is not of the shape of the parameters")
            moments[moment] = tree_of(leaves, like)
    if name == "nadam":
        if b1 is None:
            raise StateError("optax does not keep NAdam's product of momenta: give its b1")
        moments["momentum_product"] = b1**step
    return own._replace(step=step, **moments)


def into_optax(name: str, state: Any, start: Any) -> Any:
    """The state of a reference as optax keeps it.

    Args:
        name: The optimizer's name among the references.
        state: The state of the reference, with a velocity as `from_optax` returns it.
        start: The state that optax's own `init` returned for these parameters.

    Returns:
        A state of the structure of `start`, with the numbers of `state`.

    Raises:
        StateError: If the state belongs to another optimizer or to other parameters, or optax has
            no field for a moment that is not 0.
    """
    import jax
    import jax.numpy as jnp

    _check_class(name, start)
    names, moments = OPTAX_STATES[name], _moments(name, state)
    without_field = [own for their, (own, _) in names.items() if their not in dict(_fields(start))]
    for own in without_field:
        if any(np.any(leaf) for leaf in leaves_of(moments[own])):
            raise StateError(f"optax keeps no {own} here: make its optimizer with what needs it")

    def replace_numbers(node: Any) -> Any:
        if not isinstance(node, tuple):
            return node
        if not hasattr(node, "_fields"):
            return tuple(replace_numbers(part) for part in node)
        named: Any = node
        changes = {}
        for field, value in named._asdict().items():
            if field == "count":
                changes[field] = jnp.asarray(state.step, value.dtype)
            elif field in names:
                own, sign = names[field]
                structure = jax.tree.structure(value)
                leaves = [jnp.asarray(sign * leaf) for leaf in leaves_of(moments[own])]
                old = jax.tree.leaves(value)
                if [leaf.shape for leaf in leaves] != [leaf.shape for leaf in old]:
                    raise StateError(f"{own} is not of the shape of the parameters")
                if any(leaf.dtype != was.dtype for leaf, was in zip(leaves, old, strict=True)):
                    raise StateError(f"{own} would change its dtype; is jax_enable_x64 on?")
                changes[field] = jax.tree.unflatten(structure, leaves)
        return named._replace(**changes)

    return replace_numbers(start)


def _check_class(name: str, state: Any) -> None:
    if name not in OPTAX_STATES:
        raise StateError(f"no state of optax's {name} is known: {', '.join(OPTAX_STATES)} are")
    classes = {type(part).__name__ for part in _parts(state)}
    if not classes & set(OPTAX_CLASSES[name]):
        raise StateError(
            f"this is no state of {name}: it has no {' or '.join(OPTAX_CLASSES[name])}"
        )
    if name == "momentum" and len(classes - {"TraceState", "EmptyState", "ScaleByScheduleState"}):
        raise StateError("this is no state of momentum: it keeps more than a velocity")


def _parts(state: Any) -> Iterator[Any]:
    """The states of the single transformations in a nested state."""
    if hasattr(state, "_asdict"):
        yield state
    elif isinstance(state, tuple):
        for part in state:
            yield from _parts(part)


def _fields(state: Any) -> Iterator[tuple[str, Any]]:
    """Every field of these states, with its name."""
    for part in _parts(state):
        yield from part._asdict().items()


# ----- a velocity, with the learning rate inside or outside -----


def rate_inside(state: Any, learning_rate: float) -> Any:
    """A state with the learning rate inside its velocity, from one with it outside."""
    return state._replace(velocity=tree_map(lambda u: learning_rate * u, state.velocity))


def rate_outside(state: Any, learning_rate: float) -> Any:
    """A state with the learning rate outside its velocity, from one with it inside."""
    return state._replace(velocity=tree_map(lambda u: u / learning_rate, state.velocity))


def _moments(name: str, state: Any) -> dict[str, Any]:
    """The moments of a reference's state, by their names."""
    fields = OPTIMIZERS[name](0.0).init(np.zeros(1))._fields
    if state._fields != fields:
        raise StateError(f"this is no state of {name}: it has {', '.join(state._fields)}")
    return {
        key: value
        for key, value in state._asdict().items()
        if isinstance(value, tuple | np.ndarray)
    }


def leaves_of(tree: Any) -> list[Any]:
    """The leaves of a tree, layer by layer; a bare array is one leaf."""
    return [leaf for layer in tree for leaf in layer] if isinstance(tree, tuple) else [tree]


def tree_of(leaves: list[Any], like: Any) -> Any:
    """The tree of these leaves, of the structure of `like`."""
    if not isinstance(like, tuple):
        return leaves[0]
    return tuple(Layer(*leaves[2 * index : 2 * index + 2]) for index in range(len(like)))
