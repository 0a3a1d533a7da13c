"""Find out how a network is run forwards, and its loss, by trying."""

import itertools
import re
from collections.abc import Iterator, Sequence

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.calling import Given, bindings
from crosscheck.frameworks.understanding.engine import (
    FORMS,
    DoesNotFitError,
    Engine,
    Step,
)
from crosscheck.frameworks.understanding.hosts import Host, Session
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import Leaf, leaves_of, library_of
from crosscheck.frameworks.understanding.names import (
    FORWARD,
    LIKE_BACKWARD,
    LIKE_FORWARD,
    LIKE_LOSS,
    LIKE_TRAIN,
    LOSS,
    first_of,
)
from crosscheck.frameworks.understanding.selecting import is_number, select_outputs

# Samples of the batch that is tried: different from every size that is tried.
BATCH = 7


def engines(host: Host) -> Iterator[Engine]:
    """Every way to run a network forwards that works, the likeliest first."""
    session = host.fresh()
    found = [
        Leaf(each.paths, each.value, session.names.get(each.path))
        for each in leaves_of(session.root)
    ]
    layouts = layouts_of(found)
    # What a function keeps for itself is taken where nothing else gives outputs.
    for kept, layout, form in itertools.product((False, session.is_argument), layouts, FORMS):
        engine = Engine(host, layout, form)
        # A loss whose targets are optional returns the outputs without them.
        for name in _names(session):
            whole = _with_forward(engine, name, ambiguous=len(layouts) > 1, kept=kept)
            if whole is not None:
                yield whole
                break


def _names(session: Session) -> list[str]:
    """What may be the forward pass: what is called so, then whatever is called nothing else."""
    names = list(session.functions)
    known = first_of(names, [*FORWARD, *LOSS], LIKE_FORWARD)
    others = f"{LIKE_BACKWARD}|{LIKE_TRAIN}|{LIKE_LOSS}|init|plot|save|load"
    further = [each for each in names if not re.search(others, each.lower())]
    return [*known, *(each for each in further if each not in known)]


def batch_for(sizes: Sequence[int], batch: int = BATCH) -> tuple[Array, Array]:
    """A batch of samples in rows, with targets of one class each."""
    rng = np.random.default_rng([20, *sizes])
    # The last class first: who makes the rows himself may count the classes by the largest.
    targets = np.eye(sizes[-1])[-1 - np.arange(batch) % sizes[-1]]
    if sizes[-1] == 1:
        targets = (np.arange(batch)[:, None] % 2).astype(np.float64)
    return rng.uniform(-1, 1, (batch, sizes[0])), targets


def probe(engine: Engine) -> tuple[Array, Array]:
    """What a network is tried with: a batch, or one sample where it takes one at a time."""
    return batch_for(engine.layout.sizes, 1 if engine.one_by_one else BATCH)


def params_for(sizes: Sequence[int], seed: int = 0) -> Layers:
    """Parameters of a network, none of them zero."""
    rng = np.random.default_rng([21, seed, *sizes])
    return [
        # Not so large that many inputs drive an activation to its end.
        (rng.uniform(0.1, 0.6, (units, before)) * min(1, 4 / before), rng.uniform(0.1, 0.3, units))
        for before, units in itertools.pairwise(sizes)
    ]


def _with_forward(engine: Engine, name: str, *, ambiguous: bool, kept: bool) -> Engine | None:
    sizes = engine.layout.sizes
    batch = 1 if engine.one_by_one else BATCH
    inputs, targets = batch_for(sizes, batch)
    params = params_for(sizes)
    try:
        session, given = engine.begin(params, inputs, targets)
        ways = list(bindings(session.functions[name], given))
    except Exception:
        return None
    for way in ways:
        try:
            session, given = engine.begin(params, inputs, targets)
            before = {leaf.path: leaf.value for leaf in leaves_of(session.root)}
            result = session.call(name, way, given)
            outputs = select_outputs(result, session, before, engine, batch, kept=kept)
            whole = engine.with_forward(Step(name, way), outputs)
            if _is_forward(whole, ambiguous=ambiguous) and not _sees_targets(whole):
                return whole
        except Exception:  # whatever somebody's function raises: it is not called like that
            continue
    return None


def run(engine: Engine, params: Layers, inputs: Array) -> Array:
    """The outputs of a network, with samples in rows."""
    targets = batch_for((inputs.shape[1], engine.layout.sizes[-1]), len(inputs))[1]
    if engine.one_by_one:
        rows = [
            _run(engine, params, inputs[at : at + 1], targets[at : at + 1])
            for at in range(len(inputs))
        ]
        return np.concatenate(rows)
    return _run(engine, params, inputs, targets)


def _run(engine: Engine, params: Layers, inputs: Array, targets: Array) -> Array:
    session, given = engine.begin(params, inputs, targets)
    return engine.run_forward(session, given)


def _is_forward(engine: Engine, *, ambiguous: bool) -> bool:
    """Whether the outputs depend on every sample alone and on every weight, and are no classes."""
    sizes = engine.layout.sizes
    inputs, _ = batch_for(sizes)
    params = params_for(sizes)
    outputs = run(engine, params, inputs)
    if outputs.shape != (len(inputs), sizes[-1]):
        return False
    if not np.ptp(outputs) or np.isin(outputs, (0.0, 1.0)).all():
        return False
    for index in range(len(params)):
        other = list(params)
        # Twice a layer of units that share an activation would not change what softmax gives.
        other[index] = params_for(sizes, seed=1)[index]
        other[index] = (other[index][0], params[index][1])
        if np.array_equal(run(engine, other, inputs), outputs):
            return False
    return not ambiguous or _lies_so(engine, params, inputs)


def _sees_targets(engine: Engine) -> bool:
    """Whether what was taken for outputs among the local variables depends on the targets."""
    assert engine.outputs is not None
    if engine.outputs.where != "local":
        return False
    inputs, targets = batch_for(engine.layout.sizes, 1 if engine.one_by_one else BATCH)
    params = params_for(engine.layout.sizes)
    one, two = (_run(engine, params, inputs, each) for each in (targets, targets / 2 + 0.125))
    return not np.array_equal(one, two)


def _lies_so(engine: Engine, params: Layers, inputs: Array) -> bool:
    """Whether a weight whose second column alone is not zero looks at the second input alone."""
    if engine.layout.sizes[0] < 2:
        return True
    first = np.zeros_like(params[0][0])
    first[:, 1] = params[0][0][:, 1]
    other = [(first, params[0][1]), *params[1:]]
    moved = inputs.copy()
    moved[:, 0] += 0.5
    return np.array_equal(run(engine, other, inputs), run(engine, other, moved))


def loss_of(engine: Engine) -> Step | None:
    """How the loss is computed, if anything computes one."""
    sizes = engine.layout.sizes
    inputs, targets = batch_for(sizes, 1 if engine.one_by_one else BATCH)
    session, _ = engine.begin(params_for(sizes), inputs, targets)
    names = first_of(list(session.functions), LOSS, LIKE_LOSS)
    for name, form in itertools.product(names, target_forms(engine)):
        try:
            session, given = _forwarded(engine, params_for(sizes), inputs, targets, form)
            ways = list(bindings(session.functions[name], given))
        except Exception:
            continue
        for way in ways:
            step = Step(name, way, form)
            try:
                if np.isfinite(value_of_loss(engine, step, params_for(sizes), inputs, targets)):
                    return step
            except Exception:
                continue
    return None


def target_forms(engine: Engine) -> tuple[str, ...]:
    """How the targets may be given, the likeliest first."""
    if engine.layout.sizes[-1] > 1:
        return ("matrix", "labels")
    if engine.one_by_one:
        return ("matrix",)
    if engine.forward is None or engine.outputs is None:  # a loop runs its own forward pass
        return ("matrix", "vector")
    inputs, targets = batch_for(engine.layout.sizes)
    session, given = engine.begin(params_for(engine.layout.sizes), inputs, targets)
    result = session.call(engine.forward.name, engine.forward.binding, given)
    flat = np.ndim(Leaf([()], engine.outputs.read(result, session)).array) == 1
    return ("vector", "matrix") if flat else ("matrix", "vector")


def _forwarded(
    engine: Engine, params: Layers, inputs: Array, targets: Array, form: str
) -> tuple[Session, Given]:
    session, given = engine.begin(params, inputs, targets, form)
    engine.run_forward(session, given)
    return session, given


def value_of_loss(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array
) -> float:
    """The loss of a batch, or of one sample where one is taken at a time.

    Raises:
        DoesNotFitError: If what is returned is no number.
    """
    session, given = _forwarded(engine, params, inputs, targets, step.targets)
    return as_number(session.call(step.name, step.binding, given).value)


def as_number(value: object) -> float:
    """A loss as a number: of a pair (loss, ...) the first.

    Raises:
        DoesNotFitError: If it is none.
    """
    if isinstance(value, tuple):
        found = [each for each in value if is_number(each)]
        value = found[0] if found else None
    if not is_number(value):
        raise DoesNotFitError("it returns no number")
    if library_of(value) == "torch":
        return float(value.detach())  # type: ignore[attr-defined]
    return float(np.asarray(value).reshape(()))
