"""The statements of document 004, section 2.1.6: the process of backpropagation, step by step."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import binary_cross_entropy
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params, init_params, tree_map

statements = Statements("004")

# Six samples, and networks of 5-4-3 and 5-4-2-3; labels are 0 or 1, as the error E wants them.
RNG = np.random.default_rng(4)
INPUTS = RNG.normal(size=(6, 5))
TARGETS = RNG.integers(0, 2, size=(6, 3)).astype(float)
TWO_LAYERS = init_params((5, 4, 3), seed=4, initializer="standard_normal")
THREE_LAYERS = init_params((5, 4, 2, 3), seed=4, initializer="standard_normal")
SIGMOIDS = ("sigmoid", "sigmoid", "sigmoid")


def error(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """E of step 3d, for every output."""
    return np.asarray(-(y * np.log(a) + (1 - y) * np.log(1 - a)))


def hidden(x: np.ndarray) -> np.ndarray:
    """Steps 3a and 3b."""
    return sigmoid(TWO_LAYERS[0].weight @ x + TWO_LAYERS[0].bias)


def step_c(layer: Layer, a1: np.ndarray) -> np.ndarray:
    return sigmoid(layer.weight @ a1 + layer.bias)


def step_d(layer: Layer, a1: np.ndarray, y: np.ndarray, learning_rate: float) -> Layer:
    """W[2] and b[2] after a step against the gradient of E; for the sigmoid, dE/dz = a - y."""
    delta = step_c(layer, a1) - y
    return Layer(
        layer.weight - learning_rate * np.outer(delta, a1), layer.bias - learning_rate * delta
    )


@statements(
    "2.1.6, step 2",
    "Inputs and labels are both vectors of n numbers, where n is the number of inputs.",
    correct="A label has as many numbers as the network has outputs: num_classes in section 4.",
    flips=Instead("np.ones(5)", "np.ones(outputs)"),
)
def a_label_has_the_dimension_of_the_outputs() -> Readings:
    def compared(outputs: int) -> bool:
        network = init_params((5, 4, outputs), seed=4)
        predictions = forward(network, INPUTS, activations=SIGMOIDS[:2]).outputs
        label_in_r_n = np.ones(5)
        return fits(lambda: predictions[0] - label_in_r_n)

    return {"whatever the number of outputs": all(compared(outputs) for outputs in (3, 4, 5))}


@statements(
    "2.1.6, steps 3a to 3c",
    "z[1] = W[1] x + b[1], a[1] = sigma(z[1]), z[2] = W[2] a[1] + b[2], a[2] = sigma(z[2]).",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def steps_a_to_c_are_the_forward_pass() -> Readings:
    x, first, second = INPUTS[0], *TWO_LAYERS
    z1 = first.weight @ x + first.bias
    a1 = 1 / (1 + np.exp(-z1))
    z2 = second.weight @ a1 + second.bias
    a2 = 1 / (1 + np.exp(-z2))
    trace = forward(TWO_LAYERS, INPUTS, activations=SIGMOIDS[:2])
    return {
        "layer 1": close(z1, trace.pre_activations[0][0]) and close(a1, trace.activations[1][0]),
        "layer 2": close(z2, trace.pre_activations[1][0]) and close(a2, trace.activations[2][0]),
    }


@statements(
    "2.1.6, step 3d",
    "The label is compared with a[2], the output of layer 2.",
    correct="The label must be compared with a[L], the output of the last layer. This is a[2] if "
    "L is 2, but then layer 2 is not a hidden layer, although step c calls it one.",
    flips=(
        Instead("activations[2]", "activations[len(network)]"),
        in_reference("losses", "-_weighted(yes", "_weighted(yes", "binary_cross_entropy"),
    ),
)
def the_label_is_compared_with_the_last_layer() -> Readings:
    def compared(network: Params) -> bool:
        names = SIGMOIDS[: len(network)]
        a2 = forward(network, INPUTS, activations=names).activations[2]
        loss, _ = value_and_grad(
            network, INPUTS, TARGETS, activations=names, loss="binary_cross_entropy"
        )
        return fits(lambda: error(a2, TARGETS)) and close(error(a2, TARGETS).sum() / 6, loss)

    return {
        "two layers, layer 2 the last": compared(TWO_LAYERS),
        "three layers, layer 2 hidden": compared(THREE_LAYERS),
    }


@statements(
    "2.1.6, step 3d",
    "The error is E_k = -[y log a[2] + (1 - y) log(1 - a[2])], with a[2] = sigma(z[2]).",
    correct="Summed over the outputs k, this is the cross-entropy if the outputs lie between 0 "
    "and 1. If sigma is tanh or ReLU, which 2.1.3 names too, a logarithm may not exist.",
    flips=(
        Instead('("tanh", "tanh")', '("tanh", "sigmoid")'),
        in_reference("losses", "-_weighted(yes", "_weighted(yes", "binary_cross_entropy"),
    ),
)
def the_cross_entropy_needs_outputs_between_0_and_1() -> Readings:
    a = forward(TWO_LAYERS, INPUTS, activations=SIGMOIDS[:2]).outputs
    through_tanh = forward(TWO_LAYERS, INPUTS, activations=("tanh", "tanh")).outputs
    return {
        "sigma is the sigmoid": close(
            error(a, TARGETS).sum() / len(a), binary_cross_entropy(a, TARGETS)
        ),
        "sigma is tanh: both logarithms exist": bool(
            np.all((through_tanh > 0) & (through_tanh < 1))
        ),
    }


@statements(
    "2.1.6, step 3d",
    "The error E that training uses is the squared error C of 2.1.5 and 3.4.",
    correct="These are two losses with different gradients; a network is trained on one of them.",
    flips=Instead(
        '("binary_cross_entropy", "squared_error")', '("squared_error", "squared_error")'
    ),
)
def the_cross_entropy_is_not_the_squared_error() -> Readings:
    (e, e_grads), (c, c_grads) = (
        value_and_grad(TWO_LAYERS, INPUTS, TARGETS, activations=SIGMOIDS[:2], loss=loss)
        for loss in ("binary_cross_entropy", "squared_error")
    )
    return {
        "E and C have one value": close(e, c),
        "E and C have one gradient": close(e_grads[1].weight, c_grads[1].weight),
    }


@statements(
    "2.1.6, step 3d",
    "Steps c and d update W[2] and b[2]. Repeating them until the loss converges trains the "
    "network.",
    correct="W[1] and b[1] are never updated. Steps a to d must all be repeated, and d must update "
    "every layer.",
    flips=Instead("updated = (1,)", "updated = (0, 1)"),
)
def step_d_never_trains_the_first_layer() -> Readings:
    updated = (1,)  # layer 2
    network: dict[str, Any] = {"activations": SIGMOIDS[:2], "loss": "binary_cross_entropy"}
    params = TWO_LAYERS
    for x, y in zip(INPUTS, TARGETS, strict=True):
        for _ in range(5):
            _, grads = value_and_grad(params, x[None], y[None], **network)
            stepped = tree_map(lambda p, g: p - 0.5 * g, params, grads)
            params = tuple(stepped[i] if i in updated else params[i] for i in (0, 1))
    trained = zip(params, TWO_LAYERS, strict=True)
    return {
        "every layer is trained": all(
            not np.array_equal(new.weight, old.weight) for new, old in trained
        )
    }


@statements(
    "2.1.6, step 3",
    "For each sample in turn, steps c and d are repeated until the loss converges.",
    correct="The samples, or batches of samples, must take turns: fitting one sample until its "
    "loss converges undoes the fit of the sample before it.",
    flips=(Instead("np.eye(3)[1]", "np.eye(3)[0]"), Instead("range(1000)", "range(2)")),
)
def fitting_one_sample_to_the_end_undoes_the_one_before() -> Readings:
    x = INPUTS[0]  # and its opposite, so that the two are easy to tell apart
    samples = [(hidden(x), np.eye(3)[0]), (hidden(-x), np.eye(3)[1])]

    def converged(layer: Layer, a1: np.ndarray, y: np.ndarray) -> bool:
        return bool(np.all(error(step_c(layer, a1), y) < 0.1))

    in_turn = TWO_LAYERS[1]
    for a1, y in samples:
        while not converged(in_turn, a1, y):
            in_turn = step_d(in_turn, a1, y, 1.0)
    by_turns = TWO_LAYERS[1]
    for _ in range(1000):
        for a1, y in samples:
            by_turns = step_d(by_turns, a1, y, 1.0)
    return {
        "one after the other: at the end all have converged": all(
            converged(in_turn, *sample) for sample in samples
        ),
        "by turns: at the end all have converged": all(
            converged(by_turns, *sample) for sample in samples
        ),
    }
