"""The bounds of an activation: of a, from that of z, and of dC/dz, from those of z and dC/da."""

from collections.abc import Callable

import numpy as np

from crosscheck.numerics.bounds.functions import (
    density,
    distribution,
    grown,
    sigmoid,
    softplus,
)
from crosscheck.numerics.bounds.library import library
from crosscheck.numerics.bounds.precision import Array, Precision
from crosscheck.numerics.bounds.rows import backward_softmax, forward_softmax

FAR = 40.0  # beyond it the density of the standard normal distribution rounds to 0

# ----- slopes and curvatures -----


def sigmoid_slope(z: Array) -> Array:
    """The derivative of sigmoid."""
    return sigmoid(z) * sigmoid(-z)


def _tanh_slope(z: Array) -> Array:
    return np.cosh(np.clip(z, -350, 350)) ** -2  # not 1 - tanh^2, which is 0 beyond 20


def _steepest_change(z: Array, ez: Array) -> Array:
    """The largest change of the slope of sigmoid between z - e_z and z + e_z, for each unit of z.

    |s (1 - s)(1 - 2 s)| is at most s (1 - s), which is largest nearest to 0, times the largest of
    the last factor, which grows with |z|; and never above 0.1.
    """
    near, far = smallest_magnitude(z, ez), np.abs(z) + ez
    return np.minimum(sigmoid_slope(near) * (2 * sigmoid(far) - 1), 0.1)


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
    near = np.minimum(smallest_magnitude(z, ez), FAR)
    here = np.abs(2 - np.minimum(np.abs(z), FAR) ** 2) * density(z)
    return np.minimum((2 + near**2) * density(near), here + 1.5 * ez)


# ----- forward: e_a from z and e_z -----


def _computed(value: Array, handed_on: Array, rounding: Array) -> Array:
    """What the error of z hands on, and the rounding of a result that is already off by that."""
    return handed_on + rounding * (np.abs(value) + handed_on)


def forward_sigmoid(p: Precision, z: Array, ez: Array) -> Array:
    """The bound of sigmoid(z)."""
    handed_on = sigmoid_slope(smallest_magnitude(z, ez)) * ez
    return _computed(sigmoid(z), handed_on, library(p, "sigmoid")) + _lost_by_overflow(p)


def _lost_by_overflow(p: Precision) -> float:
    """What sigmoid(z) loses where exp(-z) passes the largest number: 1 over it is 0 then.

    In float16 that is far more than a number may lose below the smallest.
    """
    return 1 / p.largest


def _forward_tanh(p: Precision, z: Array, ez: Array) -> Array:
    handed_on = _tanh_slope(smallest_magnitude(z, ez)) * ez
    return _computed(np.tanh(z), handed_on, library(p, "tanh"))


def e_softplus(p: Precision, z: Array) -> Array:
    """What softplus(z) = max(z, 0) + log1p(exp(-|z|)) loses by rounding, z without an error."""
    # A sum is rounded to the number nearest to it, and its first term is one: it loses no more than
    # its second term.
    small = softplus(-np.abs(z))
    return np.minimum(p.u * softplus(z), small) + library(p, "log1p", 1.0) * small


def _forward_gelu(p: Precision, z: Array, ez: Array) -> Array:
    # -z / sqrt(2) is rounded twice, which changes z Phi(z) by 2 u z^2 phi(z). XLA's erfc(x) takes
    # the exponential of x^2 = z^2 / 2, which is rounded: in the tail u z^2 / 2 of z Phi(-|z|), less
    # than u z^2 phi(z) / 2. What erfc may lose to underflow is multiplied by z / 2.
    r, x = np.minimum(np.abs(z), FAR), -z / np.sqrt(2)
    handed_on = (np.abs(_gelu_slope(z)) + _gelu_curvature(z, ez) * ez) * ez
    rounding = library(p, "erfc", x - ez, x + ez) + p.u
    own = 2.5 * p.u * r**2 * density(z) + p.tiny * r / 2 + p.one_plus_erf * np.abs(z) / 2
    return own + _computed(np.abs(z) * distribution(z), handed_on, rounding)


FORWARD_BOUNDS: dict[str, Callable[[Precision, Array, Array], Array]] = {
    "identity": lambda p, z, ez: ez,
    "sigmoid": forward_sigmoid,
    "tanh": _forward_tanh,
    "relu": lambda p, z, ez: np.where(z > -ez, ez, 0.0),
    "softmax": forward_softmax,
    "softplus": lambda p, z, ez: sigmoid(z + ez) * ez * (1 + p.u) + e_softplus(p, z),
    "gelu": _forward_gelu,
}


# ----- backward: delta and its bound from z, e_z, the cotangent c = dC/da and e_c -----


def _elementwise(
    slope: Callable[[Array], Array],
    e_slope: Callable[[Precision, Array, Array], Array],
    largest_factor: Callable[[Array], Array] = np.ones_like,
) -> Callable[..., tuple[Array, Array]]:
    """The cotangent times a slope.

    Args:
        slope, e_slope: The slope, and its bound.
        largest_factor: The largest of the factors of the slope, in absolute value: its product with
            the cotangent may overflow where the whole product does not.
    """

    def backward(p: Precision, z: Array, ez: Array, c: Array, ec: Array) -> tuple[Array, Array]:
        s, es = slope(z), e_slope(p, z, ez) + 4 * p.tiny  # of up to four operations
        delta = c * s
        # ec es is of second order, but all other terms are 0 where c and the slope are both 0.
        error = ec * (np.abs(s) + es) + np.abs(c) * es
        error = error + p.u * (np.abs(delta) + error) + 4 * p.tiny
        return delta, error + p.overflow((np.abs(c) + ec) * largest_factor(np.abs(z) + ez))

    return backward


def _e_sigmoid_slope(p: Precision, z: Array, ez: Array) -> Array:
    # s' (1 - s') - s (1 - s) = (s' - s)(1 - s - s'); 1 - s and the product are rounded once each.
    s, es = sigmoid(z), forward_sigmoid(p, z, ez) + p.tiny
    of_a = (np.abs(1 - 2 * s) + es) * es + 2 * p.u * (sigmoid_slope(z) + es)
    # Of z itself the slope is s(z) s(-z), which is off by twice what a sigmoid is.
    handed_on = _steepest_change(z, ez) * ez
    return np.maximum(of_a, handed_on + (2 * library(p, "sigmoid") + p.u) * sigmoid_slope(z))


def _e_tanh_slope(p: Precision, z: Array, ez: Array) -> Array:
    # 1 - a^2, or JAX's (1 + a)(1 - a): what the square, or one factor, loses is at most 2 u |a|.
    a, ea = np.abs(np.tanh(z)), _forward_tanh(p, z, ez) + p.tiny
    of_a = (2 * a + ea) * ea + 2 * p.u * (a + ea) + 2 * p.u * _tanh_slope(z)
    # Of z itself it is 1 / cosh(z)^2, with two exponentials and four roundings more.
    handed_on = 4 * _steepest_change(2 * z, 2 * ez) * 2 * ez
    return np.maximum(of_a, handed_on + (2 * library(p, "exp") + 4 * p.u) * _tanh_slope(z))


def _e_gelu_slope(p: Precision, z: Array, ez: Array) -> Array:
    # (Phi + z phi)' = (2 - z^2) phi. Roundings change the exponent z^2 / 2 by up to 6 u z^2 / 2,
    # the argument of erfc as in `_forward_gelu`, and z phi by those of six operations more.
    r, phi, x = np.minimum(np.abs(z), FAR), density(z), -z / np.sqrt(2)
    arguments = 2.5 * p.u * r * phi + 3 * p.u * r**3 * phi
    of_erfc = (library(p, "erfc", x - ez, x + ez) + 2 * p.u) * distribution(z)
    of_exp = (library(p, "exp") + 6 * p.u) * r * phi
    # The underflow of exp is multiplied by z / sqrt(2 pi); beyond FAR z phi is itself below it.
    own = arguments + of_erfc + of_exp + p.tiny * r + p.one_plus_erf / 2
    return _gelu_curvature(z, ez) * ez + own


def e_log_sigmoid(p: Precision, z: Array) -> Array:
    """What the exponent z - softplus(z) loses by rounding, of which JAX takes the exponential."""
    return e_softplus(p, z) + p.u * np.abs(z - softplus(z))


def e_sigmoid_by_softplus(p: Precision, z: Array) -> Array:
    """What sigmoid(z) loses by rounding, computed as it is or as exp(z - softplus(z))."""
    log_sigmoid = z - softplus(z)
    by_softplus = grown(log_sigmoid, e_log_sigmoid(p, z) + library(p, "exp"))
    return np.maximum(library(p, "sigmoid") * sigmoid(z) + _lost_by_overflow(p), by_softplus)


def _e_softplus_slope(p: Precision, z: Array, ez: Array) -> Array:
    return sigmoid_slope(smallest_magnitude(z, ez)) * ez + e_sigmoid_by_softplus(p, z)


BACKWARD_BOUNDS: dict[str, Callable[..., tuple[Array, Array]]] = {
    "identity": lambda p, z, ez, c, ec: (c, ec),
    "sigmoid": _elementwise(sigmoid_slope, _e_sigmoid_slope),
    "tanh": _elementwise(_tanh_slope, _e_tanh_slope, lambda z: 2 * np.ones_like(z)),
    # Where z may have either sign the slope has an error of 1. If z is exactly 0 the slope is 0.
    "relu": _elementwise(
        lambda z: 1.0 * (z > 0), lambda p, z, ez: 1.0 * ((np.abs(z) <= ez) & (ez > 0))
    ),
    "softmax": backward_softmax,
    "softplus": _elementwise(sigmoid, _e_softplus_slope),
    "gelu": _elementwise(_gelu_slope, _e_gelu_slope, lambda z: np.maximum(z, 1)),
}
