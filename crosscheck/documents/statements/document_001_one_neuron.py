"""The statements of document 001 on the calculus of a network of one neuron a layer."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, slope
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import value_and_grad
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


def c_of(w1: float = W1, w2: float = W2, b2: float = B2, a1: float | None = None) -> float:
    """C_0 with some of its parameters changed, or with the activation between given."""
    a1 = a_of(w1 * A0 + B1) if a1 is None else a1
    return (a_of(w2 * a1 + b2) - Y) ** 2


@statements(
    "每层只有一个神经元的网络",
    "C_0 = (a^(L) - y)^2, a function of all weights and biases.",
    flips=in_reference("losses", ".sum() / len(predictions)", ".sum() / 2", "squared_error"),
)
def the_loss_of_one_neuron_is_the_squared_difference() -> Readings:
    network: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
    value, _ = value_and_grad(CHAIN, np.array([[A0]]), np.array([[Y]]), **network)
    return {"squared error": close(c_of(), value)}


@statements(
    "每层只有一个神经元的网络",
    "a^(L) = sigma(w^(L) a^(L-1) + b^(L)).",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_activation_is_sigma_of_the_weighted_sum() -> Readings:
    trace = forward(CHAIN, np.array([[A0]]), activations=("sigmoid", "sigmoid"))
    return {"the last neuron": close(1 / (1 + np.exp(-(W2 * A1 + B2))), trace.outputs)}


@statements(
    "每层只有一个神经元的网络",
    "z^(L) = w^(L) a^(L-1) + b^(L), which goes into sigma.",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def z_is_the_weight_times_the_activation_plus_the_bias() -> Readings:
    trace = forward(CHAIN, np.array([[A0]]), activations=("sigmoid", "sigmoid"))
    return {"both layers": close([Z1, Z2], np.ravel(trace.pre_activations))}


@statements(
    "每层只有一个神经元的网络",
    "First z from w, a and b, then a from z, last C from a and y.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_loss_follows_in_three_steps() -> Readings:
    last: dict[str, Any] = {"activations": ("sigmoid",), "loss": "squared_error"}
    value, _ = value_and_grad(CHAIN[1:], np.array([[A1]]), np.array([[Y]]), **last)
    z = W2 * A1 + B2
    a = 1 / (1 + np.exp(-z))
    return {"the last layer": close((a - Y) ** 2, value)}


@statements(
    "每层只有一个神经元的网络",
    "dC/dw is the change of C after a small change of w, such as 0.001, divided by that small "
    "change.",
    flips=Instead("(c_of(w2=W2 + 0.001) - c_of()) / 0.001", "c_of(w2=W2 + 1.0) - c_of()"),
)
def a_nudge_of_a_thousandth_shows_the_derivative() -> Readings:
    ratio = (c_of(w2=W2 + 0.001) - c_of()) / 0.001
    # A nudge h bends by h/2 times a second derivative, which stays below 2 here.
    return {"0.001": abs(ratio - slope(lambda w: c_of(w2=w), W2)) < 0.001}


@statements(
    "每层只有一个神经元的网络",
    "dC_0/dw^(L) = dC_0/da^(L) da^(L)/dz^(L) dz^(L)/dw^(L).",
    flips=Instead("slope(a_of, Z2)", "slope(a_of, Z1)"),
)
def the_chain_rule_takes_three_factors_to_the_last_weight() -> Readings:
    product = slope(lambda a: (a - Y) ** 2, A2) * slope(a_of, Z2) * slope(lambda w: w * A1 + B2, W2)
    return {"three factors": near(product, slope(lambda w: c_of(w2=w), W2))}


@statements(
    "每层只有一个神经元的网络",
    "dC_0/dw^(L) = 2 (a^(L) - y) sigma'(z^(L)) a^(L-1).",
    flips=Instead("* SLOPE2 * A1", "* A1"),
)
def the_derivative_in_a_weight_ends_with_the_activation_before() -> Readings:
    return {"sigmoid": near(2 * (A2 - Y) * SLOPE2 * A1, slope(lambda w: c_of(w2=w), W2))}


@statements(
    "每层只有一个神经元的网络",
    "dC_0/db^(L) = 2 (a^(L) - y) sigma'(z^(L)) * 1.",
    flips=Instead("* SLOPE2 * 1", "* 1"),
)
def the_derivative_in_a_bias_ends_with_one() -> Readings:
    return {"sigmoid": near(2 * (A2 - Y) * SLOPE2 * 1, slope(lambda b: c_of(b2=b), B2))}


@statements(
    "每层只有一个神经元的网络",
    "dC_0/da^(L-1) = 2 (a^(L) - y) sigma'(z^(L)) w^(L).",
    flips=Instead("* SLOPE2 * W2", "* SLOPE2 * A1"),
)
def the_derivative_in_an_activation_ends_with_the_weight() -> Readings:
    return {"sigmoid": near(2 * (A2 - Y) * SLOPE2 * W2, slope(lambda a: c_of(a1=a), A1))}


@statements(
    "每层只有一个神经元的网络",
    "For earlier weights and biases the chain only gets longer.",
    flips=Instead("* SLOPE1 * A0", "* A0"),
)
def the_chain_of_an_earlier_weight_is_longer() -> Readings:
    product = 2 * (A2 - Y) * SLOPE2 * W2 * SLOPE1 * A0
    return {"dC_0/dw^(L-1)": near(product, slope(lambda w: c_of(w1=w), W1))}


@statements(
    "每层只有一个神经元的网络",
    "dC/dw^(L) = 1/n sum_(k=0)^(n-1) dC_k/dw^(L), over a mini-batch.",
    flips=in_reference(
        "gradients",
        '"squared_error": lambda a, y: 2 * (a - y) / len(a)',
        '"squared_error": lambda a, y: 2 * (a - y)',
    ),
)
def the_derivative_over_a_batch_is_the_mean_over_its_samples() -> Readings:
    def of_sample(a: float) -> float:
        return slope(lambda w: c_of(w2=w, a1=a), W2)

    batch = [0.9, 0.2, -0.5, 0.4]
    each = [of_sample(a) for a in batch]
    _, grads = value_and_grad(
        CHAIN[1:],
        np.array(batch)[:, None],
        np.full((4, 1), Y),
        activations=("sigmoid",),
        loss="squared_error",
    )
    return {"n = 4": near(sum(each[k] for k in range(4)) / 4, grads[0].weight[0, 0])}


@statements(
    "每层只有一个神经元的网络",
    "The gradient has one component for each weight and bias.",
    flips=Instead("5 * 3 + 5 + 2 * 5 + 2", "5 * 3 + 2 * 5"),
)
def the_gradient_has_a_component_per_parameter() -> Readings:
    params = init_params((3, 5, 2), seed=16)
    network: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
    _, grads = value_and_grad(params, np.ones((1, 3)), np.zeros((1, 2)), **network)
    components = sum(leaf.size for layer in grads for leaf in layer)
    return {"3-5-2": components == 5 * 3 + 5 + 2 * 5 + 2}
