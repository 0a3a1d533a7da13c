"""How an optimizer's step follows from the state before it, as expressions for one entry.

The exact rules (`numerics.exact.optimizers`) are sums over the whole history; these are the steps
that notes work out one after the other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crosscheck.documents.examples import OptimizerRun
from crosscheck.frameworks.hyperparameters import split_decay

# How notes write the moments.
SYMBOLS = {
    "first_moment": "m",
    "second_moment": "v",
    "velocity": "velocity",
    "sum_of_squares": "s",
    "second_moment_of_updates": "w",
    "largest_second_moment": "largest v",
    "largest": "u",
}


@dataclass(frozen=True)
class Entry:
    """One entry of the parameters, at one step.

    Attributes:
        run: The run.
        step: Which step, from 1.
        where: The place of the entry: "[1].weight[0, 0]".
        param, grad: The names of the entry, and of its gradient, before the step.
        before, after: What the names before and after the step begin with: "adam.after[1].".
    """

    run: OptimizerRun
    step: int
    where: str
    param: str
    grad: str
    before: str
    after: str

    def moments(self) -> Iterator[tuple[str, str]]:
        """The moments after the step: of each the name, and the expression that gives it."""
        for name, expression in RULES[self.run.optimizer](self)[0].items():
            yield self.new(name), expression

    def symbols(self) -> list[str]:
        """How notes write those moments."""
        return [SYMBOLS[name] for name in RULES[self.run.optimizer](self)[0]]

    def moved(self) -> str:
        """The expression that gives the entry after the step."""
        _, update = RULES[self.run.optimizer](self)
        _, decay = split_decay(self.run.keywords)
        if decay and decay.get("decoupled", True):
            rate = f"{self.rate} * " if decay.get("scaled", True) else ""
            update = f"{update} + {rate}{self.key('weight_decay')} * {self.param}"
        return f"{self.param} - ({update})"

    # ----- what the rules are made of -----

    def key(self, name: str) -> str:
        """A hyperparameter."""
        return f"{self.run.name}.{name}"

    def __getitem__(self, name: str) -> Any:
        """The value of a hyperparameter."""
        return self.run.keywords[name]

    @property
    def rate(self) -> str:
        """The learning rate."""
        return self.key("learning_rate")

    @property
    def g(self) -> str:
        """The gradient, with the weight decay that is added to it."""
        _, decay = split_decay(self.run.keywords)
        if decay and not decay.get("decoupled", True):
            return f"({self.grad} + {self.key('weight_decay')} * {self.param})"
        return self.grad

    def new(self, moment: str) -> str:
        """A moment after the step."""
        return f"{self.after}state.{moment}{self.where}"

    def old(self, moment: str) -> str | None:
        """A moment before the step, or None before the first one."""
        return f"{self.before}state.{moment}{self.where}" if self.step > 1 else None

    def average(self, moment: str, decay: str, value: str, start: str | None = None) -> str:
        """decay m + (1 - decay) value, where m may be 0 or `start` before the first step."""
        rate, old = self.key(decay), self.old(moment) or start
        fresh = f"(1 - {rate}) * {value}"
        return f"{rate} * {old} + {fresh}" if old else fresh

    def corrected(self, moment: str, decay: str) -> str:
        """A moment after the step, divided by 1 - decay^t."""
        return f"{self.new(moment)} / (1 - {self.key(decay)}**{self.step})"

    def root(self, value: str, is_corrected: bool = True) -> str:
        """sqrt(v) + eps, or with eps where the run has it."""
        eps, place = self.key("eps"), self["eps_place"]
        if place == "inside":
            return f"sqrt({value} + {eps})"
        if place == "hat" and is_corrected:
            eps = f"{eps} / sqrt(1 - {self.key('b2')}**{self.step})"
        return f"(sqrt({value}) + {eps})"


# The moments after a step, and what is subtracted from the parameter.
Rule = tuple[dict[str, str], str]


def _sgd(entry: Entry) -> Rule:
    return {}, f"{entry.rate} * {entry.g}"


def _momentum(entry: Entry) -> Rule:
    dampened = entry["dampening"] != 0 and (entry["dampen_first"] or entry.step > 1)
    push = f"(1 - {entry.key('dampening')}) * {entry.g}" if dampened else entry.g
    return _velocity(entry, push, bool(entry["nesterov"]))


def _velocity(entry: Entry, push: str, nesterov: bool = False) -> Rule:
    factor, rate = entry.key("momentum"), entry.rate
    push = f"{rate} * {push}" if entry["rate_inside"] else push
    old, new = entry.old("velocity"), entry.new("velocity")
    velocity = f"{factor} * {old} - {push}" if old else f"-({push})"
    update = f"{push} - {factor} * {new}" if nesterov else f"-{new}"
    return {"velocity": velocity}, update if entry["rate_inside"] else f"{rate} * ({update})"


def _lion(entry: Entry) -> Rule:
    push = entry.average("first_moment", "b1", entry.g)
    first = entry.average("first_moment", "b2", entry.g)
    return {"first_moment": first}, f"{entry.rate} * sign({push})"


def _adagrad(entry: Entry) -> Rule:
    old = entry.old("sum_of_squares") or entry.key("initial_accumulator")
    root = entry.root(entry.new("sum_of_squares"))
    return {"sum_of_squares": f"{old} + {entry.g}**2"}, f"{entry.rate} * {entry.g} / {root}"


def _rmsprop(entry: Entry) -> Rule:
    start = entry.key("initial_accumulator")
    moments = {"second_moment": entry.average("second_moment", "decay", f"{entry.g}**2", start)}
    value = entry.new("second_moment")
    if entry["centered"]:
        moments["first_moment"] = entry.average("first_moment", "decay", entry.g)
        value = f"{value} - {entry.new('first_moment')}**2"
    push = f"{entry.g} / {entry.root(value)}"
    if entry["momentum"] == 0:
        return moments, f"{entry.rate} * {push}"
    velocity, update = _velocity(entry, push)
    return moments | velocity, update


def _adadelta(entry: Entry) -> Rule:
    updates, eps = "second_moment_of_updates", entry.key("eps")
    second = entry.average("second_moment", "decay", f"{entry.g}**2")
    ratio = f"({entry.old(updates) or 0} + {eps}) / ({entry.new('second_moment')} + {eps})"
    push = f"{entry.g} * sqrt({ratio})"
    moments = {"second_moment": second, updates: entry.average(updates, "decay", f"({push})**2")}
    return moments, f"{entry.rate} * {push}"


def _two_moments(entry: Entry) -> dict[str, str]:
    return {
        "first_moment": entry.average("first_moment", "b1", entry.g),
        "second_moment": entry.average("second_moment", "b2", f"{entry.g}**2"),
    }


def _adam(entry: Entry) -> Rule:
    is_corrected = bool(entry["bias_correction"])
    m, v = entry.new("first_moment"), entry.new("second_moment")
    if is_corrected:
        m, v = entry.corrected("first_moment", "b1"), entry.corrected("second_moment", "b2")
    update = f"{entry.rate} * ({m}) / {entry.root(v, is_corrected)}"
    return _two_moments(entry), update


def _amsgrad(entry: Entry) -> Rule:
    largest, is_corrected = "largest_second_moment", bool(entry["bias_correction"])
    raw = entry["maximum_of"] == "raw"
    now = entry.new("second_moment") if raw else entry.corrected("second_moment", "b2")
    old = entry.old(largest)
    m, v = entry.new("first_moment"), entry.new(largest)
    if is_corrected:
        m, v = entry.corrected("first_moment", "b1"), entry.corrected(largest, "b2") if raw else v
    moments = {**_two_moments(entry), largest: f"maximum({old}, {now})" if old else now}
    return moments, f"{entry.rate} * ({m}) / {entry.root(v, is_corrected)}"


def _nadam(entry: Entry) -> Rule:
    mus = [
        f"({entry.key('b1')} * (1 - 0.96**({t} * {entry.key('momentum_decay')}) / 2))"
        for t in range(1, entry.step + 2)
    ]
    now, after = (" * ".join(mus[:count]) for count in (entry.step, entry.step + 1))
    old = f"{mus[-1]} * {entry.new('first_moment')} / (1 - {after})"
    fresh = f"(1 - {mus[-2]}) * {entry.g} / (1 - {now})"
    root = entry.root(entry.corrected("second_moment", "b2"))
    return _two_moments(entry), f"{entry.rate} * ({old} + {fresh}) / {root}"


def _radam(entry: Entry) -> Rule:
    t, b2 = entry.step, entry.key("b2")
    value = Fraction(entry["b2"])
    limit = 2 / (1 - value) - 1
    length = limit - 2 * t * value**t / (1 - value**t)
    m = entry.corrected("first_moment", "b1")
    if length <= Fraction(entry["threshold"]):
        return _two_moments(entry), f"{entry.rate} * {m}" if entry["fallback"] else "0"
    rho_inf = f"(2 / (1 - {b2}) - 1)"
    rho = f"({rho_inf} - 2 * {t} * {b2}**{t} / (1 - {b2}**{t}))"
    above = f"({rho} - 4) * ({rho} - 2) * {rho_inf}"
    factor = f"sqrt({above} / (({rho_inf} - 4) * ({rho_inf} - 2) * {rho}))"
    root = entry.root(entry.corrected("second_moment", "b2"))
    return _two_moments(entry), f"{entry.rate} * {factor} * {m} / {root}"


def _adamax(entry: Entry) -> Rule:
    eps, inside = entry.key("eps"), entry["eps_place"] == "inside"
    size = f"abs({entry.g}) + {eps}" if inside else f"abs({entry.g})"
    old = entry.old("largest")
    largest = f"maximum({entry.key('b2')} * {old}, {size})" if old else size
    m = entry.new("first_moment")
    m = entry.corrected("first_moment", "b1") if entry["bias_correction"] else m
    u = entry.new("largest") if inside else f"({entry.new('largest')} + {eps})"
    moments = {"first_moment": _two_moments(entry)["first_moment"], "largest": largest}
    return moments, f"{entry.rate} * ({m}) / {u}"


RULES: dict[str, Callable[[Entry], Rule]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "lion": _lion,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adadelta": _adadelta,
    "adam": _adam,
    "adamw": _adam,
    "amsgrad": _amsgrad,
    "nadam": _nadam,
    "radam": _radam,
    "adamax": _adamax,
}
