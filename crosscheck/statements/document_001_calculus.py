"""The statements of document 001 on the calculus: one neuron a layer, and the four equations."""

from collections.abc import Callable
from functools import cache

import numpy as np

from crosscheck.statements import Readings, Statements
from crosscheck.statements.derivatives import close, near, numeric, slope
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import half_squared_error, squared_error
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params, init_params

statements = Statements("001")


def a_of(z: float) -> float:
    return float(sigmoid(np.array(z)))


# One neuron a layer: the activation before, two weights and biases, the target; then z and a.
A0, W1, B1, W2, B2, Y = 0.9, -0.8, 0.3, 1.2, -0.4, 1.0
Z1 = W1 * A0 + B1
A1 = a_of(Z1)
Z2 = W2 * A1 + B2
A2 = a_of(Z2)
SLOPE1, SLOPE2 = A1 * (1 - A1), A2 * (1 - A2)  # sigma'
CHAIN: Params = tuple(Layer(np.array([[w]]), np.array([b])) for w, b in ((W1, B1), (W2, B2)))


def c_of(w1=W1, w2=W2, b2=B2, a1=None) -> float:
    """C_0 with some of its parameters changed, or with the activation between given."""
    a1 = a_of(w1 * A0 + B1) if a1 is None else a1
    return (a_of(w2 * a1 + b2) - Y) ** 2


@statements("每层只有一个神经元的网络", "C_0 = (a^(L) - y)^2, a function of all weights and biases.")
def the_loss_of_one_neuron_is_the_squared_difference() -> Readings:
    network = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
    value, _ = value_and_grad(CHAIN, np.array([[A0]]), np.array([[Y]]), **network)
    return {"squared error": close(c_of(), value)}


@statements("每层只有一个神经元的网络", "a^(L) = sigma(w^(L) a^(L-1) + b^(L)).")
def the_activation_of_one_neuron() -> Readings:
    trace = forward(CHAIN, np.array([[A0]]), activations=("sigmoid", "sigmoid"))
    return {"the last neuron": close(1 / (1 + np.exp(-(W2 * A1 + B2))), trace.outputs)}


@statements("每层只有一个神经元的网络", "z^(L) = w^(L) a^(L-1) + b^(L), which goes into sigma.")
def the_weighted_sum_of_one_neuron() -> Readings:
    trace = forward(CHAIN, np.array([[A0]]), activations=("sigmoid", "sigmoid"))
    return {"both layers": close([Z1, Z2], np.ravel(trace.pre_activations))}


@statements(
    "每层只有一个神经元的网络", "dC/dw is what a nudge of w, such as 0.001, does to C, per nudge."
)
def a_nudge_of_a_thousandth_shows_the_derivative() -> Readings:
    ratio = (c_of(w2=W2 + 0.001) - c_of()) / 0.001
    # A nudge h bends by h/2 times a second derivative, which stays below 2 here.
    return {"0.001": abs(ratio - slope(lambda w: c_of(w2=w), W2)) < 0.001}


@statements("每层只有一个神经元的网络", "dC_0/dw^(L) = dC_0/da^(L) da^(L)/dz^(L) dz^(L)/dw^(L).")
def the_chain_rule_for_the_last_weight() -> Readings:
    product = (
        slope(lambda a: (a - Y) ** 2, A2) * slope(a_of, Z2) * slope(lambda w: w * A1 + B2, W2)
    )
    return {"three factors": near(product, slope(lambda w: c_of(w2=w), W2))}


@statements("每层只有一个神经元的网络", "dC_0/dw^(L) = 2 (a^(L) - y) sigma'(z^(L)) a^(L-1).")
def the_derivative_in_the_last_weight() -> Readings:
    return {"sigmoid": near(2 * (A2 - Y) * SLOPE2 * A1, slope(lambda w: c_of(w2=w), W2))}


@statements("每层只有一个神经元的网络", "dC_0/db^(L) = 2 (a^(L) - y) sigma'(z^(L)) * 1.")
def the_derivative_in_the_last_bias() -> Readings:
    return {"sigmoid": near(2 * (A2 - Y) * SLOPE2 * 1, slope(lambda b: c_of(b2=b), B2))}


@statements("每层只有一个神经元的网络", "dC_0/da^(L-1) = 2 (a^(L) - y) sigma'(z^(L)) w^(L).")
def the_derivative_in_the_activation_before() -> Readings:
    return {"sigmoid": near(2 * (A2 - Y) * SLOPE2 * W2, slope(lambda a: c_of(a1=a), A1))}


@statements("每层只有一个神经元的网络", "For earlier weights and biases the chain only gets longer.")
def the_chain_of_an_earlier_weight_is_longer() -> Readings:
    product = 2 * (A2 - Y) * SLOPE2 * W2 * SLOPE1 * A0
    return {"dC_0/dw^(L-1)": near(product, slope(lambda w: c_of(w1=w), W1))}


# Layers of 3, 4, 6 and 2 neurons; samples in rows. Layer l has PARAMS[l - 1].
PARAMS = init_params((3, 4, 6, 2), seed=15, initializer="standard_normal")
INPUTS, TARGETS = np.random.default_rng(15).uniform(0, 1, (2, 5, 3))
TARGETS = TARGETS[:, :2]
SIGMOIDS = ("sigmoid",) * 3
TRACE = forward(PARAMS, INPUTS[:1], activations=SIGMOIDS)
A = [a[0] for a in TRACE.activations]  # a^(0) ... a^(3) of the first sample
W = [np.empty(0), *(layer.weight for layer in PARAMS)]  # W[l] leads into layer l


def loss_above(l: int, a: np.ndarray) -> float:
    """C of the first sample, with the activations of layer l given."""
    outputs = forward(PARAMS[l:], a[None], activations=SIGMOIDS[l:]).outputs
    return float(squared_error(outputs, TARGETS[:1]))


@cache
def dc_da(l: int) -> np.ndarray:
    return numeric(lambda a: loss_above(l, a), A[l])


@cache
def dc_dz(l: int) -> np.ndarray:
    return numeric(lambda z: loss_above(l, sigmoid(z)), TRACE.pre_activations[l - 1][0])


@cache
def dc_dw(l: int) -> np.ndarray:
    bias = PARAMS[l - 1].bias
    return numeric(lambda w: loss_above(l, sigmoid(w @ A[l - 1] + bias)), W[l])


@cache
def dc_db(l: int) -> np.ndarray:
    bias = PARAMS[l - 1].bias
    return numeric(lambda b: loss_above(l, sigmoid(W[l] @ A[l - 1] + b)), bias)


def da_dz(l: int) -> np.ndarray:
    return A[l] * (1 - A[l])


def gives(product: Callable[[], np.ndarray], true: np.ndarray) -> bool:
    """Whether a product can be taken, and has the shape and the values of the true derivative."""
    try:
        value = np.asarray(product())
    except (ValueError, IndexError):  # shapes that do not go together, an index past the end
        return False
    return value.shape == true.shape and near(value, true)
