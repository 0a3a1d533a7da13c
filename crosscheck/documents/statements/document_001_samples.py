"""The statements of document 001 on smoothness, on samples and batches, and on local minima."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, numeric
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from crosscheck.frameworks.batches import batches_of_epoch
from reference_numpy.activations import relu
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import squared_error
from reference_numpy.mlp import forward
from reference_numpy.optimizers import sgd
from reference_numpy.params import Layer, Params, init_params, tree_map
from reference_numpy.training import StopRule, TrainResult, train

statements = Statements("001")

# A line to be fitted through 48 points in 3 dimensions, by one linear neuron.
RNG = np.random.default_rng(8)
POINTS = RNG.normal(size=(48, 3))
ON_A_LINE = POINTS @ np.array([[0.5], [-1.0], [2.0]]) + 0.3
START = init_params((3, 1), seed=8, initializer="standard_normal")
LINE: dict[str, Any] = {"activations": ("identity",), "loss": "half_squared_error"}


def fit(samples: int, batch_size: int | None, rate: float = 0.1, epochs: int = 1) -> TrainResult:
    inputs, targets, stop = POINTS[:samples], ON_A_LINE[:samples], StopRule(epochs)
    return train(START, inputs, targets, sgd(rate), stop=stop, batch_size=batch_size, **LINE)


def loss_of(params: Params) -> float:
    return float(value_and_grad(params, POINTS, ON_A_LINE, **LINE)[0])


@statements(
    "损失函数的平滑性",
    "The loss must be smooth; only then can gradient descent find a local minimum.",
    correct="In practice a slope almost everywhere is enough: with ReLU, which this document "
    "recommends, the loss has kinks (points without a derivative), and gradient descent still "
    "reaches a minimum.",
    flips=Instead("loss_at(0.4 + h) - loss_at(0.4)", "loss_at(0.45 + h) - loss_at(0.45)"),
)
def descent_finds_a_minimum_of_a_loss_with_kinks() -> Readings:
    x = np.array([[-1.0], [-0.5], [0.5], [1.0]])
    params = (
        Layer(np.array([[0.6], [-0.8]]), np.array([0.3, 0.4])),  # 0.4 - 0.8 * 0.5: on a kink
        Layer(np.array([[0.7, 0.9]]), np.array([0.1])),
    )
    network: dict[str, Any] = {"activations": ("relu", "identity"), "loss": "squared_error"}

    def loss_at(bias: float) -> float:
        first = params[0]._replace(bias=np.array([0.3, bias]))
        return float(value_and_grad((first, params[1]), x, abs(x), **network)[0])

    left, right = ((loss_at(0.4 + h) - loss_at(0.4)) / h for h in (-1e-6, 1e-6))
    smooth = abs(left - right) < 1e-3  # on a smooth stretch they differ by 1e-6 times a curvature
    run = train(params, x, abs(x), sgd(0.2), stop=StopRule(200, loss_below=1e-4), **network)
    return {"differentiable everywhere": bool(smooth or run.losses[-1] >= 1e-4)}


@statements(
    "损失函数的平滑性",
    "This is why activations must be continuous, not yes or no.",
    flips=Instead("(z > 0).astype(float)", "np.tanh(z)"),
)
def a_step_function_leaves_no_slope_to_follow() -> Readings:
    params = init_params((3, 5, 2), seed=7, initializer="standard_normal")
    inputs, targets = np.random.default_rng(7).normal(size=(2, 4, 3))

    def slopes(function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        def loss(weight: np.ndarray) -> np.ndarray:
            hidden = function(inputs @ weight.T + params[0].bias)
            outputs = hidden @ params[1].weight.T + params[1].bias
            return squared_error(outputs, targets[:, :2])

        return numeric(loss, params[0].weight)

    yes_or_no = slopes(lambda z: (z > 0).astype(float))
    return {"a neuron of 0 or 1": bool(np.all(yes_or_no == 0) and np.any(slopes(relu) != 0))}


@statements(
    "随机梯度下降",
    "Batch gradient descent uses the mean loss of all samples in an update.",
    flips=Instead("batch_size=None", "batch_size=24"),
)
def a_batch_of_all_samples_makes_one_update_of_the_mean_loss() -> Readings:
    run = fit(48, batch_size=None)
    moved = tree_map(lambda p, q: (p - q) / 0.1, START, run.params)[0].weight
    true = numeric(lambda w: loss_of((START[0]._replace(weight=w),)), START[0].weight)
    # `numeric` rounds by 1e-16 / 1e-5; a parabola has no other error.
    return {
        "one update an epoch": run.state.step == 1 and bool(np.allclose(moved, true, atol=1e-9))
    }


@statements(
    "随机梯度下降",
    "SGD, which uses one random sample for each update, is much faster than batch gradient "
    "descent.",
    flips=Instead("(1, None)", "(24, None)"),
)
def one_sample_at_a_time_gets_further_on_as_many_samples() -> Readings:
    single, whole = (fit(48, batch_size, epochs=3).params for batch_size in (1, None))
    return {"after three epochs": loss_of(single) < loss_of(whole) / 100}


@statements(
    "随机梯度下降",
    "Mini-batch gradient descent updates by the mean loss of a few random samples.",
    flips=in_reference(
        "gradients",
        '"half_squared_error": lambda a, y: (a - y) / len(a)',
        '"half_squared_error": lambda a, y: (a - y)',
    ),
)
def a_mini_batch_updates_by_its_mean_loss() -> Readings:
    params = START
    for batch in batches_of_epoch(48, 8, seed=0, epoch=0):
        error = POINTS[batch] @ params[0].weight.T + params[0].bias - ON_A_LINE[batch]
        mean_of_each = (error[:, :, None] * POINTS[batch][:, None]).mean(axis=0)
        params = (
            Layer(params[0].weight - 0.1 * mean_of_each, params[0].bias - 0.1 * error.mean(0)),
        )
    return {"six batches of eight": close(params[0].weight, fit(48, batch_size=8).params[0].weight)}


@statements(
    "随机梯度下降",
    "The cost of SGD and of mini-batches does not depend on the number of training samples.",
    correct="The cost of one update does not. But an epoch visits every sample, so its cost is "
    "proportional to the number of samples.",
    flips=(
        Instead("fit(48, batch_size=8)", "fit(48, batch_size=16)"),
        Instead("fit(24, batch_size=8)", "fit(24, batch_size=12)"),
    ),
)
def the_cost_of_an_update_not_of_an_epoch_is_independent_of_the_samples() -> Readings:
    few, many = fit(24, batch_size=8).state.step, fit(48, batch_size=8).state.step
    return {
        "of one update, in samples": 24 / few == 48 / many,
        "of an epoch, in samples": few * 8 == many * 8,
    }


@statements(
    "批大小的影响",
    "Larger batches estimate the gradient better, but the gain is less than proportional.",
    flips=(Instead("(10, 40)", "(10, 10)"), Instead("(10, 40)", "(1, 40)")),
)
def four_times_the_batch_halves_the_error() -> Readings:
    error = POINTS @ START[0].weight.T + START[0].bias - ON_A_LINE
    each = error * POINTS  # the gradient of every sample
    draws = np.random.default_rng(9).integers(48, size=(500, 40))
    off = [
        np.linalg.norm(each[draws[:, :size]].mean(axis=1) - each.mean(axis=0), axis=1).mean()
        for size in (10, 40)
    ]
    # It falls with the root of the size: by 2. Of 500 draws the mean is good to a few percent.
    return {"better": bool(off[1] < off[0]), "less than four times": bool(off[0] / off[1] < 3)}


@statements(
    "批大小的影响",
    "Small batches need a smaller learning rate to stay stable.",
    flips=(
        Instead("falls(1, 1.5)", "falls(48, 1.5)"),
        in_reference(
            "gradients",
            '"half_squared_error": lambda a, y: (a',
            '"half_squared_error": lambda a, y: -(a',
        ),
    ),
)
def a_rate_that_suits_the_whole_batch_is_too_large_for_single_samples() -> Readings:
    # Inputs of mean 0 and variance 1, uncorrelated: the mean loss has a curvature of 1 all around.
    columns = np.linalg.qr(np.column_stack([np.ones(48), POINTS]))[0]
    inputs = columns[:, 1:] * np.sqrt(48)
    targets = inputs @ np.array([[0.5], [-1.0], [2.0]]) + 0.3

    def falls(batch_size: int, rate: float) -> bool:
        stop = StopRule(max_epochs=2)
        run = train(START, inputs, targets, sgd(rate), stop=stop, batch_size=batch_size, **LINE)
        before, after = (
            value_and_grad(params, inputs, targets, **LINE)[0] for params in (START, run.params)
        )
        return bool(after < before)

    return {
        "a rate of 1.5 suits batches of 48 only": falls(48, 1.5) and not falls(1, 1.5),
        "one of 0.1 suits batches of one": falls(1, 0.1),
    }


@statements(
    "批大小的影响",
    "The memory needed is proportional to the batch size, if the whole batch is processed at once.",
    correct="The memory for the activations is. The parameters and their gradients need memory "
    "too, which does not depend on the batch size.",
    flips=(
        Instead("fixed = sum(", "fixed = 0 * sum("),
        Instead("np.ones((batch, 3))", "np.ones((batch + 1, 3))"),
    ),
)
def the_memory_of_the_activations_is_proportional_to_the_batch() -> Readings:
    params = init_params((3, 7, 5), seed=0)

    def activations(batch: int) -> int:
        trace = forward(params, np.ones((batch, 3)), activations=("relu", "identity"))
        return sum(a.nbytes for a in trace.pre_activations + trace.activations)

    fixed = sum(leaf.nbytes for layer in params for leaf in layer)
    return {
        "what the forward pass keeps": activations(22) == 2 * activations(11),
        "with the parameters": activations(22) + fixed == 2 * (activations(11) + fixed),
    }


@statements(
    "神经网络的优化难题",
    "Steps that are proportional to the slope are sure to reach at least a local minimum.",
    correct="This is true only if the factor between slope and step is small enough; with a "
    "larger factor the steps never settle. And the slope is also 0 at a saddle point, although "
    "almost no starting point leads there.",
    flips=(
        Instead("at, 0.3", "at, 0.05"),
        Instead("[1.0, 0.0]", "[1.0, 0.5]"),
        Instead("at, 0.1)", "at, 0.3)"),
    ),
)
def steps_in_proportion_to_the_slope_can_overshoot_or_end_on_a_saddle() -> Readings:
    # C = x^2 + (y^2 - 1)^2: minima at (0, 1) and (0, -1), and a saddle at (0, 0) between them.
    def ends_in_a_minimum(start: np.ndarray, constant: float) -> bool:
        x, y = start
        for _ in range(200):
            x, y = x - constant * 2 * x, y - constant * 4 * y * (y**2 - 1)
        return bool(np.allclose([x, abs(y)], [0, 1], atol=1e-6))

    starts = np.random.default_rng(10).uniform(-1, 1, (20, 2))
    return {
        "whatever the constant": all(ends_in_a_minimum(at, 0.3) for at in starts),
        "wherever it starts": ends_in_a_minimum(np.array([1.0, 0.0]), 0.1),
        "a small constant, from random starts": all(ends_in_a_minimum(at, 0.1) for at in starts),
    }


@statements(
    "神经网络的优化难题",
    "There may be countless extreme points, some of them very bad.",
    flips=(
        Instead("np.ones((1, 2)) / scale", "np.ones((1, 2)) * scale**2"),
        Instead("np.array([0.75])", "np.array([0.5])"),
    ),
)
def relu_networks_have_countless_minima_and_some_are_bad() -> Readings:
    x = np.array([[-1.0], [-0.5], [0.5], [1.0]])

    def is_minimum(params: Params) -> tuple[bool, float]:
        def loss(at: Params) -> float:
            outputs = forward(at, x, activations=("relu", "identity")).outputs
            return float(squared_error(outputs, abs(x)))

        rng = np.random.default_rng(10)
        moved = (tree_map(lambda p: p + 0.01 * rng.normal(size=p.shape), params) for _ in range(50))
        return all(loss(at) >= loss(params) for at in moved), loss(params)

    def exact(scale: float) -> Params:  # |x| = relu(x) + relu(-x), for any scale
        first = Layer(scale * np.array([[1.0], [-1.0]]), np.zeros(2))
        return (first, Layer(np.ones((1, 2)) / scale, np.zeros(1)))

    # Both neurons are off for every x, and the bias is the best constant.
    off = (Layer(np.ones((2, 1)), np.full(2, -9.0)), Layer(np.ones((1, 2)), np.array([0.75])))
    return {
        "one for every scale": all(
            is_minimum(exact(scale)) == (True, 0) for scale in (0.5, 1, 2, 4)
        ),
        "a bad one": is_minimum(off)[0] and is_minimum(off)[1] > 0.05,
    }


@statements(
    "再谈神经网络的运作机制",
    "Structured data are learned faster than random labels.",
    flips=Instead("rng.permutation(by_rule)", "by_rule"),
)
def labels_with_a_rule_are_learned_faster_than_shuffled_ones() -> Readings:
    rng = np.random.default_rng(11)
    inputs = rng.normal(size=(60, 5))
    by_rule = (inputs[:, :1] + inputs[:, 1:2] > 0).astype(float)
    params = init_params((5, 7, 1), seed=11)
    network: dict[str, Any] = {"activations": ("tanh", "sigmoid"), "loss": "squared_error"}
    losses = [
        train(params, inputs, labels, sgd(1.0), stop=StopRule(40), **network).losses[-1]
        for labels in (by_rule, rng.permutation(by_rule))
    ]
    return {"after forty epochs": losses[0] < losses[1] / 2}
