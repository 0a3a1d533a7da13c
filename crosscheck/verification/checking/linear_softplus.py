"""PyTorch's softplus, which returns z itself above 20 and is off by exp(-z) there: a convention."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.bounds.functions import FLOAT_ACTIVATIONS
from crosscheck.verification.exact_values import ExactTensor

LINEAR_ABOVE = 20.0
LINEAR = "above 20 it is z itself, as PyTorch's softplus is"
# The activations in float64, with softplus as PyTorch has it.
LIKE_PYTORCH = FLOAT_ACTIVATIONS | {
    "softplus": lambda z: np.where(z > LINEAR_ABOVE, z, FLOAT_ACTIVATIONS["softplus"](z))
}


def values(exactly: Callable[[Array], ExactTensor]) -> Callable[[Array], ExactTensor]:
    """The values of softplus with those above `LINEAR_ABOVE` as PyTorch gives them."""

    def linear(z: Array) -> ExactTensor:
        exact = exactly(z)
        return replace(exact, value=np.where(z > LINEAR_ABOVE, z, exact.value))

    return linear


def slopes(exactly: Callable[[Array], ExactTensor]) -> Callable[[Array], ExactTensor]:
    """Likewise its slopes, times whatever they are multiplied by: 1 in place of 1/(1 + exp(-z))."""

    def linear(z: Array) -> ExactTensor:
        exact = exactly(z)
        more = np.where(z > LINEAR_ABOVE, np.exp(-np.maximum(z, LINEAR_ABOVE)), 0.0)
        return replace(exact, value=exact.value * (1 + more))

    return linear
