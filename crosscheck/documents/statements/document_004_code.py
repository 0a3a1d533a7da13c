"""The statements of document 004, section 4, on the code's forward and backward pass.

None of the document's code stands here: each operation is done anew, with this suite's names.
"""

from typing import NamedTuple

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.params import Params, init_params, tree_map

statements = Statements("004")

ACTIVATIONS = ("sigmoid", "identity")  # the code ends in scores
LOSS = "sigmoid_binary_cross_entropy"  # the cross-entropy of such scores
BATCH, FEATURES = 5, 4


class Setting(NamedTuple):
    """A network with one hidden layer, a batch for it, and what the two passes should find."""

    params: Params
    inputs: np.ndarray
    targets: np.ndarray
    hidden: np.ndarray  # the output of the hidden layer
    scores: np.ndarray
    delta1: np.ndarray  # the errors, and the gradient, of the loss summed over the batch
    delta2: np.ndarray
    grads: Params


def gradient(params: Params, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, Params]:
    """The loss summed over the batch, and its gradient."""
    mean, grads = value_and_grad(params, inputs, targets, activations=ACTIVATIONS, loss=LOSS)
    return float(mean) * len(inputs), tree_map(lambda leaf: leaf * len(inputs), grads)


def setting(hidden_size: int, num_classes: int) -> Setting:
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(BATCH, FEATURES))
    targets = np.eye(num_classes)[rng.integers(0, num_classes, BATCH)]
    sizes = (FEATURES, hidden_size, num_classes)
    params = init_params(sizes, seed=4, initializer="standard_normal")
    trace = forward(params, inputs, activations=ACTIVATIONS)
    errors = deltas(params, inputs, targets, activations=ACTIVATIONS, loss=LOSS)
    delta1, delta2 = (BATCH * error for error in errors)
    _, grads = gradient(params, inputs, targets)
    hidden, scores = trace.activations[1:]
    return Setting(params, inputs, targets, hidden, scores, delta1, delta2, grads)


USUAL = setting(hidden_size=3, num_classes=2)
SQUARE = setting(hidden_size=3, num_classes=3)  # here shapes agree that in general do not


def printed_errors(targets: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    return np.asarray((1 - targets) / (1 - outputs) - targets / outputs)


def params_after_printed_training(case: Setting, transposed_inputs: np.ndarray) -> Params:
    """An epoch of one batch: what the code computes, where it puts it, and what it leaves alone."""
    params: Params = tree_map(np.copy, case.params)
    sums = tree_map(lambda leaf: np.zeros_like(leaf.T), params)  # weights are (inputs, outputs)
    errors = printed_errors(case.targets, case.scores)
    sums[0].weight[...] += transposed_inputs @ errors
    sums[0].bias[...] += errors.mean(axis=0)
    errors_below = errors * case.hidden * (1 - case.hidden)
    sums[1].weight[...] += case.hidden.T @ errors_below
    sums[1].bias[...] += errors_below.mean(axis=0)
    return params


@statements(
    "4, forward()",
    "Scores are sigmoid(X W1 + b1) W2 + b2: a row per sample, one per class.",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def forward_computes_the_scores() -> Readings:
    (w1, b1), (w2, b2) = USUAL.params
    hidden = 1 / (1 + np.exp(-(USUAL.inputs @ w1.T + b1[None])))
    return {"weights stored as (inputs, outputs)": close(hidden @ w2.T + b2[None], USUAL.scores)}


@statements(
    "4, forward()",
    "The sigmoid is computed as 1 / (1 + exp(-z)).",
    flips=Instead("np.exp(-z)", "np.exp(z)"),
)
def the_sigmoid_as_printed_has_the_right_values() -> Readings:
    def agrees(z: np.ndarray) -> bool:
        with np.errstate(over="ignore"):
            return close(1 / (1 + np.exp(-z)), sigmoid(z))

    return {
        "moderate z": agrees(np.array([-40.0, -1.0, 0.0, 2.0, 40.0])),
        "z = -800, where exp(-z) is infinite and NumPy warns": agrees(np.array([-800.0])),
    }


@statements(
    "4, backward()",
    "The first layer's weights are changed by X[:, None].T @ errors.",
    correct="They must be changed by X.T @ delta1. Because of the added axis the product has "
    "three axes, and NumPy cannot add it to a matrix in place.",
    flips=Instead("case.inputs[:, None].T @ case.delta2", "case.inputs.T @ case.delta1"),
)
def the_change_of_the_first_weights_has_three_axes() -> Readings:
    def can_be_added(case: Setting) -> bool:
        change = np.zeros_like(case.params[0].weight.T)
        return fits(lambda: np.add(change, case.inputs[:, None].T @ case.delta2, out=change))

    return {
        "other number of hidden units than classes": can_be_added(USUAL),
        "as many hidden units as classes": can_be_added(SQUARE),
    }


@statements(
    "4, backward()",
    "The first layer's weights change by the inputs times the output errors, and the second "
    "layer's weights by the hidden outputs times the hidden errors.",
    correct="It must be the other way round: the inputs are multiplied by the hidden errors, and "
    "the hidden outputs by the output errors.",
    flips=(
        Instead("case.inputs.T @ case.delta2", "case.inputs.T @ case.delta1"),
        Instead("case.hidden.T @ case.delta1", "case.hidden.T @ case.delta2"),
    ),
)
def each_layers_inputs_go_with_its_own_errors() -> Readings:
    case = SQUARE  # where the products printed have the right shapes
    return {
        "first layer": close(case.inputs.T @ case.delta2, case.grads[0].weight.T),
        "second layer": close(case.hidden.T @ case.delta1, case.grads[1].weight.T),
    }


@statements(
    "4, backward()",
    "The first layer's biases change by the output errors, and the second layer's biases by the "
    "hidden errors.",
    correct="It must be the other way round, as for the weights: each layer's biases change by "
    "its own errors.",
    flips=Instead("case.delta2.sum(axis=0), case.delta1", "case.delta1.sum(axis=0), case.delta2"),
)
def each_layers_biases_go_with_its_own_errors() -> Readings:
    case = SQUARE  # where the shapes agree
    first, second = case.delta2.sum(axis=0), case.delta1.sum(axis=0)
    return {
        "first layer": close(first, case.grads[0].bias),
        "second layer": close(second, case.grads[1].bias),
    }


@statements(
    "4, backward()",
    "The error of the hidden layer is errors * s (1 - s), where s is its output.",
    correct="The product with the second layer's weights is missing: (errors @ W2.T) * s (1 - s).",
    flips=Instead("case.delta2 * slope", "case.delta2 @ case.params[1].weight * slope"),
)
def the_hidden_error_needs_the_weights_of_the_second_layer() -> Readings:
    def holds(case: Setting) -> bool:
        slope = case.hidden * (1 - case.hidden)

        def printed() -> np.ndarray:
            return case.delta2 * slope

        return fits(printed) and close(printed(), case.delta1)

    return {
        "other number of hidden units than classes": holds(USUAL),
        "as many hidden units as classes": holds(SQUARE),
    }


@statements(
    "4, backward()",
    "Weights change by a sum over the batch, biases by a mean.",
    correct="Both must change by the sum or both by the mean, depending on whether the loss is a "
    "sum or a mean.",
    flips=(
        Instead("delta2.mean(axis=0)", "delta2.sum(axis=0)"),
        Instead("USUAL.hidden.T @ USUAL.delta2", "USUAL.hidden.T @ USUAL.delta2 / BATCH"),
    ),
)
def weights_and_biases_need_the_same_loss() -> Readings:
    weight, bias = USUAL.hidden.T @ USUAL.delta2, USUAL.delta2.mean(axis=0)
    of_sum = USUAL.grads[1]
    return {
        "the gradient of the summed loss": close(weight, of_sum.weight.T)
        and close(bias, of_sum.bias),
        "the gradient of the mean loss": close(weight, of_sum.weight.T / BATCH)
        and close(bias, of_sum.bias / BATCH),
    }


@statements(
    "4, backward()",
    "The update of gradient descent is the learning rate times the gradient, with a plus sign.",
    correct="The update must be subtracted, or its sign must be changed. The code does neither.",
    flips=Instead("loss_after(+1.0)", "loss_after(-1.0)"),
)
def an_update_of_that_sign_must_be_subtracted() -> Readings:
    before, grads = gradient(USUAL.params, USUAL.inputs, USUAL.targets)

    def loss_after(sign: float) -> float:
        new = tree_map(lambda p, g: p + sign * 0.01 * g, USUAL.params, grads)
        return gradient(new, USUAL.inputs, USUAL.targets)[0]

    return {"added to the parameters, it lowers the loss": loss_after(+1.0) < before}


@statements(
    "4, backward()",
    "In the end, backward() updates the parameters by gradient descent.",
    correct="It only adds up updates; no line changes a weight or a bias.",
    flips=Instead(
        "return params",
        "return tree_map(lambda p, s: p - s.T, params, sums)",
        within="params_after_printed_training",
    ),
)
def the_code_never_changes_a_parameter() -> Readings:
    # With X.T and as many hidden units as classes, so that every line can run.
    new = params_after_printed_training(SQUARE, SQUARE.inputs.T)
    unchanged = tree_map(np.array_equal, new, SQUARE.params)
    return {"a parameter has changed": not all(all(layer) for layer in unchanged)}
