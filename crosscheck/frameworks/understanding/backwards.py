"""Find out how a network computes its gradients, by trying."""

import inspect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.calling import Called, Given, bindings
from crosscheck.frameworks.understanding.engine import (
    RATE,
    DoesNotFitError,
    Engine,
    Step,
    named_path,
    set_rate,
)
from crosscheck.frameworks.understanding.forwards import (
    BATCH,
    batch_for,
    params_for,
    target_forms,
)
from crosscheck.frameworks.understanding.hosts import Session
from crosscheck.frameworks.understanding.leaves import Leaf, get, leaves_of
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    LOSS,
    TRAIN_STEP,
    UPDATE,
    VALUE_AND_GRAD,
    Path,
    first_of,
    in_words,
    is_gradient,
    key_of,
    kind_of,
)

# What a function says that sums over its samples.
_OVER_SAMPLES = re.compile(
    r"\b(x|y|inputs?|targets?|labels?|data|y_\w+|output\w*|a\d|al)\.(shape|size)|\blen\((x|y|inputs)"
    r"|\bmean\(|\bsum\(|/ *(m|n|batch_size|self\.m)\b|batch",
    re.IGNORECASE,
)

# Where the gradients of one layer are: paths of weight and bias, None for a bias that is not there.
Places = tuple[tuple[Path, Path | None], ...]
RETURNED, LEFT, MOVED = "returned", "left on the object", "difference"


@dataclass(frozen=True)
class Backward:
    """How gradients are computed.

    Attributes:
        step: The function and its arguments.
        source: `RETURNED`, `LEFT` or `MOVED`.
        places: Where they are, unless they are the difference of the parameters.
        after: A function that then moves the parameters; only their difference shows anything.
        rated: Whether the rate can be set.
        in_value: Where the parameters are in what is returned, for functions that return new ones.
    """

    step: Step
    source: str
    places: Places = ()
    after: Step | None = None
    rated: bool = True
    in_value: Path | None = None

    def in_words(self) -> str:
        """Where the gradients come from."""
        name = self.step.name
        if self.source == MOVED:
            by = f"{name} and {self.after.name}" if self.after else name
            rate = "" if self.rated else ", whose rate is not found and is taken as 1"
            return f"gradients from the difference of the parameters that {by} makes{rate}"
        where = ", ".join(in_words(path) for pair in self.places[:1] for path in pair if path)
        return f"gradients as {name} {self.source_in_words} {where} ..."

    @property
    def source_in_words(self) -> str:
        """The source as a verb."""
        return "returns" if self.source == RETURNED else "leaves them in"


@dataclass
class Ran:
    """A network after its backward pass."""

    session: Session
    given: Given
    result: Called
    rated: bool


def run_backward(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array, rate: float = RATE
) -> Ran:
    """Run the forward pass and then the backward pass, on a new copy."""
    session, given = engine.begin(params, inputs, targets, step.targets)
    given.roles["rate"] = rate
    engine.run_forward(session, given)
    kept = set_rate(session, rate)
    result = session.call(step.name, step.binding, given)
    return Ran(session, given, result, bool(kept) or step.binding.has("rate"))


def backward_of(engine: Engine) -> Backward | None:
    """How gradients are computed, if anything computes them."""
    functions = engine.host.fresh(*_probe(engine)).functions
    for names in (VALUE_AND_GRAD, BACKWARD, LOSS, TRAIN_STEP, UPDATE):
        for name, form in itertools.product(first_of(list(functions), names), target_forms(engine)):
            found = _with_backward(engine, name, form, moves=names in (TRAIN_STEP, UPDATE))
            if found is not None and not (names is LOSS and found.source != RETURNED):
                return found
    return None


def _probe(engine: Engine) -> tuple[Array, Array]:
    return batch_for(engine.layout.sizes, 1 if engine.one_by_one else BATCH)


def _with_backward(engine: Engine, name: str, form: str, *, moves: bool) -> Backward | None:
    inputs, targets = _probe(engine)
    params = params_for(engine.layout.sizes)
    try:
        session, given = engine.begin(params, inputs, targets, form)
        engine.run_forward(session, given)
        ways = list(bindings(session.functions[name], given))
    except Exception:
        return None
    for way in ways:
        step = Step(name, way, form)
        try:
            found = _found(engine, step, params, inputs, targets, moves=moves)
        except Exception:  # whatever somebody's function raises: it is not called like that
            continue
        if found is not None:
            return found
    return None


def _found(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array, *, moves: bool
) -> Backward | None:
    ran = run_backward(engine, step, params, inputs, targets)
    own = {id(each) for paths in engine.layout.paths for each in [get(ran.session.root, paths)]}
    returned = [
        Leaf(leaf.paths, leaf.value, named_path(leaf.path, ran.result))
        for leaf in leaves_of(ran.result.value)
        # A method may return the object itself, or its parameters.
        if id(leaf.value) not in own and ran.result.value is not ran.session.root
    ]
    if ran.session.is_argument and (moves or step.binding.has("rate")):
        at = _params_in(engine, ran, returned)
        return Backward(step, MOVED, rated=ran.rated, in_value=at) if at is not None else None
    if places := places_of(engine, returned):
        return Backward(step, RETURNED, places)
    if not ran.session.is_argument:
        left = [
            leaf
            for leaf in leaves_of(ran.session.root)
            if leaf.path not in engine.layout.paths and is_gradient(leaf.path)
        ]
        if places := places_of(engine, left):
            return Backward(step, LEFT, places)
        if _moved(engine, ran, params):
            made = Backward(step, MOVED, rated=ran.rated)
            return made if not moves or _adds_up(engine, made, params) else None
        return _then_updated(engine, step, params, inputs, targets)
    return None


def _moved(engine: Engine, ran: Ran, params: Layers) -> bool:
    after = engine.layout.read(ran.session.root)
    return all(not np.array_equal(now[0], was[0]) for now, was in zip(after, params, strict=True))


def _params_in(engine: Engine, ran: Ran, returned: Sequence[Leaf]) -> Path | None:
    """Where the new parameters stand in what a function returned, or in what it was given."""
    for at in [(), *((index,) for index in range(3))]:
        try:
            engine.layout.read(get(ran.result.value, at))
        except Exception:
            continue
        return at
    return None


def _then_updated(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array
) -> Backward | None:
    """A backward pass that shows nothing by itself, followed by what moves the parameters."""
    for after in updates(engine, step, params, inputs, targets):
        ran = run_backward(engine, step, params, inputs, targets)
        try:
            rated = run_update(ran, after, RATE)
        except Exception:
            continue
        if _moved(engine, ran, params):
            return Backward(step, MOVED, after=after, rated=rated)
    return None


def updates(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array
) -> Iterator[Step]:
    """Every way to call a function that moves the parameters after a backward pass."""
    ran = run_backward(engine, step, params, inputs, targets)
    _after_backward(ran)
    for name in first_of(list(ran.session.functions), UPDATE):
        if name != step.name:
            for way in bindings(ran.session.functions[name], ran.given):
                yield Step(name, way, step.targets)


def _after_backward(ran: Ran) -> None:
    value = ran.result.value
    ran.given.roles["grads"] = (
        value[-1]
        if isinstance(value, tuple) and len(value) == 2 and (not leaves_of(value[0]))
        else value
    )
    own = {name: each for name, each in ran.result.locals.items() if name != "self"}
    ran.given.named |= {name: each for name, each in own.items() if name not in ran.given.named}


def takes_one_sample(engine: Engine, found: Backward) -> bool:
    """Whether a backward pass over a batch gives no gradient of a bias, and does not mean to."""
    if engine.one_by_one or found.source == MOVED:
        return False
    ran = run_backward(engine, found.step, params_for(engine.layout.sizes), *_probe(engine))
    try:
        source = inspect.getsource(ran.session.functions[found.step.name])
    except (OSError, TypeError):
        return False
    whole = all(
        not slot.bias or (bias is not None and bias.shape == (slot.fans[1],))
        for slot, (_, bias) in zip(
            engine.layout.slots, gradients_from(engine, found, ran), strict=True
        )
    )
    return not whole and _OVER_SAMPLES.search(source) is None


def _adds_up(engine: Engine, found: Backward, params: Layers) -> bool:
    """Whether a step over a batch is one step, and not one for each sample in turn."""
    if engine.one_by_one or found.in_value is not None:
        return True
    inputs, targets = _probe(engine)

    def step(x: Array, y: Array) -> list[Array]:
        ran = run_backward(engine, found.step, params, x, y)
        after = engine.layout.read(ran.session.root)
        return [(was[0] - new[0]) / RATE for was, new in zip(params, after, strict=True)]

    whole = step(inputs, targets)
    single = [step(inputs[at : at + 1], targets[at : at + 1]) for at in range(len(inputs))]
    for index, gradient in enumerate(whole):
        total = np.sum([each[index] for each in single], axis=0)
        both = np.linalg.norm(total) * np.linalg.norm(gradient)
        if not np.vdot(total, gradient) > (1 - 1e-9) * both:
            return False
    return True


def run_update(ran: Ran, after: Step, rate: float) -> bool:
    """Move the parameters after a backward pass; returns whether the rate was set."""
    _after_backward(ran)
    ran.given.roles["rate"] = rate
    kept = set_rate(ran.session, rate)
    ran.result = ran.session.call(after.name, after.binding, ran.given)
    return bool(kept) or after.binding.has("rate")


def places_of(engine: Engine, leaves: Sequence[Leaf]) -> Places:
    """Which of some arrays is the gradient of which parameter; nothing if a weight's is missing.

    By name, else by shape, else by their order.

    Args:
        engine: The network.
        leaves: The arrays.
    """
    slots = engine.layout.slots
    names = engine.host.fresh(*_probe(engine)).names
    if not leaves:
        return ()
    by_key: dict[tuple[str | None, str], Path] = {}
    for leaf in leaves:
        by_key.setdefault(key_of(leaf.name), leaf.path)

    def key(paths: tuple[Path, ...]) -> tuple[str | None, str]:
        if not paths:
            return None, ""
        return key_of(names.get(paths[0], paths[0]))

    keys = [key(slot.weight) for slot in slots]
    if all(each in by_key and each[0] == "weight" for each in keys) and len({*keys}) == len(keys):
        return tuple((by_key[key(slot.weight)], by_key.get(key(slot.bias))) for slot in slots)
    return _by_shape(engine, leaves) or _by_order(engine, leaves)


def _by_shape(engine: Engine, leaves: Sequence[Leaf]) -> Places:
    left = list(leaves)
    found: list[tuple[Path, Path | None]] = []
    for slot in engine.layout.slots:
        shape = slot.fans if slot.transposed else slot.fans[::-1]
        weights = [leaf for leaf in left if leaf.shape == shape and kind_of(leaf.name) != "bias"]
        if len(weights) != 1:
            return ()
        left.remove(weights[0])
        biases = [leaf for leaf in left if slot.bias and leaf.shape == slot.bias_shape]
        found.append((weights[0].path, biases[0].path if len(biases) == 1 else None))
    return tuple(found)


def _by_order(engine: Engine, leaves: Sequence[Leaf]) -> Places:
    """Gradients in the order of the parameters: what is left when neither names nor shapes tell."""
    order = [
        paths[0] for slot in engine.layout.slots for paths in (slot.weight, slot.bias) if paths
    ]
    if len(leaves) != len(order) or any(kind_of(leaf.name) for leaf in leaves):
        return ()
    at = dict(
        zip(sorted(order, key=str), sorted((leaf.path for leaf in leaves), key=str), strict=True)
    )
    return tuple(
        (at[slot.weight[0]], at[slot.bias[0]] if slot.bias else None)
        for slot in engine.layout.slots
    )


def gradients_from(engine: Engine, found: Backward, ran: Ran) -> list[tuple[Array, Array | None]]:
    """The gradients after a backward pass, weights as (fan_out, fan_in).

    Raises:
        DoesNotFitError: If they are not where they were.
    """
    root = ran.result.value if found.source == RETURNED else ran.session.root
    made: list[tuple[Array, Array | None]] = []
    for slot, (weight, bias) in zip(engine.layout.slots, found.places, strict=True):
        kept = _read(root, weight)
        stored = slot.fans if slot.transposed else slot.fans[::-1]
        # A gradient that is kept as the transpose of its weight is turned too.
        turned = kept.T if (kept.shape == stored) == slot.transposed else kept
        if kept.shape not in (stored, stored[::-1]):
            turned = kept
        made.append((turned, None if bias is None else _flat(_read(root, bias), slot.fans[1])))
    return made


def _flat(bias: Array, units: int) -> Array:
    return bias.reshape(-1) if bias.size == units else bias


def _read(root: Any, path: Path) -> Array:
    try:
        return Leaf([path], get(root, path)).array
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        raise DoesNotFitError(f"no gradient at {in_words(path)}") from error
