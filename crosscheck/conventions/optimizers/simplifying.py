"""Optimizers of different names that make the same steps, brought to one form.

Adam without a first moment is RMSprop, or RMSprop with its bias corrected; NAdam without one is
Adam; a RAdam that never divides and averages nothing is plain gradient descent.
"""

import math
from dataclasses import replace
from typing import Any

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.specs import Spec

# A momentum decay from which on every momentum of NAdam is b1 to the last bit: 0.96^1000 < 2^-55.
NO_SCHEDULE = 1000.0
USUAL_WITHOUT_SCHEDULE = 1e6


def simplify(spec: Spec) -> Spec:
    """The spec with the fewest changed keywords that makes the same steps.

    Two specs make the same steps in exact arithmetic, at one learning rate, if their simplified
    forms are equal.
    """
    spec = replace(spec, keywords=dict(spec.keywords))
    for simpler in (
        _without_motion,
        _lion,
        _nadam,
        _radam,
        _adamax,
        _adam,
        _rmsprop,
        _momentum,
        _rest,
    ):
        spec = simpler(spec)
    if not spec.weight_decay:
        spec = replace(spec, decoupled=True, scaled=True)
    return spec


def equivalents(spec: Spec) -> list[Spec]:
    """Specs of other names that make the same steps as a simplified one."""
    own, name = spec.keywords, spec.optimizer
    plain = name == "rmsprop" and not own["momentum"] and not own["centered"]
    found = []
    if plain and not own["initial_accumulator"]:
        moments = {"b1": 0.0, "b2": own["decay"], "eps": own["eps"], "eps_place": own["eps_place"]}
        found.append(_other(spec, "adam", **moments, bias_correction=False))
        if own["decay"] == 0:
            found.append(_other(spec, "adam", **moments))
            found.append(_other(spec, "nadam", **moments))
            found += _adamax_of(spec, 0.0, own, True)
            if own["eps"] == 0:
                found.append(_other(spec, "lion", b1=0.0, b2=0.0))
    if name == "adam" and own["maximum_of"] == "none":
        if own["b1"] == 0 and own["bias_correction"]:
            moments = {key: own[key] for key in ("b1", "b2", "eps", "eps_place")}
            found.append(_other(spec, "nadam", **moments))
        if own["b2"] == 0:
            found += _adamax_of(spec, own["b1"], own, own["bias_correction"])
    return found


def _adamax_of(spec: Spec, b1: float, own: dict[str, Any], correction: bool) -> list[Spec]:
    """Adamax without a memory of sizes, wherever its eps stands."""
    if own["eps_place"] == "inside":
        return []
    same = {"b1": b1, "b2": 0.0, "eps": own["eps"], "bias_correction": correction}
    return [_other(spec, "adamax", **same, eps_place=place) for place in ("outside", "inside")]


def _other(spec: Spec, optimizer: str, **keywords: Any) -> Spec:
    return replace(spec, optimizer=optimizer, keywords=KEYWORDS[optimizer] | keywords)


def _without_motion(spec: Spec) -> Spec:
    """At a learning rate of 0 every optimizer stays where it is."""
    if spec.learning_rate or (spec.weight_decay and not spec.scaled):
        return spec
    still = _other(spec, "momentum")
    return replace(still, weight_decay=0.0, ascends=False, rate_decay=0.0)


def _lion(spec: Spec) -> Spec:
    if spec.optimizer != "lion" or spec.keywords["b1"]:
        return spec
    return _other(spec, "rmsprop", decay=0.0, eps=0.0)  # the sign of the gradient alone


def _nadam(spec: Spec) -> Spec:
    if spec.optimizer != "nadam":
        return spec
    own = spec.keywords
    if own["b1"] == 0:  # every momentum is 0, and what is left is the gradient
        return _other(spec, "adam", **{key: own[key] for key in ("b1", "b2", "eps", "eps_place")})
    if own["momentum_decay"] >= NO_SCHEDULE:
        own["momentum_decay"] = USUAL_WITHOUT_SCHEDULE
    return spec


def _radam(spec: Spec) -> Spec:
    if spec.optimizer != "radam":
        return spec
    own = spec.keywords
    if 2 / (1 - own["b2"]) - 1 > own["threshold"]:
        return spec
    if own["b1"] == 0 and own["fallback"]:
        return _other(spec, "momentum")
    # It never divides, so that neither b2 nor eps is used.
    own |= {"b2": 0.0, "eps": 0.0, "eps_place": "outside", "threshold": 4.0}
    return spec


def _adamax(spec: Spec) -> Spec:
    if spec.optimizer != "adamax" or spec.keywords["b2"]:
        return spec
    same = {key: spec.keywords[key] for key in ("b1", "b2", "eps", "bias_correction")}
    return _other(spec, "adam", **same)  # max(0, |g| + eps) is sqrt(g^2) + eps


def _adam(spec: Spec) -> Spec:
    if spec.optimizer != "adam":
        return spec
    own = spec.keywords
    if own["b2"] == 0:  # 1 - 0^t is 1
        own["eps_place"] = "outside" if own["eps_place"] == "hat" else own["eps_place"]
        if own["maximum_of"] != "none":
            own["maximum_of"] = "raw"
        if own["b1"] == 0:
            own["bias_correction"] = False
    if not own["bias_correction"] and own["eps_place"] == "hat":
        own["eps_place"] = "outside"
    if own["b1"] or own["bias_correction"] or own["maximum_of"] != "none":
        return spec
    return _other(spec, "rmsprop", decay=own["b2"], eps=own["eps"], eps_place=own["eps_place"])


def _rmsprop(spec: Spec) -> Spec:
    if spec.optimizer == "rmsprop" and spec.keywords["decay"] == 0:
        spec.keywords["initial_accumulator"] = 0.0
    return spec


def _momentum(spec: Spec) -> Spec:
    if spec.optimizer != "momentum":
        return spec
    own = spec.keywords
    if own["dampen_first"]:  # every gradient is dampened, as by a smaller learning rate
        undampened, own["dampening"] = 1 - own["dampening"], 0.0
        spec = replace(spec, learning_rate=spec.learning_rate * undampened)
        if spec.decoupled and spec.scaled:  # what stands beside the update is not dampened
            spec = replace(spec, weight_decay=spec.weight_decay / undampened)
    if own["dampening"] == 0:
        own["dampen_first"] = True
    if own["momentum"] == 0:
        own["nesterov"] = False
        if not own["dampening"] and spec.scaled:
            spec = replace(spec, decoupled=True)  # -rate (g + decay theta) either way
    return spec


def _rest(spec: Spec) -> Spec:
    own = spec.keywords
    if "rate_inside" in own:
        own["rate_inside"] = True  # at one learning rate it makes no difference
    if spec.optimizer == "adagrad" and own["eps_place"] == "inside":
        # sqrt(a_0 + sum g^2 + eps): eps is a part of the initial accumulator.
        own["initial_accumulator"] += own["eps"]
        own["eps"] = 0.0
    if own.get("eps") == 0:
        own["eps_place"] = "outside"
    return spec


def differences(one: Spec, other: Spec) -> dict[str, tuple[Any, Any]]:
    """The keywords in which two specs differ, with both values; none if they make equal steps."""
    simple = (simplify(one), simplify(other))
    if simple[0].optimizer != simple[1].optimizer:
        return {"optimizer": (one.optimizer, other.optimizer)}
    simplified = _differing(*simple)
    if one.optimizer != other.optimizer:
        return simplified
    as_given = _differing(
        *(each if each.weight_decay else replace(each, decoupled=True) for each in (one, other))
    )
    if not simplified:
        return {}
    # The values before they were simplified, if these differ: a reader knows them.
    shown = simplified.keys() | ({"eps_place"} if "eps" in simplified else set())
    return {key: as_given[key] for key in as_given if key in shown} or as_given or simplified


def _differing(one: Spec, other: Spec) -> dict[str, tuple[Any, Any]]:
    a, b = (
        {
            "learning_rate": spec.learning_rate,
            **spec.keywords,
            "weight_decay": spec.weight_decay,
            "decoupled": spec.decoupled,
            "scaled": spec.scaled,
            "ascends": spec.ascends,
            "rate_decay": spec.rate_decay,
        }
        for spec in (one, other)
    )
    return {key: (a[key], b[key]) for key in a if not _same(a[key], b[key])}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and not isinstance(one, bool) and not isinstance(other, str):
        return math.isclose(one, other, rel_tol=1e-15)  # 1 - (1 - x) is x but for its rounding
    return bool(one == other)
