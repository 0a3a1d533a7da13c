"""The statements of document 004, sections 3.1 to 3.3: the model and its forward pass."""

from functools import partial

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.params import Params, init_params, tree_map

statements = Statements("004")

# A 5-4-2-3 network on six samples.
SIZES = (5, 4, 2, 3)
ACTIVATIONS = ("sigmoid", "sigmoid", "sigmoid")
LOSS = "squared_error"
RNG = np.random.default_rng(4)
INPUTS = RNG.normal(size=(6, 5))
TARGETS = RNG.uniform(size=(6, 3))
PARAMS = init_params(SIZES, seed=4, initializer="standard_normal")
TRACE = forward(PARAMS, INPUTS, activations=ACTIVATIONS)


def backpropagate(params: Params) -> tuple[float, Params]:
    """The loss and its gradient."""
    loss, grads = value_and_grad(params, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
    return float(loss), grads


def loss_of(params: Params) -> float:
    return backpropagate(params)[0]


def step(params: Params, grads: Params, learning_rate: float) -> Params:
    stepped: Params = tree_map(lambda p, g: p - learning_rate * g, params, grads)
    return stepped


def true_deltas(loss: str) -> tuple[np.ndarray, ...]:
    """The errors of the first sample, one vector per layer."""
    errors = deltas(PARAMS, INPUTS[:1], TARGETS[:1], activations=ACTIVATIONS, loss=loss)
    return tuple(error[0] for error in errors)


@statements(
    "3.1",
    "m, the number of samples, is the number of rows of X.",
    correct="In 2.1.6, with X = [x(1), ..., x(m)] and W x, samples are columns; in section 4 they "
    "are rows.",
    flips=(
        Instead("as_columns.shape[0]", "as_columns.shape[1]"),
        Instead("INPUTS.shape[0]", "INPUTS.shape[1]"),
    ),
)
def samples_are_columns_in_one_place_and_rows_in_another() -> Readings:
    m = len(INPUTS)
    as_columns = np.stack(list(INPUTS), axis=1)
    return {
        "X fits W x, as in 2.1.6": fits(lambda: PARAMS[0].weight @ as_columns)
        and as_columns.shape[0] == m,
        "X fits X W, as in section 4": fits(lambda: INPUTS @ PARAMS[0].weight.T)
        and INPUTS.shape[0] == m,
    }


@statements(
    "3.1",
    "L is the number of hidden layers.",
    correct="The document uses L in W[1] to W[L] and in delta^L. There it is the number of layers "
    "with weights: the hidden layers and the output layer.",
    flips=Instead("len(SIZES[1:-1])", "len(SIZES[1:])"),
)
def l_counts_the_output_layer_too() -> Readings:
    hidden_layers = len(SIZES[1:-1])
    return {
        "W[1] to W[L] are all the weights (2.1.6, 3.2)": len(PARAMS) == hidden_layers,
        "delta^L belongs to the outputs (3.5)": true_deltas(LOSS)[hidden_layers - 1].shape
        == TARGETS[0].shape,
    }


@statements(
    "3.1",
    "The dimension D_l of a layer is its number of nodes times the size of a node.",
    correct="It is the number of nodes: the z_i and a_i of a node are single numbers.",
    flips=(
        Instead("np.size(a[0, 0])", "np.size(a[0])"),
        Instead("layer.weight.shape[1]", "layer.bias.ndim"),
    ),
)
def the_dimension_of_a_layer_is_its_number_of_nodes() -> Readings:
    numbers = [np.size(a[0, 0]) for a in TRACE.activations[1:]]
    weights = [layer.weight.shape[1] for layer in PARAMS]

    def product_is_dimension(sizes: list[int]) -> bool:
        layers = zip(TRACE.activations[1:], SIZES[1:], sizes, strict=True)
        return all(a.shape[1] == nodes * size for a, nodes, size in layers)

    return {
        "the size of a node: how many numbers it holds": product_is_dimension(numbers),
        "the size of a node: how many weights lead into it": product_is_dimension(weights),
    }


@statements(
    "3.1",
    "z[l]_i = sum_j W[l]_ji a[l-1]_j + b[l]_i.",
    correct="With z = W a + b, as in 2.1.6, and with W_ij, as in 3.3, the weight must be W[l]_ij.",
    flips=(
        Instead('"ji,j->i"', '"ij,j->i"'),
        in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
    ),
)
def the_indices_of_the_weights_fit_the_code_only() -> Readings:
    a, z = TRACE.activations[0][0], TRACE.pre_activations[0][0]
    weight, bias = PARAMS[0]

    def printed(w: np.ndarray) -> np.ndarray:
        return np.asarray(np.einsum("ji,j->i", w, a) + bias)

    return {
        "W is (outputs, inputs), as in 2.1.6": fits(lambda: printed(weight))
        and close(printed(weight), z),
        "W is (inputs, outputs), as in section 4": fits(lambda: printed(weight.T))
        and close(printed(weight.T), z),
    }


@statements(
    "3.1",
    "The output a_i of a node equals z_i, the input of sigma.",
    correct="It is a_i = sigma(z_i).",
    flips=Instead(
        '("sigmoid", "sigmoid", "sigmoid")',
        '("identity", "identity", "identity")',
        within="ACTIVATIONS",
    ),
)
def the_output_of_a_node_is_not_the_input_of_sigma() -> Readings:
    pairs = zip(TRACE.pre_activations, TRACE.activations[1:], strict=True)
    return {"a equals z": all(close(z, a) for z, a in pairs)}


@statements(
    "3.3",
    "Z[l]_i = sum_j W[l]_ij X_j + b[l]_i, where X is the input data.",
    correct="This is true only in the first layer. Layer l takes the output A[l-1] of the layer "
    "before it.",
    flips=Instead("@ INPUTS[0]", "@ TRACE.activations[layer][0]"),
)
def only_the_first_layer_takes_the_inputs() -> Readings:
    def printed(layer: int) -> np.ndarray:
        return np.asarray(PARAMS[layer].weight @ INPUTS[0] + PARAMS[layer].bias)

    return {
        "in every layer l": all(
            fits(partial(printed, layer)) and close(printed(layer), TRACE.pre_activations[layer][0])
            for layer in range(len(PARAMS))
        )
    }


@statements(
    "3.3",
    "A[l]_i, the output of a node, is the input Z[l]_i of its activation function.",
    correct="It is A[l]_i = sigma(Z[l]_i), as the formula below this sentence says.",
    flips=Instead(
        '("sigmoid", "sigmoid", "sigmoid")',
        '("identity", "identity", "identity")',
        within="ACTIVATIONS",
    ),
)
def the_words_for_the_output_are_wrong() -> Readings:
    pairs = zip(TRACE.pre_activations, TRACE.activations[1:], strict=True)
    return {"A = Z": all(close(a, z) for z, a in pairs)}


@statements(
    "3.3",
    "A[l]_i = sigma(Z[l]_i).",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_formula_for_the_output_is_right() -> Readings:
    pairs = zip(TRACE.pre_activations, TRACE.activations[1:], strict=True)
    return {"in every layer": all(close(a, 1 / (1 + np.exp(-z))) for z, a in pairs)}
