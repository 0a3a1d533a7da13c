"""Experiments in 16 bits: what training loses there, known from practice, and shown by numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.numerics.dtypes import known
from crosscheck.training.experiments.base import ExperimentResult, Options, numpy_reference
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes

DTYPES = ("float64", "float16", "bfloat16")


def _own(values: Any, dtype: str) -> Any:
    return numpy_reference().params.from_numpy(np.asarray(values, "float64").astype(known(dtype)))


# ----- the second moment of Adam stands still -----

STEPS, ENTRIES, SIZE, B2 = 2000, 16, 0.1, 0.999


def run_stall(options: Options) -> ExperimentResult:
    """Follow Adam's second moment from 1 on, under gradients of a tenth.

    Args:
        options: The seed.
    """
    rng = np.random.default_rng([21, options.seed])
    grads = SIZE * rng.standard_normal((STEPS, ENTRIES))
    curves = {dtype: _second_moments(grads, dtype) for dtype in DTYPES}
    last = {dtype: curve[-1] for dtype, curve in curves.items()}
    kept, too_large = B2**STEPS, (last["bfloat16"] / last["float64"]) ** 0.5
    return ExperimentResult(
        holds=last["bfloat16"] == 1.0
        and abs(last["float64"] - kept) < 0.02
        and abs(last["float16"] - last["float64"]) < 0.1,
        text=(
            f"From 1 on, after {STEPS:,} steps with gradients of size {SIZE:g} the second moment "
            f"is {last['float64']:.3f} in float64 ({B2:g}^{STEPS} = {kept:.3f} of it is the 1), "
            f"{last['float16']:.3f} in float16 and {last['bfloat16']:.3f} in bfloat16. There "
            f"{B2:g} is rounded to {float(_own(B2, 'bfloat16')):g}, and a step that takes a "
            f"thousandth off is less than half a unit: the updates are divided by {too_large:.1f} "
            "times too much, and this grows to ten."
        ),
        numbers={"second_moment": last},
        picture={"curves": curves},
    )


def _second_moments(grads: np.ndarray, dtype: str) -> list[float]:
    """The mean of the second moment after every step."""
    optimizer = numpy_reference().optimizers.adam(0.001, b2=B2)
    start = _own(np.ones(grads.shape[1]), dtype)
    state = optimizer.init(start)._replace(second_moment=start)
    found = []
    for grad in grads:
        _, state = optimizer.update(_own(grad, dtype), state)
        found.append(float(state.second_moment.astype("float64").mean()))
    return found


def draw_stall(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the second moment by step, and return the file."""
    words = "step", "mean of the second moment", "Adam, from 1 on, gradients of 0.1"
    return _draw_curves(folder / "stall.svg", result.picture["curves"], *words)


def _draw_curves(
    path: Path, curves: Mapping[str, list[float]], along: str, up: str, title: str
) -> list[Path]:
    """Draw a curve for each dtype, and return the file."""
    with figure(path) as ((axes,),):
        for (name, curve), colour, dash in zip(curves.items(), PALETTE, DASHES, strict=False):
            axes.plot(curve, color=colour, linestyle=dash, label=name)
        label_axes(axes, along, up, title)
        axes.legend(fontsize="small")
    return [path]


# ----- an update that is smaller than half a unit -----

RATE = 0.001
MASTER = "bfloat16, float32 parameters"


def run_lost(options: Options) -> ExperimentResult:
    """Descend on x²/2 from 1, with updates of a thousandth of x.

    Args:
        options: Without effect: nothing is random.
    """
    paths = {dtype: _descent(dtype, dtype) for dtype in DTYPES}
    paths[MASTER] = _descent("bfloat16", "float32")
    last = {name: path[-1] for name, path in paths.items()}
    exact = (1 - RATE) ** STEPS
    unit = float(np.spacing(_own(1.0, "bfloat16"))[()])
    return ExperimentResult(
        holds=last["bfloat16"] == 1.0
        and abs(last[MASTER] - exact) < 0.01 * exact
        and abs(last["float64"] - exact) < 1e-9,
        text=(
            f"{STEPS:,} steps down x²/2 at a rate of {RATE:g} leave {last['float64']:.4f} of 1 in "
            f"float64, {last['float16']:.4f} in float16 and {last['bfloat16']:.4f} in bfloat16: "
            f"each update is {RATE:g}, and half the distance from 1 to the number below it is "
            f"{unit / 4:.4f}. With float32 parameters whose gradient is computed in bfloat16 "
            f"{last[MASTER]:.4f} is left."
        ),
        numbers={"left_of_1": last},
        picture={"paths": paths},
    )


def _descent(dtype: str, kept_in: str) -> list[float]:
    """x after every step, when its gradient x is computed in `dtype` and x is kept in another."""
    optimizers = numpy_reference().optimizers
    optimizer = optimizers.sgd(RATE)
    x = _own(1.0, kept_in)
    state, path = optimizer.init(x), [1.0]
    for _ in range(STEPS):
        updates, state = optimizer.update(_own(_own(x, dtype), kept_in), state, x)
        x = optimizers.apply_updates(x, updates)
        path.append(float(x))
    return path


def draw_lost(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw x by step, and return the file."""
    words = "step", "x", "down x²/2 from 1, updates of a thousandth"
    return _draw_curves(folder / "lost.svg", result.picture["paths"], *words)


# ----- Adam in float16 -----

EPS, LARGER = 1e-8, 1e-4
SIZES = 10.0 ** np.linspace(-7, 1, 65)


def run_nan(options: Options) -> ExperimentResult:
    """Make Adam's first step on gradients of many sizes, and on 0.

    Args:
        options: Without effect: nothing is random.
    """
    grads = np.array([0.0, *SIZES])
    kinds = {dtype: (dtype, EPS) for dtype in DTYPES}
    kinds[f"float16, eps {LARGER:g}"] = ("float16", LARGER)
    steps = {name: _first_step(grads, *kind) for name, kind in kinds.items()}
    at_zero = {name: float(step[0]) for name, step in steps.items()}
    infinite = {name: np.isinf(step[1:]) for name, step in steps.items()}
    largest = {name: float(SIZES[wild].max(initial=0.0)) for name, wild in infinite.items()}
    shown = {name: None if np.isnan(each) else each for name, each in at_zero.items()}
    others = [name for name in kinds if name != "float16"]
    return ExperimentResult(
        holds=bool(np.isnan(at_zero["float16"]))
        and largest["float16"] > 0
        and all(at_zero[name] == 0 and largest[name] == 0 for name in others),
        text=(
            f"The smallest number of float16 is 6e-08: there eps = {EPS:g} is 0. A gradient of 0 "
            f"makes the update 0/0, which is NaN, and one of up to {largest['float16']:.2g}, whose "
            f"square is lost, makes it infinite. With eps = {LARGER:g} in float16, and with "
            f"{EPS:g} in bfloat16 and float64, it is 0 and finite."
        ),
        numbers={"update_at_0": shown, "largest_gradient_with_infinite_update": largest},
        picture={"updates": {name: step[1:] for name, step in steps.items()}},
    )


def _first_step(grads: np.ndarray, dtype: str, eps: float) -> np.ndarray:
    """The size of the first update of each gradient, in units of the learning rate."""
    optimizer, own = numpy_reference().optimizers.adam(1.0, eps=eps), _own(grads, dtype)
    with np.errstate(all="ignore"):  # what divides by 0 is what is shown
        updates, _ = optimizer.update(own, optimizer.init(own))
    return np.abs(updates.astype("float64"))


def draw_nan(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the first update by the size of the gradient, and return the file."""
    path = folder / "nan.svg"
    with figure(path) as ((axes,),):
        for (name, updates), colour, dash in zip(
            result.picture["updates"].items(), PALETTE, DASHES, strict=False
        ):
            finite = np.where(np.isfinite(updates), updates, np.nan)
            axes.plot(SIZES, finite, color=colour, linestyle=dash, label=name)
            wild = SIZES[np.isinf(updates)]
            if wild.size:
                axes.plot(wild, np.full(wild.size, 100.0), "x", color=colour, label="infinite")
        label_axes(axes, "gradient", "first update, in learning rates", "Adam")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.legend(fontsize="small")
    return [path]
