"""Stock optimizers over two hundred steps: how much of the derived bound they use.

Many steps show whether the numbers that depend on their count, as 1 - b^t, keep their digits. JAX
is used without `jax_enable_x64`, too, which is its default: arrays are float32 then, and so is
every number that is made of a count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import Any

import numpy as np

from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.optimizers import running
from crosscheck.conventions.optimizers.probes import START
from crosscheck.conventions.optimizers.specs import Spec, bounds, trajectory
from crosscheck.conventions.optimizers.stock_optimizer import StockOptimizer
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.trials import needed_arguments, steps_job
from crosscheck.numerics.bounds.precision import Precision

STEPS = 200
POINT = START[0]
RNG = np.random.default_rng(7)
SIZES = 10.0 ** RNG.uniform(-2, 0.5, (STEPS, 1))
GRADS = SIZES * RNG.standard_normal((STEPS, POINT.size))


@dataclass(frozen=True)
class Mode:
    """The dtype of the arrays, and whether JAX knows float64."""

    name: str
    dtype: str = "float64"
    x64: bool = True


DOUBLE = Mode("float64")
SWITCHED = Mode("float32, with jax_enable_x64", "float32")
DEFAULT = Mode("float32, without jax_enable_x64", "float32", x64=False)
MODES = {"torch": (DOUBLE,), "optax": (DOUBLE, SWITCHED, DEFAULT), "keras-torch": (DOUBLE,)}


@dataclass(frozen=True)
class Excess:
    """Why an optimizer exceeds its bound, and the keywords of which it computes float32 powers."""

    reason: str
    in_float32: tuple[str, ...]


POWERS = Excess("b2^t is a float32 number, so 1 - b2^t has few correct digits", ("b2",))
RHO = Excess(
    "b2^t is a float32 number, and so is rho, which is the difference of two numbers near 2000 "
    "and has few correct digits",
    ("b2",),
)
# In JAX's default mode; the others stay within their bounds there.
WITHOUT_X64 = {
    "optax.adam": POWERS,
    "optax.adamw": POWERS,
    "optax.amsgrad": POWERS,
    "optax.nadam": POWERS,
    "optax.nadamw": POWERS,
    "optax.radam": RHO,
}


@dataclass(frozen=True, eq=False)
class LongRun:
    """One stock optimizer at its defaults, in one mode, and why it exceeds its bound if it does."""

    optimizer: StockOptimizer
    mode: Mode
    excess: Excess | None


def long_runs(optimizers: Sequence[StockOptimizer]) -> list[LongRun]:
    """Every one of these optimizers in every mode of its framework, each name once."""
    return [
        LongRun(each, mode, _excess(each, mode))
        for each in optimizers
        if each.label == each.name
        for mode in MODES.get(each.framework, ())
    ]


def _excess(optimizer: StockOptimizer, mode: Mode) -> Excess | None:
    if mode is DEFAULT:
        return WITHOUT_X64.get(optimizer.name)
    deviation = optimizer.deviation
    if deviation is None or not deviation.powers:
        return None
    return Excess(deviation.reason, deviation.powers)


def long_check(framework: str, optimizer: str | None = None) -> Check:
    """The check of a framework's optimizers over many steps; its arguments: `optimizer_check`."""
    own = [each for each in STOCK_OPTIMIZERS if each.framework == framework]
    return check_of(long_runs([each for each in own if optimizer in (None, each.optimizer)]))


def check_of(runs: Sequence[LongRun]) -> Check:
    """The check of some runs of one framework."""
    return Check(
        [(__name__, _job(each)) for each in runs],
        lambda results: [long_finding(*each) for each in zip(runs, results, strict=True)],
    )


def _spec(optimizer: StockOptimizer) -> Spec:
    return optimizer.spec(needed_arguments(optimizer))


def _job(run: LongRun) -> dict[str, Any]:
    """The optimizer, its arguments and its rate; the gradients are those of this module."""
    rate = _spec(run.optimizer).learning_rate
    _, job = steps_job(run.optimizer, needed_arguments(run.optimizer), [rate])
    own = {key: job[key] for key in ("optimizer", "arguments")}
    return own | {"rate": rate, "dtype": run.mode.dtype, "x64": run.mode.x64}


def arrays(dtype: str) -> tuple[np.ndarray, list[np.ndarray]]:
    """The parameters before the first step, and the gradients."""
    return POINT.astype(dtype), list(GRADS.astype(dtype))


def run(framework: str, job: dict[str, Any]) -> Any:
    """The parameters after every step, as `running.run` gives them."""
    start, grads = arrays(job["dtype"])
    stepper = running.STEPPERS[framework]
    if framework == "optax":
        stepper = partial(steps_in_optax, job["x64"])
    rates = [job["rate"]] * STEPS
    steps = stepper(job["optimizer"], job["arguments"], rates, start, grads)
    return [np.asarray(step, "float64").tolist() for step in steps]


def steps_in_optax(
    x64: bool,
    name: str,
    arguments: dict[str, Any],
    rates: list[float],
    start: Any,
    grads: list[Any],
) -> list[Any]:
    """As `running.steps_in_optax`, in a mode of JAX and with a compiled step.

    Uncompiled, RAdam would be compiled for the power of every single count.
    """
    import jax
    import optax

    optimizer = running.class_or_function(name)(**{"learning_rate": rates[0]} | arguments)

    @jax.jit
    def step(grad: Any, state: Any, theta: Any) -> Any:
        updates, state = optimizer.update(grad, state, theta)
        return optax.apply_updates(theta, updates), state

    # Older versions of JAX have it among their experiments.
    place = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    with place.enable_x64(x64):
        theta = jax.numpy.asarray(start)
        state, steps = optimizer.init(theta), []
        for grad in grads:
            theta, state = step(jax.numpy.asarray(grad), state, theta)
            steps.append(theta)
    return steps


def long_finding(run: LongRun, result: Any) -> Finding:
    """Compare the steps of a run with the exact ones.

    Its difference is the largest fraction of the bound that is used. Where the bound is stated to
    be exceeded, it must be, and by no more than powers in float32 can do.
    """
    optimizer, mode, excess = run.optimizer, run.mode, run.excess
    relation = "stays within its bound" if excess is None else f"exceeds its bound: {excess.reason}"
    place = ("long run", optimizer.framework, optimizer.name, mode.name, relation)
    if isinstance(result, dict):
        return Finding(*place, missing=result.get("missing"), problem=result.get("error"))
    values, allowed = _exact(optimizer, mode.dtype)
    error = np.abs(np.array(result) - values)
    used = float(np.max(error / allowed))
    if excess is None:
        return Finding(*place, used, 0.0, 1.0)
    loose = _bounds(optimizer, mode.dtype, values, excess.in_float32)
    explained = bool(np.all(error <= loose))
    problem = None if explained else "float32 powers do not explain so large a difference"
    return Finding(*place, used, 1.0, float(np.max(loose / allowed)), problem=problem)


@cache
def _exact(optimizer: StockOptimizer, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """The exact parameters after every step, and their derived bounds."""
    start, grads = arrays(dtype)
    spec = _spec(optimizer)
    values = trajectory(spec, (spec.learning_rate,) * STEPS, start, grads).values
    return values, _bounds(optimizer, dtype, values)


def _bounds(
    optimizer: StockOptimizer, dtype: str, values: np.ndarray, in_float32: Sequence[str] = ()
) -> np.ndarray:
    """The bounds of these exact values, and half an ulp more, since they are rounded."""
    start, grads = arrays(dtype)
    spec = _spec(optimizer)
    rates = (spec.learning_rate,) * STEPS
    own = bounds(spec, rates, start, grads, Precision.of(dtype), in_float32)
    return own + np.spacing(np.abs(values)) / 2
