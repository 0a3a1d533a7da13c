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
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid, softmax
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import predict
from reference_numpy.params import init_params, tree_map

statements = Statements("004")

METHODS = ("__init__", "forward", "backward", "train", "output_errors", "accuracy")


@statements(
    "4, backward()",
    "backward() calculates the loss of the new predictions.",
    correct="It calculates the errors of the outputs and of the hidden layer for every sample, "
    "and it adds up updates. None of these is a loss, and it makes no new predictions.",
    flips=Instead("errors, below, *sums", "errors, below, *sums, errors.mean()"),
)
def backward_calculates_no_loss() -> Readings:
    case = SQUARE  # where every line can run
    errors = printed_errors(case.targets, case.scores)
    below = errors * case.hidden * (1 - case.hidden)
    sums = [case.inputs.T @ errors, errors.mean(0), case.hidden.T @ below, below.mean(0)]
    return {
        "one of its results is a loss": any(np.ndim(each) == 0 for each in (errors, below, *sums))
    }


@statements(
    "4, train()",
    "Each batch's update comes from the gradient over that batch.",
    correct="The sums of updates are set to zero only once, before the first epoch, so they "
    "contain the gradients of all batches so far.",
    flips=Instead("tree_map(np.add, sums, grads)", "grads"),
)
def the_sums_of_updates_are_never_reset() -> Readings:
    sums = grads = tree_map(np.zeros_like, USUAL.params)
    for batch in (slice(0, 3), slice(3, 5)):
        _, grads = gradient(USUAL.params, USUAL.inputs[batch], USUAL.targets[batch])
        sums = tree_map(np.add, sums, grads)
    return {"after the second batch": close(sums[0].weight, grads[0].weight)}


@statements(
    "4, train()",
    "Every epoch shuffles inputs and labels in the same way and cuts them into batches; the last "
    "batch may be shorter.",
    flips=(
        Instead("np.ceil(samples / batch_size)", "samples // batch_size"),
        Instead("y[order]", "y[order[::-1]]"),
    ),
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
    "The error of the cross-entropy is (1 - y) / (1 - a) - y / a.",
    correct="This is the derivative with respect to a probability a. But the code uses scores as "
    "a, with no sigmoid after them; the derivative with respect to a score s is sigmoid(s) - y.",
    flips=(
        in_reference("losses", "-_weighted(yes", "_weighted(yes", "binary_cross_entropy"),
        Instead("printed_errors(USUAL.targets, outputs)", "sigmoid(outputs) - USUAL.targets"),
    ),
)
def the_output_error_needs_probabilities() -> Readings:
    def is_slope(outputs: np.ndarray, loss: str) -> bool:
        true = numeric(lambda a: BATCH * LOSSES[loss](a, USUAL.targets), outputs)
        return near(printed_errors(USUAL.targets, outputs), true)

    return {
        # Well inside (0, 1), where differences are good to all the digits that are compared.
        "probabilities": is_slope(sigmoid(np.tanh(USUAL.scores)), "binary_cross_entropy"),
        "scores, as in the code": is_slope(USUAL.scores, LOSS),
    }


@statements(
    "4, output_errors()",
    "output_errors() computes the difference between outputs and labels.",
    correct="It computes a derivative of the cross-entropy for every sample and output, as the "
    "comment inside it says.",
    flips=Instead("printed_errors(USUAL.targets, USUAL.scores)", "USUAL.scores - USUAL.targets"),
)
def the_output_error_is_no_difference() -> Readings:
    errors = printed_errors(USUAL.targets, USUAL.scores)
    return {"the difference": close(errors, USUAL.scores - USUAL.targets)}


@statements(
    "4, output_errors()",
    "output_errors() returns the average squared error over the batch.",
    correct="It returns one number for every sample and output, which is not an average, and it "
    "squares nothing.",
    flips=Instead(
        "printed_errors(USUAL.targets, USUAL.scores)",
        "np.mean((USUAL.scores - USUAL.targets) ** 2)",
    ),
)
def the_output_error_is_no_average() -> Readings:
    errors = printed_errors(USUAL.targets, USUAL.scores)
    average = np.mean((USUAL.targets - USUAL.scores) ** 2)
    return {"the average squared error": bool(errors.ndim == 0 and close(errors, average))}


@statements(
    "4, accuracy()",
    "A sample counts as positive if its predicted probability exceeds the threshold, which is an "
    "argument.",
    correct="The code takes the class with the largest score and never uses the argument. The "
    "result is the same only with two classes, softmax and a threshold of 0.5.",
    flips=(
        Instead("positive > threshold", "positive > 0.5"),
        Instead("scores.argmax(axis=1)", "scores.argmin(axis=1)"),
    ),
)
def the_threshold_makes_no_difference() -> Readings:
    scores = np.random.default_rng(4).normal(size=(50, 2))
    positive, as_coded = softmax(scores)[:, 1], scores.argmax(axis=1) == 1
    return {
        f"threshold {threshold}": np.array_equal(positive > threshold, as_coded)
        for threshold in (0.5, 0.9)
    }


@statements(
    "4, accuracy()",
    "The prediction that is compared with the threshold is a probability.",
    correct="self.layer2 contains scores of any size; no sigmoid or softmax turns them into "
    "probabilities.",
    flips=Instead("USUAL.scores", "sigmoid(USUAL.scores)"),
)
def the_scores_of_the_code_are_no_probabilities() -> Readings:
    predicted = USUAL.scores
    return {"between 0 and 1": bool(np.all((predicted >= 0) & (predicted <= 1)))}


@statements(
    "4, accuracy()",
    "accuracy() returns the fraction of the batch whose class is predicted correctly.",
    flips=in_reference("mlp", "argmax(1)", "argmin(1)", "predict"),
)
def accuracy_counts_where_the_largest_entries_agree() -> Readings:
    labels = USUAL.targets.argmax(axis=1)
    predicted = predict(USUAL.params, USUAL.inputs, activations=ACTIVATIONS)
    right = sum(int(p == label) for p, label in zip(predicted, labels, strict=True))
    return {"labels one-hot": close(np.mean(USUAL.scores.argmax(axis=1) == labels), right / BATCH)}


@statements(
    "4, after the code",
    "The forward pass is left out of the code.",
    correct="The code contains it, as forward(), and the text lists it a few lines later.",
    flips=Instead('"forward", ', "", within="METHODS"),
)
def the_forward_pass_is_there() -> Readings:
    return {"as the methods are listed": "forward" not in METHODS}


@statements(
    "4, after the code",
    "The input, hidden and output layers have weights W[1], W[2] and W[3].",
    correct="The input layer has no weights; the network of the code has two matrices of weights.",
    flips=Instead("(4, 3, 2)", "(4, 3, 3, 2)"),
)
def a_network_with_one_hidden_layer_has_two_matrices() -> Readings:
    return {"one for each of the three layers": len(init_params((4, 3, 2), seed=0)) == 3}


def is_standard_normal(drawn: np.ndarray) -> bool:
    # 0.15: more than four standard errors of the mean and of the deviation of 1,000 numbers.
    return bool(abs(drawn.mean()) < 0.15 and abs(drawn.std() - 1) < 0.15)


@statements(
    "4, after the code",
    "Weights are drawn from the standard normal distribution.",
    flips=Instead(".standard_normal(", ".uniform(-1, 1, "),
)
def the_weights_of_the_code_are_standard_normal() -> Readings:
    weights = np.random.default_rng(4).standard_normal((40, 25))
    return {"as the code draws them": is_standard_normal(weights)}


@statements(
    "4, after the code",
    "Biases are drawn from the standard normal distribution.",
    correct="The code sets them to zero.",
    flips=Instead("np.zeros((1, 1000))", "np.random.default_rng(4).standard_normal((1, 1000))"),
)
def the_biases_of_the_code_are_zero() -> Readings:
    return {"as the code sets them": is_standard_normal(np.zeros((1, 1000)))}


@statements(
    "4, after the code",
    "The initial values are those of 3.2, drawn from [-r, r] with a very large r.",
    correct="These are two different initialisations. In 3.2 the values are uniform between two "
    "bounds; here they are standard normal, and two thirds of them lie between -1 and 1.",
    flips=Instead(".standard_normal(1000)", ".uniform(-r, r, 1000)"),
)
def the_initial_values_of_the_code_are_not_those_of_3_2() -> Readings:
    r = 1e4
    drawn = np.random.default_rng(4).standard_normal(1000)
    # Uniform on [-r, r], half of them are farther than r/2 from zero: 500, give or take 16.
    return {"r = 10,000": 400 < int(np.count_nonzero(abs(drawn) > r / 2)) < 600}


@statements(
    "4, after the code",
    "Calling forward() and backward() for every batch trains the network.",
    correct="The first call of backward() raises an error, whatever the sizes.",
    flips=Instead(
        "params_after_printed_training(case, case.inputs[:, None].T)",
        "gradient(case.params, case.inputs, case.targets)",
    ),
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
    "After training, predict() gives the predictions.",
    correct="There is no predict(); forward() gives scores.",
    flips=Instead('"accuracy"', '"accuracy", "predict"', within="METHODS"),
)
def there_is_no_predict() -> Readings:
    return {"as the methods are listed": "predict" in METHODS}


@statements(
    "4, after the code",
    "After training the accuracy can be computed.",
    correct="Only the accuracy on the last batch can be computed: only the scores of this batch "
    "are kept, and other samples need another forward pass.",
    flips=(Instead("slice(3, 5)", "slice(0, 5)"), Instead("labels[last_batch] ==", "labels ==")),
)
def what_is_left_after_training_is_the_last_batch() -> Readings:
    labels, last_batch = USUAL.targets.argmax(axis=1), slice(3, 5)  # five samples, three a batch
    predicted = USUAL.scores[last_batch].argmax(axis=1)
    return {
        "the accuracy on all samples": fits(lambda: labels == predicted),
        "the accuracy on the last batch": fits(lambda: labels[last_batch] == predicted),
    }
