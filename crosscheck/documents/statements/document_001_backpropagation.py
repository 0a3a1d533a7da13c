"""The statements of document 001 on what backpropagation does, without its formulas."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, numeric
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import relu, sigmoid, tanh
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import squared_error
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params, init_params

statements = Statements("001")

PARAMS = init_params((3, 5, 4), seed=12, initializer="standard_normal")
INPUT = np.array([[0.9, 0.2, 0.6]])
TARGET = np.array([[0.0, 0.0, 1.0, 0.0]])
NETWORK: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
TRACE = forward(PARAMS, INPUT, activations=NETWORK["activations"])
HIDDEN, OUTPUTS = TRACE.activations[1], TRACE.outputs


def loss_of(params: Params) -> float:
    return float(value_and_grad(params, INPUT, TARGET, **NETWORK)[0])


def gradient_by_differences() -> Params:
    first, last = PARAMS
    return (
        Layer(
            numeric(lambda w: loss_of((first._replace(weight=w), last)), first.weight),
            numeric(lambda b: loss_of((first._replace(bias=b), last)), first.bias),
        ),
        Layer(
            numeric(lambda w: loss_of((first, last._replace(weight=w))), last.weight),
            numeric(lambda b: loss_of((first, last._replace(bias=b))), last.bias),
        ),
    )


@statements(
    "反向传播的直观理解",
    "Backpropagation computes the gradient, by the chain rule.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def backpropagation_gives_every_partial_derivative() -> Readings:
    _, grads = value_and_grad(PARAMS, INPUT, TARGET, **NETWORK)
    pairs = zip(grads, gradient_by_differences(), strict=True)
    each = [near(ours.weight, true.weight) and near(ours.bias, true.bias) for ours, true in pairs]
    return {"of every weight and bias": all(each)}


@statements(
    "单个训练样本",
    "The right output should grow, the others should shrink.",
    flips=in_reference("losses", "return terms", "return -terms", "squared_error"),
)
def the_loss_falls_as_the_right_output_grows_and_the_others_shrink() -> Readings:
    wanted = -numeric(lambda a: squared_error(a, TARGET), OUTPUTS)
    return {"for outputs between 0 and 1": bool(np.all((wanted > 0) == (TARGET == 1)))}


@statements(
    "单个训练样本",
    "The change that an output needs is proportional to its distance from its target.",
    flips=in_reference(
        "losses", "(predictions - targets) ** 2", "(predictions - targets) ** 4", "squared_error"
    ),
)
def the_change_wanted_of_an_output_is_proportional_to_its_error() -> Readings:
    wanted = -numeric(lambda a: squared_error(a, TARGET), OUTPUTS)
    ratios = wanted / (TARGET - OUTPUTS)
    return {"with the squared error": near(ratios, ratios[0, 0])}


@statements(
    "单个训练样本",
    "With the sigmoid or ReLU every activation is at least 0.",
    flips=(
        in_reference("activations", "return 1 / (1", "return -1 / (1", "sigmoid"),
        in_reference("activations", "np.maximum(z, 0)", "np.maximum(z, z / 100)", "relu"),
    ),
)
def sigmoid_and_relu_are_never_negative() -> Readings:
    z = np.linspace(-9, 9, 37)
    return {"sigmoid": bool(sigmoid(z).min() >= 0), "ReLU": bool(relu(z).min() >= 0)}


def changes_when_raised(below: np.ndarray) -> np.ndarray:
    """What raising each weight, and at last the bias, does to the activation of one neuron."""
    weights, bias = PARAMS[1].weight[0], PARAMS[1].bias[0]
    z = weights @ below + bias
    by_weights = [(weights + 0.1 * unit) @ below + bias for unit in np.eye(5)]
    return sigmoid(np.array([*by_weights, z + 0.1])) - sigmoid(np.array(z))


Z_BELOW = np.array([1.0, -0.5, 2.0, -1.5, 0.3])


@statements(
    "单个训练样本",
    "Raising the bias or the weights of a neuron raises its activation.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def raising_weights_and_bias_raises_an_activation_above_positive_ones() -> Readings:
    changes = changes_when_raised(sigmoid(Z_BELOW))
    return {"where the activations below are above 0": bool(np.all(changes > 0))}


@statements(
    "单个训练样本",
    "Whether the activations are positive or negative, one adjusts in a similar way.",
    correct="To raise an activation, raise a weight if the activation that it multiplies is "
    "positive, and lower it if that is negative: dz/dw is the activation that the weight "
    "multiplies.",
    flips=(
        Instead("below = tanh(Z_BELOW)", "below = sigmoid(Z_BELOW)"),
        in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
    ),
)
def a_weight_moves_with_the_sign_of_the_activation_below() -> Readings:
    below = tanh(Z_BELOW)
    by_weights = changes_when_raised(below)[:5]
    return {
        "the same: every weight is raised": bool(np.all(by_weights > 0)),
        "alike: each weight with the sign of its activation": bool(
            np.all(by_weights * np.sign(below) > 0)
        ),
    }


@statements(
    "如何调整权重和偏置",
    "The bias changes in proportion to the difference between the activation and its target.",
    correct="It changes in proportion to 2 (a - y) sigma'(z). So the change is proportional to "
    "the difference if we compare targets of one neuron at one z, but not if we compare neurons.",
    flips=(
        in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent"),
        in_reference(
            "gradients",
            '"squared_error": lambda a, y: 2 * (a - y)',
            '"squared_error": lambda a, y: 2 * (a - y) ** 3',
        ),
    ),
)
def the_bias_gradient_has_the_slope_of_sigma_as_a_factor() -> Readings:
    def ratio(target: np.ndarray) -> np.ndarray:
        _, grads = value_and_grad(PARAMS, INPUT, target, **NETWORK)
        return grads[1].bias / (OUTPUTS - target)[0]

    here, other = ratio(TARGET), ratio(np.full((1, 4), 0.25))
    return {
        "one neuron, other targets": close(here, other),
        "from neuron to neuron": close(here, here[0]),
    }


@statements(
    "如何调整权重和偏置",
    "A weight changes in proportion to the activation that it multiplies.",
    flips=in_reference("mlp", "inputs @ layer", "inputs**2 @ layer"),
)
def the_weight_gradient_is_proportional_to_the_activation_below() -> Readings:
    ratios = gradient_by_differences()[1].weight / HIDDEN
    return {"within each neuron": near(ratios, ratios[:, :1])}


def output_slopes() -> np.ndarray:
    """How each output changes with each activation below it: (output, below)."""
    weight, bias = PARAMS[1]

    def row(j: int) -> np.ndarray:
        return numeric(lambda a: sigmoid(a @ weight.T + bias)[0, j], HIDDEN)[0]

    return np.array([row(j) for j in range(4)])


@statements(
    "如何改变上层激活值",
    "To raise an output, raise the activations with positive weights and lower those with "
    "negative weights.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def an_output_rises_with_what_has_a_positive_weight() -> Readings:
    return {"every weight": bool(np.all(np.sign(output_slopes()) == np.sign(PARAMS[1].weight)))}


@statements(
    "如何改变上层激活值",
    "The activations of the previous layer change in proportion to their weights.",
    flips=Instead("a @ weight.T", "a**2 @ weight.T", within="output_slopes"),
)
def the_change_wanted_below_is_proportional_to_the_weights() -> Readings:
    ratios = output_slopes() / PARAMS[1].weight
    return {"for one output": near(ratios, ratios[:, :1])}


def gradient_below(above: Layer, targets: np.ndarray | None = None) -> np.ndarray:
    """Of the first weights, below another last layer: for given targets, or errors of one half."""
    names, params = ("sigmoid", "identity"), (PARAMS[0], above)
    if targets is None:
        targets = forward(params, INPUT, activations=names).outputs - 0.5
    network: dict[str, Any] = {"activations": names, "loss": "squared_error"}
    return value_and_grad(params, INPUT, targets, **network)[1][0].weight


@statements(
    "如何改变上层激活值",
    "The parameters of a layer change in proportion to the weights of the next layer.",
    correct="This is true if the errors of the next layer are given. If the targets are given, "
    "the errors change with the weights as well.",
    flips=(
        in_reference(
            "gradients",
            "cotangent = delta @ params[index].weight",
            "cotangent = delta @ (1 + params[index].weight)",
        ),
        Instead("targets is None", "True", within="gradient_below"),
    ),
)
def the_gradient_is_proportional_to_the_weights_above_for_given_errors() -> Readings:
    last = PARAMS[1]
    twice = last._replace(weight=2 * last.weight)
    return {
        "for given errors of the next layer": close(
            gradient_below(twice), 2 * gradient_below(last)
        ),
        "for given targets": close(gradient_below(twice, TARGET), 2 * gradient_below(last, TARGET)),
    }


@statements(
    "如何改变上层激活值",
    "The parameters of a layer change in proportion to the biases of the next layer.",
    correct="The biases are not a factor of the gradient; they influence it only through the "
    "errors.",
    flips=(
        Instead("last._replace(bias=2 * last.bias)", "last._replace(weight=2 * last.weight)"),
        Instead("last = PARAMS[1]", "last = PARAMS[1]._replace(weight=np.zeros((4, 5)))"),
    ),
)
def the_gradient_is_not_proportional_to_the_biases_above() -> Readings:
    last = PARAMS[1]
    twice = last._replace(bias=2 * last.bias)
    return {
        "for given errors of the next layer": close(gradient_below(twice), 2 * gradient_below(last))
    }


@statements(
    "反向传播",
    "Every neuron of the next layer asks an activation to change by the weight between them times "
    "the change that the neuron's own activation needs, and these requests are added up.",
    correct="A request is the weight times the change that the neuron's z needs: sum_j w_jk "
    "sigma'(z_j) dC/da_j. The change that its activation needs must first be multiplied by the "
    "slope of sigma.",
    flips=(
        Instead(
            "2 * (OUTPUTS - TARGET)[0]", "2 * ((OUTPUTS - TARGET) * OUTPUTS * (1 - OUTPUTS))[0]"
        ),
        Instead("sigmoid(z), TARGET", "z, TARGET"),
    ),
)
def the_wishes_are_added_up_weighted_by_the_errors_of_the_neurons_above() -> Readings:
    weight, bias = PARAMS[1]
    true = numeric(lambda a: squared_error(sigmoid(a @ weight.T + bias), TARGET), HIDDEN)[0]
    of_a = 2 * (OUTPUTS - TARGET)[0]
    of_z = numeric(lambda z: squared_error(sigmoid(z), TARGET), TRACE.pre_activations[1])[0]
    return {
        "the change of its activation": near(sum(weight[j] * of_a[j] for j in range(4)), true),
        "the change of its z": near(sum(weight[j] * of_z[j] for j in range(4)), true),
    }
