"""The statements of document 004, section 3: the model and its formulas."""

import numpy as np

from crosscheck.statements import Readings, Statements
from crosscheck.statements.derivatives import close, fits
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.optimizers import Optimizer, adam, apply_updates, sgd
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
    correct="With the X = [x(1), ..., x(m)] and W x of 2.1.6 samples are columns; they are rows in "
    "section 4.",
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
    "L is the number of hidden layers; elsewhere the weights are W[1] to W[L], and the error of the "
    "output layer is delta^L.",
    correct="L is the number of layers with weights: the hidden layers and the output layer.",
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
)
def the_dimension_of_a_layer_is_its_number_of_nodes() -> Readings:
    def product_is_dimension(size_of_a_node: int) -> bool:
        dimensions = [a.shape[1] for a in TRACE.activations]
        return dimensions == [nodes * size_of_a_node for nodes in SIZES]

    return {
        "a node has size 1": product_is_dimension(1),
        "a node has another size": any(map(product_is_dimension, (2, 3, 4))),
    }


@statements(
    "3.1",
    "z[l]_i = sum_j W[l]_ji a[l-1]_j + b[l]_i.",
    correct="With the z = W a + b of 2.1.6, and the W_ij of 3.3, it is W[l]_ij.",
)
def the_indices_of_the_weights_fit_the_code_only() -> Readings:
    a, z = TRACE.activations[0][0], TRACE.pre_activations[0][0]
    weight, bias = PARAMS[0]

    def printed(w: np.ndarray) -> np.ndarray:
        return np.einsum("ji,j->i", w, a) + bias

    return {
        "W is (outputs, inputs), as in 2.1.6": fits(lambda: printed(weight))
        and close(printed(weight), z),
        "W is (inputs, outputs), as in section 4": close(printed(weight.T), z),
    }


@statements(
    "3.1",
    "z_i is the activation value of a node; its output a_i equals z_i, the input of sigma.",
    correct="z_i is the weighted input; the activation, and the output, is a_i = sigma(z_i).",
)
def the_output_of_a_node_is_not_the_input_of_sigma() -> Readings:
    pairs = zip(TRACE.pre_activations, TRACE.activations[1:], strict=True)
    return {"a equals z": all(close(z, a) for z, a in pairs)}


@statements(
    "3.2",
    "Weights and biases start at random in [-r, r], with r a very large constant.",
    correct="r must be small: with large weights the sigmoid saturates and the gradient vanishes.",
)
def a_large_range_of_initial_weights_stops_learning() -> Readings:
    r = 1e4

    def learns(bound: float) -> bool:
        params = init_params(SIZES, seed=4, initializer="uniform", bound=bound)
        grads = backpropagate(params)[1]
        within = all(np.abs(leaf).max() <= r for layer in params for leaf in layer)
        # 1e-6: hundreds of steps at a rate near 1 would leave the weights as they are.
        return within and all(np.abs(layer.weight).max() > 1e-6 for layer in grads)

    return {
        "drawn from all of [-r, r]": learns(r),
        "small numbers, which are in [-r, r] too": learns(1.0),
    }


@statements(
    "3.3",
    "Z[l]_i = sum_j W[l]_ij X_j + b[l]_i, X being the input data.",
    correct="Only in the first layer; layer l takes the output A[l-1] of the layer before it.",
)
def only_the_first_layer_takes_the_inputs() -> Readings:
    def printed(layer: int) -> np.ndarray:
        return np.asarray(PARAMS[layer].weight @ INPUTS[0] + PARAMS[layer].bias)

    return {
        f"layer {layer + 1}": fits(lambda layer=layer: printed(layer))
        and close(printed(layer), TRACE.pre_activations[layer][0])
        for layer in range(len(PARAMS))
    }


@statements(
    "3.3",
    "A[l]_i, the output of a node, is the input Z[l]_i of its activation function, and is "
    "sigma(Z[l]_i).",
    correct="The formula is right and the words before it are not: A = sigma(Z).",
)
def the_formula_for_the_output_is_right_and_the_words_are_not() -> Readings:
    pairs = list(zip(TRACE.pre_activations, TRACE.activations[1:], strict=True))
    return {
        "A = Z, in words": all(close(a, z) for z, a in pairs),
        "A = sigma(Z), the formula": all(close(a, 1 / (1 + np.exp(-z))) for z, a in pairs),
    }


@statements(
    "3.4",
    "A forward and a backward pass are needed for the value of the loss.",
    correct="The forward pass is enough; the backward pass gives the gradient.",
)
def the_forward_pass_gives_the_loss() -> Readings:
    from_forward_pass = LOSSES[LOSS](TRACE.outputs, TARGETS)
    return {
        "without a backward pass it is not found": not close(from_forward_pass, loss_of(PARAMS))
    }


@statements(
    "3.4",
    "The squared error is J = 1/m sum_i (prediction_i - y_i).",
    correct="The square is missing. Without it J is lowest for predictions that are far too low.",
)
def the_squared_error_of_3_4_is_not_squared() -> Readings:
    prediction, y = TRACE.outputs[:, 0], TARGETS[:, 0]

    def printed(prediction: np.ndarray) -> float:
        return float(sum(prediction - y) / len(y))

    return {
        "it is the C of 2.1.5": close(printed(prediction), np.mean((prediction - y) ** 2)),
        "it is lowest where the predictions are right": printed(y) <= printed(y - 1),
    }


@statements(
    "3.5",
    "The error of the output layer is D sigma'(Z[L]) * (prediction - y), D being the number of "
    "outputs.",
    correct="For the squared error of one sample the factor is 2, for half of it 1; for E it is "
    "prediction - y alone. The number of outputs has no part in it.",
)
def the_number_of_outputs_is_no_factor_of_the_error() -> Readings:
    a, d = TRACE.outputs[0], SIZES[-1]  # 3: with two outputs D would pass as the 2 of the square
    printed = d * a * (1 - a) * (a - TARGETS[0])
    return {
        "the squared error C of 2.1.5": close(printed, true_deltas("squared_error")[-1]),
        "half of it": close(printed, true_deltas("half_squared_error")[-1]),
        "E of 2.1.6": close(printed, true_deltas("binary_cross_entropy")[-1]),
    }


@statements(
    "3.5",
    "The error of a hidden layer is (delta^(l+1))^T w[l] * sigma'(Z[l]).",
    correct="The weights are those of the layer above: ((W[l+1])^T delta^(l+1)) * sigma'(Z[l]).",
)
def the_error_comes_through_the_weights_of_the_layer_above() -> Readings:
    errors, slopes = true_deltas(LOSS), [a[0] * (1 - a[0]) for a in TRACE.activations[1:]]

    def printed(layer: int) -> np.ndarray:
        return np.asarray(errors[layer + 1].T @ PARAMS[layer].weight * slopes[layer])

    return {
        f"with w[{layer + 1}], as printed": fits(lambda layer=layer: printed(layer))
        and close(printed(layer), errors[layer])
        for layer in (0, 1)
    }


@statements(
    "3.5",
    "Backpropagation consists of the errors delta; they are what parameters are adjusted by.",
    correct="Only the biases': dC/db = delta. The formula dC/dW = delta a^T, with the output of the "
    "layer below, is missing.",
)
def the_errors_are_not_yet_the_gradient_of_the_weights() -> Readings:
    first_sample = {"activations": ACTIVATIONS, "loss": LOSS}
    _, grads = value_and_grad(PARAMS, INPUTS[:1], TARGETS[:1], **first_sample)
    pairs = list(zip(true_deltas(LOSS), grads, strict=True))
    return {
        "they are the derivatives by the biases": all(close(d, g.bias) for d, g in pairs),
        "they are those by the weights": all(
            d.shape == g.weight.shape and close(d, g.weight) for d, g in pairs
        ),
    }


def shrinks_in_proportion(before: Params, after: Params, by: Params) -> bool:
    """Whether `before` - `after` is one and the same multiple of `by` for all weights."""
    ratios = tree_map(lambda old, new, amount: (old - new) / amount, before, after, by)
    ratio = ratios[0].weight[0, 0]
    # 1e-9: the difference of old and new loses some digits.
    return all(np.allclose(layer.weight, ratio, rtol=1e-9) for layer in ratios)


@statements(
    "3.6",
    "By gradient descent or another algorithm, the partial derivatives are reduced in proportion.",
    correct="The parameters are reduced, in proportion to their derivatives; and that by gradient "
    "descent only, as other algorithms scale each derivative differently.",
)
def the_parameters_are_reduced_and_not_their_derivatives() -> Readings:
    grads = backpropagate(PARAMS)[1]

    def stepped(optimizer: Optimizer) -> Params:
        return apply_updates(PARAMS, optimizer.update(grads, optimizer.init(PARAMS))[0])

    new = stepped(sgd(0.5))
    return {
        "the derivatives are reduced": shrinks_in_proportion(
            grads, backpropagate(new)[1], by=grads
        ),
        "the parameters are, by gradient descent": shrinks_in_proportion(PARAMS, new, by=grads),
        "the parameters are, by Adam": shrinks_in_proportion(PARAMS, stepped(adam(0.5)), by=grads),
    }


@statements(
    "3.7",
    "Three steps, repeated: forward pass, loss, backpropagation, update of the parameters.",
    correct="These are four.",
)
def the_three_steps_are_four() -> Readings:
    listed = ("forward pass", "loss", "backpropagation", "update")
    params, losses = PARAMS, []
    for _ in range(10):
        outputs = forward(params, INPUTS, activations=ACTIVATIONS).outputs
        losses.append(float(LOSSES[LOSS](outputs, TARGETS)))
        params = step(params, backpropagate(params)[1], 0.5)
    return {
        "they are three": len(listed) == 3,
        "repeated, they lower the loss": bool(np.all(np.diff(losses) < 0)),
    }
