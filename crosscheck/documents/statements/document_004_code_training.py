"""The statements of document 004, section 4, on the code's training, its loss and its accuracy."""

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits, near, numeric
from crosscheck.documents.statements.document_004_code import (
    ACTIVATIONS,
    BATCH,
    LOSS,
    SQUARE,
    USUAL,
    Setting,
    gradient,
    params_after_printed_training,
    printed_errors,
)
from crosscheck.documents.statements.statement import Readings, Statements
from reference_numpy.activations import sigmoid, softmax
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import predict
from reference_numpy.params import init_params, tree_map

statements = Statements("004")

METHODS = ("__init__", "forward", "backward", "train", "output_errors", "accuracy")


@statements(
    "4, train()",
    "Each batch's update comes from the gradient over that batch.",
    correct="The sums are set to zero once, before all epochs, so that they hold the gradients of "
    "all batches so far.",
)
def the_sums_of_updates_are_never_reset() -> Readings:
    params, inputs, targets = USUAL.params, USUAL.inputs, USUAL.targets
    _, first = gradient(params, inputs[:3], targets[:3])
    _, second = gradient(params, inputs[3:], targets[3:])
    sums = tree_map(lambda a, b: a + b, first, second)
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
    correct="It is the derivative by a probability a. The code takes scores for a, with no sigmoid "
    "after them; the derivative by a score s is sigmoid(s) - y.",
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
    "A sample is positive where its predicted probability exceeds the threshold, an argument.",
    correct="The class with the largest score is taken and the argument never used. That is the "
    "same only for two classes, softmax and a threshold of 0.5.",
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
    return {"weights and biases": standard_normal(weights) and standard_normal(biases)}


@statements(
    "4, after the code",
    "Training calls forward() and backward() for every batch, and updates by the gradient.",
    correct="The first call of backward() raises an error, whatever the sizes.",
)
def training_as_printed_raises_an_error() -> Readings:
    def runs(case: Setting) -> bool:
        return fits(lambda: params_after_printed_training(case, case.inputs[:, None].T))

    return {
        "other number of hidden units than classes": runs(USUAL),
        "as many hidden units as classes": runs(SQUARE),
    }


@statements(
    "4, after the code",
    "After training, predict() gives the predictions, or the accuracy can be computed.",
    correct="There is no predict(), and the scores kept are those of the last batch, so that only "
    "its accuracy can be had without another forward pass.",
)
def what_is_left_after_training_is_the_last_batch() -> Readings:
    labels, last_batch = USUAL.targets.argmax(axis=1), slice(3, 5)  # five samples, three a batch
    predicted = USUAL.scores[last_batch].argmax(axis=1)
    return {
        "there is a predict()": "predict" in METHODS,
        "the accuracy on all samples": fits(lambda: labels == predicted),
        "the accuracy on the last batch": fits(lambda: labels[last_batch] == predicted),
    }
