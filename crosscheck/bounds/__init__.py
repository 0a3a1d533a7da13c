"""How far an honest implementation may be from the exact value: a running error bound.

Entry by entry, on absolute values: beside every quantity x of the pass its bound e_x is carried
along, after Higham, "Accuracy and Stability of Numerical Algorithms", chapter 3. u is the unit
roundoff of the dtype; gamma(n) = n u / (1 - n u) covers a sum of n terms in any order; and every
operation may lose the smallest normal number, since JAX flushes what is smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosscheck.bounds.activations import BACKWARD, FORWARD
from crosscheck.bounds.losses import LOSSES
from crosscheck.bounds.precision import Array, Precision
from crosscheck.exact.network import Layer
from reference_numpy.activations import ACTIVATIONS

Layers = Sequence[tuple[Array, Array]]


@dataclass(frozen=True)
class Bounds:
    """The bound of every entry of every quantity of one pass, in the contract's terms."""

    pre_activations: tuple[Array, ...]
    activations: tuple[Array, ...]
    loss: float
    deltas: tuple[Array, ...]
    grads: tuple[Layer, ...]


def bound_pass(
    params: Layers,
    inputs: Array,
    targets: Array,
    activations: Sequence[str],
    loss: str,
    dtype: str,
) -> Bounds:
    """Bounds of |computed - exact| for one forward and backward pass in `dtype`.

    The arrays are the float inputs, as float64. The values on which the bounds are carried along
    are themselves computed in float64: their own errors are of second order.
    """
    p = Precision.of(dtype)
    zs, ezs, a, ea = [], [], [inputs], [np.zeros_like(inputs)]
    for (weight, bias), name in zip(params, activations, strict=True):
        size = np.abs(a[-1]) @ np.abs(weight).T + np.abs(bias)
        zs.append(a[-1] @ weight.T + bias)
        terms = weight.shape[1] + 1
        ezs.append(ea[-1] @ np.abs(weight).T + p.gamma(terms) * size + terms * p.tiny)
        a.append(ACTIVATIONS[name](zs[-1]))
        ea.append(FORWARD[name](p, zs[-1], ezs[-1]) + p.tiny)
    loss_bound, cotangent, e_cotangent = LOSSES[loss](p, a[-1], ea[-1], targets)
    deltas: list[Array] = []
    e_deltas: list[Array] = []
    for (weight, _), name, z, ez in reversed(list(zip(params, activations, zs, ezs, strict=True))):
        delta, e_delta = BACKWARD[name](p, z, ez, cotangent, e_cotangent)
        deltas.insert(0, delta)
        e_deltas.insert(0, e_delta + p.tiny)
        terms = weight.shape[0]
        cotangent = delta @ weight
        e_cotangent = (e_deltas[0] + p.gamma(terms) * np.abs(delta)) @ np.abs(weight)
        e_cotangent = e_cotangent + terms * p.tiny
    grads = tuple(
        _gradient(p, *each) for each in zip(deltas, e_deltas, a[:-1], ea[:-1], strict=True)
    )
    return Bounds(tuple(ezs), tuple(ea), loss_bound, tuple(e_deltas), grads)


def _gradient(p: Precision, delta: Array, e_delta: Array, a: Array, ea: Array) -> Layer:
    batch = len(delta)
    size = np.abs(delta)
    weight = e_delta.T @ (np.abs(a) + ea) + size.T @ ea + p.gamma(batch) * (size.T @ np.abs(a))
    bias = e_delta.sum(axis=0) + p.gamma(batch) * size.sum(axis=0)
    return Layer(weight + batch * p.tiny, bias + batch * p.tiny)
