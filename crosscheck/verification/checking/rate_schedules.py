"""An optimizer whose learning rate falls from step to step by itself, found from its steps."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.verification.checking.fitting import (
    Fit,
    Steps,
    build,
    exactly,
    steps_of,
    updates_of,
)

# The rates are read off steps that are rounded, and off a reference's that are rounded, too: each
# of the two may be off by its bound.
TWICE = 2.0


def falling_rates(steps: Steps, specs: Sequence[Spec]) -> tuple[Fit, tuple[float, ...]] | None:
    """The reference that it is at rates that start as set and never grow, and these rates.

    Every step of a reference whose rate stands outside its state is proportional to its rate; so
    the rates are the ratios of the steps, which all entries must share.
    """
    for spec in specs:
        if spec.weight_decay or (spec.keywords.get("momentum") and spec.keywords["rate_inside"]):
            continue
        rates = _ratios(steps, spec)
        if rates is None or not _falls(rates, spec.learning_rate):
            continue
        at_these = replace(steps, history=replace(steps.history, rates=rates))
        fit = exactly(at_these, spec)
        if fit is not None and fit.worst <= TWICE:
            return fit, rates
    return None


@np.errstate(all="ignore")
def _ratios(steps: Steps, spec: Spec) -> tuple[float, ...] | None:
    """The rate of every step, from the entry whose step is largest beside its parameter."""
    count = len(steps.params)
    at_one = steps_of(build(spec, (1.0,) * count), steps.history, count)
    own, theirs = updates_of(steps.history, at_one), steps.updates
    sharp = np.nan_to_num(np.abs(theirs) / np.abs(steps.params))
    entries = np.argmax(np.where(own != 0, sharp, -1.0), axis=1)
    lines = np.arange(count)
    ratios = theirs[lines, entries] / own[lines, entries]
    if not np.isfinite(ratios[0]):
        return None
    for step in range(1, count):  # where nothing moves, any rate does
        if not np.isfinite(ratios[step]) or theirs[step, entries[step]] == 0:
            ratios[step] = ratios[step - 1]
    return tuple(ratios.tolist())


def _falls(rates: Sequence[float], first: float) -> bool:
    near = float(np.sqrt(np.finfo("float64").eps))  # of what is read off; the bound decides
    never_grows = bool(np.all(np.diff(rates) <= near * first)) and min(rates) > 0
    return never_grows and abs(rates[0] - first) <= near * first and rates[-1] < first
