"""Sets of tensors of one network, as two frameworks write them."""

from functools import cache
from itertools import pairwise

import ml_dtypes  # noqa: F401 - with it NumPy knows bfloat16
import numpy as np

import crosscheck
from crosscheck.frameworks.registry import load
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.difference.allowed import QUANTITIES, by_name
from crosscheck.verification.judging import attempt

NUMPY = load("numpy", "reference_numpy")
KIND = {"activations": ["sigmoid", "tanh", "identity"], "loss": "softmax_cross_entropy"}
SIZES = (6, 4, 4, 3)


def start(sizes=SIZES, batch=5, seed=0):
    """Inputs, targets and parameters by name, in float32."""
    rng = np.random.default_rng(seed)
    found = {
        "inputs": rng.random((batch, sizes[0])),
        "targets": np.eye(sizes[-1])[rng.integers(0, sizes[-1], batch)],
    }
    for index, (below, above) in enumerate(pairwise(sizes)):
        found[f"params.{index}.weight"] = rng.standard_normal((above, below)) / np.sqrt(below)
        found[f"params.{index}.bias"] = rng.standard_normal(above) / 4
    return {name: array.astype("float32") for name, array in found.items()}


def computed(begin, dtype="float64", framework=NUMPY, kind=KIND):
    """Every tensor of the pass by a framework in a dtype."""
    given = {name: array.astype(dtype) for name, array in begin.items()}
    layers = range(len(kind["activations"]))
    params = tuple(
        Layer(given[f"params.{index}.weight"], given[f"params.{index}.bias"]) for index in layers
    )
    case = NetworkCase(
        "own", "drawn", params, given["inputs"], given["targets"],
        tuple(kind["activations"]), kind["loss"],
    )  # fmt: skip
    return tensors_of(attempt(case, framework))


def tensors_of(attempted):
    """What was attempted of a network, by the names of tensors."""
    assert attempted.failure is None
    return {
        name: tensor.value
        for quantities in attempted.stages.values()
        for quantity, tensors in quantities.items()
        if quantity in QUANTITIES
        for name, tensor in by_name(quantity, tensors).items()
    }


def transposed(begin, index=1):
    """The tensors of a pass that takes one square weight for its transpose."""
    name = f"params.{index}.weight"
    found = computed(begin | {name: begin[name].T})
    weight = f"grad.{index}.weight"
    return found | {weight: found[weight].T}


@cache
def difference():
    """Of a set without z3 in float32, and one with a transposed weight."""
    begin = start()
    single = computed(begin, "float32")
    del single["z3"]
    return crosscheck.diff(single, transposed(begin), KIND, begin)
