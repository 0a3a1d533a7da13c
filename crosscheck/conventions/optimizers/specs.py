"""What an optimizer computes, as one of the references' optimizers with its keywords."""

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.names import NAMES
from crosscheck.conventions.optimizers.single import Float32Powers, Float32Product
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.exact.balls import enclose, from_floats, to_float
from reference_numpy import optimizers


def _defaults(optimizer: Callable[..., Any]) -> dict[str, Any]:
    """The keywords of a reference's optimizer with their defaults, which are the paper's values.

    Without the learning rate and the weight decay, for which a `Spec` has fields of its own.
    """
    _, *keywords = inspect.signature(optimizer).parameters.values()
    return {each.name: each.default for each in keywords if each.name != "weight_decay"}


# Every keyword of every optimizer, with its usual value.
KEYWORDS: dict[str, dict[str, Any]] = {
    name: _defaults(optimizers.OPTIMIZERS[name]) for name in NAMES
}
KEYWORDS["momentum"]["momentum"] = 0.0
KEYWORDS["adam"]["maximum_of"] = "none"


@dataclass(frozen=True)
class Spec:
    """An optimizer as a reference with its keywords.

    Attributes:
        optimizer: A name in `KEYWORDS`.
        learning_rate: The learning rate of the first step.
        keywords: Every keyword of that optimizer.
        weight_decay, decoupled, scaled: The arguments of the references' `decayed`.
    """

    optimizer: str
    learning_rate: float
    keywords: dict[str, Any] = field(default_factory=dict)
    weight_decay: float = 0.0
    decoupled: bool = True
    scaled: bool = True

    def reference_call(self) -> str:
        """The call of the reference, without the keywords that have the reference's defaults."""
        name, own = self.reference_arguments()
        usual = {**KEYWORDS[self.optimizer], "momentum": 0.9 if name == "momentum" else 0.0}
        if name == "amsgrad":
            usual |= {"bias_correction": False, "maximum_of": "raw"}
        changed = {key: value for key, value in own.items() if usual.get(key) != value}
        call = _call(name, {"learning_rate": self.learning_rate, **changed})
        if not self.weight_decay:
            return call
        decay: dict[str, Any] = {"weight_decay": self.weight_decay}
        decay |= {} if self.decoupled else {"decoupled": False}
        decay |= {} if self.scaled else {"scaled": False}
        arguments = [call, repr(self.learning_rate), *(f"{k}={v!r}" for k, v in decay.items())]
        return f"decayed({', '.join(arguments)})"

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

    def reference(self) -> Any:
        """The optimizer of the NumPy reference.

        Raises:
            ValueError, TypeError: If a keyword is outside its range, or is not a number.
        """
        name, own = self.reference_arguments()
        optimizer = optimizers.OPTIMIZERS[name](self.learning_rate, **own)
        if not self.weight_decay:
            return optimizer
        decay = (self.weight_decay, self.decoupled, self.scaled)
        return optimizers.decayed(optimizer, self.learning_rate, *decay)

    def simplified(self) -> "Spec":
        """The spec with the fewest changed keywords that makes the same steps.

        Two specs make the same steps in exact arithmetic, at one learning rate, if their simplified
        forms are equal.
        """
        spec = replace(self, keywords=dict(self.keywords))
        own = spec.keywords
        if "rate_inside" in own:
            own["rate_inside"] = True  # at one learning rate it makes no difference
        if self.optimizer == "momentum":
            if own["dampen_first"]:  # every gradient is dampened, as by a smaller learning rate
                spec = replace(spec, learning_rate=spec.learning_rate * (1 - own["dampening"]))
                own["dampening"] = 0.0
            if own["dampening"] == 0:
                own["dampen_first"] = True
            if own["momentum"] == 0:
                own["nesterov"] = False
                if not own["dampening"] and spec.scaled:
                    spec = replace(spec, decoupled=True)  # -rate (g + decay theta) either way
        if self.optimizer == "adagrad" and own["eps_place"] == "inside":
            # sqrt(a_0 + sum g^2 + eps): eps is a part of the initial accumulator.
            own["initial_accumulator"] += own["eps"]
            own["eps"] = 0.0
        if self.optimizer == "radam" and 2 / (1 - own["b2"]) - 1 <= own["threshold"]:
            own["eps"] = 0.0  # it never divides, so that eps is not used
        if own.get("eps") == 0:
            own["eps_place"] = "outside"
        if not spec.weight_decay:
            spec = replace(spec, decoupled=True, scaled=True)
        return spec


def differences(one: Spec, other: Spec) -> dict[str, tuple[Any, Any]]:
    """The keywords in which two specs differ, with both values; none if they make equal steps."""
    if one.optimizer != other.optimizer:
        return {"optimizer": (one.optimizer, other.optimizer)}
    simplified = _differing(one.simplified(), other.simplified())
    as_given = _differing(
        *(each if each.weight_decay else replace(each, decoupled=True) for each in (one, other))
    )
    if not simplified:
        return {}
    # The values before they were simplified, if these differ: a reader knows them.
    return {key: as_given[key] for key in as_given if key in simplified} or as_given or simplified


def _differing(one: Spec, other: Spec) -> dict[str, tuple[Any, Any]]:
    a, b = (
        {
            "learning_rate": spec.learning_rate,
            **spec.keywords,
            "weight_decay": spec.weight_decay,
            "decoupled": spec.decoupled,
            "scaled": spec.scaled,
        }
        for spec in (one, other)
    )
    return {key: (a[key], b[key]) for key in a if not _same(a[key], b[key])}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and not isinstance(one, bool) and not isinstance(other, str):
        return math.isclose(one, other, rel_tol=1e-15)  # 1 - (1 - x) is x but for its rounding
    return bool(one == other)


def _call(name: str, keywords: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in keywords.items())})"


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
    step_rates = [to_number(rate) for rate in rates]
    gradients = [to_number(grad) for grad in grads]
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
