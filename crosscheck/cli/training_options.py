"""The options of `crosscheck train`, and the training request that they describe."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from crosscheck.cli.options import layer_sizes
from crosscheck.frameworks.contract import ACTIVATIONS, INITIALIZERS, LOSSES, STATES
from crosscheck.frameworks.devices import DEVICES
from crosscheck.training.data.datasets import DATASETS
from crosscheck.training.runs.configuration import (
    DTYPES,
    PIXELS,
    Configuration,
    ConfigurationError,
    words_of,
)
from crosscheck.training.runs.request import StopConditions, TrainingRequest

EPOCHS = {"digits": 100, "mnist": 10}
# A checkpoint says what determines its run, so that none of these can be given beside --resume.
DETERMINES = (
    "data",
    "layers",
    "activations",
    "loss",
    "optimizer",
    "learning_rate",
    "keywords",
    "batch_size",
    "initializer",
    "bound",
    "dtype",
    "seed",
)

_OPTIONS = (
    click.option("--data", type=click.Choice(list(DATASETS)), default="digits", show_default=True),
    click.option(
        "--layers", metavar="SIZES", callback=layer_sizes,
        help="Units per layer, with commas. [default: 64,16,16,10; mnist: 784,16,16,10]",
    ),
    click.option(
        "--activations", metavar="NAMES", default="sigmoid", show_default=True,
        help=f"One name per layer, or one for all: {', '.join(ACTIVATIONS)}.",
    ),
    click.option(
        "--loss", type=click.Choice(LOSSES), default="half_squared_error", show_default=True
    ),
    click.option(
        "--optimizer", type=click.Choice(list(STATES)), default="adam", show_default=True
    ),
    click.option("--learning-rate", type=float, default=0.001, show_default=True),
    click.option(
        "--set", "keywords", metavar="NAME=VALUE", multiple=True,
        help="Another keyword of the optimizer: b1=0.8, nesterov=true, eps_place=hat; repeatable.",
    ),
    click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True),
    click.option(
        "--initializer", type=click.Choice(INITIALIZERS), default="lecun_normal",
        show_default=True,
    ),
    click.option(
        "--bound", type=float, help="r of the initializer uniform, which draws in [-r, r]."
    ),
    click.option("--dtype", type=click.Choice(DTYPES), default="float64", show_default=True),
    click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
    click.option(
        "--epochs", type=click.IntRange(min=1),
        help="Stop after so many, those before a checkpoint included. [default: 100; mnist: 10]",
    ),
    click.option("--loss-below", type=float, help="Stop when an epoch's loss is below this."),
    click.option(
        "--loss-change-below", type=float, help="Stop when two losses in a row differ by less."
    ),
    click.option(
        "--framework", "names", metavar="NAME", multiple=True,
        help="Only this framework, one of your own too; repeatable. [default: of the three built "
        "in those that are installed]",
    ),
    click.option("--device", type=click.Choice(DEVICES), default="cpu", show_default=True),
    click.option(
        "--compile/--no-compile", "compile", default=None,
        help="[default: what the framework does]",
    ),
    click.option(
        "--plot", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
        help="Draw curves there.",
    ),
    click.option(
        "--checkpoint", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
        help="Keep a checkpoint of each framework there, after every epoch.",
    ),
    click.option(
        "--resume", metavar="PATH", type=click.Path(exists=True, path_type=Path),
        help="Go on from a folder of checkpoints, each framework from its own; or all from one "
        "file.",
    ),
)  # fmt: skip


def training_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `crosscheck train`, in the order of its help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class TrainOptions:
    """The values of those options, one field for each.

    `layers` and `epochs` are None where the default depends on the data; `keywords` are the texts
    of --set; `names` are those of the frameworks.
    """

    data: str
    layers: tuple[int, ...] | None
    activations: str
    loss: str
    optimizer: str
    learning_rate: float
    keywords: tuple[str, ...]
    batch_size: int
    initializer: str
    bound: float | None
    dtype: str
    seed: int
    epochs: int | None
    loss_below: float | None
    loss_change_below: float | None
    names: tuple[str, ...]
    device: str
    compile: bool | None
    plot: Path | None
    checkpoint: Path | None
    resume: Path | None

    def configuration(self) -> Configuration:
        """What these options train.

        Raises:
            ConfigurationError: If a name is unknown, or two options do not fit together.
        """
        layers = self.layers or (PIXELS[self.data], 16, 16, 10)
        names = tuple(name.strip() for name in self.activations.split(","))
        return Configuration(
            data=self.data,
            layers=layers,
            activations=names * (len(layers) - 1) if len(names) == 1 else names,
            loss=self.loss,
            optimizer=self.optimizer,
            hyperparameters={"learning_rate": self.learning_rate}
            | _keywords(self.optimizer, self.keywords),
            batch_size=self.batch_size,
            initializer=self.initializer,
            bound=self.bound,
            dtype=self.dtype,
            seed=self.seed,
        )

    def request(self, configuration: Configuration, folder: Path | None) -> TrainingRequest:
        """The request of every framework's run, from its beginning.

        Args:
            configuration: What is trained: that of the options, or that of a checkpoint.
            folder: Where checkpoints are kept, or None.
        """
        epochs = self.epochs or EPOCHS[configuration.data]
        stop = StopConditions(epochs, self.loss_below, self.loss_change_below)
        return TrainingRequest(
            configuration, stop, folder=folder, device=self.device, compile=self.compile
        )


def _keywords(optimizer: str, texts: Sequence[str]) -> dict[str, Any]:
    """The optimizer's keywords that --set gives: words, flags and numbers."""
    words = words_of(optimizer)
    flags = {"true": True, "false": False}
    keywords: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        name = name.strip()
        if name == "learning_rate":
            raise ConfigurationError("--set takes other keywords: use --learning-rate")
        if name in words:
            keywords[name] = value.strip()
        elif value.lower() in flags:
            keywords[name] = flags[value.lower()]
        else:
            try:
                keywords[name] = float(value)
            except ValueError:
                raise ConfigurationError(
                    f"--set takes NAME=NUMBER or NAME=true, not {text!r}"
                ) from None
    return keywords
