"""The library functions whose error a scan measures, each seen through the contract."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.bounds.functions import density, distribution, sigmoid, softplus
from crosscheck.numerics.bounds.precision import Array, Precision
from crosscheck.numerics.exact.balls import elementwise
from crosscheck.numerics.exact.network import EXACT_ACTIVATIONS


class Scanned(NamedTuple):
    """One library function, seen through a function of the contract.

    Attributes:
        function: The library function, as in `EDGES`.
        points: Draws that many arguments of the function of the contract, in float64.
        compute: That function, by a framework.
        exact: The same in balls.
        argument: What the library function gets there.
        others: What the other operations may lose at z, from the precision.
        share: What the result changes by if the library function's result grows by a part of
            itself.
        one_by_one: Whether each argument takes a call of its own, as that of a loss does.
    """

    function: str
    points: Callable[[np.random.Generator, int], Array]
    compute: Callable[[Framework, Array], Array]
    exact: Callable[[Any], Any]
    argument: Callable[[Array], Array]
    others: Callable[[Precision, Array], Array]
    share: Callable[[Array], Array]
    one_by_one: bool = False


def _activation(name: str) -> Callable[[Framework, Array], Array]:
    def compute(framework: Framework, z: Array) -> Array:
        module = framework.params
        found = framework.activations.ACTIVATIONS[name](module.from_numpy(z))
        return np.asarray(module.to_numpy(found))

    return compute


def _first_of_two(framework: Framework, z: Array) -> Array:
    """softmax of each (z, 0): its first entry."""
    rows = np.stack([z, np.zeros_like(z)], axis=1)
    return _activation("softmax")(framework, rows)[:, 0]


def _cross_entropy(target: float) -> Callable[[Framework, Array], Array]:
    def compute(framework: Framework, p: Array) -> Array:
        own = framework.params.from_numpy
        t = own(np.full((1, 1), target, p.dtype))
        loss = framework.losses.binary_cross_entropy
        return np.array([float(loss(own(each.reshape(1, 1)), t)) for each in p])

    return compute


def _everywhere(rng: np.random.Generator, count: int) -> Array:
    """Of every size from 1e-6 to 700, on both sides of 0; half of them below 4."""
    sizes = np.where(
        rng.random(count) < 0.5, 4 * rng.random(count), 10 ** rng.uniform(-6, 2.8, count)
    )
    return sizes * rng.choice([-1.0, 1.0], count)


def _below(rng: np.random.Generator, count: int) -> Array:
    return -np.abs(_everywhere(rng, count))


def _moderate(rng: np.random.Generator, count: int) -> Array:
    return np.clip(_everywhere(rng, count), -36, 36)


def _probabilities(rng: np.random.Generator, count: int) -> Array:
    half = rng.random(count - count // 2)
    near_an_end = 10 ** rng.uniform(-6, 0, count // 2)
    return np.concatenate([half, near_an_end[::2], 1 - near_an_end[1::2]])


def _small(z: Array) -> Array:
    return softplus(-np.abs(z))


SCANNED = (
    Scanned(
        "exp",
        _below,
        _first_of_two,
        EXACT_ACTIVATIONS["sigmoid"],
        argument=lambda z: z,
        others=lambda p, z: 2 * p.u * sigmoid(z),  # a sum and a quotient
        share=lambda z: sigmoid(z) * sigmoid(-z),
    ),
    Scanned(
        "sigmoid",
        _everywhere,
        _activation("sigmoid"),
        EXACT_ACTIVATIONS["sigmoid"],
        argument=lambda z: z,
        others=lambda p, z: 0 * z,
        share=sigmoid,
    ),
    Scanned(
        "tanh",
        _everywhere,
        _activation("tanh"),
        EXACT_ACTIVATIONS["tanh"],
        argument=lambda z: z,
        others=lambda p, z: 0 * z,
        share=lambda z: np.abs(np.tanh(z)),
    ),
    Scanned(
        "log",
        _probabilities,
        _cross_entropy(1),
        lambda p: -elementwise(arb.log, p),
        argument=lambda p: p,
        others=lambda p, x: 0 * x,
        share=lambda p: -np.log(p),
        one_by_one=True,
    ),
    Scanned(
        "log1p",
        _probabilities,
        _cross_entropy(0),
        lambda p: -elementwise(lambda q: (-q).log1p(), p),
        argument=lambda p: -p,
        others=lambda p, x: 0 * x,
        share=lambda p: -np.log1p(-p),
        one_by_one=True,
    ),
    Scanned(
        "log1p",  # of exp(-|z|), with what exp loses
        _everywhere,
        _activation("softplus"),
        EXACT_ACTIVATIONS["softplus"],
        argument=lambda z: np.exp(-np.abs(z)),
        others=lambda p, z: np.minimum(p.u * softplus(z), _small(z)),
        share=_small,
    ),
    Scanned(
        "erfc",
        _moderate,
        _activation("gelu"),
        EXACT_ACTIVATIONS["gelu"],
        argument=lambda z: -z / np.sqrt(2),
        # A product, and what the roundings of the argument and of its square change: as in the
        # bound of gelu.
        others=lambda p, z: p.u * np.abs(z) * distribution(z) + 2.5 * p.u * z**2 * density(z),
        share=lambda z: np.abs(z) * distribution(z),
    ),
)
