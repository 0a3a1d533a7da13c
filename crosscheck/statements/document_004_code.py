"""The statements of document 004, section 4: its block of code, and what is said about it.

Nothing of that block stands here: each operation is done anew, with the names of this suite.
"""

from typing import NamedTuple

import numpy as np

from crosscheck.statements import Readings, Statements
from crosscheck.statements.derivatives import close, fits, near, numeric
from reference_numpy.activations import sigmoid, softmax
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward, predict
from reference_numpy.params import Params, init_params, tree_map

statements = Statements("004")

METHODS = ("__init__", "forward", "backward", "train", "output_errors", "accuracy")
ACTIVATIONS = ("sigmoid", "identity")  # the code ends in scores
LOSS = "sigmoid_binary_cross_entropy"  # the cross-entropy of such scores
BATCH, PIXELS = 5, 4


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
    inputs = rng.normal(size=(BATCH, PIXELS))
    targets = np.eye(num_classes)[rng.integers(0, num_classes, BATCH)]
    sizes = (PIXELS, hidden_size, num_classes)
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


def weights_after_printed_training(case: Setting, transposed_inputs: np.ndarray) -> Params:
    """An epoch of one batch: what the code computes, where it puts it, and what it leaves alone."""
    params = tree_map(np.copy, case.params)
    sums = tree_map(lambda leaf: np.zeros_like(leaf.T), params)  # weights are (inputs, outputs)
    errors = printed_errors(case.targets, case.scores)
    sums[0].weight[...] += transposed_inputs @ errors
    sums[0].bias[...] += errors.mean(axis=0)
    errors_below = errors * case.hidden * (1 - case.hidden)
    sums[1].weight[...] += case.hidden.T @ errors_below
    sums[1].bias[...] += errors_below.mean(axis=0)
    return params


@statements(
    "4, forward()", "Scores are sigmoid(X W1 + b1) W2 + b2: a row per sample, one per class."
)
def forward_computes_the_scores() -> Readings:
    (w1, b1), (w2, b2) = USUAL.params
    hidden = 1 / (1 + np.exp(-(USUAL.inputs @ w1.T + b1[None])))
    return {"weights stored as (inputs, outputs)": close(hidden @ w2.T + b2[None], USUAL.scores)}


@statements(
    "4, forward()",
    "The sigmoid is computed as 1 / (1 + exp(-z)).",
    correct="Its values are right, but below -709.8 exp(-z) overflows and NumPy warns; exp(-|z|) "
    "cannot overflow.",
)
def the_sigmoid_as_printed_overflows_far_below_zero() -> Readings:
    def agrees(z: np.ndarray) -> bool:
        with np.errstate(over="raise"):
            try:
                return close(1 / (1 + np.exp(-z)), sigmoid(z))
            except FloatingPointError:
                return False

    return {
        "moderate z": agrees(np.array([-40.0, -1.0, 0.0, 2.0, 40.0])),
        "z = -800, without overflow": agrees(np.array([-800.0])),
    }


@statements(
    "4, backward()",
    "The first layer's weights are changed by X[:, None].T @ errors.",
    correct="By X.T @ delta1. The axis put in makes a product of three axes, which cannot be added "
    "to a matrix in place.",
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
    "The first layer's weights change by the inputs times the output errors, the second's by the "
    "hidden outputs times the hidden errors.",
    correct="The other way round: the inputs go with the hidden errors, the hidden outputs with the "
    "output errors.",
)
def each_layers_inputs_go_with_its_own_errors() -> Readings:
    case = SQUARE  # where the products printed have the right shapes
    return {
        "first layer": close(case.inputs.T @ case.delta2, case.grads[0].weight.T),
        "second layer": close(case.hidden.T @ case.delta1, case.grads[1].weight.T),
    }


@statements(
    "4, backward()",
    "The error of the hidden layer is errors * s (1 - s), s being its output.",
    correct="The product with the second layer's weights is missing: (errors @ W2.T) * s (1 - s).",
)
def the_hidden_error_needs_the_weights_of_the_second_layer() -> Readings:
    def holds(case: Setting) -> bool:
        slope = case.hidden * (1 - case.hidden)
        return fits(lambda: case.delta2 * slope) and close(case.delta2 * slope, case.delta1)

    return {
        "other number of hidden units than classes": holds(USUAL),
        "as many hidden units as classes": holds(SQUARE),
    }


@statements(
    "4, backward()",
    "Weights change by a sum over the batch, biases by a mean.",
    correct="Both by the sum or both by the mean, as the loss is one or the other.",
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
    "An update for gradient descent is + learning rate times gradient.",
    correct="It is to be subtracted, or its sign turned. The code does neither.",
)
def an_update_of_that_sign_must_be_subtracted() -> Readings:
    before, grads = gradient(USUAL.params, USUAL.inputs, USUAL.targets)

    def loss_after(sign: float) -> float:
        new = tree_map(lambda p, g: p + sign * 0.01 * g, USUAL.params, grads)
        return gradient(new, USUAL.inputs, USUAL.targets)[0]

    return {
        "the update is added to the parameters": loss_after(+1.0) < before,
        "the update is subtracted": loss_after(-1.0) < before,
    }


@statements(
    "4, backward()",
    "In the end it updates the parameters by gradient descent.",
    correct="It only adds to sums of updates; no line changes a weight or a bias.",
)
def the_code_never_changes_a_parameter() -> Readings:
    # With X.T and as many hidden units as classes, so that every line can run.
    new = weights_after_printed_training(SQUARE, SQUARE.inputs.T)
    unchanged = tree_map(np.array_equal, new, SQUARE.params)
    return {"a parameter has changed": not all(all(layer) for layer in unchanged)}


@statements(
    "4, train()",
    "Each batch's update comes from the gradient over that batch.",
    correct="The sums are set to zero once, before all epochs, so that they hold the gradients of all "
    "batches so far.",
)
def the_sums_of_updates_are_never_reset() -> Readings:
    params, inputs, targets = USUAL.params, USUAL.inputs, USUAL.targets
    _, first = gradient(params, inputs[:3], targets[:3])
    _, second = gradient(params, inputs[3:], targets[3:])
    sums = tree_map(lambda a, b: np.zeros_like(a) + a + b, first, second)
    return {"after the second batch": close(sums[0].weight, second[0].weight)}


@statements(
    "4, train()",
    "Every epoch shuffles inputs and labels alike and cuts them into batches, the last one shorter "
    "where need be.",
)
def an_epoch_uses_every_sample_once() -> Readings:
    def used(samples: int, batch_size: int) -> list[int]:
        count = int(np.ceil(samples / batch_size))
        starts = [batch * batch_size for batch in range(count)]
        ends = [min(start + batch_size, samples) for start in starts]
        return [i for start, end in zip(starts, ends, strict=True) for i in range(start, end)]

    x, y = np.arange(7), 10 * np.arange(7)
    for seed in (0, 1):
        order = np.random.default_rng(seed).permutation(7)
        x, y = x[order], y[order]
    return {
        "every sample once": all(used(n, 3) == list(range(n)) for n in (2, 6, 7)),
        "a sample keeps its label": np.array_equal(y, 10 * x),
    }


@statements(
    "4, output_errors()",
    "The error (1 - y) / (1 - a) - y / a is that of the cross-entropy.",
    correct="It is the derivative by a probability a. The code takes the scores for a, with no sigmoid "
    "after them; for scores s it is sigmoid(s) - y.",
)
def the_output_error_needs_probabilities() -> Readings:
    def is_slope(outputs: np.ndarray, loss: str) -> bool:
        true = numeric(lambda a: BATCH * LOSSES[loss](a, USUAL.targets), outputs)
        return near(printed_errors(USUAL.targets, outputs), true)

    return {
        "probabilities": is_slope(sigmoid(USUAL.scores), "binary_cross_entropy"),
        "scores, as in the code": is_slope(USUAL.scores, LOSS),
    }


@statements(
    "4, output_errors()",
    "It computes the difference of outputs and labels, and returns the average squared error.",
    correct="Neither: it is a derivative of the cross-entropy for every sample and output, as the "
    "comment inside it says.",
)
def the_output_error_is_no_difference_and_no_average() -> Readings:
    errors = printed_errors(USUAL.targets, USUAL.scores)
    difference = USUAL.scores - USUAL.targets
    return {
        "the difference": close(errors, difference),
        "the average squared error": errors.ndim == 0 and close(errors, np.mean(difference**2)),
    }


@statements(
    "4, accuracy()",
    "A sample counts as positive where its predicted probability exceeds the threshold, an argument.",
    correct="The class with the largest score is taken and the argument never used. That is the same "
    "only for two classes, softmax and a threshold of 0.5.",
)
def the_threshold_makes_no_difference() -> Readings:
    scores = np.random.default_rng(4).normal(size=(50, 2))
    positive, as_coded = softmax(scores)[:, 1], scores.argmax(axis=1) == 1
    return {
        f"threshold {threshold}": np.array_equal(positive > threshold, as_coded)
        for threshold in (0.5, 0.9)
    }


@statements("4, accuracy()", "It is the fraction of the batch whose class is predicted right.")
def accuracy_counts_where_the_largest_entries_agree() -> Readings:
    labels = USUAL.targets.argmax(axis=1)
    predicted = predict(USUAL.params, USUAL.inputs, activations=ACTIVATIONS)
    right = sum(int(p == label) for p, label in zip(predicted, labels, strict=True))
    return {"labels one-hot": close(np.mean(USUAL.scores.argmax(axis=1) == labels), right / BATCH)}


@statements(
    "4, after the code",
    "The forward pass is left out of the code.",
    correct="It is there, as forward(), and a few lines later it is listed.",
)
def the_forward_pass_is_there() -> Readings:
    return {"as the methods are listed": "forward" not in METHODS}


@statements(
    "4, after the code",
    "The input, hidden and output layers have weights W[1], W[2] and W[3].",
    correct="The input layer has none; the network, as in the code, has two matrices.",
)
def a_network_with_one_hidden_layer_has_two_matrices() -> Readings:
    return {"one for each of the three layers": len(init_params((4, 3, 2), seed=0)) == 3}


@statements(
    "4, after the code",
    "Weights and biases are drawn from the standard normal distribution.",
    correct="The weights are; the code sets the biases to zero.",
)
def the_biases_of_the_code_are_zero() -> Readings:
    def standard_normal(drawn: np.ndarray) -> bool:
        # 0.15: more than four standard errors of the mean and of the deviation of 1,000 numbers.
        return bool(abs(drawn.mean()) < 0.15 and abs(drawn.std() - 1) < 0.15)

    weights, biases = np.random.default_rng(4).standard_normal((40, 25)), np.zeros((1, 1000))
    return {"weights": standard_normal(weights), "biases": standard_normal(biases)}


@statements(
    "4, after the code",
    "Training calls forward() and backward() for every batch, and updates by the gradient.",
    correct="The first call of backward() raises an error, whatever the sizes.",
)
def training_as_printed_raises_an_error() -> Readings:
    def runs(case: Setting) -> bool:
        return fits(lambda: weights_after_printed_training(case, case.inputs[:, None].T))

    return {
        "other number of hidden units than classes": runs(USUAL),
        "as many hidden units as classes": runs(SQUARE),
    }


@statements(
    "4, after the code",
    "After training, predict() gives the predictions, or the accuracy can be computed.",
    correct="There is no predict(), and the scores kept are those of the last batch, so that only its "
    "accuracy can be had without another forward pass.",
)
def what_is_left_after_training_is_the_last_batch() -> Readings:
    labels, last_batch = USUAL.targets.argmax(axis=1), slice(3, 5)  # five samples, three a batch
    predicted = USUAL.scores[last_batch].argmax(axis=1)
    return {
        "there is a predict()": "predict" in METHODS,
        "the accuracy on all samples": fits(lambda: labels == predicted),
        "the accuracy on the last batch": fits(lambda: labels[last_batch] == predicted),
    }
