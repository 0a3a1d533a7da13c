"""A training recipe as data, in the references' words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions.optimizers.simplifying import differences as spec_differences
from crosscheck.conventions.optimizers.specs import Spec
from crosscheck.conventions.optimizers.translation import reference_code
from crosscheck.conventions.recipes.rates import largest_rate, updates_shown
from crosscheck.conventions.schedules.writing import ROUNDING
from reference_numpy import optimizers

# A learning rate as a function of the update, with the `code` that makes it.
Schedule = Any


class RecipeError(ValueError):
    """A text is no recipe that can be read, or a recipe cannot be written."""


@dataclass(frozen=True)
class Clip:
    """A clipping of the gradient: the arguments of the references' `clipped`."""

    max_norm: float | None = None
    max_value: float | None = None
    eps: float = 0.0
    per: str = "all"

    @property
    def keywords(self) -> dict[str, Any]:
        """The arguments that differ from their defaults."""
        usual: dict[str, Any] = {"max_norm": None, "max_value": None, "eps": 0.0, "per": "all"}
        return {key: getattr(self, key) for key in usual if getattr(self, key) != usual[key]}

    @property
    def text(self) -> str:
        """The arguments as they are written in Python."""
        return ", ".join(f"{key}={value!r}" for key, value in self.keywords.items())


@dataclass(frozen=True)
class Penalty:
    """An L2 penalty: so many times the parameters are added to the gradient."""

    weight_decay: float
    leaves: str = "all"

    @property
    def text(self) -> str:
        """The arguments of the references' `decayed`."""
        leaves = "" if self.leaves == "all" else f", leaves={self.leaves!r}"
        return f"weight_decay={self.weight_decay!r}, decoupled=False{leaves}"


Link = Clip | Penalty


@dataclass(frozen=True)
class Recipe:
    """How a gradient becomes a step.

    Attributes:
        spec: The optimizer, with the decay that stands beside it or is the last thing before it.
            Its learning rate is that of every update, or is not used where there is a schedule.
        leaves: What that decay draws towards 0: "all", or "weights" alone.
        before: What happens to a gradient before the optimizer has it, in this order.
        schedule: The learning rate as a function of the update, from 0; None if it is constant.
        accumulate: How many micro-batches make an update, by the mean of their gradients.
    """

    spec: Spec
    leaves: str = "all"
    before: tuple[Link, ...] = ()
    schedule: Schedule | None = None
    accumulate: int = 1

    def rates(self, updates: int) -> list[float]:
        """The learning rate of each of the first updates."""
        if self.schedule is not None:
            return [float(rate) for rate in self.schedule(np.arange(updates))]
        return list(self.spec.rates_of([self.spec.learning_rate] * updates))

    @property
    def base_rate(self) -> float:
        """The learning rate of which a schedule is a multiple, or the constant one."""
        if self.schedule is None:
            return abs(self.spec.learning_rate)
        return largest_rate(self.schedule)

    @property
    def expression(self) -> str:
        """The optimizer as an expression of the references."""
        return self._text(None if self.schedule is None else self.schedule.code)

    def _text(self, rate: str | None) -> str:
        """The optimizer with this as its learning rate, or with its own."""
        text = self.spec.reference_call(rate, self.leaves)
        rate = rate or self.spec.rate_text
        for link in reversed(self.before):
            if isinstance(link, Clip):
                text = f"clipped({text}, {link.text})"
            else:
                text = f"decayed({text}, {rate}, {link.text})"
        return text

    @property
    def reference(self) -> str:
        """Code over `reference_numpy` that leaves `optimizer`."""
        text = self._text(None if self.schedule is None else "schedule")
        lines = [] if self.schedule is None else [f"schedule = {self.schedule.code}"]
        if self.spec.ascends:
            lines.append(
                "# It goes up the gradient: give it every gradient with the opposite sign."
            )
        return reference_code(text, *lines)

    @property
    def train(self) -> str | None:
        """The arguments of the references' `train` that gather gradients; None without."""
        if self.accumulate == 1:
            return None
        return f"batch_size={self.accumulate} * micro_batch, micro_batch_size=micro_batch"

    def optimizer(self, rates: Sequence[float] | None = None) -> Any:
        """The optimizer of the NumPy reference, which is to be handed means of gradients.

        Args:
            rates: The learning rate of every update, if not the recipe's own.
        """
        rate: Callable[[int], float] | float = self.spec.learning_rate
        if rates is not None:
            rate = rates.__getitem__
        elif self.schedule is not None:
            rate = self.schedule
        elif self.spec.rate_decay:
            start, decay = self.spec.learning_rate, self.spec.rate_decay
            rate = lambda step: start / (1 + decay * step)  # noqa: E731
        name, keywords = self.spec.reference_arguments()
        built = optimizers.OPTIMIZERS[name](rate, **keywords)
        if self.spec.weight_decay:
            decay_arguments = (self.spec.weight_decay, self.spec.decoupled, self.spec.scaled)
            built = optimizers.decayed(built, rate, *decay_arguments, leaves=self.leaves)
        for link in reversed(self.before):
            if isinstance(link, Clip):
                built = optimizers.clipped(built, **link.keywords)
            else:
                built = optimizers.decayed(
                    built, rate, link.weight_decay, decoupled=False, leaves=link.leaves
                )
        return built


def normal_form(recipe: Recipe) -> Recipe:
    """The recipe with its penalties and clippings merged where that changes nothing."""
    before: list[Link] = []
    for link in recipe.before:
        merged = _merged(before[-1], link) if before else None
        if merged is not None:
            before[-1] = merged
        elif not (isinstance(link, Penalty) and link.weight_decay == 0):
            before.append(link)
    spec, leaves = recipe.spec, recipe.leaves
    if before and isinstance(before[-1], Penalty) and not spec.weight_decay:
        last = before.pop()
        assert isinstance(last, Penalty)
        spec = replace(spec, weight_decay=last.weight_decay, decoupled=False, scaled=True)
        leaves = last.leaves
    return replace(
        recipe, spec=spec, leaves=leaves if spec.weight_decay else "all", before=tuple(before)
    )


def _merged(one: Link, other: Link) -> Link | None:
    """One link that does what two do, one after the other; None if there is none."""
    if isinstance(one, Penalty) and isinstance(other, Penalty):
        same = one.leaves == other.leaves
        return replace(one, weight_decay=one.weight_decay + other.weight_decay) if same else None
    if not isinstance(one, Clip) or not isinstance(other, Clip):
        return None
    if one.max_value is not None and other.max_value is not None:
        return one if one.max_value <= other.max_value else other
    plain = one.eps == other.eps == 0 and one.per == other.per
    if plain and one.max_norm is not None and other.max_norm is not None:
        return one if one.max_norm <= other.max_norm else other
    return None


def differences(one: Recipe, other: Recipe) -> dict[str, tuple[Any, Any]]:
    """In what two recipes differ, with both values; nothing if they make equal steps."""
    one, other = normal_form(one), normal_form(other)
    rates_agree = True
    scheduled = one.schedule is not None or other.schedule is not None
    if scheduled:  # the rates are compared as such
        rates_agree = same_rates(one, other)
        one, other = (replace(each, spec=_at_one(each.spec)) for each in (one, other))
    found = spec_differences(one.spec, other.spec)
    if scheduled and not found:  # in a velocity it matters where a rate stands that changes
        places = [_rate_inside(each.spec) for each in (one, other)]
        if places[0] != places[1]:
            found["rate_inside"] = (places[0], places[1])
    if one.spec.weight_decay and other.spec.weight_decay and one.leaves != other.leaves:
        found["leaves"] = (one.leaves, other.leaves)
    for name, kind in (("clipping", Clip), ("penalty", Penalty)):
        texts = ["; ".join(x.text for x in r.before if isinstance(x, kind)) for r in (one, other)]
        if texts[0] != texts[1]:
            found[name] = (texts[0] or None, texts[1] or None)
    if one.before != other.before and not {"clipping", "penalty"} & found.keys():
        first, second = (
            [type(link).__name__.lower() for link in each.before] for each in (one, other)
        )
        found["order"] = (first, second)
    if scheduled and not rates_agree:
        codes = [each.schedule.code if each.schedule else None for each in (one, other)]
        found["schedule"] = (codes[0], codes[1])
    if one.accumulate != other.accumulate:
        found["accumulate"] = (one.accumulate, other.accumulate)
    return found


def _rate_inside(spec: Spec) -> bool | None:
    """Whether the rate stands inside a velocity; None without one."""
    own = spec.keywords
    return own["rate_inside"] if own.get("momentum") and "rate_inside" in own else None


def _at_one(spec: Spec) -> Spec:
    """The spec with a learning rate of 1, for one whose rate is a schedule's."""
    return replace(spec, learning_rate=1.0)


def same_rates(one: Recipe, other: Recipe) -> bool:
    """Whether two recipes have the same learning rate at every update, but for its rounding."""
    schedules = [each.schedule for each in (one, other) if each.schedule is not None]
    updates = max(map(updates_shown, schedules), default=1)
    first, second = (np.array(each.rates(updates)) for each in (one, other))
    return bool(np.all(np.abs(first - second) <= ROUNDING * np.max(np.abs(first))))
