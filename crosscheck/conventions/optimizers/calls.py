"""A call of a stock optimizer."""

from dataclasses import dataclass
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.probes import GRADS
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.stock_optimizer import StockOptimizer


@dataclass(frozen=True, eq=False)
class Call:
    """A stock optimizer with arguments, by their names."""

    optimizer: StockOptimizer
    arguments: dict[str, Any]

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
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
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
        return self.optimizer.spec(self.arguments)

    def rates(self) -> tuple[float, ...]:
        """Its learning rate at every step of `GRADS`."""
        return (self.spec().learning_rate,) * len(GRADS)
