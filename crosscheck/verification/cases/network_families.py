"""Families of random networks: each draws what one kind of fault in a bound would need to show.

The shapes of a family are few and fixed, since JAX compiles each operation for each; the values
depend on a seed and a number, and dtype, loss, shape and the last activation take turns with it.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.numerics.dtypes import limits_of
from crosscheck.verification.cases.network import DTYPES, PROBABILITIES, NetworkCase

Generator = np.random.Generator
Shape = tuple[tuple[int, ...], int]  # the sizes, inputs first, and the batch

SMALL: tuple[Shape, ...] = (
    ((3, 2), 4),
    ((2, 5), 1),
    ((4, 3, 5), 2),
    ((7, 2, 3), 6),
    ((2, 6, 4, 3), 5),
    ((5, 11, 2), 3),
)
# Three widths in turn, so that a deep network has few shapes of layers.
DEEP: tuple[Shape, ...] = tuple(
    ((*((4, 3, 5) * 4)[:depth], 2), batch)
    for depth, batch in ((5, 3), (6, 6), (8, 3), (9, 6), (11, 3), (12, 6))
)
WIDE: tuple[Shape, ...] = (
    ((300, 7), 2),
    ((5, 257, 3), 1),
    ((211, 33, 4), 3),
    ((17, 128, 6), 2),
    ((2, 300, 5), 3),
    ((96, 64, 8), 4),
)
BATCHES: tuple[Shape, ...] = (
    ((4, 3), 512),
    ((2, 5), 129),
    ((3, 2, 4), 256),
    ((5, 2), 500),
    ((2, 4, 3), 65),
    ((3, 5, 2), 384),
)


class Plan(NamedTuple):
    """What is settled of a network before its values are drawn."""

    sizes: tuple[int, ...]
    batch: int
    dtype: str
    activations: tuple[str, ...]
    loss: str

    @property
    def limits(self) -> Any:
        """The limits of the dtype."""
        return limits_of(self.dtype)

    def rounded(self, values: np.ndarray) -> np.ndarray:
        """Values in the dtype; beyond its largest number, as in float16, they are that number."""
        largest = float(self.limits.max)
        return np.clip(values, -largest, largest).astype(self.dtype)

    @property
    def outputs(self) -> tuple[int, int]:
        """The shape of the outputs, and of the targets."""
        return self.batch, self.sizes[-1]


class Values(NamedTuple):
    """The numbers of a network, as float64; they are rounded to the dtype afterwards."""

    params: list[tuple[np.ndarray, np.ndarray]]
    inputs: np.ndarray
    targets: np.ndarray


class NetworkFamily(NamedTuple):
    """The shapes, how the values are drawn, and the activations that the hidden layers have."""

    shapes: tuple[Shape, ...]
    draw: Callable[[Generator, Plan], Values]
    hidden: tuple[str, ...] = tuple(ACTIVATIONS)


def network_of(
    family: NetworkFamily, name: str, rng: Generator, number: int, dtype: str = ""
) -> NetworkCase:
    """The network of a family with a number, from 0; float64 and float32 take turns.

    Args:
        family, name, rng: The family, what the case is called, and what draws every value.
        number, dtype: Which network of the family it is, and perhaps another dtype.
    """
    plan = _plan(family, rng, number, dtype)
    (params, inputs, targets), rounded = family.draw(rng, plan), plan.rounded
    layers = tuple((rounded(weight), rounded(bias)) for weight, bias in params)
    arrays = layers, rounded(inputs), rounded(targets)
    return NetworkCase("families", name, *arrays, plan.activations, plan.loss)


def _plan(family: NetworkFamily, rng: Generator, number: int, dtype: str) -> Plan:
    dtype = dtype or DTYPES[number % len(DTYPES)]
    loss = LOSSES[number // len(DTYPES) % len(LOSSES)]
    turn = number // (len(DTYPES) * len(LOSSES))
    sizes, batch = family.shapes[(number + turn) % len(family.shapes)]
    hidden = [str(rng.choice(family.hidden)) for _ in sizes[1:-1]]
    output = ACTIVATIONS[number % len(ACTIVATIONS)]
    if loss == "binary_cross_entropy" and output not in PROBABILITIES:
        output = str(rng.choice(PROBABILITIES))
    return Plan(sizes, batch, dtype, (*hidden, output), loss)


# ----- how the values are drawn -----


def _gaussian(low: float, high: float) -> Callable[[Generator, Plan], Values]:
    """Everything N(0, 1), the layers times one power of ten whose exponent is drawn evenly."""

    def draw(rng: Generator, plan: Plan) -> Values:
        scale = 10 ** rng.uniform(low, high)
        return Values(_layers(rng, plan, scale), _inputs(rng, plan), _dirichlet(rng, plan))

    return draw


def _powers_of_ten(rng: Generator, plan: Plan) -> Values:
    """Each layer and each sample has a scale of its own, from 1e-12 to 1e12."""
    params = [
        (weight * 10 ** rng.uniform(-12, 12), bias * 10 ** rng.uniform(-12, 12))
        for weight, bias in _layers(rng, plan)
    ]
    inputs = _inputs(rng, plan) * 10 ** rng.uniform(-12, 12, (plan.batch, 1))
    return Values(params, inputs, _dirichlet(rng, plan))


def _ties(rng: Generator, plan: Plan) -> Values:
    """Halves and small integers: z is exactly 0, logits are equal, pairs of terms cancel."""
    inputs = _halves(rng, (plan.batch, plan.sizes[0]))
    params = [
        (_halves(rng, (above, below)), _halves(rng, (above,)))
        for below, above in pairwise(plan.sizes)
    ]
    inputs[:, 1] = inputs[:, 0]
    params[0][0][:, 1] = -params[0][0][:, 0]
    kinked = rng.random(plan.sizes[1]) < 1 / 2  # of the first sample z is 0 in these units
    params[0][1][kinked] = -(params[0][0] @ inputs[0])[kinked]
    for (below, shift), (weight, bias) in pairwise(params):
        if rng.random() < 1 / 2:  # two units are equal, and cancel in the layer above
            below[1], shift[1] = below[0], shift[0]
            weight[:, 1] = -weight[:, 0]
            alone = rng.random(len(bias)) < 1 / 2  # nothing else reaches these units
            weight[alone, 2:], bias[alone] = 0, 0
    if rng.random() < 1 / 2:  # the first two logits are equal
        for each in params[-1]:
            each[1] = each[0]
    targets = rng.choice([0.0, 0.5, 1.0], plan.outputs)
    if plan.loss == "softmax_cross_entropy":
        targets = np.eye(plan.sizes[-1])[rng.integers(0, plan.sizes[-1], plan.batch)]
    return Values(params, inputs, targets)


def _saturated(rng: Generator, plan: Plan) -> Values:
    """Logits deep in both tails; three samples of four hit their target, the others miss it."""
    params, inputs = _layers(rng, plan, 10 ** rng.uniform(0.5, 3)), _inputs(rng, plan)
    z = a = inputs
    for (weight, bias), name in zip(params, plan.activations, strict=True):
        z = a @ weight.T + bias
        a = FLOAT_ACTIVATIONS[name](z)
    z = np.where(rng.random((plan.batch, 1)) < 3 / 4, z, -z)
    targets = np.where(z > 0, 1.0, 0.0)
    if "softmax" in (plan.loss.removesuffix("_cross_entropy"), plan.activations[-1]):
        targets = np.eye(plan.sizes[-1])[z.argmax(axis=1)]
    return Values(params, inputs, targets)


def _subnormal(rng: Generator, plan: Plan) -> Values:
    """Inputs, weights and targets below the smallest normal number, some beside huge ones."""
    shape = plan.batch, plan.sizes[0]
    params, inputs = _layers(rng, plan), _inputs(rng, plan)
    huge = 10 ** (np.log10(float(plan.limits.max)) * rng.uniform(0.4, 0.97, plan.sizes[0]))
    small, below = _below_normal(rng, plan, shape), _below_normal(rng, plan, params[0][0].shape)
    # Each input is subnormal beside an ordinary or a huge weight, or has a subnormal weight itself.
    kind = rng.integers(0, 5, plan.sizes[0])
    kind[rng.integers(plan.sizes[0])] = rng.integers(0, 4)
    inputs = np.where(kind < 2, small, inputs) * np.where(kind == 2, huge, 1)
    weight = np.where((kind == 2) | (kind == 3), below, params[0][0])
    params[0] = weight * np.where(kind == 0, huge, 1), params[0][1]
    if rng.random() < 1 / 2:  # no bias hides what the products are
        params[0] = params[0][0], _below_normal(rng, plan, params[0][1].shape)
    if rng.random() < 1 / 2:
        last, bias = params[-1]
        chosen = rng.random(last.shape) < 1 / 2
        params[-1] = np.where(chosen, _below_normal(rng, plan, last.shape), last), bias
    targets = np.abs(_below_normal(rng, plan, plan.outputs))
    targets[np.arange(plan.batch), rng.integers(0, plan.sizes[-1], plan.batch)] = 1
    return Values(params, inputs, targets)


def _near_overflow(rng: Generator, plan: Plan) -> Values:
    """Inputs, a layer, a bias or targets near the largest number, or two factors near its root."""
    params, inputs, targets = _layers(rng, plan), _inputs(rng, plan), _dirichlet(rng, plan)
    largest, layer = float(plan.limits.max), int(rng.integers(len(params)))
    weight, bias = params[layer]
    kinds = ["inputs", "weight", "bias", "both"]
    # Other targets are probabilities.
    kind = rng.choice([*kinds, "targets"] if plan.loss.endswith("squared_error") else kinds)
    if kind == "inputs":
        inputs = _near(rng, largest, inputs.shape)
    if kind == "weight":
        params[layer] = _near(rng, largest, weight.shape), bias
    if kind == "bias":
        params[layer] = weight, _near(rng, largest, bias.shape)
    if kind == "both":
        inputs = _near(rng, largest**0.5, inputs.shape)
        params[0] = _near(rng, largest**0.5, params[0][0].shape), params[0][1]
    if kind == "targets":
        targets = _near(rng, largest ** rng.choice([0.5, 1.0]), targets.shape)
    return Values(params, inputs, targets)


def _smoothed(rng: Generator, plan: Plan) -> Values:
    """Targets of label smoothing, of many small entries, one-hot, and such as round to 1."""
    outputs, u = plan.sizes[-1], float(plan.limits.eps) / 2
    one_hot = np.eye(outputs)[rng.integers(0, outputs, plan.batch)]
    smoothing = rng.choice([0.1, 10 ** rng.uniform(-6, -1), u * rng.uniform(0.1, 4)])
    targets = one_hot * (1 - smoothing) + smoothing / outputs
    kind = rng.choice(["smoothing", "dirichlet", "one-hot"])
    if kind == "dirichlet":
        targets = rng.dirichlet(np.full(outputs, 10 ** rng.uniform(-2, -0.5)), plan.batch)
    if kind == "one-hot":
        targets = one_hot
    params, inputs = _layers(rng, plan, 10 ** rng.uniform(-1, 1)), _inputs(rng, plan)
    if rng.random() < 1 / 3:  # so large logits that their probabilities round to 1, or nearly
        weight, bias = params[-1]
        params[-1] = weight * 0.1, np.sign(bias) * -np.log(u) * rng.uniform(0.9, 1.1, bias.shape)
    return Values(params, inputs, targets)


# ----- parts of these -----


def _layers(rng: Generator, plan: Plan, scale: float = 1.0) -> list[tuple[np.ndarray, np.ndarray]]:
    return [
        (
            rng.standard_normal((above, below)) * scale / np.sqrt(below),
            rng.standard_normal(above) * scale,
        )
        for below, above in pairwise(plan.sizes)
    ]


def _inputs(rng: Generator, plan: Plan) -> np.ndarray:
    return rng.standard_normal((plan.batch, plan.sizes[0]))


def _dirichlet(rng: Generator, plan: Plan) -> np.ndarray:
    return rng.dirichlet(np.ones(plan.sizes[-1]), plan.batch)


def _halves(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(-2, 3, shape) * rng.choice([0.5, 1.0], shape)


def _signs(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.choice([-1.0, 1.0], shape)


def _below_normal(rng: Generator, plan: Plan, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers below the smallest normal one, down to the smallest of all."""
    digits = plan.limits.nmant
    powers = 2 ** rng.uniform(0, digits, shape)
    return _signs(rng, shape) * np.floor(powers) * float(plan.limits.smallest_subnormal)


def _near(rng: Generator, largest: float, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers from a thousandth of a limit up to it."""
    return _signs(rng, shape) * largest * 2 ** -rng.uniform(0.01, 10, shape)


NETWORK_FAMILIES: dict[str, NetworkFamily] = {
    "ordinary": NetworkFamily(SMALL, _gaussian(-2, 2)),
    "deep": NetworkFamily(DEEP, _gaussian(-0.5, 0.5)),
    "wide": NetworkFamily(WIDE, _gaussian(-2, 2)),
    "batches": NetworkFamily(BATCHES, _gaussian(-2, 2)),
    "powers": NetworkFamily(SMALL, _powers_of_ten),
    "ties": NetworkFamily(SMALL, _ties, ("relu", "relu", "identity", *ACTIVATIONS)),
    "saturated": NetworkFamily(SMALL, _saturated, ("sigmoid", "tanh", "softmax", *ACTIVATIONS)),
    "subnormal": NetworkFamily(SMALL, _subnormal),
    "overflow": NetworkFamily(SMALL, _near_overflow),
    "smoothed": NetworkFamily(SMALL, _smoothed),
}
