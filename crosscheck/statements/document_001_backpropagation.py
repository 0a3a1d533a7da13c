"""The statements of document 001 on what backpropagation does, without its formulas."""

import numpy as np

from crosscheck.statements import Readings, Statements
from crosscheck.statements.derivatives import close, near, numeric
from crosscheck.statements.document_001_samples import LINE, ON_A_LINE, POINTS, START
from reference_numpy.activations import relu, sigmoid, tanh
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import squared_error
from reference_numpy.mlp import forward
from reference_numpy.optimizers import sgd
from reference_numpy.params import Layer, Params, init_params
from reference_numpy.training import StopRule, train

statements = Statements("001")

PARAMS = init_params((3, 5, 4), seed=12, initializer="standard_normal")
INPUT = np.array([[0.9, 0.2, 0.6]])
TARGET = np.array([[0.0, 0.0, 1.0, 0.0]])
NETWORK = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
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


@statements("反向传播的直观理解", "Backpropagation computes the gradient, by the chain rule.")
def backpropagation_gives_every_partial_derivative() -> Readings:
    _, grads = value_and_grad(PARAMS, INPUT, TARGET, **NETWORK)
    pairs = zip(grads, gradient_by_differences(), strict=True)
    return {
        "of every weight and bias": all(
            near(ours.weight, true.weight) and near(ours.bias, true.bias) for ours, true in pairs
        )
    }


@statements("单个训练样本", "The right output should grow, the others should shrink.")
def the_loss_falls_as_the_right_output_grows_and_the_others_shrink() -> Readings:
    wanted = -numeric(lambda a: squared_error(a, TARGET), OUTPUTS)
    return {"for outputs between 0 and 1": bool(np.all((wanted > 0) == (TARGET == 1)))}


@statements(
    "单个训练样本",
    "The change wanted of an output is proportional to its distance from its target.",
)
def the_change_wanted_of_an_output_is_proportional_to_its_error() -> Readings:
    wanted = -numeric(lambda a: squared_error(a, TARGET), OUTPUTS)
    ratios = wanted / (TARGET - OUTPUTS)
    return {"with the squared error": near(ratios, ratios[0, 0])}


@statements("单个训练样本", "With the sigmoid or ReLU every activation is at least 0.")
def sigmoid_and_relu_are_never_negative() -> Readings:
    z = np.linspace(-9, 9, 37)
    return {"sigmoid": bool(sigmoid(z).min() >= 0), "ReLU": bool(relu(z).min() >= 0)}


@statements(
    "单个训练样本",
    "To raise an activation raise its bias or its weights; activations of either sign are alike.",
    correct="A weight is raised where the activation below is positive, and lowered where it is "
    "negative: dz/dw is that activation.",
)
def raising_a_weight_on_a_negative_activation_lowers_z() -> Readings:
    weights, bias = PARAMS[1].weight[0], PARAMS[1].bias[0]

    def all_raise(below):
        z = weights @ below + bias
        by_weights = [(weights + 0.1 * unit) @ below + bias for unit in np.eye(5)]
        return bool(min(*by_weights, weights @ below + bias + 0.1) > z)

    z = np.array([1.0, -0.5, 2.0, -1.5, 0.3])
    return {
        "activations at least 0 (sigmoid)": all_raise(sigmoid(z)),
        "activations of both signs (tanh)": all_raise(tanh(z)),
    }


@statements(
    "如何调整权重和偏置",
    "The bias is changed in proportion to the difference of the value and its target.",
    correct="In proportion to 2 (a - y) sigma'(z): the difference alone decides only between "
    "targets of one neuron at one z, not between neurons.",
)
def the_bias_gradient_has_the_slope_of_sigma_as_a_factor() -> Readings:
    def ratio(target):
        _, grads = value_and_grad(PARAMS, INPUT, target, **NETWORK)
        return grads[1].bias / (OUTPUTS - target)[0]

    here, other = ratio(TARGET), ratio(np.full((1, 4), 0.25))
    return {
        "one neuron, other targets": close(here, other),
        "from neuron to neuron": close(here, here[0]),
    }


@statements("如何调整权重和偏置", "A weight is changed in proportion to the activation below it.")
def the_weight_gradient_is_proportional_to_the_activation_below() -> Readings:
    ratios = gradient_by_differences()[1].weight / HIDDEN
    return {"within each neuron": near(ratios, ratios[:, :1])}


def output_slopes() -> np.ndarray:
    """How each output changes with each activation below it: (output, below)."""
    weight, bias = PARAMS[1]
    rows = [numeric(lambda a, j=j: sigmoid(a @ weight.T + bias)[0, j], HIDDEN)[0] for j in range(4)]
    return np.array(rows)


@statements(
    "如何改变上层激活值",
    "To raise an output raise what has a positive weight, lower what has a negative.",
)
def an_output_rises_with_what_has_a_positive_weight() -> Readings:
    return {"every weight": bool(np.all(np.sign(output_slopes()) == np.sign(PARAMS[1].weight)))}


@statements(
    "如何改变上层激活值", "The activations below are changed in proportion to their weights."
)
def the_change_wanted_below_is_proportional_to_the_weights() -> Readings:
    ratios = output_slopes() / PARAMS[1].weight
    return {"for one output": near(ratios, ratios[:, :1])}


@statements(
    "如何改变上层激活值",
    "Each layer's weights and biases change in proportion to the weights and biases of the next.",
    correct="In proportion to the weights of the next layer, for given errors there; its biases "
    "are no factor of the gradient.",
)
def the_gradient_is_proportional_to_the_weights_above_not_to_the_biases() -> Readings:
    names, (first, last) = ("sigmoid", "identity"), PARAMS

    def gradient(above, errors):
        outputs = forward((first, above), INPUT, activations=names).outputs
        network = {"activations": names, "loss": "squared_error"}
        return value_and_grad((first, above), INPUT, outputs - errors, **network)[1][0].weight

    before = forward((first, last), INPUT, activations=names).outputs - TARGET
    by_bias = last._replace(bias=2 * last.bias)
    moved = before + last.bias  # the outputs move with the bias; the targets stay
    return {
        "twice the weights above, errors kept": close(
            gradient(last._replace(weight=2 * last.weight), before), 2 * gradient(last, before)
        ),
        "twice the biases above, targets kept": close(
            gradient(by_bias, moved), 2 * gradient(last, before)
        ),
    }


@statements(
    "反向传播",
    "What the neurons above want of one below is added up, each times its weight and times the "
    "change of its own activation that is wanted.",
    correct="Times the change wanted of its z: sum_j w_jk sigma'(z_j) dC/da_j. The wish for its "
    "activation has to pass through the slope of sigma first.",
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


@statements("BP 算法小结", "One sample's gradient says how to lower its loss the fastest.")
def no_direction_lowers_the_loss_faster_than_the_negative_gradient() -> Readings:
    _, grads = value_and_grad(PARAMS, INPUT, TARGET, **NETWORK)
    down = -grads[1].weight / np.linalg.norm(grads[1].weight)
    others = np.random.default_rng(14).normal(size=(100, 4, 5))

    def loss_after(direction):
        step = 1e-4 * direction / np.linalg.norm(direction)
        return loss_of((PARAMS[0], PARAMS[1]._replace(weight=PARAMS[1].weight + step)))

    lowest = min(loss_after(direction) for direction in others)
    return {"a small step in the weights": loss_after(down) < lowest}


@statements("BP 算法小结", "Gradient descent averages over the samples what each asks for.")
def the_full_gradient_is_the_mean_of_the_samples_gradients() -> Readings:
    each = [
        value_and_grad(START, x[None], y[None], **LINE)[1][0].weight
        for x, y in zip(POINTS, ON_A_LINE, strict=True)
    ]
    full = value_and_grad(START, POINTS, ON_A_LINE, **LINE)[1][0].weight
    return {"of the weights": close(np.mean(each, axis=0), full)}


@statements(
    "BP 算法小结",
    "SGD: shuffle the samples, deal them into mini-batches, update by the gradient of each, and "
    "repeat until the loss hardly changes.",
)
def sgd_runs_until_the_loss_hardly_changes() -> Readings:
    stop = StopRule(max_epochs=100, loss_change_below=1e-4)
    run = train(START, POINTS, ON_A_LINE, sgd(0.1), stop=stop, batch_size=16, **LINE)
    return {
        "it ends": run.stop_reason == "loss_change_below",
        "the loss is lower": run.losses[-1] < run.losses[0] / 100,
    }


@statements(
    "BP 算法小结",
    "In the end the network converges to a local minimum.",
    correct="At a fixed rate it does where one solution fits every sample; else it goes on moving "
    "about one. And a loss that hardly changes may be a plateau.",
)
def sgd_settles_only_where_one_solution_fits_every_sample() -> Readings:
    columns = np.column_stack([POINTS, np.ones(48)])
    noise = np.random.default_rng(13).normal(size=(48, 1))

    def settles(targets):
        stop = StopRule(max_epochs=60)
        layer = train(START, POINTS, targets, sgd(0.2), stop=stop, batch_size=16, **LINE).params[0]
        lowest = np.linalg.lstsq(columns, targets, rcond=None)[0][:, 0]
        return bool(np.allclose([*layer.weight[0], *layer.bias], lowest, rtol=0, atol=1e-4))

    plateau = (START[0]._replace(bias=np.array([40.0])),)
    stop = StopRule(max_epochs=100, loss_change_below=1e-4)
    network = {"activations": ("sigmoid",), "loss": "squared_error"}
    stuck = train(plateau, POINTS, np.zeros((48, 1)), sgd(0.1), stop=stop, **network)
    return {
        "one solution fits every sample": settles(ON_A_LINE),
        "none does, at a fixed rate": settles(ON_A_LINE + noise),
        "started on a plateau": stuck.losses[-1] < stuck.losses[0] / 2,
    }
