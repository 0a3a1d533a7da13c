"""The statements of document 000: a network for digits, its gradient, and what the arrows mean."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, numeric
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import deltas, value_and_grad
from reference_numpy.mlp import forward, predict
from reference_numpy.optimizers import sgd
from reference_numpy.params import Params, init_params
from reference_numpy.training import StopRule, train

statements = Statements("000")

# A digit recogniser in small: 3 pixels, 5 hidden neurons, the digits 0 to 3, a cloud of 8 each.
TWO = 2
RNG = np.random.default_rng(0)
DIGITS = np.repeat(np.arange(4), 8)
INPUTS = RNG.uniform(0, 1, (4, 3))[DIGITS] + RNG.normal(0, 0.1, (32, 3))
TARGETS = np.eye(4)[DIGITS]
PARAMS = init_params((3, 5, 4), seed=1, initializer="standard_normal")
SIGMOIDS = ("sigmoid", "sigmoid")
NETWORK: dict[str, Any] = {"activations": SIGMOIDS, "loss": "squared_error"}
GRADS = value_and_grad(PARAMS, INPUTS, TARGETS, **NETWORK)[1]


def loss_of(params: Params) -> float:
    return float(value_and_grad(params, INPUTS, TARGETS, **NETWORK)[0])


def activation_of_two(params: Params) -> float:
    """The output for the digit 2 on the first input."""
    return float(forward(params, INPUTS[:1], activations=SIGMOIDS).outputs[0, TWO])


def raised(params: Params, layer: int, field: str, place: tuple[int, ...], by: float) -> Params:
    """`params` with one weight or bias made larger."""
    leaf = getattr(params[layer], field).copy()
    leaf[place] += by
    changed = params[layer]._replace(**{field: leaf})
    return (*params[:layer], changed, *params[layer + 1 :])


@statements(
    "为什么重要",
    "The gradient of each layer depends on the error of the layer after it.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def the_error_of_a_layer_follows_from_that_of_the_layer_after_it() -> Readings:
    hidden = forward(PARAMS, INPUTS, activations=SIGMOIDS).activations[1]
    error_after = deltas(PARAMS, INPUTS, TARGETS, **NETWORK)[1]
    error = error_after @ PARAMS[1].weight * hidden * (1 - hidden)
    first, last = PARAMS
    true = numeric(lambda w: loss_of((first._replace(weight=w), last)), first.weight)
    return {"the layer after it is the one nearer the output": near(error.T @ INPUTS, true)}


@statements(
    "算法原理",
    "The gradient says how sensitive the cost is to each weight.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def the_gradient_is_the_change_of_the_cost_per_change_of_a_weight() -> Readings:
    first, last = PARAMS
    sensitivity = numeric(lambda w: loss_of((first, last._replace(weight=w))), last.weight)
    return {"of every weight of the last layer": near(GRADS[1].weight, sensitivity)}


@statements(
    "算法原理",
    "As on a walk down a valley, the gradient tells us the fastest way towards the lowest point.",
    correct="The negative gradient is the direction of steepest descent at the current point. In "
    "a long valley this direction does not lead to the lowest point.",
    flips=(Instead("3 * point[0]", "point[0]"), Instead("down = -numeric", "down = numeric")),
)
def the_steepest_way_down_need_not_point_at_the_lowest_point() -> Readings:
    # The surface of document 001, C = 3x^2/2 + y^2/2: at (1, 1), with its lowest point at (0, 0).
    def height(point: np.ndarray) -> np.ndarray:
        return 3 * point[0] ** 2 / 2 + point[1] ** 2 / 2

    point = np.array([1.0, 1.0])
    down = -numeric(height, point)
    down /= np.linalg.norm(down)
    turns = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    others = point[:, None] + 1e-3 * np.array([np.cos(turns), np.sin(turns)])
    return {
        # The best of the 360 is off by half a degree at most, which costs 1e-7 of height.
        "a small step this way loses the most height": bool(
            height(point + 1e-3 * down) < height(others).min() + 1e-6
        ),
        "this way leads to the lowest point": near(down, -point / np.linalg.norm(point)),
    }


@statements(
    "zoom in",
    "A weight on a larger activation has more influence, since the two are multiplied.",
    flips=in_reference("mlp", "inputs @ layer", "-inputs @ layer"),
)
def the_influence_of_a_weight_grows_with_the_activation_it_multiplies() -> Readings:
    below = forward(PARAMS, INPUTS[:1], activations=SIGMOIDS).activations[1][0]
    after = [activation_of_two(raised(PARAMS, 1, "weight", (TWO, k), 0.01)) for k in range(5)]
    return {"on the neuron's own activation": list(np.argsort(after)) == list(np.argsort(below))}


@statements(
    "zoom in",
    "a = sigma(w_0 a_0 + w_1 a_1 + ... + w_(n-1) a_(n-1) + b_0).",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def an_activation_is_sigma_of_the_weighted_sum_and_the_bias() -> Readings:
    below = forward(PARAMS, INPUTS[:1], activations=SIGMOIDS).activations[1][0]
    weights, bias = PARAMS[1].weight[TWO], PARAMS[1].bias[TWO]
    total = np.array(sum(weights[i] * below[i] for i in range(len(below))) + bias)
    return {"n activations below": close(sigmoid(total), activation_of_two(PARAMS))}


@statements(
    "zoom in",
    "One can also change the activation by changing the parameters of the previous layer.",
    flips=in_reference("mlp", "inputs @ layer", "-inputs @ layer"),
)
def a_bias_below_moves_the_activation_the_way_of_the_weight_between() -> Readings:
    after = [activation_of_two(raised(PARAMS, 0, "bias", (k,), 0.01)) for k in range(5)]
    rises = np.array(after) > activation_of_two(PARAMS)
    return {"by its biases": bool(np.all(rises == (PARAMS[1].weight[TWO] > 0)))}


@statements(
    "zoom out",
    "The weights and biases of the output digits influence the activations of the previous layer.",
    correct="They have no effect on these activations, which are computed first. They decide how "
    "these activations should change: dC/da.",
    flips=(
        Instead(
            "(PARAMS[0], PARAMS[1]._replace(weight=PARAMS[1].weight + 0.1))",
            "(PARAMS[0]._replace(weight=PARAMS[0].weight + 0.1), PARAMS[1])",
        ),
        Instead("+ 0.1", "+ 0.0"),
    ),
)
def the_weights_of_the_outputs_decide_only_what_is_asked_of_the_layer_before() -> Readings:
    changed = (PARAMS[0], PARAMS[1]._replace(weight=PARAMS[1].weight + 0.1))
    hidden, asked = [], []
    for params in (PARAMS, changed):
        hidden.append(forward(params, INPUTS, activations=SIGMOIDS).activations[1])
        asked.append(deltas(params, INPUTS, TARGETS, **NETWORK)[1] @ params[1].weight)
    return {
        "the activations themselves": not close(*hidden),
        "how the activations should change": not close(*asked),
    }


@statements(
    "zoom out",
    "The effects of all digits are added up and passed back, layer by layer.",
    flips=Instead("TARGETS, outputs)", "TARGETS, 0.0)"),
)
def the_gradient_is_the_sum_of_what_each_output_asks_for() -> Readings:
    outputs = forward(PARAMS, INPUTS, activations=SIGMOIDS).outputs
    total = np.zeros((5, 3))
    for digit in range(4):
        # Only this digit has an error: the others' targets are what they give already.
        targets = np.where(np.arange(4) == digit, TARGETS, outputs)
        total += value_and_grad(PARAMS, INPUTS, targets, **NETWORK)[1][0].weight
    return {"in the weights of the first layer": close(total, GRADS[0].weight)}


@statements(
    "zoom out",
    "Trained towards the digit 2 alone, the network takes every digit for a 2.",
    flips=Instead("DIGITS == TWO", "DIGITS >= 0"),
)
def a_network_shown_only_twos_answers_two_to_everything() -> Readings:
    twos = DIGITS == TWO
    result = train(
        PARAMS, INPUTS[twos], TARGETS[twos], sgd(1.0), stop=StopRule(max_epochs=40), **NETWORK
    )
    answers = predict(result.params, INPUTS, activations=SIGMOIDS)
    return {"on every input": bool(np.all(answers == TWO))}


@statements(
    "zoom out",
    "So in practice we compute a gradient for every class of digits and average these gradients.",
    correct="Training averages the gradients of the samples. The mean of the gradients of the "
    "classes is the same only if all classes have equally many samples.",
    flips=(Instead("np.arange(6, 32)", "np.arange(32)"), Instead("/ 4, full", "/ 32, full")),
)
def the_mean_over_classes_is_the_gradient_only_for_classes_of_one_size() -> Readings:
    def agree(kept: np.ndarray) -> bool:
        inputs, targets, digits = INPUTS[kept], TARGETS[kept], DIGITS[kept]
        full = value_and_grad(PARAMS, inputs, targets, **NETWORK)[1][0].weight
        classes = [
            value_and_grad(PARAMS, inputs[digits == d], targets[digits == d], **NETWORK)[1]
            for d in range(4)
        ]
        return close(sum(grads[0].weight for grads in classes) / 4, full)

    return {
        "classes of one size": agree(np.arange(32)),
        "classes of different sizes": agree(np.arange(6, 32)),
    }


@statements(
    "zoom out",
    "The gradient of the cost is taken with respect to w_1, w_2, ..., w_13,001.",
    correct="There are 13,002 weights and biases: counted from 1, the last is w_13,002.",
    flips=Instead("13_001 + 1", "13_002 + 1"),
)
def the_list_of_parameters_ends_one_short() -> Readings:
    params = init_params((784, 16, 16, 10), seed=0)
    parameters = sum(leaf.size for layer in params for leaf in layer)
    return {"one entry for each parameter": len(range(1, 13_001 + 1)) == parameters}


@statements(
    "随机梯度下降",
    "The gradient of a mini-batch approximates the gradient of the whole data set.",
    flips=(
        in_reference(
            "gradients",
            '"squared_error": lambda a, y: 2 * (a - y) / len(a)',
            '"squared_error": lambda a, y: 2 * (a - y)',
        ),
        Instead("full = GRADS", "full = -GRADS"),
    ),
)
def the_gradients_of_mini_batches_average_to_the_full_gradient() -> Readings:
    # Two samples of each digit in a batch, as in a large one there are some of each.
    by_digit = np.random.default_rng(2).permuted(np.arange(32).reshape(4, 8), axis=1)
    batches = by_digit.reshape(4, 4, 2).swapaxes(0, 1).reshape(4, 8)
    grads = [value_and_grad(PARAMS, INPUTS[b], TARGETS[b], **NETWORK)[1] for b in batches]
    full = GRADS[1].weight
    return {
        "on average over the batches of an epoch": close(sum(g[1].weight for g in grads) / 4, full),
        "each batch leads downhill, at the start": all(
            bool((g[1].weight * full).sum() > 0) for g in grads
        ),
    }


@statements(
    "随机梯度下降",
    "SGD takes a winding path, but still gets near the target sooner.",
    flips=Instead("loss_after(4)", "loss_after(32)"),
)
def sgd_gets_further_down_on_as_many_samples() -> Readings:
    def loss_after(batch_size: int | None) -> float:
        stop = StopRule(max_epochs=10)
        run = train(PARAMS, INPUTS, TARGETS, sgd(0.5), stop=stop, batch_size=batch_size, **NETWORK)
        return loss_of(run.params)

    return {"after ten epochs at one learning rate": loss_after(4) < loss_after(None)}
