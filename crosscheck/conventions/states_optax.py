"""Move the state of an optimizer between the references and optax."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.state_names import OPTAX_CLASSES, OPTAX_STATES
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
from reference_numpy.optimizers import OPTIMIZERS

# The fields in which a wrapper keeps the state of what it wraps, and those that count steps.
INNER = ("inner_state", "inner_opt_state")
COUNTS = ("count", "gradient_step")
WITHOUT_MOMENTS = (
    "EmptyState",
    "ScaleByScheduleState",
    "MaskedState",
    "InjectStatefulHyperparamsState",
    "InjectHyperparamsState",
    "MultiStepsState",
    "ApplyIfFiniteState",
)


def from_optax(
    name: str, state: Any, like: Any, b1: float | None = None, step: int | None = None
) -> Any:
    """The state of an optax optimizer, as the NumPy reference has it.

    The velocity of optax.sgd has the learning rate outside, that of optax.rmsprop inside. If optax
    does not count the steps, the step is 0.

    Args:
        name: The optimizer's name among the references, which is "adam" for optax.adamw, too.
        state: The state that optax returns, also of a wrapped transformation: of
            `inject_hyperparams`, `masked`, `MultiSteps`, `apply_if_finite`.
        like: A tree of NumPy arrays of the shapes of the parameters: of layers; or a list or a
            dict, of which the moments become one vector.
        b1: For NAdam: optax does not keep its product of momenta, which is b1^t there.
        step: The number of steps made so far, if optax does not count them.

    Raises:
        StateError: If no reference has the name, the state belongs to another optimizer or to other
            parameters, or b1 is missing, or gradients are gathered that no step has used yet.
    """
    import jax

    _check_class(name, state)
    own = OPTIMIZERS[name](0.0).init(common_form(like))
    fields = _fields(name, state)
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


def into_optax(
    name: str,
    state: Any,
    start: Any,
    made_by: Spec | str | None = None,
    goes_on: Spec | str | None = None,
    rounding: bool = False,
) -> Any:
    """The state of a reference as optax keeps it.

    Args:
        name: The optimizer's name among the references.
        state: The state of the reference, with a velocity as `from_optax` returns it.
        start: The state that optax's own `init` returned for these parameters.
        made_by: What made the state, or its call: "torch.optim.NAdam(momentum_decay=1e6)". Adagrad,
            AMSGrad and NAdam need it, since what their moments mean depends on their arguments.
        goes_on: The optimizer of `start`, or its call: "optax.nadam(0.1)".
        rounding: Whether numbers may be rounded to the dtype of `start`.

    Returns:
        A state of the structure of `start`, with the numbers of `state`.

    Raises:
        StateError: If the state belongs to another optimizer or to other parameters, optax has no
            field for a moment that is not 0, the two optimizers are not equal, or numbers would be
            rounded.
    """
    import jax
    import jax.numpy as jnp

    _check_class(name, start)
    names, moments = OPTAX_STATES[name], moments_of(name, state)
    require_equal(name, made_by, goes_on)
    fields = _fields(name, start)
    without_field = [own for their, (own, _) in names.items() if their not in fields]
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
            if field in COUNTS:
                changes[field] = jnp.asarray(state.step, value.dtype)
            elif field in INNER:
                changes[field] = replace_numbers(value)
            elif field in names:
                own, sign = names[field]
                old = jax.tree.leaves(value)
                leaves = split(moments[own], [tuple(leaf.shape) for leaf in old], own)
                new = [
                    _kept(own, sign * leaf, was.dtype, rounding)
                    for leaf, was in zip(leaves, old, strict=True)
                ]
                changes[field] = jax.tree.unflatten(jax.tree.structure(value), new)
        return named._replace(**changes)

    return replace_numbers(start)


def _kept(own: str, leaf: Any, dtype: Any, rounding: bool) -> Any:
    """A leaf as an array of JAX of this dtype."""
    import jax.numpy as jnp

    new = jnp.asarray(leaf, dtype)
    if new.dtype != dtype:
        raise StateError(f"{own} would change its dtype; is jax_enable_x64 on?")
    before, after = np.asarray(leaf, "float64"), np.asarray(new).astype("float64")
    require_kept(own, before, after, str(dtype), rounding)
    return new


def _check_class(name: str, state: Any) -> None:
    if name not in OPTAX_STATES:
        raise StateError(f"no state of optax's {name} is known: {', '.join(OPTAX_STATES)} are")
    parts = list(_parts(state))
    classes = {type(part).__name__ for part in parts}
    if not classes & set(OPTAX_CLASSES[name]):
        raise StateError(
            f"this is no state of {name}: it has no {' or '.join(OPTAX_CLASSES[name])}"
        )
    if name == "momentum" and len(classes - {"TraceState", *WITHOUT_MOMENTS}):
        raise StateError("this is no state of momentum: it keeps more than a velocity")
    if any(int(getattr(part, "mini_step", 0)) for part in parts):
        raise StateError("gradients are gathered that no step has used yet: they would be lost")


def _parts(state: Any) -> Iterator[Any]:
    """The states of the single transformations in a nested state, each wrapper before its own."""
    if hasattr(state, "_asdict"):
        yield state
        for field in INNER:
            yield from _parts(getattr(state, field, ()))
    elif isinstance(state, tuple):
        for part in state:
            yield from _parts(part)


def _fields(name: str, state: Any) -> dict[str, Any]:
    """Every field of these states; the count of steps is that of the optimizer itself."""
    own = set(OPTAX_CLASSES[name])
    parts = sorted(_parts(state), key=lambda part: type(part).__name__ in own)
    return {key: value for part in parts for key, value in part._asdict().items()}
