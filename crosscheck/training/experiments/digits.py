"""Experiments on what a network learns of digits: its weights, noise, shuffled labels."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.training.choices import PIXELS
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.experiments.base import ExperimentResult, Options, numpy_reference
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import TrainingRun, train

EPOCHS = {"digits": 30, "mnist": 5}
NOISE_IMAGES = 1000
CONFIDENT = 0.9  # an output above this is an answer given with confidence


def _train(options: Options, dataset: Dataset) -> TrainingRun:
    stop = StopConditions(max_epochs=EPOCHS[options.data])
    request = TrainingRequest(_configuration(options), stop)
    return train(numpy_reference(), request, dataset, options.progress)


def _configuration(options: Options) -> Configuration:
    return Configuration(
        data=options.data,
        layers=(PIXELS[options.data], 16, 16, 10),
        optimizer="sgd",
        hyperparameters={"learning_rate": 3.0},
        initializer="standard_normal",
        batch_size=10,
        seed=options.seed,
    )


def neighbour_correlation(images: np.ndarray) -> float:
    """How much neighbouring pixels are alike.

    Args:
        images: (images, rows, columns).

    Returns:
        The mean of two correlations: of pixels beside each other, and below each other.
    """
    beside = np.corrcoef(images[:, :, 1:].ravel(), images[:, :, :-1].ravel())[0, 1]
    below = np.corrcoef(images[:, 1:].ravel(), images[:, :-1].ravel())[0, 1]
    return float((beside + below) / 2)


# ----- first-layer weights as images -----


def run_weights(options: Options) -> ExperimentResult:
    """Train on digits, and see how much the weights into a unit look like strokes.

    Args:
        options: The data set and the seed.

    Raises:
        DataError: If the data set cannot be had.
    """
    dataset = options.dataset()
    run = _train(options, dataset)
    side = int(np.sqrt(PIXELS[options.data]))
    images = run.params[0].weight.reshape(-1, side, side)
    accuracy = run.history[-1].test_accuracy
    of_weights = neighbour_correlation(images)
    of_digits = neighbour_correlation(dataset.test.inputs.reshape(-1, side, side))
    return ExperimentResult(
        holds=accuracy > 0.9 and of_weights < 0.8 * of_digits,
        text=(
            f"The network recognises {100 * accuracy:.1f} % of the test digits. Pixels beside each "
            f"other correlate by {of_digits:.2f} in a digit, by {of_weights:.2f} in the weights."
        ),
        numbers={
            "test_accuracy": accuracy,
            "weights_alike": of_weights,
            "digits_alike": of_digits,
        },
        picture={"images": images},
    )


def draw_weights(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the weights into each unit of the first layer, and return the file."""
    images = result.picture["images"]
    largest = float(np.abs(images).max())
    path = folder / "weights.svg"
    with figure(path, rows=2, columns=8, width=1.3, height=1.4) as axes:
        for number, (image, each) in enumerate(zip(images, axes.flat, strict=True), 1):
            shown = each.imshow(image, cmap="PuOr", vmin=-largest, vmax=largest)
            each.set_title(f"unit {number}", fontsize="small")
            each.set_axis_off()
        bar = axes[0, 0].figure.colorbar(shown, ax=axes, shrink=0.8)
        bar.set_label("weight of the pixel")
    return [path]


# ----- noise that is taken for a digit -----


def run_noise(options: Options) -> ExperimentResult:
    """Train on digits, and look for noise that the network takes for a digit.

    Args:
        options: The data set and the seed.

    Raises:
        DataError: If the data set cannot be had.
    """
    run = _train(options, options.dataset())
    rng = np.random.default_rng([7, options.seed])
    noise = rng.random((NOISE_IMAGES, PIXELS[options.data]))
    outputs = _outputs(options, run, noise)
    confidence = outputs.max(axis=1)
    best = int(confidence.argmax())
    share = float(np.mean(confidence > 0.5))
    return ExperimentResult(
        holds=float(confidence[best]) > CONFIDENT,
        text=(
            f"Of {NOISE_IMAGES} images of uniform noise {100 * share:.0f} % switch one output "
            f"above one half; one is taken for a {outputs[best].argmax()} with an output of "
            f"{confidence[best]:.3f}."
        ),
        numbers={
            "confident_share": share,
            "largest_output": float(confidence[best]),
            "taken_for": int(outputs[best].argmax()),
        },
        picture={"image": noise[best], "outputs": outputs[best]},
    )


def _outputs(options: Options, run: TrainingRun, inputs: np.ndarray) -> np.ndarray:
    names = _configuration(options).activations
    trace = numpy_reference().mlp.forward(run.params, inputs, activations=names)
    return np.asarray(trace.outputs)


def draw_noise(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the noise and the outputs of the network for it, and return the file."""
    path, side = folder / "noise.svg", int(np.sqrt(result.picture["image"].size))
    with figure(path, columns=2, width=3.6, height=3.2) as ((image, bars),):
        image.imshow(result.picture["image"].reshape(side, side), cmap="Greys", vmin=0, vmax=1)
        image.set_title("noise", fontsize="medium")
        image.set_axis_off()
        bars.bar(range(10), result.picture["outputs"], color=PALETTE[0])
        label_axes(bars, "digit", "output of the network", "what it is taken for")
        bars.set_xticks(range(10))
        bars.set_ylim(0, 1)
    return [path]


# ----- shuffled labels beside true ones -----


def run_labels(options: Options) -> ExperimentResult:
    """Train on digits with their labels and with shuffled ones, and compare the losses.

    Args:
        options: The data set and the seed.

    Raises:
        DataError: If the data set cannot be had.
    """
    dataset = options.dataset()
    order = np.random.default_rng([8, options.seed]).permutation(len(dataset.train.labels))
    shuffled = Split(dataset.train.inputs, dataset.train.labels[order])
    runs = {
        "true labels": _train(options, dataset),
        "shuffled labels": _train(options, replace(dataset, train=shuffled)),
    }
    losses = {name: run.losses for name, run in runs.items()}
    left = {name: of_run[-1] / of_run[0] for name, of_run in losses.items()}
    true, false = left.values()
    return ExperimentResult(
        holds=true < false / 2,
        text=(
            f"With the true labels {100 * true:.0f} % of the first epoch's loss is left after "
            f"{len(losses['true labels'])} epochs, with the same labels shuffled "
            f"{100 * false:.0f} %."
        ),
        numbers={"left_true": true, "left_shuffled": false, "losses": losses},
    )


def draw_labels(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw both losses by epoch, and return the file."""
    path = folder / "labels.svg"
    losses: dict[str, Any] = result.numbers["losses"]
    with figure(path) as ((axes,),):
        for (name, of_run), colour, dash in zip(losses.items(), PALETTE, DASHES, strict=False):
            axes.plot(range(1, len(of_run) + 1), of_run, color=colour, linestyle=dash, label=name)
        label_axes(
            axes, "epoch", "loss, mean over the samples", "what has structure is learnt fast"
        )
        axes.set_ylim(bottom=0)
        axes.legend()
    return [path]
