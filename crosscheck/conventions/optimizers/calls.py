"""A call of a stock optimizer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.probes import GRADS
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import StockOptimizer


def _function(rate: float, decay: float) -> str:
    return f"lambda step: {rate!r} / (1 + {decay!r} * step)"


def _of_keras(rate: float, decay: float) -> str:
    return f"keras.optimizers.schedules.InverseTimeDecay({rate!r}, 1, {decay!r})"


def _of_paddle(rate: float, decay: float) -> str:
    return f"paddle.optimizer.lr.InverseTimeDecay({rate!r}, {decay!r})"


# How a learning rate that is divided by 1 + decay t is written, where one can be handed over.
SCHEDULES: dict[str, Callable[[float, float], str]] = {
    "optax": _function,
    "jax": _function,
    "mlx": _function,
    "keras-jax": _of_keras,
    "keras-torch": _of_keras,
    "paddle": _of_paddle,
}


@dataclass(frozen=True, eq=False)
class Call:
    """A stock optimizer with arguments, by their names.

    Attributes:
        optimizer: Which optimizer.
        arguments: The arguments, without a schedule.
        rate_decay: c, if the learning rate is a schedule that divides it by 1 + c t at step t.
    """

    optimizer: StockOptimizer
    arguments: dict[str, Any]
    rate_decay: float = 0.0

    @property
    def framework(self) -> str:
        """A name in `stock.FRAMEWORKS`."""
        return self.optimizer.framework

    @property
    def title(self) -> str:
        """The name of the framework for readers."""
        return stock.FRAMEWORKS[self.framework].title

    @property
    def text(self) -> str:
        """The call as it is written in Python."""
        words = {name: repr(value) for name, value in self.arguments.items()}
        if self.rate_decay:
            rate = self.optimizer.rate_argument.name
            words[rate] = SCHEDULES[self.framework](self.arguments[rate], self.rate_decay)
        arguments = ", ".join(f"{name}={value}" for name, value in words.items())
        return f"{self.optimizer.name}({arguments})"

    @property
    def key(self) -> tuple[str, str]:
        """Equal for equal calls of one framework."""
        return self.framework, self.text

    def spec(self) -> Spec:
        """What it computes, as a reference with its keywords.

        Raises:
            ArgumentError: If an argument is unknown or missing, or no reference has its effect.
        """
        spec = self.optimizer.spec(self.arguments)
        return replace(spec, rate_decay=self.rate_decay) if self.rate_decay else spec

    def rates(self, changing: bool = False) -> tuple[float, ...]:
        """The learning rate of every step of `GRADS`, without what a `rate_decay` does to it.

        Args:
            changing: Whether it is quartered after half of the steps.
        """
        rate, half = self.spec().learning_rate, len(GRADS) // 2
        later = rate / 4 if changing else rate
        return (*(rate,) * half, *(later,) * (len(GRADS) - half))

    def handed_rates(self, changing: bool = False) -> tuple[float, ...]:
        """The learning rates that are handed to the framework: those of its schedule, if any."""
        rates = self.rates(changing)
        return self.spec().rates_of(rates) if self.rate_decay else rates
