"""The optimizers that are compared: by a label, the contract's name and all hyperparameters.

Beside the usual values stand some that show more: a large eps, short memories, an accumulator that
does not start at 0.
"""

from typing import Any

from crosscheck.frameworks.hyperparameters import (
    ADAGRAD,
    ADAM,
    AMSGRAD,
    NADAM,
    RADAM,
    RMSPROP,
    VELOCITY,
)

# Under these values the place of eps, the corrections and the memories all show.
SHARP = {"b1": 0.5, "b2": 0.75, "eps": 1e-3}

OPTIMIZER_CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("sgd", {}),
    "sgd with a decay that is not scaled": (
        "sgd",
        {"weight_decay": 0.1, "decoupled": True, "scaled": False},
    ),
    "momentum": ("momentum", VELOCITY),
    "momentum with an L2 penalty": (
        "momentum",
        VELOCITY | {"weight_decay": 0.1, "decoupled": False},
    ),
    "nesterov": ("momentum", VELOCITY | {"nesterov": True}),
    "momentum with the rate outside": (
        "momentum",
        VELOCITY | {"rate_inside": False, "dampening": 0.25, "dampen_first": False},
    ),
    "nesterov with the rate outside": (
        "momentum",
        VELOCITY | {"nesterov": True, "rate_inside": False, "dampening": 0.25},
    ),
    "nesterov whose first step is spared": (
        "momentum",
        VELOCITY | {"nesterov": True, "dampening": 0.25, "dampen_first": False},
    ),
    "lion": ("lion", {"b1": 0.9, "b2": 0.99, "weight_decay": 0.0}),
    "lion with a decay": ("lion", {"b1": 0.5, "b2": 0.75, "weight_decay": 0.1}),
    "adagrad": ("adagrad", ADAGRAD),
    "adagrad from 0.1": ("adagrad", ADAGRAD | {"initial_accumulator": 0.1, "eps": 1e-3}),
    "adagrad with eps inside": ("adagrad", ADAGRAD | {"eps": 1e-3, "eps_place": "inside"}),
    "rmsprop": ("rmsprop", RMSPROP),
    "rmsprop with a large eps": ("rmsprop", RMSPROP | {"decay": 0.5, "eps": 1e-3}),
    "rmsprop centred, with momentum": (
        "rmsprop",
        RMSPROP
        | {"decay": 0.5, "eps": 1e-3, "eps_place": "inside", "centered": True, "momentum": 0.9},
    ),
    "rmsprop from 1, with the rate outside": (
        "rmsprop",
        RMSPROP | {"initial_accumulator": 1.0, "momentum": 0.5, "rate_inside": False},
    ),
    "rmsprop centred, from 1": (
        "rmsprop",
        RMSPROP | {"decay": 0.5, "eps": 1e-3, "initial_accumulator": 1.0, "centered": True},
    ),
    "adadelta": ("adadelta", {"decay": 0.95, "eps": 1e-6}),
    "adadelta with a large eps": ("adadelta", {"decay": 0.5, "eps": 1e-3}),
    "adam": ("adam", ADAM),
    "adam with a large eps": ("adam", ADAM | SHARP),
    "adam without bias correction": ("adam", ADAM | {"bias_correction": False}),
    "adam with eps inside": ("adam", ADAM | SHARP | {"eps_place": "inside"}),
    "adam with eps hat": ("adam", ADAM | SHARP | {"eps_place": "hat"}),
    "adam with eps hat and no correction": (
        "adam",
        ADAM | SHARP | {"bias_correction": False, "eps_place": "hat"},
    ),
    "adamw": ("adamw", ADAM | {"weight_decay": 0.1, "scaled": True}),
    "adamw not scaled": ("adamw", ADAM | SHARP | {"weight_decay": 0.1, "scaled": False}),
    "amsgrad": ("amsgrad", AMSGRAD),
    "amsgrad of v, then corrected": (
        "amsgrad",
        AMSGRAD | SHARP | {"bias_correction": True, "eps_place": "hat"},
    ),
    "amsgrad of v corrected": (
        "amsgrad",
        AMSGRAD | SHARP | {"bias_correction": True, "maximum_of": "corrected"},
    ),
    "amsgrad of v corrected, m not": (
        "amsgrad",
        AMSGRAD | SHARP | {"maximum_of": "corrected", "eps_place": "inside"},
    ),
    "nadam": ("nadam", NADAM),
    "nadam with eps hat": ("nadam", NADAM | SHARP | {"eps_place": "hat"}),
    "nadam with a fast schedule": (
        "nadam",
        NADAM | SHARP | {"momentum_decay": 1.0, "eps_place": "inside"},
    ),
    "radam": ("radam", RADAM),
    "radam with a high threshold": (
        "radam",
        RADAM | {"b2": 0.9, "eps": 1e-3, "threshold": 5.0, "eps_place": "hat"},
    ),
    "radam that waits": ("radam", RADAM | {"b2": 0.9, "fallback": False, "eps_place": "inside"}),
    "adamax": (
        "adamax",
        {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "bias_correction": True, "eps_place": "outside"},
    ),
    "adamax with eps inside": (
        "adamax",
        SHARP | {"bias_correction": False, "eps_place": "inside"},
    ),
}
