"""The links of optax that are an optimizer without its learning rate, written from a spec."""

from dataclasses import replace

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.simplifying import simplify
from crosscheck.conventions.optimizers.specs import Spec

LARGE = 1000.0  # a momentum decay of NAdam from which on there is no schedule of the momentum


def core_links(spec: Spec) -> list[str] | None:
    """The links of an optimizer without its rate; None if optax has none for it."""
    plain = simplify(replace(spec, weight_decay=0.0))
    own = dict(plain.keywords)
    if "rate_inside" in spec.keywords:
        own["rate_inside"] = spec.keywords["rate_inside"]
    maker = CORES.get(plain.optimizer)
    if maker is None or plain.learning_rate != spec.learning_rate:
        return None
    return maker(own)


# The arguments of links that are left out where they have these values.
DEFAULTS: dict[str, object] = {"b1": 0.9, "b2": 0.999, "eps": 1e-8}


def _call(name: str, **words: object) -> str:
    usual = DEFAULTS if name in ("scale_by_adam", "scale_by_amsgrad", "scale_by_adamax") else {}
    own = {key: value for key, value in words.items() if usual.get(key) != value}
    return f"optax.{name}({', '.join(f'{k}={v!r}' for k, v in own.items())})"


def _momentum(own: dict[str, object]) -> list[str] | None:
    if not own["momentum"] and not own["dampening"]:
        return []
    ahead = {"nesterov": True} if own["nesterov"] else {}
    trace = _call("trace", decay=own["momentum"], **ahead)
    if not own["dampening"]:
        return [trace]
    damped = 1 - float(own["dampening"])  # type: ignore[arg-type]
    # The first gradient is not dampened.
    factor = f"lambda step: jnp.where(step == 0, 1.0, {damped!r})"
    return None if own["rate_inside"] else [f"optax.scale_by_schedule({factor})", trace]


def _adam(own: dict[str, object]) -> list[str] | None:
    if not own["bias_correction"] and own["maximum_of"] == "none":
        return None
    place, eps = own["eps_place"], own["eps"]
    words: dict[str, object] = {"b1": own["b1"], "b2": own["b2"]}
    if own["maximum_of"] == "none":
        if place == "hat":
            return [_hat("scale_by_adam", own)]
        words |= {"eps": eps} if place == "outside" else {"eps": 0.0, "eps_root": eps}
        return [_call("scale_by_adam", **words)]
    if own["maximum_of"] == "corrected" and own["bias_correction"] and place == "outside":
        return [_call("scale_by_amsgrad", **words, eps=eps)]
    if own["maximum_of"] == "raw" and own["bias_correction"] and place != "inside":
        return _raw_maximum(own)
    return None


def _raw_maximum(own: dict[str, object]) -> list[str]:
    """AMSGrad that corrects the largest second moment, where optax takes the largest corrected."""
    root = f"jnp.sqrt(1 - {own['b2']!r} ** (step + 1))"
    words = {"b1": own["b1"], "b2": own["b2"], "bias_correction_nu": False}
    corrected = f"optax.scale_by_schedule(lambda step: {root})"
    if own["eps_place"] == "hat" or not own["eps"]:
        return [_call("scale_by_amsgrad", **words, eps=own["eps"]), corrected]
    arguments = ", ".join(f"{key}={value!r}" for key, value in words.items())
    eps = f"eps=lambda step: {own['eps']!r} * {root}"
    return [f"optax.inject_hyperparams(optax.scale_by_amsgrad)({arguments}, {eps})", corrected]


def _hat(name: str, own: dict[str, object], *more: str) -> str:
    """An optimizer whose eps is divided by sqrt(1 - b2^t), as Keras has it."""
    eps = f"eps=lambda step: {own['eps']!r} / jnp.sqrt(1 - {own['b2']!r} ** (step + 1))"
    words = ", ".join([f"b1={own['b1']!r}", f"b2={own['b2']!r}", eps, *more])
    return f"optax.inject_hyperparams(optax.{name})({words})"


def _nadam(own: dict[str, object]) -> list[str] | None:
    if float(own["momentum_decay"]) < LARGE:  # type: ignore[arg-type]
        return None
    words: dict[str, object] = {"b1": own["b1"], "b2": own["b2"]}
    if own["eps_place"] == "hat":
        return None
    words |= {"eps": own["eps"]} if own["eps_place"] == "outside" else {"eps": 0.0}
    words |= {"eps_root": own["eps"]} if own["eps_place"] == "inside" else {}
    return [_call("scale_by_adam", **words, nesterov=True)]


def _radam(own: dict[str, object]) -> list[str] | None:
    if own["threshold"] == KEYWORDS["radam"]["threshold"]:
        return None
    if own["eps_place"] == "hat" and own["eps"]:
        return [_hat("scale_by_radam", own, f"threshold={own['threshold']!r}")]
    names = ("b1", "b2", "eps", "threshold")
    return [_call("scale_by_radam", **{name: own[name] for name in names})]


def _adamax(own: dict[str, object]) -> list[str] | None:
    if not own["bias_correction"] or (own["eps"] and own["eps_place"] != "inside"):
        return None
    return [_call("scale_by_adamax", b1=own["b1"], b2=own["b2"], eps=own["eps"])]


def _rmsprop(own: dict[str, object]) -> list[str] | None:
    words = {"decay": own["decay"], "eps": own["eps"]}
    words |= {"initial_scale": own["initial_accumulator"]} if own["initial_accumulator"] else {}
    words |= {"eps_in_sqrt": False} if own["eps_place"] == "outside" else {}
    name = "scale_by_stddev" if own["centered"] else "scale_by_rms"
    trace = [_call("trace", decay=own["momentum"])] if own["momentum"] else []
    return [_call(name, **words), *trace]


def _adagrad(own: dict[str, object]) -> list[str] | None:
    if own["eps"]:  # an eps inside the root is a part of the initial accumulator by now
        return None
    start = own["initial_accumulator"]
    return [_call("scale_by_rss", initial_accumulator_value=start, eps=0.0)]


def _adadelta(own: dict[str, object]) -> list[str] | None:
    return [_call("scale_by_adadelta", rho=own["decay"], eps=own["eps"])]


def _lion(own: dict[str, object]) -> list[str] | None:
    return [_call("scale_by_lion", b1=own["b1"], b2=own["b2"])]


CORES = {
    "momentum": _momentum,
    "adam": _adam,
    "nadam": _nadam,
    "radam": _radam,
    "adamax": _adamax,
    "rmsprop": _rmsprop,
    "adagrad": _adagrad,
    "adadelta": _adadelta,
    "lion": _lion,
}
