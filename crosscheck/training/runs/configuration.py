"""What determines a training run: the same configuration is the same run in every framework."""

import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from crosscheck.frameworks.contract import ACTIVATIONS, INITIALIZERS, LOSSES
from crosscheck.frameworks.other_names import question
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.dtypes import known
from crosscheck.training.choices import DTYPES, PIXELS, PRECISIONS
from crosscheck.training.data.datasets import CLASSES, DATASETS
from reference_numpy import checks
from reference_numpy.optimizers import OPTIMIZERS

# In mixed precision: the dtype of parameters and updates, those of what is propagated, the word for
# a loss scale that follows the gradients, and what of the state this scale depends on.
WIDE, NARROW, DYNAMIC = "float32", ("bfloat16", "float16"), "dynamic"
SCALING = ("loss_scale", "clean_steps", "skipped_steps")
LARGEST_SCALE = 2.0**15  # a number of float16
# What a configuration of an earlier version lacks.
LATER = ("precision", "loss_scale", "state_dtype")


class ConfigurationError(ValueError):
    """A configuration names something unknown, or its parts contradict each other."""


@dataclass(frozen=True)
class Configuration:
    """What a run trains and how; not where it computes, nor for how long.

    Attributes:
        data: A name in `DATASETS`.
        layers: Units per layer, from the pixels to the ten classes.
        activations: One name per layer after the inputs.
        loss: A name in the contract.
        optimizer: A name in the contract.
        hyperparameters: The optimizer's keywords, the learning rate among them.
        batch_size: Samples per update.
        initializer, bound: As `init_params` takes them.
        dtype: "float64", "float32", "bfloat16" or "float16".
        seed: The seed of the initial parameters and of the order of the samples.
        precision: "same": everything is in `dtype`; "mixed": the parameters and the optimizer are
            in float32, forward and backward in `dtype`.
        loss_scale: In mixed precision: by what the loss is multiplied, from 1 on, or "dynamic".
        state_dtype: In mixed precision: the dtype in which the optimizer's moments are kept; None
            is float32.

    Raises:
        ConfigurationError: If a name is unknown, or two of these do not fit together.
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
    precision: str = "same"
    loss_scale: float | str = 1.0
    state_dtype: str | None = None

    @property
    def params_dtype(self) -> str:
        """The dtype of the parameters."""
        return WIDE if self.precision == "mixed" else self.dtype

    @property
    def moment_dtype(self) -> str:
        """The dtype in which the moments of the optimizer are kept."""
        return self.state_dtype or self.params_dtype

    def check_limits(self, framework: Framework, device: str) -> None:
        """Check that a framework declares no limit that this configuration exceeds.

        Args:
            framework: The framework that is to train.
            device: "cpu" or "cuda".

        Raises:
            ConfigurationError: If it declares one; the message has the declared reason.
        """
        limit = framework.declared.limit(
            dtypes=[self.dtype, self.params_dtype, self.moment_dtype],
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
        _known("precision", self.precision, PRECISIONS)
        self._check_mixed()
        for dtype in (self.dtype, self.params_dtype, self.moment_dtype):
            known(dtype)  # a run calls them by their names
        for name in self.activations:
            _known("activation", name, ACTIVATIONS)
        self._check_sizes()
        self._check_hyperparameters()

    def _check_mixed(self) -> None:
        if self.precision != "mixed":
            if self.loss_scale != 1 or self.state_dtype is not None:
                raise ConfigurationError("a loss scale and a state dtype are of mixed precision")
            return
        _known("dtype of mixed precision", self.dtype, NARROW)
        if self.state_dtype is not None:
            _known("state dtype", self.state_dtype, (WIDE, *NARROW))
        scale = self.loss_scale
        is_number = isinstance(scale, int | float) and not isinstance(scale, bool)
        if scale != DYNAMIC and not (is_number and 1 <= float(scale) <= LARGEST_SCALE):
            raise ConfigurationError(
                f"a loss scale is {DYNAMIC!r} or a number from 1 to {LARGEST_SCALE:g}, "
                f"not {scale!r}"
            )

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
                f"{_needed(len(self.layers) - 1)}, not {len(self.activations)}"
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

    def start(self, framework: Framework) -> Any:
        """The initial parameters in a framework; in every framework they are the same bits."""
        return framework.params.init_params(
            self.layers,
            seed=self.seed,
            initializer=self.initializer,
            bound=self.bound,
            dtype=self.params_dtype,
        )

    def optimizer_of(self, framework: Framework) -> Any:
        """A framework's optimizer with these hyperparameters."""
        return getattr(framework.optimizers, self.optimizer)(**self.hyperparameters)

    def as_json(self) -> dict[str, Any]:
        """The configuration as it is written into JSON and into a checkpoint's header."""
        return asdict(self) | {"hyperparameters": dict(self.hyperparameters)}

    @classmethod
    def from_json(cls, content: Any) -> "Configuration":
        """The configuration that `as_json` wrote.

        Args:
            content: What was read; anything at all.

        Raises:
            ConfigurationError: If it is not such a configuration.
        """
        names = {each.name for each in fields(cls)}
        if isinstance(content, dict):
            earlier = {each.name: each.default for each in fields(cls) if each.name in LATER}
            content = earlier | content
        if not isinstance(content, dict) or set(content) != names:
            raise ConfigurationError(f"a configuration has {', '.join(sorted(names))}")
        try:
            tuples = {key: tuple(content[key]) for key in ("layers", "activations")}
            return cls(**content | tuples)
        except (TypeError, KeyError) as error:
            raise ConfigurationError(f"this is no configuration: {error}") from None


def _needed(layers: int) -> str:
    if layers == 1:
        return "1 layer needs one activation"
    return f"{layers} layers need as many activations"


def _known(kind: str, name: Any, table: Any) -> None:
    if name not in tuple(table):
        told = f"unknown {kind} {name!r}: known are {', '.join(table)}"
        raise ConfigurationError("; ".join(filter(None, (told, question(str(name), table)))))


def check_layer_sizes(sizes: tuple[int, ...]) -> None:
    """Check that these can be the units per layer of a network, inputs first.

    Raises:
        ConfigurationError: If there are fewer than two, or one is below 1.
    """
    try:
        checks.layer_sizes(sizes)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(str(error)) from None


def words_of(optimizer: str) -> tuple[str, ...]:
    """The keywords of an optimizer that take a word, as `eps_place`; the others take numbers.

    Args:
        optimizer: A name in the contract.
    """
    parameters = inspect.signature(OPTIMIZERS[optimizer]).parameters.values()
    return tuple(each.name for each in parameters if isinstance(each.default, str))
