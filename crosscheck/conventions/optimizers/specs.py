"""What an optimizer does, in the references' words: which of them, and with which keywords."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.hyperparameters import (
    ADAGRAD,
    ADAM,
    NADAM,
    RADAM,
    RMSPROP,
    VELOCITY,
    convert,
)
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import DOUBLE, exactly
from crosscheck.numerics.exact.balls import enclose, from_floats, to_float
from reference_numpy import optimizers

# Every keyword of every reference, with the paper's value. Adam and AMSGrad are one here, which
# differ in `maximum_of`; gradient descent is a velocity of which nothing is left.
KEYWORDS: dict[str, dict[str, Any]] = {
    "momentum": VELOCITY | {"momentum": 0.0},
    "lion": {"b1": 0.9, "b2": 0.99},
    "adagrad": ADAGRAD,
    "rmsprop": RMSPROP,
    "adadelta": {"decay": 0.95, "eps": 1e-6},
    "adam": ADAM | {"maximum_of": "none"},
    "nadam": NADAM,
    "radam": RADAM,
    "adamax": ADAM,
}


@dataclass(frozen=True)
class Spec:
    """An optimizer in the references' words.

    Attributes:
        optimizer: A name in `KEYWORDS`.
        learning_rate: The first one.
        keywords: All of them.
        weight_decay, decoupled, scaled: As `decayed` takes them.
    """

    optimizer: str
    learning_rate: float
    keywords: dict[str, Any] = field(default_factory=dict)
    weight_decay: float = 0.0
    decoupled: bool = True
    scaled: bool = True

    def in_words(self) -> str:
        """The call of the reference, keywords that are the reference's defaults left out."""
        name, own = self._reference()
        usual = {**KEYWORDS[self.optimizer], "momentum": 0.9 if name == "momentum" else 0.0}
        if name == "amsgrad":
            usual |= {"bias_correction": False, "maximum_of": "raw"}
        given = {key: value for key, value in own.items() if usual.get(key) != value}
        call = _call(name, {"learning_rate": self.learning_rate, **given})
        if not self.weight_decay:
            return call
        decay: dict[str, Any] = {"weight_decay": self.weight_decay}
        decay |= {} if self.decoupled else {"decoupled": False}
        decay |= {} if self.scaled else {"scaled": False}
        arguments = [call, repr(self.learning_rate), *(f"{k}={v!r}" for k, v in decay.items())]
        return f"decayed({', '.join(arguments)})"

    def _reference(self) -> tuple[str, dict[str, Any]]:
        """The reference's own name and keywords."""
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
            ValueError, TypeError: If a keyword is outside its range, or no number.
        """
        name, own = self._reference()
        optimizer = optimizers.OPTIMIZERS[name](self.learning_rate, **own)
        if not self.weight_decay:
            return optimizer
        decay = (self.weight_decay, self.decoupled, self.scaled)
        return optimizers.decayed(optimizer, self.learning_rate, *decay)

    def simplified(self) -> "Spec":
        """The same updates in the plainest words, as long as the learning rate does not change.

        Two specs whose simplified forms are equal make the same steps in exact arithmetic.
        """
        spec = replace(self, keywords=dict(self.keywords))
        own = spec.keywords
        if "rate_inside" in own:
            own["rate_inside"] = True  # the same, since the rate is
        if self.optimizer == "momentum":
            if own["dampen_first"]:  # all gradients are dampened alike: that is a smaller rate
                spec = replace(spec, learning_rate=spec.learning_rate * (1 - own["dampening"]))
                own["dampening"] = 0.0
            if own["dampening"] == 0:
                own["dampen_first"] = True
            if own["momentum"] == 0:
                own["nesterov"] = False
                if not own["dampening"] and spec.scaled:
                    spec = replace(spec, decoupled=True)  # -rate (g + decay theta) either way
        if self.optimizer == "adagrad" and own["eps_place"] == "inside":
            # sqrt(a_0 + sum g^2 + eps): eps is part of where the sum begins.
            own["initial_accumulator"] += own["eps"]
            own["eps"] = 0.0
        if self.optimizer == "radam" and 2 / (1 - own["b2"]) - 1 <= own["threshold"]:
            own["eps"] = 0.0  # it never divides
        if own.get("eps") == 0:
            own["eps_place"] = "outside"
        if not spec.weight_decay:
            spec = replace(spec, decoupled=True, scaled=True)
        return spec


def differences(one: Spec, other: Spec) -> dict[str, tuple[Any, Any]]:
    """In what two specs differ that do not make the same steps: by keyword, what either has."""
    if one.optimizer != other.optimizer:
        return {"optimizer": (one.optimizer, other.optimizer)}
    simplified = _differing(one.simplified(), other.simplified())
    as_given = _differing(
        *(each if each.weight_decay else replace(each, decoupled=True) for each in (one, other))
    )
    if not simplified:
        return {}
    # In the words that were given, where these show it: they are what can be changed.
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


# ----- what it does, exactly, and how far a computed step may be from that -----


@dataclass(frozen=True)
class Expected:
    """The exact parameters after every step, rounded, and how far a computed one may be from it."""

    values: np.ndarray
    bounds: np.ndarray


def expected(
    spec: Spec, rates: Sequence[float], start: np.ndarray, grads: Sequence[np.ndarray]
) -> Expected:
    """The trajectory of an optimizer that is fed with these gradients."""

    def exact() -> list[Any]:
        return list(_trajectory(spec, rates, start, grads, from_floats, from_floats))

    def rounded(value: Any) -> Any:
        return exactly(value, DOUBLE)

    inexact = _trajectory(spec, rates, start, grads, rounded, rounded)
    values = np.stack([np.vectorize(to_float)(theta) for theta in enclose(exact)])
    errors = np.stack([theta.error for theta in inexact])
    return Expected(values, errors + np.spacing(np.abs(values)) / 2)  # they are rounded themselves


def _trajectory(
    spec: Spec,
    rates: Sequence[float],
    start: np.ndarray,
    grads: Sequence[np.ndarray],
    number: Callable[[Any], Any],
    array: Callable[[Any], Any],
) -> Iterator[Any]:
    name, keywords = spec._reference()
    own = convert(keywords, number)
    of_steps, handed = [number(rate) for rate in rates], [array(grad) for grad in grads]
    theta = array(start)

    def points() -> Iterator[Any]:
        while True:
            yield theta

    rule = partial(stepwise.STEPWISE_RULES[name], rates=of_steps, **own)
    steps = rule(handed)
    if spec.weight_decay:
        decay = (number(spec.weight_decay), spec.decoupled, spec.scaled)
        steps = stepwise.decayed(rule, handed, of_steps, points(), *decay)
    for step in steps:
        theta = theta + step.update
        yield theta
