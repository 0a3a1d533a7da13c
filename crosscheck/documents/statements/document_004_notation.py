"""The statements of document 004, section 2.1.5: the notation, and the squared error."""

import numpy as np

from crosscheck.documents.statements.derivatives import close
from crosscheck.documents.statements.document_004_model import (
    ACTIVATIONS,
    INPUTS,
    PARAMS,
    TARGETS,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import ACTIVATIONS as ACTIVATION
from reference_numpy.losses import squared_error
from reference_numpy.mlp import forward

statements = Statements("004")

WEIGHT, BIAS = PARAMS[0]
COMMON = ("sigmoid", "tanh", "relu", "softmax")  # the activation functions that 2.1.3 names


@statements(
    "2.1.5",
    "In z = W x + b the number W_ij is the connection weight of node i at node j.",
    correct="In W x it is the weight from node j of the previous layer to node i.",
    flips=(Instead("1, 3, INPUTS", "1, 1, INPUTS"), Instead("change[i, j]", "change[j, i]")),
)
def a_weight_leads_from_its_column_into_its_row() -> Readings:
    i, j, x = 1, 3, INPUTS[0]
    change = np.zeros_like(WEIGHT)
    change[i, j] = 1.0
    difference = (WEIGHT + change) @ x - WEIGHT @ x
    return {
        "from i into j: z_j changes by x_i": close(difference[j], x[i]),
        "from j into i: z_i changes by x_j": close(difference[i], x[j]),
    }


@statements(
    "2.1.5",
    "The output of node i is o_i = sigma(z_i).",
    correct="This is true of a function that is applied to each entry by itself. With softmax, "
    "which 2.1.3 names too, each output depends on every z.",
    flips=(
        in_reference("activations", "np.exp(-z)", "np.exp(z.mean() - z)", "sigmoid"),
        in_reference("activations", "np.tanh(z)", "np.tanh(z - z.mean())", "tanh"),
        in_reference("activations", "np.maximum(z, 0)", "np.maximum(z, z.mean())", "relu"),
        in_reference(
            "activations", "powers / powers.sum(axis=-1, keepdims=True)", "np.exp(z)", "softmax"
        ),
    ),
)
def with_softmax_an_output_depends_on_every_z() -> Readings:
    z = np.array([0.4, -1.0, 2.0])
    others_changed = np.array([0.4, 0.7, -0.3])
    return {
        name: close(ACTIVATION[name](z)[0], ACTIVATION[name](others_changed)[0]) for name in COMMON
    }


@statements(
    "2.1.5",
    "z_i = W x + b.",
    correct="W x + b is the vector of all z; z_i is its entry i, computed from row i of W and b_i.",
    flips=(
        in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
        Instead("WEIGHT @ INPUTS[0] + BIAS", "WEIGHT[0] @ INPUTS[0] + BIAS[0]"),
    ),
)
def w_x_plus_b_is_all_of_z() -> Readings:
    printed = WEIGHT @ INPUTS[0] + BIAS
    z = forward(PARAMS, INPUTS, activations=ACTIVATIONS).pre_activations[0][0]
    return {
        "the vector z": close(printed, z),
        "the number z_i": all(np.shape(printed) == np.shape(z_i) for z_i in z),
    }


@statements(
    "2.1.5",
    "The squared error is C = 1/N sum_n (prediction_n - y_n)^2.",
    correct="This is true for one output. With several outputs, y_n is a vector, as in 2.1.6, and "
    "the square must mean the squared distance between prediction and y_n: the squares are summed "
    "over the outputs too.",
    flips=(
        Instead("(a[n] - y[n]) ** 2", "np.sum((a[n] - y[n]) ** 2)"),
        in_reference("losses", ".sum() / len(predictions)", ".sum() / 2", "squared_error"),
    ),
)
def the_squared_error_of_several_outputs_is_a_squared_distance() -> Readings:
    a, y = forward(PARAMS, INPUTS, activations=ACTIVATIONS).outputs, TARGETS

    def printed(a: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(sum((a[n] - y[n]) ** 2 for n in range(len(a))) / len(a))

    return {
        "one output": close(printed(a[:, 0], y[:, 0]), squared_error(a[:, :1], y[:, :1])),
        "several: it is a number": printed(a, y).ndim == 0,
    }


@statements(
    "2.1.5",
    "The squared error is also C = 1/N sum_n (y_n - f(x_n))^2, where f is the network.",
    flips=Instead("(y - f) ** 2", "abs(y - f)"),
)
def the_two_forms_of_the_squared_error_are_equal() -> Readings:
    prediction, y = forward(PARAMS, INPUTS, activations=ACTIVATIONS).outputs[:, 0], TARGETS[:, 0]
    f = np.array([forward(PARAMS, x[None], activations=ACTIVATIONS).outputs[0, 0] for x in INPUTS])
    return {"one output": close(np.mean((prediction - y) ** 2), np.mean((y - f) ** 2))}
