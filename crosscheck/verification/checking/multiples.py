"""Steps as multiples of gradients: one constant for all parameters, several, or none.

What moves every parameter by a constant times its gradient is descent; another constant for some of
them is a mistake. What moves them otherwise may be a rule that nobody here knows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.digits import few_digits
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.within import near

# How far a step may be from a multiple of a gradient to be nothing but that.
SAME = 1e-9
# By which power of their number the samples may divide or multiply, in words.
POWERS = (
    (0, ""),
    (1, "the number of samples times "),
    (-1, "one over the number of samples times "),
)

Named = Mapping[str, Array]


def flat(pairs: Iterable[tuple[Array | None, Array | None]]) -> dict[str, Array]:
    """Weights and biases by their names, without those that are not there."""
    return {
        f"{name}{layer}": np.asarray(leaf, "float64")
        for layer, pair in enumerate(pairs, start=1)
        for name, leaf in zip(("W", "b"), pair, strict=True)
        if leaf is not None
    }


def times(actual: Array, expected: Array, same: float = SAME) -> float | None:
    """The constant by which one array is another; None if it is no multiple of it."""
    square = float((expected**2).sum())
    if not np.isfinite(actual).all() or square == 0 or actual.shape != expected.shape:
        return None
    if not np.any(actual):
        return 0.0
    constant = float((actual * expected).sum() / square)
    return constant if near(actual, constant * expected) <= same else None


@dataclass(frozen=True)
class Multiples:
    """By how many times its gradient each parameter moved, on batches of several sizes.

    Attributes:
        ratios: For each batch and parameter; None where it is no multiple.
        sizes: Of the batches.
        rate: Of the steps; a huge one shows who takes it twice, or not at all.
    """

    ratios: tuple[Mapping[str, float | None], ...]
    sizes: tuple[int, ...]
    rate: float = 1.0

    @classmethod
    def of(
        cls,
        moved: Sequence[Named],
        grads: Sequence[Named],
        sizes: Sequence[int],
        rate: float = 1.0,
    ) -> "Multiples":
        """Compare what moved with gradients."""
        ratios = tuple(
            {name: times(own[name], exact[name]) for name in own}
            for own, exact in zip(moved, grads, strict=True)
        )
        return cls(ratios, tuple(sizes), rate)

    @property
    def all_known(self) -> bool:
        """Whether every parameter moved by a multiple of its gradient."""
        return all(each is not None for row in self.ratios for each in row.values())

    @property
    def goes_up(self) -> bool:
        """Whether every parameter moved uphill."""
        known = [each for row in self.ratios for each in row.values()]
        return all(each is not None and each < 0 for each in known)

    @property
    def in_words(self) -> dict[str, list[str]] | None:
        """The parameters by how they moved; None if nobody can tell.

        "the rate times the gradient" is what most of them did; the others have it times a constant.
        """
        if not self.all_known:
            return None
        said: dict[str, list[str]] = {}
        usual = self._usual()
        for name in self.ratios[0]:
            constants = [(row[name] or 0.0) / ((row[usual] or 0.0) or 1.0) for row in self.ratios]
            text = constant_in_words(constants, self.sizes, self.rate)
            if text is None:
                return None
            said.setdefault(text or PLAIN, []).append(name)
        return said

    @property
    def uneven(self) -> str | None:
        """What moved by which constant, if these differ: "W1 by the rate ...; b1 by nothing"."""
        said = self.in_words
        if said is None or len(said) == 1:
            return None
        return "; ".join(f"{', '.join(names)} by {text}" for text, names in said.items())

    @property
    def common(self) -> str | None:
        """The constant of all parameters: "", "0.5 times "; None if they have not one."""
        said = self.in_words
        if said is None or len(said) > 1:
            return None
        constants = [next(iter(row.values())) or 0.0 for row in self.ratios]
        found = constant_in_words(constants, self.sizes)
        return None if found is None else found.removesuffix("that")

    @property
    def stray(self) -> list[str]:
        """The parameters that moved by no multiple, where some weight moved by a plain step."""
        first, usual = self.ratios[0], self._usual()
        rate = first[usual]
        if rate is None or rate <= 0:
            return []
        plain = [
            name
            for name in first
            if all(np.isclose(row[name] or 0.0, rate, rtol=SAME, atol=0) for row in self.ratios)
        ]
        if not any(name.startswith("W") for name in plain):
            return []
        return [name for name in first if all(row[name] is None for row in self.ratios)]

    @property
    def usual_ratios(self) -> list[float]:
        """By how many times their gradients most parameters moved, on each batch."""
        usual = self._usual()
        return [row[usual] or 0.0 for row in self.ratios]

    @property
    def forgets_some(self) -> bool:
        """Whether a constant that changes with the batch is that of several, and not of others.

        Whoever means to clip weights alone, or biases alone, forgets none.
        """
        if not self.all_known:
            return False
        groups = {frozenset(_alike(row)) for row in self.ratios}
        if len(groups) != 1:
            return False
        several = next(iter(groups))
        others = {*self.ratios[0]} - several
        kinds = [{name[0] for name in each} for each in (several, others)]
        return len(several) > 1 and bool(others) and bool(kinds[0] & kinds[1])

    def _usual(self) -> str:
        """The parameter whose constant most of them have, of those that go down if any does."""
        first = {name: each or 0.0 for name, each in self.ratios[0].items()}
        known = [name for name, each in first.items() if each] or [*first]
        shown = {name: few_digits(first[name]) for name in known}
        counts = [*shown.values()]
        return max(known, key=lambda name: (first[name] > 0, counts.count(shown[name])))


def _alike(ratios: Mapping[str, float | None]) -> list[str]:
    """The parameters that share a constant other than 1."""
    for ratio in ratios.values():
        alike = [
            other
            for other, each in ratios.items()
            if np.isclose(each or 0.0, ratio or 0.0, rtol=SAME, atol=0)
        ]
        if len(alike) > 1 and not np.isclose(ratio or 0.0, 1.0, rtol=SAME, atol=0):
            return alike
    return []


def only(drawn: Drawn, at: int) -> Drawn:
    """One sample of a batch."""
    at %= drawn.batch
    return replace(drawn, inputs=drawn.inputs[at:][:1], targets=drawn.targets[at:][:1])


def common(actual: Named, expected: Named, same: float = SAME) -> float | None:
    """The constant by which all arrays are others; None if there is none that is above 0."""
    ratios = [times(actual[name], expected[name], same) for name in actual]
    first = ratios[0]
    if first is None or first <= 0:
        return None
    return first if all(r is not None and abs(r - first) <= same * first for r in ratios) else None


def one_alone(
    moved: Sequence[Named], batches: Sequence[Drawn], gradients: Callable[[Drawn], Any]
) -> str | None:
    """Which sample alone moves the parameters: "last" or "first"; None if more do.

    Args:
        moved: What moved, on each batch.
        batches: They.
        gradients: Those of a batch.
    """
    for which, at in (("last", -1), ("first", 0)):
        single = (flat(gradients(only(drawn, at))) for drawn in batches)
        if all(common(*pair) is not None for pair in zip(moved, single, strict=True)):
            return which
    return None


PLAIN = "the rate times the gradient"


def constant_in_words(
    constants: Sequence[float], sizes: Sequence[int], rate: float = 1.0
) -> str | None:
    """A constant that batches of several sizes show, as "0.5 times that"; "" for 1.

    None if they show no one constant.
    """
    if rate != 1 and np.allclose(constants, rate, rtol=SAME, atol=0):
        return "the rate times that"
    if rate != 1 and np.allclose(constants, 1 / rate, rtol=SAME, atol=0):
        return "that without the rate"
    for power, words in POWERS:
        each = [c / size**power for c, size in zip(constants, sizes, strict=True)]
        if np.allclose(each, each[0], rtol=SAME, atol=0):
            if each[0] == 0:
                return "nothing"
            number = "" if few_digits(each[0]) == "1" else f"{few_digits(each[0])} times "
            return f"{words}{number}that" if words or number else ""
    return None
