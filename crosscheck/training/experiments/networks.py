"""Experiments on networks: saturation in a deep stack, and when to stop."""

from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.documents import transcription
from crosscheck.documents.examples import to_floats
from crosscheck.numerics.trees import to_framework
from crosscheck.training.experiments.base import ExperimentResult, Options, numpy_reference
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes

# ----- gradient norm per layer -----

DEPTH, WIDTH, BATCH = 10, 32, 64  # hidden layers, units in each, samples
FLAT = 1e-6  # a sigmoid with a slope below this is saturated
STACKS: dict[str, dict[str, Any]] = {
    "sigmoid, glorot_uniform": {"name": "sigmoid", "initializer": "glorot_uniform"},
    "relu, he_normal": {"name": "relu", "initializer": "he_normal"},
    "sigmoid, uniform in [-100, 100]": {
        "name": "sigmoid",
        "initializer": "uniform",
        "bound": 100.0,
    },
}


def run_saturation(options: Options) -> ExperimentResult:
    """Measure the gradient of every layer in three deep networks.

    Args:
        options: The seed.
    """
    measures = {label: _stack(options.seed, **stack) for label, stack in STACKS.items()}
    norms = {label: of_layers for label, (of_layers, _) in measures.items()}
    flat = {label: share for label, (_, share) in measures.items()}
    kept = {label: of_layers[0] / of_layers[-1] for label, of_layers in norms.items()}
    sigmoid, relu, wide = STACKS
    return ExperimentResult(
        holds=kept[sigmoid] < 1e-4 and kept[relu] > 0.1 and flat[wide] > 0.9 > 0.01 > flat[sigmoid],
        text=(
            f"From the last of {DEPTH + 1} layers to the first the gradient of the weights shrinks "
            f"to {kept[sigmoid]:.1g} of its size with sigmoid, and keeps {kept[relu]:.2g} of it "
            "with relu. Started uniformly in a wide range, as document 004 advises, "
            f"{100 * flat[wide]:.0f} % of the sigmoids have a slope below {FLAT:g} "
            f"({100 * flat[sigmoid]:.0f} % with glorot_uniform), and the first layer keeps "
            f"{kept[wide]:.1g}."
        ),
        numbers={"gradient_norms": norms, "share_saturated": flat},
    )


def _stack(
    seed: int, name: str, initializer: str, bound: float | None = None
) -> tuple[list[float], float]:
    """The gradient of a deep network on one batch of noise.

    Returns:
        The norm of dC/dW of every layer, and the share of hidden units whose slope is below FLAT.
    """
    numpy, rng = numpy_reference(), np.random.default_rng([10, seed])
    sizes = [WIDTH] * (DEPTH + 1) + [10]
    params = numpy.params.init_params(sizes, seed=seed, initializer=initializer, bound=bound)
    inputs, targets = rng.standard_normal((BATCH, WIDTH)), np.eye(10)[rng.integers(0, 10, BATCH)]
    kind = {"activations": [name] * (DEPTH + 1)}
    _, grads = numpy.gradients.value_and_grad(
        params, inputs, targets, loss="half_squared_error", **kind
    )
    hidden = np.concatenate(numpy.mlp.forward(params, inputs, **kind).pre_activations[:-1])
    slopes = numpy.gradients.ACTIVATION_VJPS[name](
        np.ones_like(hidden), hidden, numpy.activations.ACTIVATIONS[name](hidden)
    )
    norms = [float(np.linalg.norm(layer.weight)) for layer in grads]
    return norms, float(np.mean(slopes < FLAT))


def draw_saturation(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the norm of the gradient by layer, and return the file."""
    path = folder / "saturation.svg"
    smallest = float(np.finfo("float64").smallest_normal)
    with figure(path) as ((axes,),):
        for (label, norms), colour, dash in zip(
            result.numbers["gradient_norms"].items(), PALETTE, DASHES, strict=False
        ):
            shown = np.where(np.array(norms) > smallest, norms, np.nan)
            style = {"color": colour, "linestyle": dash, "marker": "o", "label": label}
            axes.plot(range(1, len(norms) + 1), shown, **style)
        label_axes(axes, "layer, the first next to the inputs", "norm of dC/dW", "a deep stack")
        axes.set_yscale("log")
        axes.legend(fontsize="small")
    return [path]


# ----- document 002's iteration, until each of its three stop conditions -----

CONDITIONS: dict[str, dict[str, float]] = {
    "max_epochs": {"max_epochs": 300},
    "loss_below": {"loss_below": 0.05},
    "loss_change_below": {"loss_change_below": 1e-4},
}


def run_stopping(options: Options) -> ExperimentResult:
    """Repeat document 002's step until each stop condition holds.

    Args:
        options: Without effect: nothing is random.
    """
    numpy, example = numpy_reference(), transcription.load("002").example
    network = example.network
    assert network is not None
    rate = next(float(run.learning_rate) for run in example.runs if run.optimizer == "sgd")
    params, inputs, targets = (
        to_framework(numpy.params, tree) for tree in network.arrays(to_floats)
    )
    results = {
        name: numpy.training.train(
            params,
            inputs,
            targets,
            numpy.optimizers.sgd(rate),
            activations=network.activations,
            loss=network.loss,
            stop=numpy.training.StopRule(**condition),
        )
        for name, condition in CONDITIONS.items()
    }
    epochs = {name: len(result.losses) for name, result in results.items()}
    longest = max((result.losses for result in results.values()), key=len)
    return ExperimentResult(
        holds=(
            all(result.stop_reason == name for name, result in results.items())
            and all(np.diff(longest) < 0)
            and all(longest[: len(result.losses)] == result.losses for result in results.values())
        ),
        text=(
            f"Document 002's step repeated at its rate of {rate:g}: the limit of 300 iterations "
            f"ends it there, a loss below 0.05 after {epochs['loss_below']}, a change of the loss "
            f"below 0.0001 after {epochs['loss_change_below']}. The loss falls in "
            f"{int(np.sum(np.diff(longest) < 0))} of {len(longest) - 1} further iterations."
        ),
        numbers={
            "iterations": epochs,
            "stop_reasons": {name: result.stop_reason for name, result in results.items()},
            "losses": list(longest),
        },
    )


def draw_stopping(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the loss and where each condition ends the run, and return the file."""
    path, losses = folder / "stopping.svg", result.numbers["losses"]
    with figure(path) as ((axes,),):
        axes.plot(range(1, len(losses) + 1), losses, color=PALETTE[0])
        for (name, count), colour, mark in zip(
            result.numbers["iterations"].items(), PALETTE[1:], "os^", strict=False
        ):
            axes.plot(count, losses[count - 1], mark, color=colour, label=f"{name}: {count}")
        label_axes(axes, "iteration", "loss", "document 002, until each condition holds")
        axes.set_yscale("log")
        axes.legend()
    return [path]
