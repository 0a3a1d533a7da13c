"""What an optimizer computes, as one of the references' optimizers with its keywords."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.single import Float32Powers, Float32Product
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.exact.balls import enclose, from_floats, to_float
from reference_numpy import optimizers


@dataclass(frozen=True)
class Spec:
    """An optimizer as a reference with its keywords.

    Attributes:
        optimizer: A name in `KEYWORDS`.
        learning_rate: The learning rate of the first step.
        keywords: Every keyword of that optimizer.
        weight_decay, decoupled, scaled: The arguments of the references' `decayed`.
        ascends: Whether it climbs: every gradient enters with its sign turned.
        rate_decay: c, where the learning rate of step t, counted from 0, is divided by 1 + c t.
    """

    optimizer: str
    learning_rate: float
    keywords: dict[str, Any] = field(default_factory=dict)
    weight_decay: float = 0.0
    decoupled: bool = True
    scaled: bool = True
    ascends: bool = False
    rate_decay: float = 0.0

    def reference_call(self, rate: str | None = None, leaves: str = "all") -> str:
        """The call of the reference, without the keywords that have the reference's defaults.

        Args:
            rate: What stands as the learning rate; None takes the spec's own.
            leaves: What the decay draws towards 0, as of the references' `decayed`.
        """
        name, own = self.reference_arguments()
        usual = {**KEYWORDS[self.optimizer], "momentum": 0.9 if name == "momentum" else 0.0}
        if name == "amsgrad":
            usual |= {"bias_correction": False, "maximum_of": "raw"}
        changed = {key: value for key, value in own.items() if usual.get(key) != value}
        rate = rate or self.rate_text
        call = _call(name, rate, changed)
        if not self.weight_decay:
            return call
        decay: dict[str, Any] = {"weight_decay": self.weight_decay}
        decay |= {} if self.decoupled else {"decoupled": False}
        decay |= {} if self.scaled else {"scaled": False}
        decay |= {} if leaves == "all" else {"leaves": leaves}
        arguments = [call, rate, *(f"{k}={v!r}" for k, v in decay.items())]
        return f"decayed({', '.join(arguments)})"

    @property
    def rate_text(self) -> str:
        """The learning rate as it is written in Python."""
        rate = repr(self.learning_rate)
        return (
            f"lambda step: {rate} / (1 + {self.rate_decay!r} * step)" if self.rate_decay else rate
        )

    def reference_arguments(self) -> tuple[str, dict[str, Any]]:
        """The optimizer's name among the references, and the keywords that it has there."""
        keywords = dict(self.keywords)
        if self.optimizer == "adam":
            if keywords["maximum_of"] == "none":
                del keywords["maximum_of"]
                return "adam", keywords
            return "amsgrad", keywords
        if self.optimizer == "momentum" and not keywords["momentum"]:
            return "sgd", {}
        return self.optimizer, keywords

    def rates_of(self, rates: Sequence[float]) -> tuple[float, ...]:
        """The learning rate of every step, of those that it is given: smaller with `rate_decay`."""
        return tuple(rate / (1 + self.rate_decay * step) for step, rate in enumerate(rates))

    def reference(self, rates: Sequence[float] | None = None) -> Any:
        """The optimizer of the NumPy reference.

        Args:
            rates: The learning rate of every step; None takes the same for all.

        Raises:
            ValueError, TypeError: If a keyword is outside its range, or is not a number.
        """
        name, own = self.reference_arguments()
        rate = self.learning_rate if rates is None else self.rates_of(rates).__getitem__
        optimizer = optimizers.OPTIMIZERS[name](rate, **own)
        if not self.weight_decay:
            return optimizer
        decay = (self.weight_decay, self.decoupled, self.scaled)
        return optimizers.decayed(optimizer, rate, *decay)


def _call(name: str, rate: str, keywords: dict[str, Any]) -> str:
    arguments = [f"{key}={value!r}" for key, value in keywords.items()]
    return f"{name}({', '.join([f'learning_rate={rate}', *arguments])})"


# ----- the exact parameters after every step, and their bounds -----


@dataclass(frozen=True)
class Trajectory:
    """The exact parameters after every step, rounded to float64, and the bound of each entry.

    Both are of shape (steps, *shape of the parameters).
    """

    values: np.ndarray
    bounds: np.ndarray


def trajectory(
    spec: Spec, rates: Sequence[float], start: np.ndarray, grads: Sequence[np.ndarray]
) -> Trajectory:
    """The parameters of an optimizer that is called with these gradients.

    Args:
        spec: The optimizer.
        rates: The learning rate of every step.
        start: The parameters before the first step.
        grads: The gradient of every step, of the shape of `start`.

    Raises:
        UndecidedError: If the steps are not finite, as with 0/0.
    """

    def exact() -> list[Any]:
        return list(_parameters(spec, rates, start, grads, from_floats))

    values = np.stack([np.vectorize(to_float)(theta) for theta in enclose(exact)])
    errors = bounds(spec, rates, start, grads, DOUBLE)
    # Half an ulp more, since the exact values are rounded.
    return Trajectory(values, errors + np.spacing(np.abs(values)) / 2)


def bounds(
    spec: Spec,
    rates: Sequence[float],
    start: np.ndarray,
    grads: Sequence[np.ndarray],
    precision: Precision,
    in_float32: Sequence[str] = (),
) -> np.ndarray:
    """How far the computed parameters may be from the exact ones, at every step and entry.

    Args:
        spec, rates, start, grads: As of `trajectory`.
        precision: That of the arrays; numbers are computed in float64.
        in_float32: The keywords of which powers and products are computed in float32 instead.
    """

    def to_number(value: Any) -> Inexact:
        return exactly(value, precision if np.ndim(value) else DOUBLE)

    inexact = _parameters(spec, rates, start, grads, to_number, in_float32)
    return np.stack([theta.error for theta in inexact])


def _parameters(
    spec: Spec,
    rates: Sequence[float],
    start: np.ndarray,
    grads: Sequence[np.ndarray],
    to_number: Callable[[Any], Any],
    in_float32: Sequence[str] = (),
) -> Iterator[Any]:
    """The parameters after every step, in the arithmetic that floats are converted to."""
    name, keywords = spec.reference_arguments()
    own = convert(keywords, to_number)
    own |= {keyword: Float32Powers.of(own[keyword]) for keyword in in_float32}
    if name == "nadam" and "b1" in in_float32:  # a product of momenta instead of a power
        own["momentum_product"] = Float32Product.of(to_number(1.0))
    step_rates = [to_number(rate) for rate in spec.rates_of(rates)]
    gradients = [to_number(-grad if spec.ascends else grad) for grad in grads]
    theta = to_number(start)

    def points() -> Iterator[Any]:
        while True:
            yield theta

    rule = partial(stepwise.STEPWISE_RULES[name], rates=step_rates, **own)
    steps = rule(gradients)
    if spec.weight_decay:
        decay = (to_number(spec.weight_decay), spec.decoupled, spec.scaled)
        steps = stepwise.decayed(rule, gradients, step_rates, points(), *decay)
    for step in steps:
        theta = theta + step.update
        yield theta
