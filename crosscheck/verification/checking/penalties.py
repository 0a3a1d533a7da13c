"""What a loss, or its gradients, may have beside those of the data: a penalty on the parameters.

C + c sum |p|^power, over the weights or over all parameters. The constant c is not known: every
number that was computed leaves an interval for it, and there is a penalty where these have a point
in common that is not 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.models import Factor
from crosscheck.verification.exact_values import ExactPass, ExactTensor

# Beside its bound, what has a penalty takes two roundings for each term of the sum, one in the code
# and one here, and so many for the square, c, the division by the samples, the sum with the rest.
FURTHER = 8
# A penalty is there if c is so many times what remains open of it.
CLEAR = 100.0
# The digits that people give such a constant; within its interval the shortest is taken.
DIGITS = range(1, 7)


@dataclass(frozen=True)
class Penalty:
    """c sum |p|^power, or that divided by the number of samples.

    Attributes:
        power: 2, or 1.
        biases: Whether the biases are in the sum.
        per_sample: Whether it is divided by the number of samples.
        strength: c.
        uncertainty: By how much c may be off.
    """

    power: int
    biases: bool
    per_sample: bool
    strength: float = 1.0
    uncertainty: float = 0.0

    @property
    def in_words(self) -> str:
        """What it adds to the loss: "0.005 times the sum of the squared weights"."""
        what = "parameters" if self.biases else "weights"
        summed = f"the squared {what}" if self.power == 2 else f"the absolute {what}"
        per = " / samples" if self.per_sample else ""
        return f"{few_digits(self.strength, 6)}{per} times the sum of {summed}"

    @property
    def is_subtracted(self) -> bool:
        """Whether it rewards what is large, which nobody means."""
        return self.strength < 0

    @property
    def slope_in_words(self) -> str:
        """What it adds to a gradient: "0.01 W"."""
        per = " / samples" if self.per_sample else ""
        what = "W" if self.power == 2 else "sign(W)"
        return f"{few_digits(self.strength * self.power, 6)}{per} {what}"

    def times(self, ratios: Sequence[float], batches: Sequence[Drawn]) -> "Penalty | None":
        """The penalty of a loss that is multiplied; None if it has no such form.

        Args:
            ratios: The constant on each batch.
            batches: Of several sizes.
        """
        for per_sample in (False, True):
            by_size = [
                ratio / (drawn.batch if self.per_sample else 1) * (drawn.batch if per_sample else 1)
                for ratio, drawn in zip(ratios, batches, strict=True)
            ]
            if np.allclose(by_size, by_size[0], rtol=1e-12):
                return replace(
                    self,
                    per_sample=per_sample,
                    strength=self.strength * by_size[0],
                    uncertainty=self.uncertainty * abs(by_size[0]),
                )
        return None

    def of(self, drawn: Drawn) -> float:
        """The penalty without its c."""
        included = [leaf for layer in drawn.params for leaf in layer[: 1 + self.biases]]
        total = sum(float((np.abs(leaf) ** self.power).sum()) for leaf in included)
        return total / (drawn.batch if self.per_sample else 1)

    def slope(self, drawn: Drawn, layer: int, part: int) -> Array:
        """Its gradient with respect to a weight (part 0) or a bias (part 1), without its c."""
        leaf = np.asarray(drawn.params[layer][part])
        if part == 1 and not self.biases:
            return np.zeros_like(leaf)
        slope = 2 * leaf if self.power == 2 else np.sign(leaf)
        return slope / (drawn.batch if self.per_sample else 1)

    def removed(self, drawn: Drawn, grads: Any) -> list[Any]:
        """Gradients without what it adds to them."""
        return [
            tuple(
                None if own is None else own - self.strength * self.slope(drawn, layer, part)
                for part, own in enumerate(pair)
            )
            for layer, pair in enumerate(grads)
        ]

    def slack(self, drawn: Drawn, grads: Any) -> list[Any]:
        """By how much what `removed` returns may be off, beside its bound."""
        unit = np.finfo(drawn.dtype).eps
        return [
            tuple(
                0.0
                if own is None
                else self.uncertainty * np.abs(self.slope(drawn, layer, part))
                + unit * np.abs(own)
                + 2 * unit * np.abs(self.strength * self.slope(drawn, layer, part))
                for part, own in enumerate(pair)
            )
            for layer, pair in enumerate(grads)
        ]


def every_form() -> Iterator[Penalty]:
    """The sums that people add, the usual ones first, with c = 1."""
    for per_sample, power, biases in product((False, True), (2, 1), (False, True)):
        yield Penalty(power, biases, per_sample)


def of_loss(
    values: Sequence[float],
    exact: Sequence[ExactTensor],
    factor: Factor,
    batches: Sequence[Drawn],
) -> Penalty | None:
    """The penalty that a loss has beside a constant times an exact one, or None.

    Args:
        values: The computed losses.
        exact: That of the data, for each.
        factor: The constant by which each is multiplied.
        batches: On which they were computed: of two sizes at least, and of two networks.
    """
    data = np.array(
        [factor.at(d) * float(each.value) for each, d in zip(exact, batches, strict=True)]
    )
    bounds = [abs(factor.at(d)) * float(e.error_bound) for e, d in zip(exact, batches, strict=True)]
    terms = sum(leaf.size for layer in batches[0].params for leaf in layer)
    rounded = (2 * terms + FURTHER) * _unit(batches[0]) * (np.abs(values) + np.abs(data))
    open_to = np.array(bounds) + rounded
    for form in every_form():
        sums = np.array([form.of(drawn) for drawn in batches])
        if found := with_constant(form, np.array(values) - data, open_to, sums):
            return found
    return None


def of_gradients(
    computed: Sequence[Any],
    slacks: Sequence[Any],
    exact: Sequence[ExactPass],
    factor: Factor,
    batches: Sequence[Drawn],
) -> Penalty | None:
    """The penalty whose slope gradients have beside a constant times exact ones, or None.

    Args:
        computed: (weight, bias) of each layer, for each batch; None for a bias that is not there.
        slacks: By how much each may be off beside its bound, for each batch; or None.
        exact: The pass of which the gradients are compared, for each batch.
        factor: The constant by which these are multiplied.
        batches: On which they were computed, of two sizes at least.
    """
    rest, open_to, places = [], [], []
    for grads, slack, every, drawn in zip(computed, slacks, exact, batches, strict=True):
        for layer, pair in enumerate(grads):
            for part, own in enumerate(pair):
                if own is not None:
                    wanted, scale = every.grads[layer][part], factor.at(drawn)
                    sizes = np.abs(own) + np.abs(scale * wanted.value)
                    bound = abs(scale) * wanted.error_bound + FURTHER * _unit(drawn) * sizes
                    more = None if slack is None else slack[layer][part]
                    rest.append((own - scale * wanted.value).ravel())
                    open_to.append((bound if more is None else bound + more).ravel())
                    places.append((drawn, layer, part))
    for form in every_form():
        slopes = np.concatenate([form.slope(*place).ravel() for place in places])
        if found := with_constant(form, np.concatenate(rest), np.concatenate(open_to), slopes):
            return found
    return None


def _unit(drawn: Drawn) -> float:
    return float(np.finfo(drawn.dtype).eps) / 2


def with_constant(form: Penalty, rest: Array, open_to: Array, sums: Array) -> Penalty | None:
    """The form with the c for which every rest is c times its sum, within what is open of it."""
    there = sums != 0
    if not np.isfinite(rest).all() or np.any(np.abs(rest[~there]) > open_to[~there]):
        return None
    middle, half = rest[there] / sums[there], open_to[there] / np.abs(sums[there])
    low, high = float(np.max(middle - half)), float(np.min(middle + half))
    if not low <= high or abs(low + high) < CLEAR * (high - low):
        return None
    short = (float(few_digits((low + high) / 2, digits)) for digits in DIGITS)
    strength = next((each for each in short if low <= each <= high), (low + high) / 2)
    return replace(form, strength=strength, uncertainty=high - low)
