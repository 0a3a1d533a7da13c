"""The names that people give the parameters, the gradients and the numbers of an optimizer."""

import re
from collections.abc import Mapping
from typing import Any

# What an argument of an update is, by its name in lower case and without underscores.
PARAMS = {"w", "p", "x", "theta", "param", "weight", "var", "value", "parameter", "vals", "th"}
MANY_PARAMS = {"params", "parameters", "weights", "thetas", "variables", "ws", "vars"}
GRADS = {"g", "grad", "gradient", "dw", "dx", "dp", "dtheta", "dparam", "dweight", "gt", "delta"}
MANY_GRADS = {"grads", "gradients", "gs", "dparams", "dws", "dweights", "deltas", "gradlist"}
BIASES, BIAS_GRADS = {"b", "bias", "biases"}, {"db", "dbias", "dbiases", "gradb", "gb"}
COUNTS = {"t", "step", "steps", "iteration", "epoch", "i", "n", "k", "it", "iter", "timestep"}
COUNTS |= {"niter", "stepnum", "stepnumber", "itr", "numupdates"}
KEYS = {"layer", "layerid", "name", "key", "idx", "index", "id", "layername", "paramid", "j", "l"}
KEYS |= {"layeridx", "layerindex", "paramname", "pid", "lid", "layernum", "layernumber"}
RATES = ("learningrate", "lr", "rate", "eta", "stepsize", "lrate", "lr0", "alpha", "a", "gamma")
# A state that is given to every call: an empty dict at first, or zeros as the parameters.
STATES = {"state", "optstate", "memory", "config", "optimizerstate"}
MOMENTS = {"v", "s", "m", "u", "r", "h", "velocity", "velocities", "vel", "cache", "sq", "sqrs"}
MOMENTS |= {"moments", "accumulator", "vt", "mt", "st", "gsq", "hist"}

# What a number of an optimizer may be, by the keyword of the references.
NUMBERS: dict[str, tuple[str, ...]] = {
    "learning_rate": RATES,
    "b1": ("b1", "beta1"),
    "b2": ("b2", "beta2"),
    "momentum": ("momentum", "mu", "mom", "gamma", "beta", "rho", "beta1", "b1", "alpha", "m"),
    "decay": ("decay", "decayrate", "rho", "alpha", "gamma", "beta", "beta2", "b2", "smoothing"),
    "eps": ("eps", "epsilon", "e", "delta", "fuzz", "epsilion"),
    "weight_decay": ("weightdecay", "wd", "lambda", "lambd", "lam", "l2", "reg", "l2penalty"),
    "initial_accumulator": ("initialaccumulator", "initialaccumulatorvalue", "initialscale"),
    "dampening": ("dampening", "damping"),
    "momentum_decay": ("momentumdecay", "scheduledecay", "psi"),
    "threshold": ("threshold",),
}
# Numbers that a call must be given by settings, with what is usual.
USUAL = {"beta": 0.9, "momentum": 0.9, "mu": 0.9, "rho": 0.9, "decayrate": 0.9, "beta1": 0.9}
USUAL |= {"beta2": 0.999, "epsilon": 1e-8, "eps": 1e-8}
# Pairs of a gradient and its parameter.
ZIPPED = {"gradsandvars", "gradsandparams", "gradsvars", "gradientsandvariables"}
PAIRS = ("betas", "beta")


def plain(name: str) -> str:
    """A name in lower case, without underscores."""
    return name.replace("_", "").lower()


def role(name: str) -> str | None:
    """What an argument of an update is: "params", "grads", "count" ... or None."""
    short = plain(name)
    if short in ZIPPED:
        return "zipped"
    if short in BIAS_GRADS:
        return "bias_grads"
    if short in BIASES:
        return "biases"
    if short in GRADS or short in MANY_GRADS or "grad" in short or re.match("d[A-Z]$", name):
        return "grads"
    if short in PARAMS or short in MANY_PARAMS or re.search("param(eter)?s$", short):
        return "params"
    kinds = {"count": COUNTS, "key": KEYS, "rate": RATES, "state": STATES, "moments": MOMENTS}
    for found, names in kinds.items():
        if short in names:
            return found
    return None


def is_many(name: str) -> bool:
    """Whether a name is that of a collection of arrays."""
    short = plain(name)
    return short in MANY_PARAMS | MANY_GRADS or short.endswith(("params", "parameters", "grads"))


def rate_name(names: Any) -> str | None:
    """Which of some names is that of the learning rate; the usual words come first."""
    by_short = {plain(name): name for name in names}
    return next((by_short[each] for each in RATES if each in by_short), None)


def numbers_of(settings: Mapping[str, Any], keyword: str) -> list[float]:
    """The values that were set for a keyword of the references, the surest name first."""
    rate = rate_name(settings)
    others = {name: v for name, v in settings.items() if name != rate or keyword == "learning_rate"}
    by_short = {plain(name): value for name, value in others.items()}
    found = [by_short[name] for name in NUMBERS[keyword] if name in by_short]
    if keyword in ("b1", "b2"):
        pairs = [by_short[name] for name in PAIRS if name in by_short]
        both = [pair for pair in pairs if isinstance(pair, tuple | list) and len(pair) == 2]
        found += [pair[keyword == "b2"] for pair in both]
    numbers = [each for each in found if isinstance(each, int | float)]
    return [float(each) for each in numbers if not isinstance(each, bool)]
