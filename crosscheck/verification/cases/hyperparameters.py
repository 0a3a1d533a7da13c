"""The optimizers that are compared: by a label, the contract's name and all hyperparameters.

Beside the usual values stand some that show more: a large eps, short memories, an accumulator that
does not start at 0.
"""

from functools import cache
from itertools import combinations, product
from typing import Any

from crosscheck.frameworks.hyperparameters import (
    ADAGRAD,
    ADAM,
    AMSGRAD,
    CLIP,
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
    "sgd clipped by the norm of all": ("sgd", {"max_norm": 0.3}),  # no number of float32
    "sgd clipped by the norm of each leaf": (
        "sgd",
        {"max_norm": 0.5, "clip_eps": 1e-3, "per": "leaf"},
    ),
    "sgd clipped by value": ("sgd", {"max_value": 0.25}),
    "sgd with an L2 penalty on the weights": (
        "sgd",
        {"weight_decay": 0.1, "decoupled": False, "leaves": "weights"},
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
    "adam with a decay of the weights, clipped": (
        "adam",
        ADAM | {"weight_decay": 0.1, "leaves": "weights", "max_norm": 0.5, "clip_eps": 0.1},
    ),
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


# Those that look at the whole tree, and not at each array by itself.
OF_THE_TREE = [label for label, (_, own) in OPTIMIZER_CASES.items() if {*own} & {"leaves", *CLIP}]


# ----- every three options together -----

# What each option may be. Of a number it counts whether it is 0, which leaves a rule out.
OPTIONS: dict[str, tuple[Any, ...]] = {
    "nesterov": (False, True),
    "rate_inside": (True, False),
    "dampen_first": (True, False),
    "centered": (False, True),
    "bias_correction": (True, False),
    "fallback": (True, False),
    "scaled": (True, False),
    "maximum_of": ("raw", "corrected"),
    "eps_place": ("outside", "inside", "hat"),
    "dampening": (0.0, 0.25),
    "momentum": (0.0, 0.9),
    "initial_accumulator": (0.0, 0.1),
}
# What is no option: AdamW always decays, and its momentum is what a momentum has.
FIXED = {"momentum": ("momentum",), "adamw": ("weight_decay",)}
WITHOUT_HAT = ("adagrad", "rmsprop", "adamax")

Setting = tuple[tuple[str, Any], ...]  # some options, each with what it is
TOGETHER = 3  # so many of them


def options_of(optimizer: str) -> dict[str, tuple[Any, ...]]:
    """The options of an optimizer that the cases set, and what each may be."""
    keywords = next(own for name, own in OPTIMIZER_CASES.values() if name == optimizer)
    found = {key: OPTIONS[key] for key in keywords if key in OPTIONS}
    if optimizer in WITHOUT_HAT:
        found["eps_place"] = ("outside", "inside")
    return {key: values for key, values in found.items() if key not in FIXED.get(optimizer, ())}


def settings_in(keywords: dict[str, Any], options: dict[str, tuple[Any, ...]]) -> set[Setting]:
    """What any three options of one case are; of an optimizer that has fewer, all of them."""
    chosen = [
        (key, values[bool(keywords[key])] if isinstance(values[0], float) else keywords[key])
        for key, values in options.items()
    ]
    return set(combinations(chosen, min(TOGETHER, len(chosen))))


@cache
def paired() -> dict[str, tuple[str, dict[str, Any]]]:
    """Cases of what `OPTIMIZER_CASES` leaves out of three options, as few as are found."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for optimizer in dict.fromkeys(name for name, _ in OPTIMIZER_CASES.values()):
        options = options_of(optimizer)
        cases = [own for name, own in OPTIMIZER_CASES.values() if name == optimizer]
        every = [dict(zip(options, values, strict=True)) for values in product(*options.values())]
        missing = set().union(*(settings_in(each, options) for each in every))
        missing -= set().union(*(settings_in(each, options) for each in cases))
        usual = cases[0] | {"eps": 1e-3} if "eps" in cases[0] else cases[0]
        while missing:
            best = max(every, key=lambda each: len(missing & settings_in(each, options)))
            missing -= settings_in(best, options)
            words = ", ".join(f"{key}={value}" for key, value in best.items())
            found[f"{optimizer} with {words}"] = (optimizer, usual | best)
    return found
