"""Optimizers: gradients in, additive updates out. The state is a value; nothing changes in place.

Each is a pair of functions in the manner of optax:

    state = optimizer.init(params)
    updates, state = optimizer.update(grads, state, params)
    params = apply_updates(params, updates)

Symbols: g gradient, t number of the step from 1, m and v moments, theta parameters. Wherever a
`learning_rate` is asked for, a function of the step does too; it is given 0 on the first update.
Defaults are the paper's form; every other keyword is a convention of some framework.
"""

from collections.abc import Callable

from .base import (
    DECAYED_LEAVES,
    EPS_PLACES,
    EPS_PLACES_OF_ADAM,
    NORMS,
    Elementwise,
    LearningRate,
    Optimizer,
    apply_updates,
    clipped,
    decayed,
)
from .descent import lion, momentum, sgd
from .moments import adam, adamw, amsgrad
from .scaled import adadelta, adagrad, rmsprop
from .variants import adamax, nadam, radam

__all__ = [
    "DECAYED_LEAVES",
    "EPS_PLACES",
    "EPS_PLACES_OF_ADAM",
    "NORMS",
    "OPTIMIZERS",
    "Elementwise",
    "LearningRate",
    "Optimizer",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "amsgrad",
    "apply_updates",
    "clipped",
    "decayed",
    "lion",
    "momentum",
    "nadam",
    "radam",
    "rmsprop",
    "sgd",
]

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": sgd,
    "momentum": momentum,
    "lion": lion,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adadelta": adadelta,
    "adam": adam,
    "adamw": adamw,
    "amsgrad": amsgrad,
    "nadam": nadam,
    "radam": radam,
    "adamax": adamax,
}
