"""The statements of document 000 on the three partials of a network of one neuron a layer."""

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, slope
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import mean_squared_error, squared_error
from reference_numpy.mlp import forward
from reference_numpy.optimizers import apply_updates, sgd
from reference_numpy.params import Layer, Params

statements = Statements("000")

# The weight, the activation below, the bias and the target.
W, A, B, Y = 0.7, 0.6, -0.2, 1.0
PARAMS: Params = (Layer(np.array([[W]]), np.array([B])),)
BELOW, TARGET = np.array([[A]]), np.array([[Y]])


def z_of(w: float) -> float:
    return w * A + B


def a_of(z: float) -> float:
    return float(sigmoid(np.array(z)))


def c_of(a: float) -> float:
    return (a - Y) ** 2


@statements(
    "计算损失函数",
    "With the mean squared error the loss is C_0 = (a^(L) - y)^2.",
    flips=in_reference("losses", ".sum() / len(predictions)", ".sum() / 2", "squared_error"),
)
def the_loss_of_one_sample_and_one_output_is_the_squared_error() -> Readings:
    a = forward(PARAMS, BELOW, activations=("sigmoid",)).outputs
    return {
        "the mean over the outputs": close(c_of(float(a[0, 0])), mean_squared_error(a, TARGET)),
        "the sum over the outputs": close(c_of(float(a[0, 0])), squared_error(a, TARGET)),
    }


@statements(
    "计算损失函数",
    "a^(L) = sigma(w^(L) a^(L-1) + b^(L)) = sigma(z^(L)).",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def the_activation_is_sigma_of_z() -> Readings:
    trace = forward(PARAMS, BELOW, activations=("sigmoid",))
    return {
        "the weighted sum and the bias are z": close(z_of(W), trace.pre_activations[0]),
        "a = sigma(z)": close(1 / (1 + np.exp(-z_of(W))), trace.outputs),
    }


@statements(
    "计算梯度",
    "dC_0/dw^(L) = dz^(L)/dw^(L) da^(L)/dz^(L) dC_0/da^(L).",
    flips=Instead("slope(a_of, z)", "slope(a_of, a)"),
)
def the_chain_rule_splits_the_derivative_in_three() -> Readings:
    z, a = z_of(W), a_of(z_of(W))
    product = slope(z_of, W) * slope(a_of, z) * slope(c_of, a)
    return {"the product of the three": near(product, slope(lambda w: c_of(a_of(z_of(w))), W))}


@statements(
    "计算梯度",
    "dz^(L)/dw^(L) = a^(L-1).",
    flips=Instead("w * A + B", "w * A**2 + B", within="z_of"),
)
def the_derivative_of_z_is_the_activation_below() -> Readings:
    return {"z = w a + b": near(A, slope(z_of, W))}


@statements(
    "计算梯度",
    "da^(L)/dz^(L) = sigma'(z^(L)).",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_derivative_of_a_is_that_of_sigma() -> Readings:
    z = z_of(W)
    closed_form = np.exp(-z) / (1 + np.exp(-z)) ** 2
    return {"a = sigma(z)": near(closed_form, slope(a_of, z))}


@statements(
    "计算梯度",
    "dC_0/da^(L) = 2 (a^(L) - y).",
    flips=Instead("2 * (a - Y)", "a - Y"),
)
def the_derivative_of_the_loss_is_twice_the_difference() -> Readings:
    a = a_of(z_of(W))
    return {"C_0 = (a - y)^2": near(2 * (a - Y), slope(c_of, a))}


@statements(
    "更新权重",
    "w_new = w_old - eta dC_0/dw^(L); eta sets the length of the step.",
    flips=(
        in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
        in_reference("optimizers/descent", "-rate * g", "-np.sqrt(rate) * g", "sgd"),
    ),
)
def the_update_goes_against_the_gradient() -> Readings:
    dc_dw = slope(lambda w: c_of(a_of(z_of(w))), W)
    _, grads = value_and_grad(PARAMS, BELOW, TARGET, activations=("sigmoid",), loss="squared_error")

    def new_weight(eta: float) -> float:
        updates, _ = sgd(eta).update(grads, sgd(eta).init(PARAMS))
        return float(apply_updates(PARAMS, updates)[0].weight[0, 0])

    return {
        "the rule": near(W - 0.1 * dc_dw, new_weight(0.1)),
        "twice eta, twice the step": close(2 * (new_weight(0.1) - W), new_weight(0.2) - W),
        "the loss falls": c_of(a_of(z_of(new_weight(0.1)))) < c_of(a_of(z_of(W))),
    }
