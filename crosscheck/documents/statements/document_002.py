"""The statements of document 002 on the forward and the backward pass of its 3-2-1 network."""

from functools import cache

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, numeric, slope
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.mlp import Trace, forward
from reference_numpy.params import Layer, Params

statements = Statements("002")

INPUTS = np.array([[2.0, 3.0, -1.0]])
TARGETS = np.array([[1.0]])
PARAMS: Params = (
    Layer(np.array([[0.2, -0.5, 0.1], [-0.3, 0.4, 0.2]]), np.array([0.3, -0.1])),
    Layer(np.array([[0.5, 0.2]]), np.array([0.1])),
)
ACTIVATIONS = ("sigmoid", "sigmoid")
LOSS = "squared_error"


@cache
def the_pass() -> tuple[Trace, float, Params, tuple[np.ndarray, ...]]:
    """The example's trace, loss, gradient and errors."""
    trace = forward(PARAMS, INPUTS, activations=ACTIVATIONS)
    value, grads = value_and_grad(PARAMS, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
    errors = deltas(PARAMS, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
    return trace, float(value), grads, errors


@statements(
    "intro",
    "With backpropagation we look only at the previous layer at any one time, and so only at some "
    "of the n weights and k biases.",
    correct="It looks at the layers on both sides: it needs the activations of the previous "
    "layer, and also the weights and the error of the next layer, from which it computes the "
    "layer's own error.",
    flips=(
        Instead("np.ones((1, 2)), np.ones((1, 1))", "PARAMS[1].weight, errors[1]"),
        in_reference("gradients", "np.dot(delta.T, below,", "np.dot(delta.T, 1 - below,"),
    ),
)
def the_gradient_of_a_layer_needs_the_layers_on_both_sides() -> Readings:
    trace, _, grads, errors = the_pass()
    below, a = trace.activations[0], trace.activations[1]

    def gradient(weight_above: np.ndarray, error_above: np.ndarray) -> np.ndarray:
        error = error_above @ weight_above * a * (1 - a)
        return np.asarray(error.T @ below)

    without_the_layer_above = gradient(np.ones((1, 2)), np.ones((1, 1)))
    return {
        "the layers on both sides": close(gradient(PARAMS[1].weight, errors[1]), grads[0].weight),
        "the previous layer alone": close(without_the_layer_above, grads[0].weight),
    }


@statements(
    "1",
    "The hidden layer is z = W x + b, then a = sigma(z).",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def the_hidden_layer_is_affine_then_sigmoid() -> Readings:
    trace = the_pass()[0]
    z = PARAMS[0].weight @ INPUTS[0] + PARAMS[0].bias
    return {"column by column": close(sigmoid(z), trace.activations[1][0])}


@statements(
    "1",
    "sigma(z) = 1 / (1 + e^(-z)).",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_sigmoid_is_one_over_one_plus_exp_of_minus_z() -> Readings:
    z = np.linspace(-3, 3, 13)
    return {"on [-3, 3]": close(sigmoid(z), 1 / (1 + np.exp(-z)))}


@statements(
    "2",
    "The output layer is z = W a + b, then a = sigma(z).",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def the_output_layer_is_affine_then_sigmoid() -> Readings:
    trace = the_pass()[0]
    z = PARAMS[1].weight @ trace.activations[1][0] + PARAMS[1].bias
    return {"column by column": close(sigmoid(z), trace.outputs[0])}


@statements(
    "3",
    "The squared error of one sample is C_0 = (a - y)^2.",
    flips=in_reference("losses", ".sum() / len(predictions)", ".sum() / 2", "squared_error"),
)
def the_loss_is_the_square_of_the_difference() -> Readings:
    trace, value, _, _ = the_pass()
    return {"one output": close((trace.outputs[0, 0] - TARGETS[0, 0]) ** 2, value)}


@statements(
    "4",
    "dC_0/dw is the product of dz/dw, da/dz and dC_0/da.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def the_chain_rule_gives_the_weight_gradient() -> Readings:
    trace, _, grads, _ = the_pass()
    a = trace.outputs[0, 0]
    product = trace.activations[1][0] * (a * (1 - a)) * (2 * (a - TARGETS[0, 0]))
    return {"both weights": close(product, grads[1].weight[0])}


@statements(
    "4",
    "dC_0/da = 2 (a - y).",
    flips=Instead("2 * (a - y)", "(a - y)"),
)
def the_slope_of_the_square_is_twice_the_difference() -> Readings:
    a, y = the_pass()[0].outputs[0, 0], TARGETS[0, 0]
    return {"by differences": near(slope(lambda a: (a - y) ** 2, a), 2 * (a - y))}


@statements(
    "4",
    "da/dz = sigma'(z) = a (1 - a).",
    flips=Instead("a * (1 - a)", "a"),
)
def the_slope_of_the_sigmoid_is_a_times_one_minus_a() -> Readings:
    z = the_pass()[0].pre_activations[1][0, 0]
    a = sigmoid(np.array(z))
    return {"by differences": near(slope(sigmoid, z), a * (1 - a))}


@statements(
    "4",
    "dz/dW of the output layer is the hidden activations a^(1).",
    flips=Instead("near(slopes, hidden)", "near(slopes, PARAMS[1].weight[0])"),
)
def the_slope_of_z_in_a_weight_is_the_activation_below() -> Readings:
    hidden = the_pass()[0].activations[1][0]
    slopes = numeric(lambda weights: weights @ hidden, PARAMS[1].weight[0])
    return {"both weights": near(slopes, hidden)}


@statements(
    "4",
    "dC_0/db uses the same factors with dz/db = 1.",
    flips=in_reference("gradients", "delta.sum(axis=0, out=bias)", "delta[0] * below.sum()"),
)
def the_bias_gradient_is_the_error_itself() -> Readings:
    _, _, grads, errors = the_pass()
    return {"dC/db = delta": close(grads[1].bias, errors[1][0] * 1)}
