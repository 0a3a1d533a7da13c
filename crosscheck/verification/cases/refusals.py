"""What every framework refuses, each with the same error in the same words, as cases."""

import ast
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, SIGNATURES, STATES, WRAPPERS
from crosscheck.frameworks.registry import Framework
from crosscheck.verification.cases.conduct_case import NOTHING, ConductCase, raising, refusal
from crosscheck.verification.cases.door import Door
from crosscheck.verification.cases.refused_input import BAD_INPUT
from crosscheck.verification.cases.refused_values import BAD_VALUES

REFUSED = BAD_INPUT | BAD_VALUES
CALL = "the call"
# What the methods of a `Door` need of a framework.
TRAINED = {"forward": (), "gradient": ("squared_error",), "train": ("squared_error", "sgd")}
NO_ARRAY = "must be an array (see from_numpy), not"


def generated() -> list[ConductCase]:
    """Every refusal, and what comes near one and is taken."""
    return [
        *(_refused(name) for name in REFUSED),
        *(_lists_refused(name) for name in ACTIVATIONS),
        *(_keywords_refused(name) for name in KEYWORDS),
        *(_gradients_refused(name) for name in STATES),
        ConductCase(
            "other trees than layers are refused",
            {
                "tree_map": raising(
                    TypeError, "a tree must be a tuple of Layer(weight, bias) or a bare array"
                ),
                "forward": raising(TypeError, "params must be a tuple of Layer(weight, bias)"),
                "apply_updates of a word": raising(TypeError, f"updates {NO_ARRAY} str"),
                "apply_updates to a word": raising(TypeError, f"params {NO_ARRAY} str"),
            },
            _call_with_other_trees,
        ),
        ConductCase(
            "a weight decay needs the parameters",
            {CALL: raising(ValueError, "a weight decay needs params")},
            _call_decay_without_params,
            {"optimizers": ("lion",)},
        ),
        ConductCase(
            "targets that a loss is defined for are taken",
            dict.fromkeys((*LOSSES, *ROWS), NOTHING)
            | {TOO_FAR: raising(ValueError, f"{CROSS_ENTROPY} needs targets whose rows sum to 1")},
            _call_with_good_targets,
        ),
        *(_finite(dtype) for dtype in ("float64", "float32")),
    ]


# ----- the tables -----


def _refused(name: str) -> ConductCase:
    call, kind, message = REFUSED[name]
    expected = {CALL: raising(kind, message)}
    return ConductCase(f"refuses {name}", expected, partial(_call_refused, name), _asked_by(call))


def _call_refused(name: str, framework: Framework) -> dict[str, str]:
    door = Door(framework)
    return {CALL: refusal(lambda: REFUSED[name][0](door))}


def _asked_by(call: Callable[[Door], Any]) -> dict[str, Collection[str]]:
    """What a call of the tables needs of a framework, by the names that stand in it."""
    named = {*call.__code__.co_names, *(c for c in call.__code__.co_consts if isinstance(c, str))}
    for door in named & TRAINED.keys():
        named |= {"tanh", "sigmoid", *TRAINED[door]}
    return {
        "activations": named & {*ACTIVATIONS},
        "losses": named & {*LOSSES},
        "optimizers": named & {*STATES},
        "dtypes": named & {"float32"},
    }


# ----- activations and optimizers -----


def _lists_refused(name: str) -> ConductCase:
    expected = {CALL: raising(TypeError, f"z {NO_ARRAY} list")}
    call = partial(_call_with_a_list, name)
    return ConductCase(f"{name} refuses a list", expected, call, {"activations": (name,)})


def _call_with_a_list(name: str, framework: Framework) -> dict[str, str]:
    return {CALL: refusal(lambda: framework.activations.ACTIVATIONS[name]([0.0]))}


def _keywords_of(signature: str) -> dict[str, Any]:
    """The keywords with a default in the signature of an optimizer; the decay of `decayed` too."""
    (function,) = ast.parse(f"def {signature}: ...").body
    assert isinstance(function, ast.FunctionDef)
    names = [each.arg for each in function.args.args]
    defaults = [ast.literal_eval(each) for each in function.args.defaults]
    found = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    return {"weight_decay": 0.0} | found if function.name == "decayed" else found


KEYWORDS = {
    name: _keywords_of(signature)
    for signature in SIGNATURES["optimizers"]
    for name in [signature.partition("(")[0]]
    if name in (*WRAPPERS, *STATES) and "=" in signature
}


# What a wrapper must be given beside the optimizer.
NEEDED = {
    "decayed": {"learning_rate": 0.1, "weight_decay": 0.1},
    "clipped": {"max_norm": 1.0},
}


def _spoiled(keyword: str, default: Any) -> tuple[Any, str]:
    """A value that a keyword does not take, and how its refusal begins."""
    if isinstance(default, bool):
        return 1, raising(TypeError, f"{keyword} must be True or False, not 1")
    if isinstance(default, str):
        return "elsewhere", raising(ValueError, f"unknown {keyword} 'elsewhere': known are ")
    return -1.0, raising(ValueError, f"{keyword} must be in [")


def _keywords_refused(name: str) -> ConductCase:
    asks = {"optimizers": (name, "sgd") if name in WRAPPERS else (name,)}
    return ConductCase(
        f"{name} refuses bad keywords",
        {keyword: _spoiled(keyword, default)[1] for keyword, default in KEYWORDS[name].items()},
        partial(_call_with_bad_keywords, name),
        asks,
    )


def _call_with_bad_keywords(name: str, framework: Framework) -> dict[str, str]:
    found = {}
    for keyword, default in KEYWORDS[name].items():
        value, expected = _spoiled(keyword, default)
        given = dict(NEEDED.get(name, {"learning_rate": 0.1})) | {keyword: value}
        if name in WRAPPERS:
            given["optimizer"] = framework.optimizers.sgd(0.1)
        if keyword == "max_value":
            del given["max_norm"]
        build = partial(getattr(framework.optimizers, name), **given)
        found[keyword] = refusal(build, expected)
    return found


def _moment(name: str) -> str | None:
    """The first moment of an optimizer that has the shape of the parameters."""
    moments = [each for each in STATES[name][1:] if each != "momentum_product"]
    return moments[0] if moments else None


def _gradients_refused(name: str) -> ConductCase:
    expected = {
        "init": raising(TypeError, f"params {NO_ARRAY} str"),
        "other params": raising(ValueError, "grads has shape (3,), but params has shape (2,)"),
    }
    moment = _moment(name)
    if moment is not None:
        message = f"grads has shape (3,), but {moment} has shape (1,)"
        expected["another state"] = raising(ValueError, message)
    call = partial(_call_with_other_shapes, name)
    return ConductCase(f"{name} refuses other shapes", expected, call, {"optimizers": (name,)})


def _call_with_other_shapes(name: str, framework: Framework) -> dict[str, str]:
    door, optimizer = Door(framework), getattr(framework.optimizers, name)(0.1)
    ones = door.ones
    found = {
        "init": refusal(lambda: optimizer.init("theta")),
        "other params": refusal(
            lambda: optimizer.update(ones(3), optimizer.init(ones(3)), ones(2))
        ),
    }
    if _moment(name) is not None:
        # Of shape (1,), so that arithmetic alone would broadcast it and say nothing.
        state = optimizer.init(ones(1))
        found["another state"] = refusal(lambda: optimizer.update(ones(3), state, ones(3)))
    return found


def _call_decay_without_params(framework: Framework) -> dict[str, str]:
    ones = Door(framework).ones
    optimizer = framework.optimizers.lion(0.1, weight_decay=0.1)
    return {CALL: refusal(lambda: optimizer.update(ones(3), optimizer.init(ones(3))))}


# ----- trees and targets -----


def _call_with_other_trees(framework: Framework) -> dict[str, str]:
    door = Door(framework)
    pair = (door.ones(4, 3), door.ones(4))
    update = framework.optimizers.apply_updates
    return {
        "tree_map": refusal(lambda: framework.params.tree_map(lambda leaf: leaf, (pair,))),
        "forward": refusal(lambda: door.forward(params=(pair,), activations=("tanh",))),
        "apply_updates of a word": refusal(lambda: update(door.ones(2), "theta")),
        "apply_updates to a word": refusal(lambda: update("theta", door.ones(2))),
    }


CROSS_ENTROPY = "softmax_cross_entropy"
# By how many units of float64 one row of two probabilities is off 1: two of them are its rounding.
ROWS = {"rows off 1 by their rounding": 2}
TOO_FAR = "rows off 1 by more"


def _call_with_good_targets(framework: Framework) -> dict[str, str]:
    array, check = framework.params.from_numpy, framework.checks.target_domain
    # Rows of probabilities, some of them 0 and 1, which every loss takes.
    targets = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    found = {}
    for loss in LOSSES:
        given = targets if loss.endswith("cross_entropy") else targets - 7.5
        found[loss] = refusal(partial(check, loss, array(given)))
    for name, units in {**ROWS, TOO_FAR: 3}.items():
        rows = np.tile([0.25, 0.75], (5, 1))
        rows[2, 1] += units * np.finfo("float64").eps
        found[name] = refusal(partial(check, CROSS_ENTROPY, array(rows)))
    return found


NOT_FINITE = "inputs has {} non-finite entries, first at {}"


def _finite(dtype: str) -> ConductCase:
    one = raising(ValueError, NOT_FINITE.format(1, [2, 1]))
    expected = {
        f"{spoiled} among {others}": one if spoiled in ("nan", "inf", "-inf") else NOTHING
        for others in ("ones", "the largest")
        for spoiled in ("the least", "nan", "inf", "-inf")
    } | {"two": raising(ValueError, NOT_FINITE.format(2, [1, 2]))}
    call = partial(_call_finite, dtype)
    name = f"whatever is not finite is found and nothing else in {dtype}"
    return ConductCase(name, expected, call, dtype=dtype)


def _call_finite(dtype: str, framework: Framework) -> dict[str, str]:
    most = float(np.finfo(dtype).max)

    def check(fill: float, spoiled: dict[tuple[int, int], float]) -> str:
        values = np.full((5, 3), fill, dtype)
        for place, value in spoiled.items():
            values[place] = value
        array = framework.params.from_numpy(values)
        return refusal(lambda: framework.checks.finite("inputs", array))

    found = {}
    for others, fill in (("ones", 1.0), ("the largest", most)):  # whose squares overflow
        found[f"the least among {others}"] = check(fill, {(0, 0): -most})
        for value in (np.nan, np.inf, -np.inf):
            found[f"{value} among {others}"] = check(fill, {(2, 1): value})
    return found | {"two": check(1.0, {(1, 2): np.inf, (4, 0): -np.inf})}
