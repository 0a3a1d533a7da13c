"""The gradients that stock optimizers are called with, and the arguments that show conventions."""

from typing import Any

import numpy as np

# Twelve gradients of both signs and several sizes: the sizes, and the directions.
SIZES = (1.0, -0.5, 0.01, 3.0, -1.0, 0.2, 0.5, -2.0, 0.1, 1.0, -0.3, 0.7)
START = np.random.default_rng(5).standard_normal((2, 3))
DIRECTIONS = np.random.default_rng(6).standard_normal((len(SIZES), 2, 3))
GRADS = tuple(size * direction for size, direction in zip(SIZES, DIRECTIONS, strict=True))
# The same at nine magnitudes: three entries each, in rows of (magnitude, entry).
MAGNITUDES = tuple(10.0**exponent for exponent in range(-6, 3))
WIDE_START = np.random.default_rng(7).standard_normal((len(MAGNITUDES), 3))
WIDE_GRADS = tuple(
    size * np.outer(MAGNITUDES, direction)
    for size, direction in zip(SIZES, DIRECTIONS[:, 0], strict=True)
)
# One entry whose gradient is 0 from the start for ever, one for four steps, one now and then.
ZEROS_START = WIDE_START[-1]
ZEROS_GRADS = tuple(
    size * direction * np.array([False, step >= 4, step % 3 > 0])
    for step, (size, direction) in enumerate(zip(SIZES, DIRECTIONS[:, 1], strict=True))
)

# The learning rate where there is no default, and in every probe, where a larger one shows more.
RATE = 0.1

# The keywords of the references under which an optimizer is run besides its defaults. A probe is
# left out for an optimizer without an argument for one of its keywords. Defaults hide most
# conventions; a large eps and short memories show them.
OPTIMIZER_PROBES: dict[str, tuple[dict[str, Any], ...]] = {
    "momentum": (
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "dampening": 0.25},
        {"momentum": 0.9, "weight_decay": 0.1},
        {"momentum": 0.9, "rate_inside": True},
    ),
    "lion": ({"b1": 0.5, "b2": 0.75}, {"weight_decay": 0.1}),
    "adagrad": (
        {"eps": 0.01},
        {"eps": 0.01, "initial_accumulator": 0.5},
        {"rate_decay": 0.1},
        {"weight_decay": 0.1},
    ),
    "rmsprop": (
        {"eps": 0.01, "decay": 0.5},
        {"eps": 0.01, "decay": 0.5, "momentum": 0.9},
        {"eps": 0.01, "decay": 0.5, "centered": True},
        {"eps": 0.01, "decay": 0.5, "eps_place": "outside"},
        {"eps": 0.01, "decay": 0.5, "initial_accumulator": 0.5},
        {"weight_decay": 0.1},
    ),
    "adadelta": ({"eps": 0.01, "decay": 0.5}, {"weight_decay": 0.1}),
    "adam": (
        {"eps": 0.01, "b1": 0.5, "b2": 0.75},
        {"eps": 0.01, "b2": 0.75, "bias_correction": True},
        {"eps": 0.01, "b1": 0.5, "b2": 0.5, "maximum_of": "raw"},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled": True},
    ),
    "nadam": (
        {"eps": 0.01, "b1": 0.5, "b2": 0.75},
        {"momentum_decay": 1.0},
        {"weight_decay": 0.1},
    ),
    "radam": (
        {"eps": 0.01, "b1": 0.5, "b2": 0.9},
        {"eps": 0.01, "b2": 0.9, "threshold": 4.0},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled": True},
    ),
    "adamax": ({"eps": 0.01, "b1": 0.5, "b2": 0.75}, {"weight_decay": 0.1}),
}
# An optimizer that climbs turns the gradient and not the decay.
for _name, _probes in OPTIMIZER_PROBES.items():
    OPTIMIZER_PROBES[_name] = (*_probes, {"ascends": True, "weight_decay": 0.1})
