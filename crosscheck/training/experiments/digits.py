"""What a trained network has learnt, and what not: its weights, its answer to noise, its labels."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.experiments.base import Finding, Options, numpy_reference
from crosscheck.training.plots.figures import COLOURS, DASHES, figure, labelled
from crosscheck.training.runs.configuration import PIXELS, Configuration
from crosscheck.training.runs.training import Run, train

EPOCHS = {"digits": 30, "mnist": 5}
NOISES = 1000
CONFIDENT = 0.9


def _trained(options: Options, dataset: Dataset) -> Run:
    return train(
        numpy_reference(),
        _configuration(options),
        dataset,
        {"max_epochs": EPOCHS[options.data]},
        progress=options.progress,
    )


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


def _neighbours(images: np.ndarray) -> float:
    """How alike neighbouring pixels are: the mean correlation over rows and columns."""
    beside = np.corrcoef(images[:, :, 1:].ravel(), images[:, :, :-1].ravel())[0, 1]
    below = np.corrcoef(images[:, 1:].ravel(), images[:, :-1].ravel())[0, 1]
    return float((beside + below) / 2)


# ----- first-layer weights as images -----


def run_weights(options: Options) -> Finding:
    dataset = options.dataset()
    run = _trained(options, dataset)
    side = int(np.sqrt(PIXELS[options.data]))
    images = run.params[0].weight.reshape(-1, side, side)
    accuracy = run.history[-1].test_accuracy
    alike = _neighbours(images)
    digits = _neighbours(dataset.test.inputs.reshape(-1, side, side))
    return Finding(
        holds=accuracy > 0.9 and alike < 0.8 * digits,
        text=(
            f"The network recognises {100 * accuracy:.1f} % of the test digits. Pixels beside each "
            f"other correlate by {digits:.2f} in a digit, by {alike:.2f} in the weights."
        ),
        numbers={"test_accuracy": accuracy, "weights_alike": alike, "digits_alike": digits},
        drawn={"images": images},
    )


def draw_weights(folder: Path, finding: Finding) -> list[Path]:
    images = finding.drawn["images"]
    largest = float(np.abs(images).max())
    path = folder / "weights.png"
    with figure(path, rows=2, columns=8, width=1.3, height=1.4) as axes:
        for number, (image, each) in enumerate(zip(images, axes.flat, strict=True), 1):
            shown = each.imshow(image, cmap="PuOr", vmin=-largest, vmax=largest)
            each.set_title(f"unit {number}", fontsize="small")
            each.set_axis_off()
        bar = axes[0, 0].figure.colorbar(shown, ax=axes, shrink=0.8)
        bar.set_label("weight of the pixel")
    return [path]


# ----- noise that is answered with confidence -----


def run_noise(options: Options) -> Finding:
    run = _trained(options, options.dataset())
    noise = np.random.default_rng([7, options.seed]).random((NOISES, PIXELS[options.data]))
    outputs = _outputs(options, run, noise)
    confidence = outputs.max(axis=1)
    best = int(confidence.argmax())
    share = float(np.mean(confidence > 0.5))
    return Finding(
        holds=float(confidence[best]) > CONFIDENT,
        text=(
            f"Of {NOISES} images of uniform noise {100 * share:.0f} % switch one output above one "
            f"half; one is taken for a {outputs[best].argmax()} with an output of "
            f"{confidence[best]:.3f}."
        ),
        numbers={
            "confident_share": share,
            "largest_output": float(confidence[best]),
            "taken_for": int(outputs[best].argmax()),
        },
        drawn={"image": noise[best], "outputs": outputs[best]},
    )


def _outputs(options: Options, run: Run, inputs: np.ndarray) -> np.ndarray:
    names = _configuration(options).activations
    found: np.ndarray = numpy_reference().mlp.forward(run.params, inputs, activations=names).outputs
    return found


def draw_noise(folder: Path, finding: Finding) -> list[Path]:
    path, side = folder / "noise.png", int(np.sqrt(finding.drawn["image"].size))
    with figure(path, columns=2, width=3.6, height=3.2) as ((image, bars),):
        image.imshow(finding.drawn["image"].reshape(side, side), cmap="Greys", vmin=0, vmax=1)
        image.set_title("noise", fontsize="medium")
        image.set_axis_off()
        bars.bar(range(10), finding.drawn["outputs"], color=COLOURS[0])
        labelled(bars, "digit", "output of the network", "what it is taken for")
        bars.set_xticks(range(10))
        bars.set_ylim(0, 1)
    return [path]


# ----- shuffled labels beside true ones -----


def run_labels(options: Options) -> Finding:
    dataset = options.dataset()
    order = np.random.default_rng([8, options.seed]).permutation(len(dataset.train.labels))
    shuffled = Split(dataset.train.inputs, dataset.train.labels[order])
    runs = {
        "true labels": _trained(options, dataset),
        "shuffled labels": _trained(options, replace(dataset, train=shuffled)),
    }
    losses = {name: [epoch.loss for epoch in run.history] for name, run in runs.items()}
    left = {name: found[-1] / found[0] for name, found in losses.items()}
    true, false = left.values()
    return Finding(
        holds=true < false / 2,
        text=(
            f"With the true labels {100 * true:.0f} % of the first epoch's loss is left after "
            f"{len(losses['true labels'])} epochs, with the same labels shuffled "
            f"{100 * false:.0f} %."
        ),
        numbers={"left_true": true, "left_shuffled": false, "losses": losses},
    )


def draw_labels(folder: Path, finding: Finding) -> list[Path]:
    path = folder / "labels.png"
    losses: dict[str, Any] = finding.numbers["losses"]
    with figure(path) as ((axes,),):
        for (name, found), colour, dash in zip(losses.items(), COLOURS, DASHES, strict=False):
            axes.plot(range(1, len(found) + 1), found, color=colour, linestyle=dash, label=name)
        labelled(axes, "epoch", "loss, mean over the samples", "what has structure is learnt fast")
        axes.set_ylim(bottom=0)
        axes.legend()
    return [path]
