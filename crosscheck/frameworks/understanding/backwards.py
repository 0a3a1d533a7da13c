"""Find out how a network computes its gradients, by trying."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.plain_text import in_words
from crosscheck.frameworks.understanding.calling import TakesLongError, bindings
from crosscheck.frameworks.understanding.engine import (
    RATE,
    Engine,
    Step,
)
from crosscheck.frameworks.understanding.forwards import (
    params_for,
    probe,
    target_forms,
)
from crosscheck.frameworks.understanding.leaves import Leaf, get, leaves_of
from crosscheck.frameworks.understanding.names import (
    BACKWARD,
    LIKE_BACKWARD,
    LIKE_LOSS,
    LIKE_TRAIN,
    LOSS,
    TRAIN_STEP,
    UPDATE,
    VALUE_AND_GRAD,
    Path,
    first_of,
    is_gradient,
    kind_of,
)
from crosscheck.frameworks.understanding.passes import (
    LEFT,
    MOVED,
    RETURNED,
    Backward,
    Ran,
    after_backward,
    follows_the_rate,
    forwarded,
    run_backward,
    run_update,
)
from crosscheck.frameworks.understanding.places import gradients_from, left_by, places_of
from crosscheck.frameworks.understanding.samples import one_by_one, sums
from crosscheck.frameworks.understanding.selecting import named_path


def backward_of(engine: Engine, failed: list[str]) -> Backward | None:
    """How gradients are computed, if anything computes them.

    Args:
        engine: The network.
        failed: Gets what the likeliest calls raised.
    """
    functions = engine.host.fresh(*probe(engine)).functions
    tried: list[str] = []
    assert engine.forward is not None
    assert engine.outputs is not None
    # What keeps its outputs for itself returns something else: its gradients, if it has any.
    whole = (engine.forward.name,) if engine.outputs.where == "local" else ()
    for names, like in (
        ((*VALUE_AND_GRAD, *whole), ""),
        (BACKWARD, LIKE_BACKWARD),
        (LOSS, LIKE_LOSS),
        (TRAIN_STEP, LIKE_TRAIN),
        (UPDATE, ""),
    ):
        several = [each for each in first_of(list(functions), names, like) if each not in tried]
        tried += several
        for name, form in itertools.product(several, target_forms(engine)):
            found = with_backward(engine, name, form, failed, moves=names in (TRAIN_STEP, UPDATE))
            if found is not None and not (names is LOSS and found.source != RETURNED):
                return found
    return None


def with_backward(
    engine: Engine, name: str, form: str, failed: list[str], *, moves: bool, alone: bool = False
) -> Backward | None:
    """How one function computes gradients, or moves the parameters.

    Args:
        engine: The network.
        name: The function.
        form: How it is given the targets, as `Step.targets`.
        failed: Gets what the likeliest call raised.
        moves: Whether it is one that changes the parameters, by its name.
        alone: Whether only that counts, and no gradients that it returns or leaves.
    """
    inputs, targets = probe(engine)
    params = params_for(engine.layout.sizes)
    try:
        session, given = engine.begin(params, inputs, targets, form)
        forwarded(engine, session, given)
        given.roles["rate"] = RATE
        ways = list(bindings(session.functions[name], given))
    except Exception:
        return None
    for way in ways:
        step = Step(name, way, form)
        try:
            found = _found(engine, step, params, inputs, targets, moves=moves, alone=alone)
        except TakesLongError as error:
            failed.append(f"{name}: {in_words(error)}")
            return None
        except Exception as error:  # whatever it raises: it is not called like that
            if way is ways[0]:
                call = ", ".join(role.strip("'") for _, role in way.arguments)
                failed.append(f"{name}({call}) raises {in_words(error)}")
            continue
        if found is not None:
            return found
    return None


def _found(
    engine: Engine,
    step: Step,
    params: Layers,
    inputs: Array,
    targets: Array,
    *,
    moves: bool,
    alone: bool,
) -> Backward | None:
    ran = run_backward(engine, step, params, inputs, targets)
    own = {id(each) for paths in engine.layout.paths for each in [get(ran.session.root, paths)]}
    returned = [
        Leaf(leaf.paths, leaf.value, named_path(leaf.path, ran.result))
        for leaf in leaves_of(ran.result.value)
        # A method may return the object itself, or its parameters.
        if id(leaf.value) not in own and ran.result.value is not ran.session.root
    ]
    returned += _numbers(ran)
    if not step.returns and (new := _new_params(engine, ran, step, returned)):
        step = replace(step, returns=new)
        return _found(engine, step, params, inputs, targets, moves=moves, alone=alone)

    def by_difference(at: Path | None = None) -> Backward:
        rated = ran.rated and follows_the_rate(engine, step, params, inputs, targets, at)
        return Backward(step, MOVED, rated=rated, in_value=at)

    if ran.session.is_argument and (moves or step.binding.has("rate")):
        at = _params_in(engine, ran)
        if at is None and ran.result.value is None and _moved(engine, ran, params):
            return by_difference()  # a dict that is changed in place
        return by_difference(at) if at is not None else None
    if alone:
        return by_difference() if _moved(engine, ran, params, every=False) else None
    if not step.returns and (places := places_of(engine, returned)):
        return Backward(step, RETURNED, places)
    if ran.session.is_argument and _moved(engine, ran, params):
        return Backward(step, MOVED, rated=False)  # in place, at a rate of its own
    if not ran.session.is_argument:
        if places := places_of(engine, left_by(engine, ran, params, inputs, targets)):
            return Backward(step, LEFT, places)
        if _moved(engine, ran, params):
            made = by_difference()
            return made if not moves or _adds_up(engine, made, params) else None
        return _then_updated(engine, step, params, inputs, targets)
    return None


def _new_params(
    engine: Engine, ran: Ran, step: Step, returned: Sequence[Leaf]
) -> tuple[tuple[Path, Path], ...]:
    """Where new parameters are in what a function returned that took the old ones by their names.

    Such as `W1, W2 = train(X, y, W1, W2)`, where W1 and W2 are variables of the file.
    """
    if ran.session.is_argument:
        return ()
    at = {leaf.name: leaf.path for leaf in returned}
    paths = [each for slot in engine.layout.slots for each in (*slot.weight, *slot.bias)]
    if all(each in at and step.binding.has(f"'{each[0]}'") for each in paths):
        return tuple((each, at[each]) for each in paths)
    return ()


def _numbers(ran: Ran) -> list[Leaf]:
    """Numbers that a function returned as gradients of biases: sums over everything, too far."""
    value = ran.result.value
    if not isinstance(value, tuple):
        return []
    named = [((at,), each, named_path((at,), ran.result)) for at, each in enumerate(value)]
    return [
        Leaf([path], each, name)
        for path, each, name in named
        if isinstance(each, float) and is_gradient(name) and kind_of(name) == "bias"
    ]


def _moved(engine: Engine, ran: Ran, params: Layers, *, every: bool = True) -> bool:
    """Whether every weight was moved, or any."""
    pairs = list(zip(engine.layout.read(ran.session.root), params, strict=True))
    if engine.one_by_one and any(now[1].shape != was[1].shape for now, was in pairs):
        return False  # with one sample no bias grows, unless it is not meant to be given so
    moved = [not np.array_equal(now[0], was[0]) for now, was in pairs]
    return all(moved) if every else any(moved)


def _params_in(engine: Engine, ran: Ran) -> Path | None:
    """Where the new parameters stand in what a function returned."""
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
    after_backward(ran)
    for name in first_of(list(ran.session.functions), UPDATE):
        if name != step.name:
            for way in bindings(ran.session.functions[name], ran.given):
                yield Step(name, way, step.targets)


def takes_one_sample(engine: Engine, found: Backward) -> bool:
    """Whether a backward pass over a batch gives no gradient of a bias, and does not mean to."""
    if engine.one_by_one:
        return False
    ran = run_backward(engine, found.step, params_for(engine.layout.sizes), *probe(engine))
    function = ran.session.functions[found.step.name]
    if found.source == MOVED:
        if found.after is not None or ran.session.is_argument or not one_by_one(function):
            return False
        biases: list[Array | None] = [bias for _, bias in engine.layout.read(ran.session.root)]
    else:
        biases = [bias for _, bias in gradients_from(engine, found, ran)]
    whole = all(
        not slot.bias or (bias is not None and bias.shape == (slot.fans[1],))
        for slot, bias in zip(engine.layout.slots, biases, strict=True)
    )
    return not whole and not sums(function)


def _spanned(gradient: Array, parts: Sequence[Array]) -> bool:
    """Whether a gradient is made of the sum over the samples and of the weights: a penalty."""
    if gradient.size <= len(parts):
        return False
    columns = np.stack([part.ravel() for part in parts], axis=1)
    fit = columns @ np.linalg.lstsq(columns, gradient.ravel(), rcond=None)[0]
    return bool(np.linalg.norm(gradient.ravel() - fit) < 1e-9 * np.linalg.norm(gradient))


def _adds_up(engine: Engine, found: Backward, params: Layers) -> bool:
    """Whether a step over a batch is one step, and not one for each sample in turn."""
    if engine.one_by_one or found.in_value is not None:
        return True
    inputs, targets = probe(engine)

    def step(x: Array, y: Array) -> list[Array]:
        ran = run_backward(engine, found.step, params, x, y)
        after = engine.layout.read(ran.session.root)
        return [(was[0] - new[0]) / RATE for was, new in zip(params, after, strict=True)]

    whole = step(inputs, targets)
    single = [step(inputs[at : at + 1], targets[at : at + 1]) for at in range(len(inputs))]
    for index, gradient in enumerate(whole):
        total = np.sum([each[index] for each in single], axis=0)
        both = np.linalg.norm(total) * np.linalg.norm(gradient)
        if not (np.vdot(total, gradient) > (1 - 1e-9) * both) and not _spanned(
            gradient, (total, params[index][0])
        ):
            return False
    return True
