"""The reference's steps with gradients of nine magnitudes, and how far a framework may be off."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crosscheck.conventions.optimizers.calls import Call
from crosscheck.conventions.optimizers.probes import (
    GRADS,
    MAGNITUDES,
    WIDE_GRADS,
    WIDE_START,
    ZEROS_GRADS,
    ZEROS_START,
)
from crosscheck.conventions.optimizers.specs import Spec, bounds
from crosscheck.conventions.optimizers.trials import round_to_float32
from crosscheck.numerics.bounds.precision import DOUBLE

SINGLE_ROUNDOFF = float(np.finfo("float32").eps) / 2
DOUBLE_ROUNDOFF = float(np.finfo("float64").eps) / 2
SHORT_MEMORY = 0.5  # below it the past weighs less than the present
# A row for each magnitude, and a last one in which gradients are 0.
ROWS = len(MAGNITUDES)
START = np.vstack([WIDE_START, ZEROS_START])
STEPS = tuple(np.vstack(pair) for pair in zip(WIDE_GRADS, ZEROS_GRADS, strict=True))


def reference_steps(spec: Spec, rates: Sequence[float]) -> np.ndarray:
    """The parameters after every step, of shape (steps, *shape of `START`); NaN where 0/0."""
    optimizer, theta = spec.reference(rates), START
    state, steps = optimizer.init(theta), []
    with np.errstate(all="ignore"):
        for grad in STEPS:
            updates, state = optimizer.update(-grad if spec.ascends else grad, state, theta)
            theta = theta + updates
            steps.append(theta)
    return np.stack(steps)


def call_bounds(call: Call, changing: bool) -> np.ndarray:
    """How far the computed steps of a call may be from the exact ones; of the shape of the steps.

    To the derived bound is added what the framework is known to round to float32. Numbers: by how
    much their rounding changes the exact steps. The powers b^t in 1 - b^t: t roundings of b^t
    change 1 - b^t by t u b^t / (1 - b^t), relatively, and the step by as much, once for m and once
    for v, or for both halves of NAdam's m.
    """
    # A schedule's rates are rounded, not the number that it starts from.
    spec, rates = replace(call.spec(), rate_decay=0.0), call.handed_rates(changing)
    if not call.rate_decay:
        spec = call.spec()
    deviation = call.optimizer.deviation
    with np.errstate(all="ignore"):  # steps that do not stay finite are reported as such
        total = bounds(spec, rates, START, STEPS, DOUBLE)
        if call.optimizer.rounds or (deviation and deviation.powers):
            exact = reference_steps(spec, rates)
        if call.optimizer.rounds:
            rounded = reference_steps(*round_to_float32(call.optimizer, spec, rates))
            total = 2 * total + np.abs(rounded - exact)
        if deviation and deviation.powers and spec.keywords.get("bias_correction", True):
            steps = np.abs(np.diff(exact, axis=0, prepend=START[None]))
            t = np.arange(1, len(GRADS) + 1)
            powers = [spec.keywords[name] ** t for name in deviation.powers]
            relative = sum(t * SINGLE_ROUNDOFF * power / (1 - power) for power in powers)
            total = total + 2 * np.cumsum(relative[:, None, None] * steps, axis=0)
        if min(spec.keywords.get(name, 1.0) for name in ("b1", "b2", "decay")) < SHORT_MEMORY:
            total = total + _lost_to_the_past(spec, rates)
    return np.asarray(total)


def _lost_to_the_past(spec: Spec, rates: Sequence[float]) -> np.ndarray:
    """How far a mean may be off that is computed as v + (1 - b) (g^2 - v), as some frameworks do.

    With a short memory it forgets a v that was far larger than g^2, and keeps its rounding error.
    """
    steps = np.abs(np.diff(reference_steps(spec, rates), axis=0, prepend=START[None]))
    grads = np.abs(np.stack(STEPS))
    ratio = np.maximum.accumulate(grads, axis=0) / np.where(grads > 0, grads, np.nan)
    lost = np.cumsum(DOUBLE_ROUNDOFF * (ratio + ratio**2) * steps, axis=0)
    return np.nan_to_num(lost)


def distance(spec: Spec, steps: np.ndarray) -> float:
    """How far a spec's steps are from others at any magnitude; infinite if not finite."""
    rates = (spec.learning_rate,) * len(GRADS)
    with np.errstate(all="ignore"):
        largest = np.max(np.abs(reference_steps(spec, rates) - steps)[:, :ROWS])
    return float(largest) if np.isfinite(largest) else np.inf
