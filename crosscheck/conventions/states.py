"""An optimizer's state moved: between the references, torch.optim and optax, losing no bit.

The common form is the state of the NumPy reference. torch.optim and optax keep some velocities with
the learning rate outside where a reference has it inside: `rate_inside` and `rate_outside` turn one
into the other, for a learning rate that does not change.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from crosscheck.conventions.state_names import AMSGRAD, KINDS, OF_OPTAX, OF_TORCH, Names
from reference_numpy.optimizers import OPTIMIZERS
from reference_numpy.params import Layer, tree_map


class StateError(ValueError):
    """A state is of another optimizer, or of other parameters."""


# ----- torch.optim -----


def from_torch(optimizer: Any, like: Any, step: int | None = None) -> Any:
    """The state of a torch.optim optimizer, as the NumPy reference has it.

    A velocity comes with the learning rate outside. What torch keeps nothing of yet is 0.

    Args:
        optimizer: Of torch.optim; its parameters in the order of the leaves of `like`.
        like: A tree of NumPy arrays of the shape of the parameters.
        step: How many steps were made, for SGD, which does not count: without it 1 if there is a
            velocity, so that the next step is not taken for the first, and 0 if there is none.

    Raises:
        StateError: If the optimizer is unknown here, or its parameters are others.
    """
    name, names = _of_torch(optimizer)
    state = OPTIMIZERS[name](0.0).init(like)
    kept = [optimizer.state[theta] for theta in _thetas(optimizer, like)]
    moments, made = {}, 0
    for theirs, (own, sign) in names.items():
        leaves = [
            zeros if entry.get(theirs) is None else sign * entry[theirs].cpu().numpy()
            for entry, zeros in zip(kept, _leaves(getattr(state, own)), strict=True)
        ]
        made = max(made, *(entry.get(theirs) is not None for entry in kept))
        moments[own] = _tree(leaves, like)
    products = [float(entry["mu_product"]) for entry in kept if "mu_product" in entry]
    if products:
        moments["momentum_product"] = products[0]
    counted = [int(entry["step"]) for entry in kept if "step" in entry]
    made = max(counted, default=made)
    return state._replace(step=made if step is None else step, **moments)


def into_torch(optimizer: Any, state: Any) -> None:
    """Give a torch.optim optimizer the state of a reference, its velocity with the rate outside.

    Raises:
        StateError: If the optimizer is unknown here, its parameters are others, or the state is of
            another optimizer.
    """
    import torch

    name, names = _of_torch(optimizer)
    moments = _moments(name, state)
    for index, theta in enumerate(_thetas(optimizer, next(iter(moments.values())))):
        entry = {
            theirs: torch.from_numpy(np.array(sign * _leaves(moments[own])[index])).to(theta)
            for theirs, (own, sign) in names.items()
        }
        if name == "momentum":
            # torch knows the first step, which it does not dampen, by there being no velocity.
            optimizer.state[theta] = entry if state.step else {}
            continue
        # torch keeps its counters in its default dtype.
        entry["step"] = torch.tensor(float(state.step))
        if name == "nadam":
            entry["mu_product"] = torch.tensor(state.momentum_product)
        optimizer.state[theta] = entry


def _of_torch(optimizer: Any) -> tuple[str, Names]:
    kind = type(optimizer).__name__
    if kind not in OF_TORCH:
        raise StateError(f"no state of torch.optim.{kind} is known: {', '.join(OF_TORCH)} are")
    if optimizer.param_groups[0].get("amsgrad"):
        return "amsgrad", AMSGRAD
    return OF_TORCH[kind]


def _thetas(optimizer: Any, like: Any) -> list[Any]:
    thetas = [theta for group in optimizer.param_groups for theta in group["params"]]
    shapes = [tuple(theta.shape) for theta in thetas]
    expected = [leaf.shape for leaf in _leaves(like)]
    if shapes != expected:
        raise StateError(f"the parameters have shapes {shapes}, not {expected}")
    return thetas


# ----- optax -----


def from_optax(
    name: str, state: Any, like: Any, b1: float | None = None, step: int | None = None
) -> Any:
    """The state of an optax optimizer, as the NumPy reference has it.

    The velocity of optax.sgd comes with the learning rate outside, that of optax.rmsprop with the
    learning rate inside. Where optax counts no steps, the step is 0.

    Args:
        name: What the optimizer is among the references: "adam" for optax.adamw too.
        state: What optax keeps.
        like: A tree of NumPy arrays of the shape of the parameters.
        b1: Of NAdam, whose product of momenta optax does not keep: it is b1^t there.
        step: How many steps were made, where optax does not count.

    Raises:
        StateError: If the optimizer is unknown here, the state is another one's, or b1 is missing.
    """
    import jax

    _check_kind(name, state)
    own = OPTIMIZERS[name](0.0).init(like)
    found = dict(_fields(state))
    if step is None:
        step = int(found.get("count", 0))
    moments = {}
    for theirs, (moment, sign) in OF_OPTAX[name].items():
        if theirs in found:
            leaves = [sign * np.array(leaf) for leaf in jax.tree.leaves(found[theirs])]
            if [leaf.shape for leaf in leaves] != [leaf.shape for leaf in _leaves(like)]:
                raise StateError(f"{theirs} is not of the shape of the parameters")
            moments[moment] = _tree(leaves, like)
    if name == "nadam":
        if b1 is None:
            raise StateError("optax does not keep NAdam's product of momenta: give its b1")
        moments["momentum_product"] = b1**step
    return own._replace(step=step, **moments)


def into_optax(name: str, state: Any, start: Any) -> Any:
    """The state of a reference as optax keeps it.

    Args:
        name: What the optimizer is among the references.
        state: Of the reference; its velocity as `from_optax` gives it.
        start: What optax's own `init` gave for these parameters: the form that is filled.

    Raises:
        StateError: If the state is of another optimizer, or of other parameters.
    """
    import jax
    import jax.numpy as jnp

    _check_kind(name, start)
    names, moments = OF_OPTAX[name], _moments(name, state)
    lost = [own for their, (own, _) in names.items() if their not in dict(_fields(start))]
    for own in lost:
        if any(np.any(leaf) for leaf in _leaves(moments[own])):
            raise StateError(f"optax keeps no {own} here: make its optimizer with what needs it")

    def filled(node: Any) -> Any:
        if not isinstance(node, tuple):
            return node
        if not hasattr(node, "_fields"):
            return tuple(filled(part) for part in node)
        named: Any = node
        changes = {}
        for field, value in named._asdict().items():
            if field == "count":
                changes[field] = jnp.asarray(state.step, value.dtype)
            elif field in names:
                own, sign = names[field]
                structure = jax.tree.structure(value)
                leaves = [jnp.asarray(sign * leaf) for leaf in _leaves(moments[own])]
                old = jax.tree.leaves(value)
                if [leaf.shape for leaf in leaves] != [leaf.shape for leaf in old]:
                    raise StateError(f"{own} is not of the shape of the parameters")
                if any(leaf.dtype != was.dtype for leaf, was in zip(leaves, old, strict=True)):
                    raise StateError(f"{own} would change its dtype; is jax_enable_x64 on?")
                changes[field] = jax.tree.unflatten(structure, leaves)
        return named._replace(**changes)

    return filled(start)


def _check_kind(name: str, state: Any) -> None:
    if name not in OF_OPTAX:
        raise StateError(f"no state of optax's {name} is known: {', '.join(OF_OPTAX)} are")
    kinds = {type(part).__name__ for part in _parts(state)}
    if not kinds & set(KINDS[name]):
        raise StateError(f"this is no state of {name}: it has no {' or '.join(KINDS[name])}")
    if name == "momentum" and len(kinds - {"TraceState", "EmptyState", "ScaleByScheduleState"}):
        raise StateError("this is no state of momentum: it keeps more than a velocity")


def _parts(state: Any) -> Iterator[Any]:
    """Every transformation's own part of a nested state."""
    if hasattr(state, "_asdict"):
        yield state
    elif isinstance(state, tuple):
        for part in state:
            yield from _parts(part)


def _fields(state: Any) -> Iterator[tuple[str, Any]]:
    """Every named field of a nested state, its transformations one after the other."""
    for part in _parts(state):
        yield from part._asdict().items()


# ----- a velocity, with the learning rate inside or outside -----


def rate_inside(state: Any, learning_rate: float) -> Any:
    """A state whose velocity had the learning rate outside, with it inside."""
    return state._replace(velocity=tree_map(lambda u: learning_rate * u, state.velocity))


def rate_outside(state: Any, learning_rate: float) -> Any:
    """A state whose velocity had the learning rate inside, with it outside."""
    return state._replace(velocity=tree_map(lambda u: u / learning_rate, state.velocity))


def _moments(name: str, state: Any) -> dict[str, Any]:
    fields = OPTIMIZERS[name](0.0).init(np.zeros(1))._fields
    if state._fields != fields:
        raise StateError(f"this is no state of {name}: it has {', '.join(state._fields)}")
    return {
        key: value
        for key, value in state._asdict().items()
        if isinstance(value, tuple | np.ndarray)
    }


def _leaves(tree: Any) -> list[Any]:
    return [leaf for layer in tree for leaf in layer] if isinstance(tree, tuple) else [tree]


def _tree(leaves: list[Any], like: Any) -> Any:
    if not isinstance(like, tuple):
        return leaves[0]
    return tuple(Layer(*leaves[2 * index : 2 * index + 2]) for index in range(len(like)))
