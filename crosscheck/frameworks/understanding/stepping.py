"""Find out how a network takes a step of descent, where its gradients do not tell by themselves."""

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.backwards import updates
from crosscheck.frameworks.understanding.calling import bindings
from crosscheck.frameworks.understanding.engine import RATE, Engine, Step
from crosscheck.frameworks.understanding.forwards import BATCH, batch_for, params_for
from crosscheck.frameworks.understanding.names import LIKE_TRAIN, TRAIN_STEP, first_of
from crosscheck.frameworks.understanding.passes import (
    MOVED,
    Backward,
    params_after,
    run_backward,
    run_update,
    set_rate,
)


def update_of(engine: Engine, backward: Backward) -> Step | None:
    """What moves the parameters after a backward pass; None if nothing does."""
    if backward.source == MOVED:
        return None
    inputs, targets = batch_for(engine.layout.sizes, 1 if engine.one_by_one else BATCH)
    params = params_for(engine.layout.sizes)
    try:
        ways = list(updates(engine, backward.step, params, inputs, targets))
    except Exception:
        return None
    for way in ways:
        try:
            ran = run_backward(engine, backward.step, params, inputs, targets)
            if not run_update(ran, way, RATE):
                continue
            after = params_after(engine, ran, None)
            if all(not np.array_equal(a, b) for (a, _), (b, _) in zip(after, params, strict=True)):
                return way
        except Exception:
            continue
    return None


def whole_step_of(engine: Engine) -> Step | None:
    """What takes a list of samples and a rate, of a network that takes one sample at a time."""
    if not engine.one_by_one:
        return None
    inputs, targets = batch_for(engine.layout.sizes, BATCH)
    params = params_for(engine.layout.sizes)
    session, given = engine.begin(params, inputs, targets)
    given.roles["rate"] = RATE
    names = first_of(list(session.functions), TRAIN_STEP, LIKE_TRAIN)
    # One of another name may well step after each sample.
    for name in (each for each in names if "batch" in each.lower()):
        for way in bindings(session.functions[name], given):
            if not (way.has("pairs") and way.has("rate")):
                continue
            step = Step(name, way)
            try:
                after = after_whole_step(engine, step, params, inputs, targets, RATE)
            except Exception:  # whatever somebody's function raises: it is not called like that
                continue
            pairs = zip(after, params, strict=True)
            if all(not np.array_equal(now[0], was[0]) for now, was in pairs):
                return None if _steps_each_time(engine, step, params, inputs, targets) else step
    return None


def _steps_each_time(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array, rate: float = 0.25
) -> bool:
    """Whether it steps after each sample, and so not by the gradients of all at one place."""
    whole = after_whole_step(engine, step, params, inputs, targets, rate)
    for x, y in zip(inputs[:, None], targets[:, None], strict=True):
        params = after_whole_step(engine, step, params, x, y, rate)
    return all(
        np.allclose(one[0], two[0], rtol=1e-12) for one, two in zip(whole, params, strict=True)
    )


def after_whole_step(
    engine: Engine, step: Step, params: Layers, inputs: Array, targets: Array, rate: float
) -> Layers:
    """The parameters after one step over a list of samples."""
    session, given = engine.begin(params, inputs, targets)
    given.roles |= {"rate": rate, "batch": len(inputs)}
    set_rate(session, rate)
    session.call(step.name, step.binding, given)
    return engine.layout.read(session.root)
