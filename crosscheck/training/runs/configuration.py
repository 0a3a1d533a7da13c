"""What determines a training run: the same configuration is the same run in every framework."""

import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from crosscheck.frameworks.contract import ACTIVATIONS, INITIALIZERS, LOSSES
from crosscheck.frameworks.registry import Framework
from crosscheck.training.data.datasets import CLASSES, DATASETS
from reference_numpy import checks
from reference_numpy.optimizers import OPTIMIZERS

PIXELS = {"digits": 64, "mnist": 784}
DTYPES = ("float64", "float32")


class ConfigurationError(ValueError):
    """A configuration names something that does not exist, or does not fit together."""


@dataclass(frozen=True)
class Configuration:
    """Everything but where it runs and for how long.

    Attributes:
        data: A name in `DATASETS`.
        layers: Units per layer, pixels first and the ten classes last.
        activations: One name per layer.
        loss: A name in the contract.
        optimizer: A name in the contract.
        hyperparameters: Its keywords, the learning rate among them.
        batch_size: Samples per update.
        initializer, bound: As `init_params` takes them.
        dtype: "float64" or "float32".
        seed: Of the start and of the order of the samples.

    Raises:
        ConfigurationError: If any of it is unknown or does not fit.
    """

    data: str = "digits"
    layers: tuple[int, ...] = (64, 16, 16, 10)
    activations: tuple[str, ...] = ("sigmoid", "sigmoid", "sigmoid")
    loss: str = "half_squared_error"
    optimizer: str = "adam"
    hyperparameters: Mapping[str, Any] = field(default_factory=lambda: {"learning_rate": 0.001})
    batch_size: int = 32
    initializer: str = "lecun_normal"
    bound: float | None = None
    dtype: str = "float64"
    seed: int = 0

    def check_limits(self, framework: Framework, device: str) -> None:
        """Raises ConfigurationError where a framework declares that it does not support this."""
        limit = framework.declared.limit(
            dtypes=[self.dtype],
            activations=self.activations,
            losses=[self.loss],
            optimizers=[self.optimizer],
            devices=[device],
        )
        if limit is not None:
            raise ConfigurationError(f"{framework.name} does not support this: {limit}")

    def __post_init__(self) -> None:
        _known("data set", self.data, DATASETS)
        _known("loss", self.loss, LOSSES)
        _known("optimizer", self.optimizer, OPTIMIZERS)
        _known("initializer", self.initializer, INITIALIZERS)
        _known("dtype", self.dtype, DTYPES)
        for name in self.activations:
            _known("activation", name, ACTIVATIONS)
        self._check_sizes()
        self._check_hyperparameters()

    def _check_sizes(self) -> None:
        try:
            checks.layer_sizes(self.layers)
            checks.whole_number("seed", self.seed, at_least=0)
            checks.whole_number("batch_size", self.batch_size, at_least=1)
            checks.bound(self.initializer, self.bound)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(str(error)) from None
        if self.layers[0] != PIXELS[self.data] or self.layers[-1] != CLASSES:
            raise ConfigurationError(
                f"{self.data} needs layers from {PIXELS[self.data]} to {CLASSES}, "
                f"not {self.layers[0]} to {self.layers[-1]}"
            )
        if len(self.activations) != len(self.layers) - 1:
            raise ConfigurationError(
                f"{len(self.layers) - 1} layers need as many activations, "
                f"not {len(self.activations)}"
            )

    def _check_hyperparameters(self) -> None:
        known = inspect.signature(OPTIMIZERS[self.optimizer]).parameters
        for name in self.hyperparameters:
            if name not in known:
                raise ConfigurationError(
                    f"{self.optimizer} has no {name!r}: it has {', '.join(known)}"
                )
        try:
            OPTIMIZERS[self.optimizer](**self.hyperparameters)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{self.optimizer}: {error}") from None

    def _drawn(self) -> dict[str, Any]:
        kind = {"initializer": self.initializer, "bound": self.bound}
        return {"seed": self.seed, "dtype": self.dtype, **kind}

    def start(self, framework: Framework) -> Any:
        """The parameters at the start, bit for bit the same in every framework."""
        return framework.params.init_params(self.layers, **self._drawn())

    def optimizer_of(self, framework: Framework) -> Any:
        """The optimizer, made by a framework."""
        return getattr(framework.optimizers, self.optimizer)(**self.hyperparameters)

    def as_json(self) -> dict[str, Any]:
        """In the form of a checkpoint's header."""
        return asdict(self) | {"hyperparameters": dict(self.hyperparameters)}

    @classmethod
    def from_json(cls, content: Any) -> "Configuration":
        """What `as_json` gave.

        Raises:
            ConfigurationError: If it is none.
        """
        names = {each.name for each in fields(cls)}
        if not isinstance(content, dict) or set(content) != names:
            raise ConfigurationError(f"a configuration has {', '.join(sorted(names))}")
        try:
            tuples = {key: tuple(content[key]) for key in ("layers", "activations")}
            return cls(**content | tuples)
        except (TypeError, KeyError) as error:
            raise ConfigurationError(f"this is no configuration: {error}") from None


def _known(kind: str, name: Any, table: Any) -> None:
    if name not in tuple(table):
        raise ConfigurationError(f"unknown {kind} {name!r}: known are {', '.join(table)}")
