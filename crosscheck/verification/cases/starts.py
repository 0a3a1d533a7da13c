"""Parameters at their start, arrays on their way in and out, and the class that is predicted."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import INITIALIZERS
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases import network, sizes
from crosscheck.verification.cases.conduct_case import ConductCase, Found
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.cases.stages import Stage

DTYPES = ("float64", "float32")
# A uniform scheme draws between minus and plus its limit, a normal one with its deviation. That is
# the root of a number over the inputs of a layer, or over its inputs and outputs together; or it is
# given. (Glorot and Bengio 2010, He et al. 2015, LeCun et al. 1998.)
SQUARES = {
    "glorot_uniform": lambda fan_in, fan_out: 6 / (fan_in + fan_out),
    "glorot_normal": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he_uniform": lambda fan_in, fan_out: 6 / fan_in,
    "he_normal": lambda fan_in, fan_out: 2 / fan_in,
    "lecun_normal": lambda fan_in, fan_out: 1 / fan_in,
}
GIVEN = {"standard_normal": 1.0, "uniform": 0.25}
# Large enough that some normal draws lie beyond three deviations, and none that is truncated does.
SIZES, LARGE_SIZES = (3, 4, 2), (67, 30, 2)
# One layer with one output, three layers, and four.
OTHER_SIZES = ((4, 1), (2, 3, 5, 2), (3, 5, 4, 5, 1))
# The seed of zero is a seed, and no seed is shortened to 32 bits.
SEEDS = (7, 0, 2**32 + 7)


def generated() -> list[ConductCase]:
    """Every case of starts, arrays and classes."""
    return [
        *initial(),
        *predicted(),
        *(_unshared(dtype) for dtype in DTYPES),
        ConductCase("arrays of any strides go in", {"array": _turned()}, _call_turned),
        ConductCase(
            "float16 goes in and comes out",
            {"array": "float16 [0.5, -2.0]"},
            _call_float16,
            {"dtypes": ("float16",)},
        ),
    ]


# ----- initialisation -----


def initial() -> list[ConductCase]:
    """Every initializer in both dtypes; every seed and large layers in float64."""
    return (
        [
            _drawn(initializer, dtype, SIZES, SEEDS[0])
            for initializer in INITIALIZERS
            for dtype in DTYPES
        ]
        + [
            _drawn(initializer, "float64", units, seed)
            for initializer in INITIALIZERS
            for units, seed in ((LARGE_SIZES, SEEDS[1]), (SIZES, SEEDS[2]))
        ]
        + [_drawn("standard_normal", "float64", units, SEEDS[0]) for units in OTHER_SIZES]
    )


def drawn(initializer: str, dtype: str, sizes: tuple[int, ...], seed: int) -> tuple[Layer, ...]:
    """The start that the contract names: NumPy draws it in float64, and it is rounded then."""
    rng = np.random.default_rng(seed)

    def draw(shape: tuple[int, ...]) -> np.ndarray:
        if initializer.endswith("uniform"):
            return rng.uniform(-1.0, 1.0, shape)
        return rng.standard_normal(shape)

    layers = []
    for fan_in, fan_out in pairwise(sizes):
        factor = GIVEN.get(initializer)
        if factor is None:
            factor = sqrt(SQUARES[initializer](fan_in, fan_out))
        weight, bias = draw((fan_out, fan_in)) * factor, np.zeros(fan_out)
        if initializer in GIVEN:
            bias = draw((fan_out,)) * factor
        layers.append(Layer(weight.astype(dtype), bias.astype(dtype)))
    return tuple(layers)


def _drawn(initializer: str, dtype: str, sizes: tuple[int, ...], seed: int) -> ConductCase:
    keywords: dict[str, Any] = {"seed": seed, "initializer": initializer, "dtype": dtype}
    if initializer == "uniform":
        keywords["bound"] = GIVEN["uniform"]
    start = drawn(initializer, dtype, sizes, seed)
    expected: Found = {"start": start, "start, drawn again": start}
    layers = "-".join(map(str, sizes))
    name = f"{initializer} start of {layers} from seed {seed} in {dtype}"
    return ConductCase(name, expected, partial(_call_drawn, sizes, keywords), dtype=dtype)


def _call_drawn(sizes: tuple[int, ...], keywords: dict[str, Any], framework: Framework) -> Found:
    to_numpy, init_params = framework.params.to_numpy, framework.params.init_params
    first, second = (init_params(sizes, **keywords) for _ in range(2))
    init_params(sizes, **keywords | {"seed": keywords["seed"] + 1})  # before the others are read
    return {"start": to_numpy(first), "start, drawn again": to_numpy(second)}


# ----- classes -----

# Two or three that are largest: the first of them counts.
OUTPUTS = [[1, 3, 2], [-1, -2, -3], [0, 0, 5], [4, 4, 1], [0, 2, 2], [7, 7, 7]]
CLASSES = [1, 0, 2, 0, 1, 0]


def predicted() -> list[ConductCase]:
    """The class of the largest output, in both dtypes."""
    return [
        ConductCase(
            f"classes in {dtype}",
            {
                "classes": np.array(CLASSES, "float64"),
                "their dtype": "whole numbers, not floating",
                "their shape": "(6,)",
            },
            partial(_call_predict, dtype),
            {"activations": ("identity",)},
            dtype,
        )
        for dtype in DTYPES
    ] + [_of_network(case) for case in networks()]


def networks() -> list[NetworkCase]:
    """Networks of other depths, widths and batches, and one by columns."""
    named = {case.name: case for case in (*sizes.generated(), *network.generated())}
    chosen = ("deep", "deep, by columns, called again", "wide", "tall")
    return [named[name] for name in (*chosen, "batch of one")] + network.worked()


def _of_network(case: NetworkCase) -> ConductCase:
    outputs = case.exactly()[Stage.FORWARD]["activations"][f"[{len(case.params)}]"].value
    expected: Found = {"classes": outputs.argmax(axis=1).astype("float64")}
    asks = {"activations": case.activations}
    return ConductCase(f"classes of {case.name}", expected, partial(_call_classes, case), asks)


def _call_classes(case: NetworkCase, framework: Framework) -> Found:
    params, inputs, others = (
        to_framework(framework.params, tree)
        for tree in (case.params, case.inputs, np.asfortranarray(-case.inputs))
    )
    kind = {"activations": case.activations}
    classes = framework.mlp.predict(params, inputs, **kind)
    framework.mlp.predict(params, others, **kind)  # before the others are read
    return {"classes": np.asarray(framework.arrays.entries(classes)).astype("float64")}


def _call_predict(dtype: str, framework: Framework) -> Found:
    layer, arrays = Layer(np.eye(3, dtype=dtype), np.zeros(3, dtype)), framework.arrays
    inputs = to_framework(framework.params, np.array(OUTPUTS, dtype))
    params = to_framework(framework.params, (layer,))
    classes = framework.mlp.predict(params, inputs, activations=("identity",))
    found = arrays.entries(classes)
    whole = found.dtype.kind in "iu" and arrays.dtype_name(classes) == found.dtype.name
    floating = "floating" if arrays.is_floating(classes) else "not floating"
    return {
        "classes": np.asarray(found).astype(dtype),
        "their dtype": f"{'whole numbers' if whole else found.dtype}, {floating}",
        "their shape": str(arrays.shape(classes)),
    }


# ----- arrays -----

VALUES = np.array([[1.5, -0.0, np.inf], [1e-40, 2.0, -7.25]])


def _unshared(dtype: str) -> ConductCase:
    values = VALUES.astype(dtype)
    names = ("inside, when what went in is changed", "inside, when what came out is changed")
    call = partial(_call_unshared, names, values)
    name = f"arrays go in and out unchanged and unshared in {dtype}"
    return ConductCase(name, dict.fromkeys(names, _hexadecimal(values)), call, dtype=dtype)


def _call_unshared(names: tuple[str, str], values: np.ndarray, framework: Framework) -> Found:
    to_numpy: Callable[[Any], np.ndarray] = framework.params.to_numpy
    given = values.copy()
    inside = framework.params.from_numpy(given)
    given[:] = 7
    first = to_numpy(inside)
    found = _hexadecimal(first)
    first[:] = 9
    return dict(zip(names, (found, _hexadecimal(to_numpy(inside))), strict=True))


def _hexadecimal(values: np.ndarray) -> str:
    """Every bit of an array, of which a comparison of numbers sees the sign of a zero no more."""
    return f"{values.dtype} {[float(each).hex() for each in np.ravel(values)]}"


def _turned() -> np.ndarray:
    return np.arange(6.0).reshape(2, 3)[::-1, ::-1].T


def _call_turned(framework: Framework) -> Found:
    return {"array": framework.params.to_numpy(framework.params.from_numpy(_turned()))}


def _call_float16(framework: Framework) -> Found:
    values = framework.params.from_numpy(np.array([0.5, -2.0], "float16"))
    found = framework.params.to_numpy(values)
    return {"array": f"{found.dtype} {found.tolist()}"}
