"""The statements of document 003, sections 4.1 and 4.2: the formulas of a network."""

from collections.abc import Callable

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits, near, numeric
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params

statements = Statements("003")

ACTIVATIONS = ("sigmoid", "sigmoid")
LOSS = "half_squared_error"


def network(rng: np.random.Generator, n: int, m: int, p: int) -> Params:
    """Without biases, as in the document: they are zero."""
    return (
        Layer(rng.normal(size=(m, n)), np.zeros(m)),
        Layer(rng.normal(size=(p, m)), np.zeros(p)),
    )


def true_grads(params: Params, x: np.ndarray, y: np.ndarray) -> Params:
    return value_and_grad(params, x[None], y[None], activations=ACTIVATIONS, loss=LOSS)[1]


N, M, P = 5, 4, 3  # inputs, hidden units, outputs
RNG = np.random.default_rng(3)
PARAMS = network(RNG, N, M, P)
W1, W2 = PARAMS[0].weight, PARAMS[1].weight
X, Y = RNG.normal(size=N), RNG.uniform(size=P)
Z1 = W1 @ X
A1 = sigmoid(Z1)
Z2 = W2 @ A1
A2 = sigmoid(Z2)
TRUE_W1, TRUE_W2 = (layer.weight for layer in true_grads(PARAMS, X, Y))


def sigmoid_slope(z: np.ndarray) -> np.ndarray:
    a = sigmoid(z)
    return np.asarray(a * (1 - a))


def j(a2: np.ndarray) -> float:
    return float(((a2 - Y) ** 2).sum() / 2)


def jacobian(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray) -> np.ndarray:
    """The derivative of every entry of a vector `function(at)`: one row per entry."""

    def row(entry: int) -> np.ndarray:
        return numeric(lambda x: function(x)[entry], at)

    return np.stack([row(entry) for entry in range(len(function(at)))])


@statements(
    "4.1",
    "In z(1) = W(1) x the matrix W(1) is n by m.",
    correct="For z = W x it must be m by n, with a row for each hidden unit.",
    flips=Instead("np.ones((N, M))", "np.ones((M, N))"),
)
def w1_as_declared_does_not_fit_the_inputs() -> Readings:
    return {"as printed": fits(lambda: np.ones((N, M)) @ X)}


@statements(
    "4.1",
    "In z(2) = W(2) a(1) the matrix W(2) is m by p.",
    correct="For z = W a it must be p by m, with a row for each output.",
    flips=Instead("np.ones((M, P))", "np.ones((P, M))"),
)
def w2_as_declared_does_not_fit_the_hidden_layer() -> Readings:
    return {"as printed": fits(lambda: np.ones((M, P)) @ A1)}


@statements(
    "4.1",
    "a(1) = sigma(z(1)), with z(1) = W(1) x.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_hidden_layer_is_sigma_of_its_weighted_input() -> Readings:
    a1 = forward(PARAMS, X[None], activations=ACTIVATIONS).activations[1][0]
    return {"entry by entry": close([1 / (1 + np.exp(-z)) for z in W1 @ X], a1)}


@statements(
    "4.1",
    "The prediction is a(2) = sigma(z(2)), with z(2) = W(2) a(1).",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_prediction_is_sigma_of_the_weighted_input_of_the_output_layer() -> Readings:
    outputs = forward(PARAMS, X[None], activations=ACTIVATIONS).outputs[0]
    return {"entry by entry": close([1 / (1 + np.exp(-z)) for z in W2 @ A1], outputs)}


@statements(
    "4.1",
    "The mean squared error is J = 1/2 ||a(2) - y||^2.",
    correct="J is half the squared distance; no mean is taken. The mean squared error divides by "
    "the number of outputs instead, so the two differ by a constant factor.",
    flips=(
        Instead(".sum() / 2", ".mean()", within="j"),
        Instead("(a2 - Y) ** 2", "abs(a2 - Y)", within="j"),
    ),
)
def j_is_half_the_squared_distance_and_no_mean() -> Readings:
    guesses = np.random.default_rng(0).uniform(size=(4, P))
    printed = np.array([j(a) for a in guesses])
    mean = np.array([LOSSES["mean_squared_error"](a[None], Y[None]) for a in guesses])
    return {
        "the mean over the outputs": close(printed, mean),
        "up to a constant factor": close(printed / mean, printed[0] / mean[0]),
    }


@statements(
    "4.2",
    "dJ/dW(2) = dJ/da(2) da(2)/dz(2) dz(2)/dW(2).",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def the_chain_rule_for_w2_is_a_product_of_jacobians() -> Readings:
    error = numeric(j, A2) @ jacobian(sigmoid, Z2)
    chained = np.tensordot(error, jacobian(lambda w: w @ A1, W2), axes=1)
    return {"as Jacobians": near(chained, TRUE_W2)}


@statements(
    "4.2",
    "dJ/da(2) = a(2) - y.",
    flips=Instead(".sum() / 2", ".sum()", within="j"),
)
def the_slope_of_j_is_the_difference() -> Readings:
    return {"every output": near(numeric(j, A2), A2 - Y)}


@statements(
    "4.2",
    "da(2)/dz(2) = sigma'(z(2)).",
    correct="The derivative is a matrix: sigma'(z(2)) is its diagonal, and its other entries are "
    "zero. This is why the products that follow are elementwise.",
    flips=(
        Instead(
            "near(derivative, sigmoid_slope(Z2))", "near(derivative, np.diag(sigmoid_slope(Z2)))"
        ),
        in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
    ),
)
def the_slope_of_sigma_is_the_diagonal_of_a_matrix() -> Readings:
    derivative = jacobian(sigmoid, Z2)
    return {
        "as its diagonal": near(np.diag(derivative), sigmoid_slope(Z2)),
        "as all of it": near(derivative, sigmoid_slope(Z2)),
    }


@statements(
    "4.2",
    "dz(2)/dW(2) = a(1).",
    correct="This is the derivative of one z with respect to its own row of weights; with respect "
    "to the other rows it is zero. In the formulas that follow it becomes the row a(1)^T of an "
    "outer product.",
    flips=(
        Instead("near(derivative[k, i], A1)", "near(derivative[k, i], A1 * (k == i))"),
        Instead("near(derivative[k, k], A1)", "near(derivative[k, k], W2[k])"),
    ),
)
def each_weighted_input_depends_on_its_own_row_of_weights() -> Readings:
    derivative = jacobian(lambda w: w @ A1, W2)
    return {
        "of each z with respect to its own row": all(near(derivative[k, k], A1) for k in range(P)),
        "of each z with respect to every row": all(
            near(derivative[k, i], A1) for k, i in np.ndindex(P, P)
        ),
    }


@statements(
    "4.2",
    "dJ/dW(2) = (a(2) - y) * sigma'(z(2)) a(1)^T, where * is elementwise.",
    correct="This is true if W(2) is p by m and * is done first. If W(2) is m by p, as 4.1 "
    "declares it, the gradient is the transpose of this.",
    flips=(
        Instead("w.T @ A1)), W2.T)", "w @ A1)), W2)"),
        in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
    ),
)
def the_gradient_of_w2_is_the_error_times_the_activations_below() -> Readings:
    printed = np.outer((A2 - Y) * sigmoid_slope(Z2), A1)
    for_declared = numeric(lambda w: j(sigmoid(w.T @ A1)), W2.T)
    return {
        "W(2) is p by m, as z = W a needs": close(printed, TRUE_W2),
        "W(2) is m by p, as declared": printed.shape == for_declared.shape
        and near(printed, for_declared),
    }


@statements(
    "4.2",
    "dJ/dW(1) = dJ/da(2) da(2)/dz(2) dz(2)/da(1) da(1)/dz(1) dz(1)/dW(1).",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def the_chain_rule_for_w1_is_a_product_of_jacobians() -> Readings:
    output_error = numeric(j, A2) @ jacobian(sigmoid, Z2)
    error = output_error @ jacobian(lambda a: W2 @ a, A1) @ jacobian(sigmoid, Z1)
    chained = np.tensordot(error, jacobian(lambda w: w @ X, W1), axes=1)
    return {"as Jacobians": near(chained, TRUE_W1)}


@statements(
    "4.2",
    "dJ/dW(1) = ((a(2) - y) * sigma'(z(2))) W(2)^T * sigma'(z(1)) x^T.",
    correct="W(2)^T must come first: (W(2)^T ((a(2) - y) * sigma'(z(2)))) * sigma'(z(1)) x^T. The "
    "printed order happens to work for a single output, because the error is then a single number.",
    flips=(
        Instead("(delta @ W2.T)", "(W2.T @ delta)"),
        Instead("slope.T) @ x.T)", "slope.T).T @ x.T)"),
    ),
)
def the_gradient_of_w1_has_its_factors_in_the_wrong_order() -> Readings:
    delta = ((A2 - Y) * sigmoid_slope(Z2))[:, None]
    slope, x = sigmoid_slope(Z1)[:, None], X[:, None]

    def columns() -> np.ndarray:
        return np.asarray(((delta @ W2.T) * slope) @ x.T)

    def rows() -> np.ndarray:
        declared = W2.T
        return np.asarray(((delta.T @ declared.T) * slope.T) @ x.T)

    return {
        "vectors are columns, W(2) is p by m": fits(columns) and close(columns(), TRUE_W1),
        "vectors are rows, W(2) is m by p as declared": fits(rows) and close(rows(), TRUE_W1),
    }
