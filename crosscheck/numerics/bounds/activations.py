"""The bounds of an activation: of a, from that of z, and of dC/dz, from those of z and dC/da."""

from collections.abc import Callable

import numpy as np

from crosscheck.numerics.bounds.functions import density, distribution, sigmoid, softmax, softplus
from crosscheck.numerics.bounds.inexact import FUNCTION, TANH, Array, Precision

# ----- slopes and curvatures -----


def sigmoid_slope(z: Array) -> Array:
    """The derivative of sigmoid."""
    return sigmoid(z) * sigmoid(-z)


def _tanh_slope(z: Array) -> Array:
    return np.cosh(np.clip(z, -350, 350)) ** -2  # not 1 - tanh^2, which is 0 beyond 20


def smallest_magnitude(z: Array, ez: Array) -> Array:
    """The smallest |z| between z - e_z and z + e_z.

    An error e_z of z changes f(z) by at most e_z times the steepest slope in that interval. The
    slopes of sigmoid and tanh fall off to both sides of 0, so that they are steepest there.
    """
    return np.maximum(np.abs(z) - ez, 0)


def _gelu_slope(z: Array) -> Array:
    return distribution(z) + z * density(z)


def _gelu_curvature(z: Array, ez: Array) -> Array:
    # |(2 - z^2) phi(z)|, which changes by at most 3/2 per unit of z, and lies below the envelope
    # (2 + z^2) phi(z), which falls off to both sides of 0.
    near = smallest_magnitude(z, ez)
    here = np.abs(2 - np.minimum(np.abs(z), 40) ** 2) * density(z)
    return np.minimum((2 + near**2) * density(near), here + 1.5 * ez)


# ----- forward: e_a from z and e_z -----


def forward_softmax(p: Precision, z: Array, ez: Array) -> Array:
    """The bound of softmax(z), whose entries depend on every z of their row."""
    # The error of a_k is largest if its own exponent is too large and all others are too small, or
    # the other way round. Rounding z - max changes an exponent by u |z - max|.
    a, others = softmax(z), 1 - np.eye(z.shape[1])
    e_exponent = ez + p.u * np.abs(z - z.max(axis=1, keepdims=True))
    m = np.minimum(e_exponent, 300)
    up, down = np.expm1(m), -np.expm1(-m)
    rest, rest_up, rest_down = a @ others, (a * up) @ others, (a * down) @ others
    higher = a * (rest * up + rest_down) / (a * (1 + up) + rest - rest_down)
    lower = a * (rest * down + rest_up) / (a * (1 - down) + rest + rest_up)
    # No probability has an error of more than 1.
    far = e_exponent.max(axis=1, keepdims=True) > 300
    return np.where(far, 1.0, np.maximum(higher, lower)) + a * p.gamma(
        z.shape[1] + 2 * FUNCTION + 2
    )


def growth(a: Array, e_exponent: Array) -> Array:
    """log sum_j a_j exp(e_j), where a is softmax(z).

    By so much the logarithm of sum_j exp(z_j) grows if every z_j grows by e_j.
    """
    largest = e_exponent.max(axis=1, keepdims=True)
    return largest + np.log((a * np.exp(e_exponent - largest)).sum(axis=1, keepdims=True))


FORWARD_BOUNDS: dict[str, Callable[[Precision, Array, Array], Array]] = {
    "identity": lambda p, z, ez: ez,
    "sigmoid": lambda p, z, ez: (
        sigmoid_slope(smallest_magnitude(z, ez)) * ez + FUNCTION * p.u * sigmoid(z)
    ),
    "tanh": lambda p, z, ez: (
        _tanh_slope(smallest_magnitude(z, ez)) * ez + TANH * p.u * np.abs(np.tanh(z))
    ),
    "relu": lambda p, z, ez: (z > -ez) * ez,
    "softmax": forward_softmax,
    "softplus": lambda p, z, ez: sigmoid(z + ez) * ez + FUNCTION * p.u * softplus(z),
    # Two roundings change the argument of erfc by 2 u |z|, and z Phi(z) by 2 u z^2 phi(z).
    "gelu": lambda p, z, ez: (
        (np.abs(_gelu_slope(z)) + _gelu_curvature(z, ez) * ez) * ez
        + 2 * p.u * np.minimum(np.abs(z), 40) ** 2 * density(z)
        + (FUNCTION + 2) * p.u * np.abs(z) * distribution(z)
        + p.tiny * np.abs(z) / 2  # the underflow of erfc is multiplied by z / 2
    ),
}


# ----- backward: delta and its bound from z, e_z, the cotangent c = dC/da and e_c -----


def _elementwise(
    slope: Callable[[Array], Array], e_slope: Callable[[Precision, Array, Array], Array]
) -> Callable[..., tuple[Array, Array]]:
    def backward(p: Precision, z: Array, ez: Array, c: Array, ec: Array) -> tuple[Array, Array]:
        s, es = slope(z), e_slope(p, z, ez) + 4 * p.tiny  # of up to four operations
        delta = c * s
        # ec es is of second order, but all other terms are 0 where c and the slope are both 0.
        return delta, ec * (np.abs(s) + es) + np.abs(c) * es + p.u * np.abs(delta)

    return backward


def _backward_softmax(
    p: Precision, z: Array, ez: Array, c: Array, ec: Array
) -> tuple[Array, Array]:
    # delta_k = a_k (c_k - sum_j a_j c_j): the errors of a and of c, and the rounding of the sum.
    a, ea = softmax(z), forward_softmax(p, z, ez) + 2 * p.tiny
    mean = (a * c).sum(axis=1, keepdims=True)
    e_mean = (a * ec + ea * np.abs(c)).sum(axis=1, keepdims=True)
    size = np.abs(c) + (a * np.abs(c)).sum(axis=1, keepdims=True)
    rounding = p.gamma(z.shape[1] + 2) * size
    return a * (c - mean), ea * np.abs(c - mean) + (a + ea) * (ec + e_mean + rounding)


def _e_sigmoid_slope(p: Precision, z: Array, ez: Array) -> Array:
    # The derivative of s (1 - s) is 1 - 2 s; 1 - s and the product are rounded once each.
    s, far = sigmoid(z), np.abs(z) + ez
    e_s = sigmoid_slope(smallest_magnitude(z, ez)) * ez + FUNCTION * p.u * s
    return np.abs(1 - 2 * sigmoid(far)) * e_s + 2 * p.u * sigmoid_slope(z)


def _e_tanh_slope(p: Precision, z: Array, ez: Array) -> Array:
    a = np.tanh(z)
    ea = _tanh_slope(smallest_magnitude(z, ez)) * ez + TANH * p.u * np.abs(a)
    return 2 * np.tanh(np.abs(z) + ez) * ea + p.u * a**2 + 2 * p.u * _tanh_slope(z)


def _e_gelu_slope(p: Precision, z: Array, ez: Array) -> Array:
    # (Phi + z phi)' = (2 - z^2) phi. Roundings change the exponent z^2 / 2 by up to 3 u z^2 / 2.
    r, phi = np.minimum(np.abs(z), 40), density(z)
    inside = 2 * p.u * r * phi + 3 * p.u * r**3 * phi
    inside = inside + p.tiny * r  # the underflow of exp is multiplied by z / sqrt(2 pi)
    return _gelu_curvature(z, ez) * ez + inside + FUNCTION * p.u * (distribution(z) + r * phi)


def _e_softplus_slope(p: Precision, z: Array, ez: Array) -> Array:
    # JAX computes exp(z - softplus(z)), whose exponent the rounding of softplus(z) changes.
    e_exponent = p.u * (FUNCTION * softplus(z) + np.abs(z - softplus(z)))
    steepest = sigmoid_slope(smallest_magnitude(z, ez))
    return steepest * ez + (e_exponent + FUNCTION * p.u) * sigmoid(z)


BACKWARD_BOUNDS: dict[str, Callable[..., tuple[Array, Array]]] = {
    "identity": lambda p, z, ez, c, ec: (c, ec),
    "sigmoid": _elementwise(sigmoid_slope, _e_sigmoid_slope),
    "tanh": _elementwise(_tanh_slope, _e_tanh_slope),
    # Where z may have either sign the slope has an error of 1. If z is exactly 0 the slope is 0.
    "relu": _elementwise(
        lambda z: 1.0 * (z > 0), lambda p, z, ez: 1.0 * ((np.abs(z) <= ez) & (ez > 0))
    ),
    "softmax": _backward_softmax,
    "softplus": _elementwise(sigmoid, _e_softplus_slope),
    "gelu": _elementwise(_gelu_slope, _e_gelu_slope),
}
