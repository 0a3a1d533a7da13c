"""The statements of document 001 on nonlinear activation functions: why, and which."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, slope
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import relu, sigmoid
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params, init_params, tree_map

statements = Statements("001")


@statements(
    "为什么要使用非线性激活函数",
    "Without nonlinear activations a network of any depth is only a linear function.",
    correct="It is an affine function: a linear function plus a constant, which comes from the "
    "biases.",
    flips=(
        Instead('initializer="standard_normal"', 'initializer="glorot_normal"'),
        Instead('"identity"', '"tanh"'),
    ),
)
def without_nonlinear_activations_a_network_is_affine() -> Readings:
    params = init_params((3, 5, 4, 2), seed=3, initializer="standard_normal")

    def network(x: np.ndarray) -> np.ndarray:
        return forward(params, x[None], activations=("identity",) * 3).outputs[0]

    x, y = np.random.default_rng(3).normal(size=(2, 3))
    zero = network(np.zeros(3))
    return {
        "linear: f(x + y) = f(x) + f(y)": close(network(x + y), network(x) + network(y)),
        "linear up to a constant": close(
            network(x + y) - zero, network(x) - zero + network(y) - zero
        ),
    }


@statements(
    "为什么要使用非线性激活函数",
    "Nonlinear functions can represent more than linear ones.",
    flips=Instead('"relu"', '"identity"'),
)
def a_relu_network_represents_xor_and_no_linear_function_does() -> Readings:
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xor = np.array([0.0, 1.0, 1.0, 0.0])
    columns = np.column_stack([corners, np.ones(4)])
    best_affine = columns @ np.linalg.lstsq(columns, xor, rcond=None)[0]
    hidden = Layer(np.ones((2, 2)), np.array([0.0, -1.0]))
    params = (hidden, Layer(np.array([[1.0, -2.0]]), np.zeros(1)))
    network = forward(params, corners, activations=("relu", "identity")).outputs[:, 0]
    return {"exclusive or": close(network, xor) and not close(best_affine, xor)}


@statements(
    "万能近似定理",
    "A network with a nonlinear output layer and enough hidden units can approximate everything.",
    correct="In the theorem the output layer is linear; the nonlinear layer is a hidden layer "
    "before it, whose activation function is bounded (a squashing function).",
    flips=Instead(
        "np.column_stack([x, np.ones(81)])", "sigmoid(4 * x[:, None] - np.linspace(-8, 8, 17))"
    ),
)
def the_nonlinear_layer_of_the_theorem_is_a_hidden_one() -> Readings:
    x = np.linspace(-2, 2, 81)
    bump = 0.1 + 0.8 * np.exp(-(x**2))
    linear = np.column_stack([x, np.ones(81)])  # what linear hidden layers can pass on

    def fitted(features: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        return features @ np.linalg.lstsq(features, wanted, rcond=None)[0]

    only_output = sigmoid(fitted(linear, np.log(bump / (1 - bump))))
    return {
        # Whatever its weights, it rises all the way or falls all the way; the bump does both.
        "the output layer is the nonlinear one": bool(abs(only_output - bump).max() < 0.01),
    }


@statements(
    "万能近似定理",
    "With enough hidden units a network can approximate any function to any accuracy.",
    correct="The function must be continuous on a closed and bounded set, or at least Borel "
    "measurable; then the approximation may fail on a set of small measure. On (0, 1] the "
    "function 1/x grows without bound, but every network of this kind is bounded.",
    flips=(
        Instead("np.array([1e-9, 0.25, 1.0]), 1e-3", "np.array([0.25, 1.0]), 0.25"),
        Instead("np.linspace(-40, 40, 41)", "np.zeros(41)"),
    ),
)
def a_function_without_bounds_outgrows_a_squashing_network() -> Readings:
    def largest_error(inputs: np.ndarray, fitted_from: float) -> float:
        """Of 1/x, after the output weights are fitted to it between `fitted_from` and 1."""
        x = np.linspace(fitted_from, 1, 100)
        hidden, wide = (sigmoid(np.outer(at, np.linspace(-40, 40, 41)) + 3) for at in (x, inputs))
        weights = np.linalg.lstsq(hidden, 1 / x, rcond=None)[0]
        return float(abs(wide @ weights - 1 / inputs).max())

    return {
        "1/x on [0.25, 1], closed and bounded": largest_error(np.linspace(0.25, 1, 77), 0.25)
        < 1e-3,
        "1/x on (0, 1]": largest_error(np.array([1e-9, 0.25, 1.0]), 1e-3) < 1e-3,
    }


@statements(
    "线性整流单元",
    "For very positive or very negative inputs the sigmoid saturates: its slope is near 0.",
    flips=in_reference("activations", "1 / (1 + np.exp(-z))", "z / 2", "sigmoid"),
)
def the_slope_of_the_sigmoid_vanishes_for_large_inputs() -> Readings:
    return {"|z| = 20": all(abs(slope(sigmoid, z)) < 1e-6 < slope(sigmoid, 0.0) for z in (-20, 20))}


@statements(
    "线性整流单元",
    "Saturation takes away the gradient that learning needs.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent"),
)
def a_saturated_layer_has_almost_no_gradient() -> Readings:
    first, last = init_params((3, 5, 2), seed=5, initializer="standard_normal")
    saturated = first._replace(bias=first.bias + 30)  # every z near 30
    inputs, targets = np.random.default_rng(5).uniform(0, 1, (2, 7, 3))

    def size(layer: Layer) -> float:
        network: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
        grads = value_and_grad((layer, last), inputs, targets[:, :2], **network)[1]
        return float(np.linalg.norm(grads[0].weight))

    return {"of the layer's weights": size(saturated) < 1e-6 * size(first)}


@statements(
    "线性整流单元",
    "ReLU(a) = max(0, a).",
    flips=in_reference("activations", "np.maximum(z, 0)", "np.maximum(z, z / 100)", "relu"),
)
def relu_is_the_larger_of_zero_and_its_input() -> Readings:
    z = np.array([-3.0, -0.5, 0.0, 0.25, 2.0])
    return {"each value": list(relu(z)) == [max(0.0, float(value)) for value in z]}


@statements(
    "线性整流单元",
    "ReLU trains more easily than the sigmoid: its gradient vanishes less.",
    flips=in_reference("gradients", "cotangent * (z > 0)", "cotangent * (z > 0) / 4"),
)
def more_of_the_error_reaches_the_first_layer_with_relu() -> Readings:
    sizes = (3, *[32] * 12, 2)
    inputs, targets = np.random.default_rng(6).uniform(0, 1, (2, 10, 3))
    glorot = init_params(sizes, seed=6)
    he = init_params(sizes, seed=6, initializer="he_normal")
    # For the sigmoid, whose slope is 1/4 at most, Glorot's weights four times as large.
    four_times = tree_map(lambda leaf: 4 * leaf, glorot)

    def share(params: Params, name: str) -> float:
        """How large the error of the first layer is, compared with that of the last."""
        names = (name,) * 12 + ("identity",)
        errors = deltas(params, inputs, targets[:, :2], activations=names, loss="squared_error")
        return float(np.linalg.norm(errors[0]) / np.linalg.norm(errors[-1]))

    return {
        "both drawn by Glorot's rule": share(glorot, "relu") > 10 * share(glorot, "sigmoid"),
        "each drawn by its own rule": share(he, "relu") > 10 * share(four_times, "sigmoid"),
    }
