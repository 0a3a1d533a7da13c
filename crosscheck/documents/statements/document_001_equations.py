"""The statements of document 001 on a network of several neurons a layer, number by number."""

from collections.abc import Callable
from functools import cache

import numpy as np

from crosscheck.documents.statements.derivatives import near, numeric, slope
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.losses import half_squared_error, squared_error
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, init_params

statements = Statements("001")

# Layers 0 to 3 of 3, 4, 6 and 2 neurons, and one sample.
PARAMS = init_params((3, 4, 6, 2), seed=15, initializer="standard_normal")
INPUT, TARGET = np.array([[0.9, 0.2, 0.6]]), np.array([[0.0, 1.0]])
SIGMOIDS = ("sigmoid",) * 3
TRACE = forward(PARAMS, INPUT, activations=SIGMOIDS)
A = [a[0] for a in TRACE.activations]  # a^(0) ... a^(3)
W = [np.empty(0), *(layer.weight for layer in PARAMS)]  # W[l] leads into layer l, from 1 on


def loss_above(layer: int, a: np.ndarray) -> float:
    """C from the activations of one layer on."""
    outputs = forward(PARAMS[layer:], a[None], activations=SIGMOIDS[layer:]).outputs
    return float(squared_error(outputs, TARGET))


@cache
def dc_da(layer: int) -> np.ndarray:
    return numeric(lambda a: loss_above(layer, a), A[layer])


@cache
def dc_dz(layer: int) -> np.ndarray:
    return numeric(lambda z: loss_above(layer, sigmoid(z)), TRACE.pre_activations[layer - 1][0])


@cache
def dc_dw(layer: int) -> np.ndarray:
    bias = PARAMS[layer - 1].bias
    return numeric(lambda w: loss_above(layer, sigmoid(w @ A[layer - 1] + bias)), W[layer])


@cache
def dc_db(layer: int) -> np.ndarray:
    bias = PARAMS[layer - 1].bias
    return numeric(lambda b: loss_above(layer, sigmoid(W[layer] @ A[layer - 1] + b)), bias)


def da_dz(layer: int) -> np.ndarray:
    return A[layer] * (1 - A[layer])


def gives(product: Callable[[], np.ndarray], true: np.ndarray) -> bool:
    """Whether a product can be taken, and has the shape and the values of the true derivative."""
    try:
        value = np.asarray(product())
    except (ValueError, IndexError):  # shapes that do not go together, an index past the end
        return False
    return value.shape == true.shape and near(value, true)


@statements(
    "更复杂的示例",
    "An activation of layer L-1 influences the loss along several paths, and these influences are "
    "added up.",
    flips=Instead("paths[0] + paths[1]", "paths[0]"),
)
def the_paths_from_an_activation_to_the_loss_are_added_up() -> Readings:
    paths = [W[3][j] * da_dz(3)[j] * 2 * (A[3][j] - TARGET[0, j]) for j in range(2)]
    return {"one path through each output": gives(lambda: paths[0] + paths[1], dc_da(2))}


@statements(
    "更复杂的示例",
    "In vector form the derivation is almost exactly the same as for the network of single "
    "neurons.",
    correct="The formula for the biases is the same. For the weights the product becomes the "
    "outer product delta^(L) (a^(L-1))^T, and for the activations of the previous layer it "
    "becomes a product with the transposed matrix.",
    flips=(
        Instead("error * A[2]", "np.outer(error, A[2])"),
        Instead("error * 1", "error * A[3]"),
        Instead("error * W[3]", "error @ W[3]"),
    ),
)
def the_formulas_of_single_neurons_do_not_carry_over_as_they_stand() -> Readings:
    # 2 (a - y) sigma'(z), times a^(L-1), 1 and w^(L): products by elements.
    error = 2 * (A[3] - TARGET[0]) * da_dz(3)
    return {
        "dC/dw^(L) with vectors put in": gives(lambda: error * A[2], dc_dw(3)),
        "dC/db^(L) with vectors put in": gives(lambda: error * 1, dc_db(3)),
        "dC/da^(L-1) with vectors put in": gives(lambda: error * W[3], dc_da(2)),
    }


@statements(
    "标量形式",
    "dC/da_j^(L) = dC(a_j^(L), y_j)/da_j^(L): each output has its own term.",
    flips=Instead("TARGET[0, j]", "TARGET[0, 1 - j]"),
)
def the_loss_depends_on_an_output_through_its_own_term() -> Readings:
    def own(j: int) -> float:
        return slope(lambda a: (a - TARGET[0, j]) ** 2, A[3][j])

    return {"squared error": near([own(0), own(1)], dc_da(3))}


@statements(
    "标量形式",
    "dC/da_j^(l) = sum_(k=0)^(n_l - 1) dz_k^(l+1)/da_j^(l) da_k^(l+1)/dz_k^(l+1) dC/da_k^(l+1).",
    correct="k counts the neurons of layer l+1, so the sum ends at n_(l+1) - 1.",
    flips=Instead("range(len(A[layer]))", "range(len(A[layer + 1]))"),
)
def the_sum_runs_over_the_neurons_of_the_layer_above() -> Readings:
    def up_to_its_own_size(layer: int) -> np.ndarray:
        return sum(
            W[layer + 1][k] * da_dz(layer + 1)[k] * dc_da(layer + 1)[k]
            for k in range(len(A[layer]))
        )

    return {
        "n_l = 4 below 6": gives(lambda: up_to_its_own_size(1), dc_da(1)),
        "n_l = 6 below 2": gives(lambda: up_to_its_own_size(2), dc_da(2)),
    }


@statements(
    "标量形式",
    "dC/dw_jk^(l) = dz_j^(l)/dw_jk^(l) da_j^(l)/dz_j^(l) dC/da_j^(l).",
    flips=Instead("A[1][k] * da_dz(2)[j]", "A[1][k]"),
)
def the_derivative_in_a_weight_has_three_factors() -> Readings:
    # dz_j/dw_jk is a_k of the layer below.
    each = [[A[1][k] * da_dz(2)[j] * dc_da(2)[j] for k in range(4)] for j in range(6)]
    return {"layer 2": gives(lambda: np.array(each), dc_dw(2))}


@statements(
    "标量形式",
    "dC/db_j^(l) = dz_j^(l)/db_j^(l) da_j^(l)/dz_j^(l) dC/da_j^(l).",
    flips=Instead("1 * da_dz(2)[j]", "1"),
)
def the_derivative_in_a_bias_has_three_factors() -> Readings:
    each = [1 * da_dz(2)[j] * dc_da(2)[j] for j in range(6)]
    return {"layer 2": gives(lambda: np.array(each), dc_db(2))}


@statements(
    "标量形式",
    "w_jk belongs to neuron j of layer l and neuron k of layer l-1.",
    flips=in_reference("mlp", "layer.weight.T + ", "layer.weight[::-1].T + "),
)
def w_jk_leads_from_neuron_k_below_to_neuron_j() -> Readings:
    def z(weight: np.ndarray) -> np.ndarray:
        layer = Layer(weight, PARAMS[1].bias)
        return forward((layer,), A[1][None], activations=("identity",)).outputs[0]

    nudge = np.outer(np.arange(6) == 4, np.arange(4) == 1)
    moved = z(W[2] + nudge) - z(W[2])
    return {"w_41 in layer 2": near(moved, np.where(np.arange(6) == 4, A[1][1], 0))}


def dc_da_of_the_half() -> np.ndarray:
    return numeric(lambda a: half_squared_error(a[None], TARGET), A[3])


@statements(
    "标量形式",
    "For the mean squared error, (a_j^(L) - y_j)^2 / 2, the derivative is a_j^(L) - y.",
    correct="It is a_j - y_j, with the target of the same neuron: an index is left out.",
    flips=(
        Instead("a[j] - y for j", "a[j] - y[j] for j"),
        in_reference(
            "losses", "/ (2 * len(predictions))", "/ len(predictions)", "half_squared_error"
        ),
    ),
)
def the_derivative_of_the_half_square_is_the_difference() -> Readings:
    a, y, true = A[3], TARGET[0], dc_da_of_the_half()
    return {
        "y is the target of neuron j": gives(
            lambda: np.array([a[j] - y[j] for j in range(2)]), true
        ),
        "y is the vector of all targets": gives(
            lambda: np.array([a[j] - y for j in range(2)]), true
        ),
    }


@statements(
    "标量形式",
    "This is the mean squared error, and so was C_0 = (a^(L) - y)^2 for the network of single "
    "neurons.",
    correct="This one is half of C_0: the derivative is a - y here and 2 (a - y) there.",
    flips=(
        in_reference(
            "losses", "/ (2 * len(predictions))", "/ len(predictions)", "half_squared_error"
        ),
        in_reference("losses", "(predictions - targets) ** 2", "predictions", "half_squared_error"),
    ),
)
def the_mean_squared_error_here_is_half_of_that_before() -> Readings:
    here, before = dc_da_of_the_half(), 2 * (A[3] - TARGET[0])
    ratios = here / before
    return {"the same derivative": near(here, before), "up to a factor": near(ratios, ratios[0])}
