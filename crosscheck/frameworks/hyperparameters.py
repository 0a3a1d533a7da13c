"""The hyperparameters of the contract's optimizers: usual values, other number types, the call.

A hyperparameter is a number, a flag (`nesterov`) or a word (`eps_place="hat"`). Only numbers depend
on the arithmetic in which an update is computed: floats, decimals, balls, floats with a bound.
"""

import ast
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from crosscheck.frameworks.contract import SIGNATURES
from crosscheck.frameworks.registry import Framework

Hyperparameters = Mapping[str, Any]

# The papers' values. A package's own defaults are the contract's business, so all keywords stand.
ADAM = {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "bias_correction": True, "eps_place": "outside"}
VELOCITY = {
    "momentum": 0.9,
    "nesterov": False,
    "rate_inside": True,
    "dampening": 0.0,
    "dampen_first": True,
}
RMSPROP = {
    "decay": 0.9,
    "eps": 1e-8,
    "eps_place": "outside",
    "initial_accumulator": 0.0,
    "centered": False,
    "momentum": 0.0,
    "rate_inside": True,
}
ADAGRAD = {"initial_accumulator": 0.0, "eps": 1e-10, "eps_place": "outside"}
AMSGRAD = {
    "b1": 0.9,
    "b2": 0.999,
    "eps": 1e-8,
    "bias_correction": False,
    "maximum_of": "raw",
    "eps_place": "outside",
}
NADAM = {"b1": 0.9, "b2": 0.999, "eps": 1e-8, "momentum_decay": 0.004, "eps_place": "outside"}
RADAM = {
    "b1": 0.9,
    "b2": 0.999,
    "eps": 1e-8,
    "threshold": 4.0,
    "fallback": True,
    "eps_place": "outside",
}

# The keywords of a weight decay. The wrapper `decayed` of a framework takes them, except for two
# optimizers that take them themselves.
DECAY = ("weight_decay", "decoupled", "scaled", "leaves")
WITH_DECAY = ("adamw", "lion")
# The keywords of the wrapper `clipped`; its eps has a name of its own beside that of the optimizer.
CLIP = ("max_norm", "max_value", "clip_eps", "per")


def convert(hyperparameters: Hyperparameters, to_number: Callable[[Any], Any]) -> dict[str, Any]:
    """The same hyperparameters with every number converted; flags and words stay as they are.

    Args:
        hyperparameters: By keyword.
        to_number: What makes a number of one arithmetic of a number here, as `float` or
            `from_floats`.
    """
    return {
        key: value if isinstance(value, bool | str) else to_number(value)
        for key, value in hyperparameters.items()
    }


def split_decay(hyperparameters: Hyperparameters) -> tuple[dict[str, Any], dict[str, Any]]:
    """The hyperparameters of the update rule alone, and those of its weight decay.

    The second is empty where nothing decays: without `weight_decay`, or where that is 0.
    """
    rule = {key: value for key, value in hyperparameters.items() if key not in DECAY}
    decay = {key: value for key, value in hyperparameters.items() if key in DECAY}
    return rule, decay if decay.get("weight_decay") else {}


@cache
def default_keywords(optimizer: str) -> Mapping[str, Any]:
    """Every keyword of an optimizer but the learning rate, with its default in the contract.

    Args:
        optimizer: Its name in the contract.
    """
    (signature,) = (each for each in SIGNATURES["optimizers"] if each.startswith(f"{optimizer}("))
    call = ast.parse(signature, mode="eval").body
    assert isinstance(call, ast.Call)
    return {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg}


def split_clip(hyperparameters: Hyperparameters) -> tuple[dict[str, Any], dict[str, Any]]:
    """The hyperparameters without those of a clipping, and these, in the words of `CLIP`."""
    rest = {key: value for key, value in hyperparameters.items() if key not in CLIP}
    return rest, {key: value for key, value in hyperparameters.items() if key in CLIP}


def known_keywords(optimizer: str) -> tuple[str, ...]:
    """The keywords that an optimizer takes, those of a weight decay too, but the learning rate."""
    decay = () if optimizer in WITH_DECAY else DECAY
    return (*default_keywords(optimizer), *decay)


def is_decayed(optimizer: str, hyperparameters: Hyperparameters) -> bool:
    """Whether a framework needs its wrapper `decayed` around an optimizer."""
    return optimizer not in WITH_DECAY and bool(hyperparameters.get("weight_decay"))


def wrappers_of(optimizer: str, hyperparameters: Hyperparameters) -> tuple[str, ...]:
    """The wrappers that a framework needs around an optimizer, the innermost first."""
    decay = ("decayed",) if is_decayed(optimizer, hyperparameters) else ()
    return (*decay, "clipped") if split_clip(hyperparameters)[1] else decay


def build_optimizer(
    framework: Framework, optimizer: str, hyperparameters: Hyperparameters, learning_rate: Any
) -> Any:
    """An optimizer of a framework, inside the wrappers `decayed` and `clipped` where it needs them.

    What clips is outermost: it is the gradient of the loss that is clipped, without an L2 penalty.

    Args:
        framework: The framework that builds it.
        optimizer: Its name in the contract.
        hyperparameters: All but the learning rate: floats, flags and words by keyword.
        learning_rate: A float, or a function of the step.
    """
    hyperparameters, clip = split_clip(hyperparameters)
    built = getattr(framework.optimizers, optimizer)
    if is_decayed(optimizer, hyperparameters):
        rule, decay = split_decay(hyperparameters)
        built = framework.optimizers.decayed(built(learning_rate, **rule), learning_rate, **decay)
    else:
        built = built(learning_rate, **hyperparameters)
    own = {key.removeprefix("clip_"): value for key, value in clip.items()}
    return framework.optimizers.clipped(built, **own) if own else built
