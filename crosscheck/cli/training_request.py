"""The values of the options of `crosscheck train`, and the training request that they describe."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck.training.choices import PIXELS
from crosscheck.training.runs.configuration import (
    DYNAMIC,
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
    "precision",
    "loss_scale",
    "state_dtype",
    "seed",
)


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
    precision: str
    loss_scale: str
    state_dtype: str | None
    seed: int
    epochs: int | None
    loss_below: float | None
    loss_change_below: float | None
    names: tuple[str, ...]
    device: str
    compile: bool | None
    workers: tuple[int, ...]
    patience: float
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
            precision=self.precision,
            loss_scale=_loss_scale(self.loss_scale),
            state_dtype=self.state_dtype,
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
            configuration,
            stop,
            folder=folder,
            device=self.device,
            compile=self.compile,
            workers=max(self.workers),
            patience=self.patience,
        )


def _loss_scale(text: str) -> float | str:
    """The scale that --loss-scale names: static:NUMBER, or dynamic."""
    kind, _, number = text.partition(":")
    if text == DYNAMIC:
        return DYNAMIC
    try:
        if kind == "static":
            return float(number)
    except ValueError:
        pass
    raise ConfigurationError(f"--loss-scale takes static:NUMBER or {DYNAMIC}, not {text!r}")


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
