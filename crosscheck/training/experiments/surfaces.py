"""Descent on surfaces of two variables, where a path can be drawn."""

from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.documents import transcription
from crosscheck.documents.examples import to_floats
from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.training.experiments.base import ExperimentResult, Options, numpy_reference
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes

# ----- C(x, y) = 3x^2/2 + y^2/2, which document 001 has in a picture -----


def _surface() -> tuple[np.ndarray, np.ndarray]:
    """The coefficients c of C = sum c_i x_i^2 / 2, and the point at which the document asks."""
    surface = transcription.load("001").example.surface
    assert surface is not None
    return to_floats(surface.coefficients), to_floats(surface.point)


def run_surface(options: Options) -> ExperimentResult:
    """Compare the gradient with the direction in which C rises most, of 3600.

    Args:
        options: Without effect: nothing is random.
    """
    coefficients, point = _surface()
    gradient = coefficients * point
    angles = np.linspace(-np.pi, np.pi, 3601)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    step = 1e-4
    rise = _value(coefficients, point + step * directions) - _value(coefficients, point)
    steepest = directions[rise.argmax()]
    along = float(steepest @ gradient / np.linalg.norm(gradient))
    return ExperimentResult(
        holds=gradient.tolist() == [3.0, 1.0] and along > 1 - 1e-5,
        text=(
            f"At ({point[0]:g}, {point[1]:g}) the gradient is [{gradient[0]:g}, {gradient[1]:g}]. "
            f"Of 3600 directions the one in which C rises most is [{steepest[0]:.3f}, "
            f"{steepest[1]:.3f}]; its cosine with the gradient is {along:.6f}."
        ),
        numbers={"gradient": gradient.tolist(), "steepest": steepest.tolist(), "cosine": along},
        picture={"coefficients": coefficients, "point": point, "gradient": gradient},
    )


def _value(coefficients: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.asarray((coefficients * points**2).sum(axis=-1) / 2)


def _contours(axes: Any, coefficients: np.ndarray, reach: float) -> None:
    x = np.linspace(-reach, reach, 201)
    grid = np.stack(np.meshgrid(x, x), axis=-1)
    axes.contour(x, x, _value(coefficients, grid), levels=12, colors="0.75", linewidths=0.8)
    axes.set_aspect("equal")


def draw_surface(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the contours of C and its gradient, and return the file."""
    path, picture = folder / "surface.svg", result.picture
    with figure(path, width=4.2, height=4) as ((axes,),):
        _contours(axes, picture["coefficients"], 4.2)
        start, gradient = picture["point"], picture["gradient"]
        axes.annotate(
            "", start + gradient, start, arrowprops={"arrowstyle": "->", "color": PALETTE[1]}
        )
        axes.plot(*start, "o", color=PALETTE[0])
        axes.text(*(start + gradient + 0.1), "[3, 1]", color=PALETTE[1], ha="right", va="bottom")
        label_axes(axes, "x", "y", "C = 3x²/2 + y²/2 and its gradient at (1, 1)")
    return [path]


# ----- five optimizers on it -----

STEPS = 100
RATES: dict[str, dict[str, float]] = {
    "sgd": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.1},
    "adagrad": {"learning_rate": 0.5},
    "rmsprop": {"learning_rate": 0.05},
    "adam": {"learning_rate": 0.1},
}


def run_optimizers(options: Options) -> ExperimentResult:
    """Descend from one point with five optimizers.

    Args:
        options: Without effect: nothing is random.
    """
    coefficients, start = _surface()
    optimizers = numpy_reference().optimizers
    paths = {}
    for name, keywords in RATES.items():
        optimizer = optimizers.OPTIMIZERS[name](**keywords)
        point, state, path = start, optimizer.init(start), [start]
        for _ in range(STEPS):
            updates, state = optimizer.update(coefficients * point, state, point)
            point = optimizers.apply_updates(point, updates)
            path.append(point)
        paths[name] = np.array(path)
    first = {name: path[1] - path[0] for name, path in paths.items()}
    ratios = {name: float(move[0] / move[1]) for name, move in first.items()}
    values = {name: float(_value(coefficients, path[-1])) for name, path in paths.items()}
    overshoots = {name: bool(np.any(path < -0.01)) for name, path in paths.items()}
    begin = float(_value(coefficients, start))
    adaptive = [ratios[name] for name in ("adagrad", "rmsprop", "adam")]
    plain = [ratios[name] for name in ("sgd", "momentum")]
    return ExperimentResult(
        holds=(
            all(value < begin / 100 for value in values.values())
            and np.allclose(plain, 3, rtol=1e-12, atol=0)
            and np.allclose(adaptive, 1, rtol=1e-6, atol=0)
            and overshoots["momentum"]
            and not overshoots["sgd"]
        ),
        text=(
            "How many times as far in x as in y the first step goes: "
            + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
            + ". Past the minimum run: "
            + ", ".join(name for name, past in overshoots.items() if past)
            + f". After {STEPS} steps at most {max(values.values()) / begin:.1g} of the value at "
            "the start is left."
        ),
        numbers={"first_step_x_over_y": ratios, "value": values, "overshoots": overshoots},
        picture={"paths": paths, "coefficients": coefficients},
    )


def draw_optimizers(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the five paths and the value along them, and return the file."""
    path = folder / "optimizers.svg"
    with figure(path, columns=2, width=4.6, height=4) as ((plane, curve),):
        _contours(plane, result.picture["coefficients"], 1.3)
        for (name, points), colour, dash in zip(
            result.picture["paths"].items(), PALETTE, DASHES, strict=False
        ):
            style = {"color": colour, "linestyle": dash, "label": name}
            plane.plot(points[:, 0], points[:, 1], marker=".", markersize=3, **style)
            curve.plot(_value(result.picture["coefficients"], points), **style)
        label_axes(plane, "x", "y", "paths from (1, 1)")
        label_axes(curve, "step", "C", "value")
        curve.set_yscale("log")
        curve.set_ylim(1e-12, 10)  # below 1e-12 there is only rounding
        curve.legend()
    return [path]


# ----- full batch, mini-batch, single sample -----

SAMPLES, EPOCHS, RATE = 40, 6, 0.1
SIZES: dict[str, int] = {"full batch": SAMPLES, "mini-batch of 8": 8, "single sample": 1}


def run_batches(options: Options) -> ExperimentResult:
    """Fit a line with the full batch, with batches of 8 and with single samples.

    Args:
        options: The seed.
    """
    rng = np.random.default_rng([9, options.seed])
    inputs = rng.standard_normal((SAMPLES, 2)) * [1.5, 1.0]
    targets = inputs @ np.array([[1.0], [-0.5]]) + 0.4 * rng.standard_normal((SAMPLES, 1))
    start = np.array([[-1.5, 1.5]])
    paths = {name: _descent(start, inputs, targets, size, options) for name, size in SIZES.items()}
    losses = {
        name: [_loss(weight, inputs, targets) for weight in path] for name, path in paths.items()
    }
    climbs = {name: int(np.sum(np.diff(along) > 0)) for name, along in losses.items()}
    each = {name: SAMPLES // size for name, size in SIZES.items()}
    after_one = {name: losses[name][each[name]] for name in SIZES}
    return ExperimentResult(
        holds=(
            climbs["full batch"] == 0
            and climbs["mini-batch of 8"] < climbs["single sample"]
            and after_one["single sample"] < after_one["mini-batch of 8"] < after_one["full batch"]
        ),
        text=(
            f"After one pass over the {SAMPLES} samples the loss is {after_one['full batch']:.3f} "
            f"with the full batch (one step), {after_one['mini-batch of 8']:.3f} with batches of 8 "
            f"(five), {after_one['single sample']:.3f} with single samples (forty). In {EPOCHS} "
            f"passes the full batch climbs {climbs['full batch']} times, the batches of 8 climb "
            f"{climbs['mini-batch of 8']} times, single samples {climbs['single sample']} times."
        ),
        numbers={"loss_after_one_pass": after_one, "steps_that_climb": climbs},
        picture={"paths": paths, "losses": losses, "inputs": inputs, "targets": targets},
    )


def _layer(weight: np.ndarray) -> Any:
    return (numpy_reference().params.Layer(weight, np.zeros(1)),)


def _loss(weight: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> float:
    numpy = numpy_reference()
    outputs = numpy.mlp.forward(_layer(weight), inputs, activations=("identity",)).outputs
    return float(numpy.losses.half_squared_error(outputs, targets))


def _descent(
    start: np.ndarray, inputs: np.ndarray, targets: np.ndarray, size: int, options: Options
) -> list[np.ndarray]:
    """The weights after every step. The bias stays 0, so that there are just two weights."""
    numpy, kind = numpy_reference(), {"activations": ("identity",), "loss": "half_squared_error"}
    optimizer = numpy.optimizers.sgd(RATE)
    weight, state, path = start, optimizer.init(start), [start]
    for epoch in range(EPOCHS):
        for batch in batches_of_epoch(SAMPLES, size, seed=options.seed, epoch=epoch):
            _, grads = numpy.gradients.value_and_grad(
                _layer(weight), inputs[batch], targets[batch], **kind
            )
            updates, state = optimizer.update(grads[0].weight, state, weight)
            weight = numpy.optimizers.apply_updates(weight, updates)
            path.append(weight)
    return path


def draw_batches(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the three paths and the loss along them, and return the file."""
    path, picture = folder / "batches.svg", result.picture
    x, y = np.linspace(-2, 2.2, 81), np.linspace(-1.6, 2, 81)
    heights = [
        [_loss(np.array([[a, b]]), picture["inputs"], picture["targets"]) for a in x] for b in y
    ]
    with figure(path, columns=2, width=4.6, height=4) as ((plane, curve),):
        plane.contour(x, y, heights, levels=14, colors="0.75", linewidths=0.8)
        for name, colour, dash in zip(SIZES, PALETTE, DASHES, strict=False):
            points = np.concatenate(picture["paths"][name])
            style = {"color": colour, "linestyle": dash, "label": name, "linewidth": 1}
            plane.plot(*np.transpose(points), marker=".", markersize=3, **style)
            passes = np.linspace(0, EPOCHS, len(picture["losses"][name]))
            curve.plot(passes, picture["losses"][name], **style)
        label_axes(plane, "first weight", "second weight", "paths on one surface")
        label_axes(curve, "passes over the samples", "loss of all samples", "loss along the paths")
        curve.set_yscale("log")
        curve.legend()
    return [path]
