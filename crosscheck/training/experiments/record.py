"""How well the lectures' networks recognise MNIST: medians of several seeds, with floors."""

from pathlib import Path
from statistics import median
from typing import Any

from crosscheck.training.choices import PIXELS
from crosscheck.training.experiments.base import ExperimentResult, Options, numpy_reference
from crosscheck.training.plots.figures import DASHES, PALETTE, figure, label_axes
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import train

SEEDS, SHOWN = 5, (1, 10, 30)  # the last epoch that is shown is the last one that is trained
# Hidden units, optimizer, learning rate, initializer. All have sigmoids, half the squared error
# and batches of 10.
SETUPS: dict[str, tuple[tuple[int, ...], str, float, str]] = {
    "784-30-10, N(0, 1), SGD 3.0": ((30,), "sgd", 3.0, "standard_normal"),
    "784-30-10, N(0, 1/n), SGD 1.0": ((30,), "sgd", 1.0, "lecun_normal"),
    "784-30-10, N(0, 1/n), Adam 0.001": ((30,), "adam", 0.001, "lecun_normal"),
    "784-16-16-10, N(0, 1/n), SGD 1.0": ((16, 16), "sgd", 1.0, "lecun_normal"),
    "784-16-16-10, N(0, 1/n), Adam 0.001": ((16, 16), "adam", 0.001, "lecun_normal"),
}
# The least median after the last epoch, in percent.
FLOORS = {
    "784-30-10, N(0, 1), SGD 3.0": 94.7,
    "784-16-16-10, N(0, 1/n), SGD 1.0": 94.5,
    "784-16-16-10, N(0, 1/n), Adam 0.001": 94.3,
}
PARTS = len(SETUPS) * SEEDS * SHOWN[-1]


def run_record(options: Options) -> ExperimentResult:
    """Train every network of the lectures with several seeds.

    Args:
        options: The data set and the seed.

    Raises:
        DataError: If the data set cannot be had.
    """
    dataset = options.dataset()
    curves: dict[str, list[list[float]]] = {}
    for name, (hidden, optimizer, rate, initializer) in SETUPS.items():
        layers = (PIXELS[options.data], *hidden, 10)
        for seed in range(options.seed, options.seed + SEEDS):
            configuration = Configuration(
                data=options.data,
                layers=layers,
                activations=("sigmoid",) * (len(layers) - 1),
                optimizer=optimizer,
                hyperparameters={"learning_rate": rate},
                batch_size=10,
                initializer=initializer,
                seed=seed,
            )
            request = TrainingRequest(configuration, StopConditions(max_epochs=SHOWN[-1]))
            run = train(numpy_reference(), request, dataset, options.progress)
            shares = [100 * epoch.test_accuracy for epoch in run.history]
            curves.setdefault(name, []).append(shares)
    table = {
        name: {str(epoch): _spread([run[epoch - 1] for run in runs]) for epoch in SHOWN}
        for name, runs in curves.items()
    }
    last = {name: rows[str(SHOWN[-1])]["median"] for name, rows in table.items()}
    short = [name for name, floor in FLOORS.items() if last[name] < floor]
    return ExperimentResult(
        holds=options.data == "mnist" and not short,  # the claim is of MNIST
        text="\n".join(
            f"{name}: "
            + ", ".join(
                f"{of_seeds['median']:.2f} % [{of_seeds['least']:.2f}, {of_seeds['most']:.2f}] "
                f"after {epoch}"
                for epoch, of_seeds in rows.items()
            )
            for name, rows in table.items()
        ),
        numbers={"test_accuracy": table, "below_their_floor": short},
        picture={"curves": curves},
    )


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": median(values), "least": min(values), "most": max(values)}


def draw_record(folder: Path, result: ExperimentResult) -> list[Path]:
    """Draw the median share of recognised test images by epoch, and return the file."""
    path = folder / "record.svg"
    with figure(path, width=6.5, height=4.2) as ((axes,),):
        for (name, runs), colour, dash in zip(
            result.picture["curves"].items(), PALETTE, DASHES, strict=False
        ):
            middle: list[Any] = [median(shares) for shares in zip(*runs, strict=True)]
            epochs = range(1, len(middle) + 1)
            axes.plot(epochs, middle, color=colour, linestyle=dash, label=name)
        label_axes(axes, "epoch", "test images recognised, %", f"median of {SEEDS} seeds")
        axes.legend(fontsize="small", loc="lower right")
    return [path]
