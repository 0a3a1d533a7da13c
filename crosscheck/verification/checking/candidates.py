"""The references that somebody's own optimizer may be: every rule with every discrete keyword.

The numbers are those that were set. For what was not set, they are the defaults of the papers, of
PyTorch, Keras and optax, and the numbers that stand in the source of the optimizer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.keywords import KEYWORDS
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.frameworks.understanding.optimizer_names import numbers_of
from crosscheck.verification.cases.hyperparameters import OPTIONS, WITHOUT_HAT

# Every value of every keyword that is no number, the usual one first. A decay's stand in DECAYS.
DISCRETE: dict[str, tuple[Any, ...]] = {
    key: values
    for key, values in OPTIONS.items()
    if isinstance(values[0], bool | str) and key != "scaled"
} | {"maximum_of": ("none", *OPTIONS["maximum_of"])}
# Of the papers, torch.optim, keras.optimizers and optax.
USUAL: dict[str, tuple[float, ...]] = {
    "b1": (0.9,),
    "b2": (0.999,),
    "momentum": (0.9,),
    "decay": (0.9, 0.99, 0.95),
    "eps": (1e-8, 1e-7, 1e-10, 1e-6, 1e-5, 1e-12, 0.0),
    "initial_accumulator": (0.0, 0.1, 1.0),
    "momentum_decay": (0.004, 1.0, 0.0, 1e6),  # the last stands for a momentum that stays b1
    "threshold": (4.0, 5.0),
}
USUAL_DECAYS = (0.01, 0.004, 1e-4)  # of AdamW in PyTorch, in Keras and in optax
LARGEST_DECAY = 0.3  # a number of the source that is larger is not taken for a decay
USUAL_RATES = (0.01, 0.001, 0.002, 0.1, 1.0)
# A decay beside the update, scaled by the rate or not, or in the gradient.
DECAYS = ((True, True), (True, False), (False, True))
LARGEST_EPS = 1e-3  # a number of the source that is larger is not taken for an eps
SMALLEST_BETA = 0.3  # nor one that is smaller for what is left of a mean
HALF = 0.5  # stands in a loss; what is left of a mean is mostly more


MOST = 4000  # so many are tried, which takes some seconds


@dataclass(frozen=True)
class Known:
    """What is known of the numbers of an optimizer.

    Attributes:
        settings: What was set, and the defaults of its constructor, by its own names.
        numbers: The numbers that stand in its source.
        one: Whether only one value is tried for each number, the likeliest.
    """

    settings: Mapping[str, Any]
    numbers: tuple[float, ...] = ()
    one: bool = False

    @property
    def rates(self) -> list[float]:
        """The learning rates that it may have."""
        found = numbers_of(self.settings, "learning_rate")
        return found[:1] or _distinct([*self.numbers, *USUAL_RATES])[: 1 if self.one else None]

    def values(self, keyword: str) -> list[float]:
        """The values that a keyword may have."""
        return self._values(keyword)[: 1 if self.one else None]

    def _values(self, keyword: str) -> list[float]:
        high = np.inf if keyword in ("eps", "momentum_decay", "threshold") else 1.0
        low = SMALLEST_BETA if keyword == "decay" else 0.0  # else it is a decay of the rate
        found = [v for v in numbers_of(self.settings, keyword) if low <= v < high]
        if keyword in ("b1", "b2", "eps") and found:
            return found[:1]
        if found:
            return _distinct(found)
        if keyword == "eps":
            small = [v for v in self.numbers if 0 < v <= LARGEST_EPS]
            near = sorted(small, key=lambda v: abs(np.log10(v / USUAL["eps"][0])))
            return _distinct([*near, *USUAL["eps"]])
        if keyword in ("b1", "b2", "momentum", "decay"):
            betas = [v for v in self.numbers if SMALLEST_BETA <= v < 1]
            usual = USUAL[keyword]
            near = sorted(betas, key=lambda value: abs(value - usual[0]))
            return _distinct([*near, *usual])
        return list(USUAL.get(keyword, (0.0,)))


def _distinct(values: Sequence[float]) -> list[float]:
    return list(dict.fromkeys(map(float, values)))


def candidates(known: Known, optimizers: Iterable[str] = tuple(KEYWORDS)) -> Iterator[Spec]:
    """Every reference that keeps what is known, of some rules."""
    found = (
        spec
        for rate, optimizer in product(known.rates, optimizers)
        for keywords in _keywords(optimizer, known)
        for spec in _decayed(Spec(optimizer, rate, keywords), known)
    )
    return islice(found, MOST)


def strangers(known: Known, optimizer: str) -> Iterator[Spec]:
    """One rule with numbers that contradict what was set: one ignored, or in another's place."""
    numbers = [
        value
        for keyword in ("b1", "b2", "momentum", "decay")
        for value in numbers_of(known.settings, keyword)
        if 0 <= value < 1
    ]
    every = tuple(_distinct([*numbers, *known.numbers]))
    eps = {name: value for name, value in known.settings.items() if _is(name, value, known, "eps")}
    decay = numbers_of(known.settings, "weight_decay")[:1]
    rate = {"learning_rate": known.rates[0]}
    for kept in (eps, {}):
        for decays in [{}, {"weight_decay": decay[0]}] if decay else [{}]:
            yield from candidates(Known(rate | kept | decays, every), (optimizer,))


def _is(name: str, value: Any, known: Known, keyword: str) -> bool:
    return bool(numbers_of({name: value}, keyword)[:1] == numbers_of(known.settings, keyword)[:1])


def _keywords(optimizer: str, known: Known) -> Iterator[dict[str, Any]]:
    own = KEYWORDS[optimizer]
    values: dict[str, Sequence[Any]] = {}
    for keyword in own:
        if keyword in DISCRETE:
            values[keyword] = DISCRETE[keyword]
        else:
            values[keyword] = known.values(keyword)
    if optimizer in WITHOUT_HAT and "eps_place" in own:
        values["eps_place"] = DISCRETE["eps_place"][:2]
    if optimizer == "momentum":
        values["momentum"] = _distinct([0.0, *values["momentum"]])
        values["dampening"] = numbers_of(known.settings, "dampening")[:1] or ["momentum", 0.0]
    if optimizer == "rmsprop":
        values["momentum"] = _distinct([0.0, *_momentum_beside(known)])
    if optimizer == "lion":
        values |= _means_of_lion(known, values["b1"])
    for chosen in product(*values.values()):
        keywords = dict(zip(values, chosen, strict=True))
        if keywords.get("dampening") == "momentum":  # a mean of gradients in place of a sum
            keywords["dampening"] = keywords["momentum"]
        if not _is_idle(optimizer, keywords):
            yield keywords


def _means_of_lion(known: Known, b1: Sequence[float]) -> dict[str, Sequence[float]]:
    """The weights of Lion's means; of equal ones it is Signum, and without any a sign descent."""
    if own := numbers_of(known.settings, "b2")[:1]:
        return {"b2": own}
    if known.one:
        return {"b2": [0.99]}
    betas = [*known.numbers, *known.settings.values()]
    has_mean = any(isinstance(each, float) and HALF < each < 1 for each in betas)
    momentum = numbers_of(known.settings, "momentum")[:1]
    both = _distinct([*momentum, *b1, *([] if has_mean else [0.0])])
    return {"b1": both, "b2": _distinct([0.99, 0.999, *both])}


def _momentum_beside(known: Known) -> list[float]:
    """The momentum of what has another mean, too: no other name than its own is taken for it."""
    return numbers_of({"momentum": known.settings.get("momentum")}, "momentum")


def _is_idle(optimizer: str, keywords: dict[str, Any]) -> bool:
    """Whether a keyword has another value than its usual one where it has no effect."""
    idle: list[str] = []
    if optimizer in ("momentum", "rmsprop") and not keywords["momentum"]:
        idle = [key for key in ("nesterov", "dampen_first") if key in keywords]
        idle += ["rate_inside"]
    elif optimizer == "momentum" and not keywords["dampening"]:
        idle = ["dampen_first"]
    if any(keywords[key] != DISCRETE[key][0] for key in idle):
        return True
    if optimizer == "lion" and not keywords["b1"] and keywords["b2"] != KEYWORDS["lion"]["b2"]:
        return True
    if optimizer == "momentum" and not keywords["momentum"] and keywords["dampening"]:
        return True
    no_hat = keywords.get("bias_correction") is False or keywords.get("eps") == 0
    return no_hat and keywords.get("eps_place") == "hat"


def _decayed(spec: Spec, known: Known) -> Iterator[Spec]:
    set_here = [value for value in numbers_of(known.settings, "weight_decay") if value]
    usual: list[float] = []
    if not numbers_of(known.settings, "weight_decay"):
        yield spec
        in_source = [value for value in known.numbers if 0 < value <= LARGEST_DECAY]
        usual = _distinct([*in_source, *USUAL_DECAYS]) if _may_decay_by_default(spec) else []
        set_here = usual
    elif not set_here:
        yield spec
    for weight_decay, (decoupled, scaled) in product(set_here, DECAYS):
        if usual and not (decoupled and scaled):
            continue
        yield replace(spec, weight_decay=weight_decay, decoupled=decoupled, scaled=scaled)


def _may_decay_by_default(spec: Spec) -> bool:
    own = spec.keywords
    usual = own.get("bias_correction") is True and own.get("maximum_of") == "none"
    return spec.optimizer == "lion" or usual


def contradictions(spec: Spec, known: Known) -> list[str]:
    """Where a reference has other numbers than were set, as sentences."""
    found = []
    values = {**spec.keywords, "weight_decay": spec.weight_decay}
    for keyword in ("b1", "b2", "momentum", "decay", "eps", "weight_decay"):
        if keyword in ("momentum", "decay") and keyword not in spec.keywords:
            continue
        own = numbers_of(known.settings, keyword)
        if keyword == "momentum" and spec.optimizer == "rmsprop":
            own = _momentum_beside(known)
        if keyword in values and own and values[keyword] not in own:
            found.append(f"{keyword} is {values[keyword]!r}, where {own[0]!r} was set")
        elif keyword in ("momentum", "weight_decay") and own and keyword not in values:
            found.append(f"{keyword}={own[0]!r} has no effect")
    for flag in ("nesterov", "centered"):
        set_here = known.settings.get(flag)
        moves = flag != "nesterov" or spec.keywords.get("momentum")
        if moves and isinstance(set_here, bool) and spec.keywords.get(flag, set_here) != set_here:
            found.append(f"{flag}={set_here} was set, and has no effect")
    return found
