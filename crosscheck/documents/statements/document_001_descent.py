"""The statements of document 001 on the loss and on gradient descent."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, numeric, slope
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import squared_error
from reference_numpy.mlp import forward
from reference_numpy.optimizers import sgd
from reference_numpy.params import init_params
from reference_numpy.training import StopRule, train

statements = Statements("001")

POINT = np.array([1.0, 1.0])


def surface(point: np.ndarray) -> np.ndarray:
    """C = 3x^2/2 + y^2/2, the surface of the document's picture, lowest at (0, 0)."""
    return 3 * point[0] ** 2 / 2 + point[1] ** 2 / 2


def curve(x: float) -> float:
    """A curve with two valleys, the left one deeper: at -1.30 and 1.13."""
    return x**4 - 3 * x**2 + x


def valleys() -> np.ndarray:
    turning = np.sort(np.roots([4, 0, -6, 1]).real)
    return turning[[0, 2]]


@statements(
    "神经网络是怎样学习的",
    "How the initial parameters are drawn is only icing on the cake: nice, but not essential.",
    correct="For a shallow network it hardly matters. A deep network learns if its weights are "
    "drawn by Glorot's rule, but does not learn if they are drawn too small.",
    flips=(
        Instead('"bound": 0.1', '"bound": 0.7'),
        Instead("learns(1, small)", "learns(8, small)"),
    ),
)
def a_deep_network_drawn_too_small_does_not_learn() -> Readings:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(9, 3))
    targets = np.sin(inputs[:, :2])
    small, glorot = {"initializer": "uniform", "bound": 0.1}, {"initializer": "glorot_uniform"}

    def learns(depth: int, drawn: dict[str, Any]) -> bool:
        params = init_params((3,) + (5,) * depth + (2,), seed=0, **drawn)
        names = ("tanh",) * depth + ("identity",)
        losses = train(
            params,
            inputs,
            targets - targets.mean(axis=0),  # or else the last bias alone would learn their mean
            sgd(0.3),
            activations=names,
            loss="half_squared_error",
            stop=StopRule(max_epochs=100),
        ).losses
        return losses[-1] < losses[0] / 2

    return {
        "one hidden layer: both draws do alike": learns(1, small) == learns(1, glorot),
        "eight hidden layers: both draws do alike": learns(8, small) == learns(8, glorot),
    }


@statements(
    "损失函数",
    "The loss of a sample is smaller if the network classifies the sample correctly.",
    correct="The nearer the outputs are to the target, the smaller the loss is. A correctly "
    "classified sample can have a larger loss than a wrongly classified one.",
    flips=(
        Instead("[[0.49, 0.51, 0.0]]", "[[0.1, 0.9, 0.0]]"),
        Instead("[[0.9, 0.1, 0.1]]", "[[0.4, 0.3, 0.3]]"),
    ),
)
def a_right_classification_can_cost_more_than_a_wrong_one() -> Readings:
    target = np.array([[1.0, 0.0, 0.0]])
    near_miss = np.array([[0.49, 0.51, 0.0]])
    barely_right = np.array([[0.50, 0.49, 0.49]])
    sure = np.array([[0.9, 0.1, 0.1]])
    return {
        "a sure right one against a wrong one": bool(
            squared_error(sure, target) < squared_error(near_miss, target)
        ),
        "every right one against every wrong one": bool(
            squared_error(barely_right, target) < squared_error(near_miss, target)
        ),
    }


@statements(
    "损失函数",
    "The loss of the network is the mean loss of all training samples.",
    flips=in_reference("losses", ".sum() / len(predictions)", ".sum()", "squared_error"),
)
def the_loss_is_the_mean_of_the_samples_losses() -> Readings:
    outputs, targets = np.random.default_rng(2).uniform(0, 1, (2, 5, 3))
    each = [((a - y) ** 2).sum() for a, y in zip(outputs, targets, strict=True)]
    return {"squared error": close(squared_error(outputs, targets), np.mean(each))}


@statements(
    "损失函数",
    "The network maps a vector to a vector; the loss maps all weights and biases to one number.",
    flips=(
        in_reference("losses", ".sum() / len(predictions)", ".mean(axis=0)", "squared_error"),
        Instead("inputs[:1]", "inputs[:2]"),
    ),
)
def the_loss_is_one_number() -> Readings:
    params = init_params((3, 5, 2), seed=3)
    inputs, targets = np.ones((4, 3)), np.zeros((4, 2))
    names = ("relu", "sigmoid")
    value, _ = value_and_grad(params, inputs, targets, activations=names, loss="squared_error")
    outputs = forward(params, inputs[:1], activations=names).outputs
    return {"the network": outputs.shape == (1, 2), "the loss": np.ndim(value) == 0}


def walk(start: float) -> float:
    """Small steps of one length: left where the slope is positive, else right."""
    x = start
    for _ in range(300):
        x -= 0.01 * np.sign(slope(curve, x))
    return x


@statements(
    "示例 1",
    "Steps to the left where the slope is positive, and to the right elsewhere, lead to a local "
    "minimum.",
    flips=Instead("x -= 0.01", "x += 0.01", within="walk"),
)
def small_steps_against_the_slope_near_a_local_minimum() -> Readings:
    # It ends by stepping to and fro over the minimum: within one step of it.
    return {"within a step of it": bool(abs(walk(2.0) - valleys()[1]) <= 0.01)}


@statements(
    "示例 1",
    "The starting point decides which minimum is reached, and it is not always the lowest one.",
    flips=Instead("walk(-2.0)", "walk(1.0)"),
)
def different_starts_end_in_different_minima() -> Readings:
    ends = [walk(-2.0), walk(2.0)]
    return {
        "two starts, two minima": bool(np.all(np.abs(ends - valleys()) <= 0.01)),
        "one is not the lowest": bool(curve(ends[1]) > curve(ends[0]) + 1),
    }


def height_gained(direction: np.ndarray) -> np.ndarray:
    """The rise of the surface per length, for a small step from (1, 1)."""
    return (surface(POINT[:, None] + 1e-5 * direction) - surface(POINT)) / 1e-5


TURNS = np.linspace(0, 2 * np.pi, 360, endpoint=False)
COMPASS = np.array([np.cos(TURNS), np.sin(TURNS)])


@statements(
    "示例 2",
    "The gradient points in the direction of steepest rise, the negative gradient in the "
    "direction of steepest fall.",
    flips=Instead("gradient / np.linalg.norm(gradient)", "np.sign(gradient) / np.sqrt(2)"),
)
def the_gradient_points_up_the_steepest_way() -> Readings:
    gradient = numeric(surface, POINT)
    along = gradient / np.linalg.norm(gradient)
    rises = height_gained(COMPASS)
    half_degree = np.cos(np.pi / 360)  # no direction of the compass is farther from the best
    return {
        "up": bool(COMPASS[:, rises.argmax()] @ along >= half_degree),
        "down": bool(COMPASS[:, rises.argmin()] @ -along >= half_degree),
    }


@statements(
    "示例 2",
    "The length of the gradient is how steep the slope is.",
    flips=Instead("steepest - np.linalg.norm(gradient)", "steepest - abs(gradient).sum()"),
)
def the_length_of_the_gradient_is_the_steepness() -> Readings:
    gradient = numeric(surface, POINT)
    steepest = height_gained((gradient / np.linalg.norm(gradient))[:, None])[0]
    # The step of 1e-5 bends by half its length times the curvature, at most 3.
    return {"rise per length": bool(abs(steepest - np.linalg.norm(gradient)) < 2e-5)}


@statements(
    "示例 2",
    "Gradient descent makes the value converge into one of the valleys.",
    correct="This is true if the steps are small enough and there is a valley. With steps that "
    "are too long it diverges, and e^(-x) falls for ever and has no valley.",
    flips=(
        Instead("settles(0.3)", "settles(0.8)"),
        Instead("settles(0.7)", "settles(0.5)"),
        Instead("x = 0.0", "x = 20.0"),
    ),
)
def descent_settles_in_a_valley_only_by_small_steps() -> Readings:
    def settles(rate: float) -> bool:
        point = POINT
        for _ in range(60):
            point = point - rate * numeric(surface, point)
        return bool(surface(point) < 1e-6)

    x = 0.0
    for _ in range(60):
        x += 0.3 * np.exp(-x)
    return {
        "a rate of 0.3": settles(0.3),
        "a rate of 0.7": settles(0.7),
        "e^(-x), at a rate of 0.3": abs(np.exp(-x)) < 1e-6,
    }


@statements(
    "理解梯度下降法的另一种思路",
    "Each sign in the negative gradient says whether its input should grow or shrink.",
    flips=Instead("down = -numeric", "down = numeric"),
)
def the_signs_of_the_negative_gradient_say_which_way_to_go() -> Readings:
    point = np.array([1.0, -2.0])
    down = -numeric(surface, point)
    moved = [point + 0.01 * np.sign(down) * unit for unit in np.eye(2)]
    return {"the value falls": all(bool(surface(at) < surface(point)) for at in moved)}


@statements(
    "理解梯度下降法的另一种思路",
    "The relative size of an entry says how much its input influences the value.",
    flips=Instead("abs(numeric(surface, point))", "numeric(surface, point) ** 2"),
)
def the_size_of_an_entry_is_the_influence_of_its_input() -> Readings:
    point = np.array([0.5, -2.0])
    changes = [abs(surface(point + 1e-6 * unit) - surface(point)) for unit in np.eye(2)]
    gradient = abs(numeric(surface, point))
    # The nudge bends by half its length, 1e-6, times the curvature.
    ratios = changes[0] / changes[1], gradient[0] / gradient[1]
    return {"for small changes": bool(abs(ratios[0] - ratios[1]) < 1e-5)}


@statements(
    "理解梯度下降法的另一种思路",
    "At (1, 1) the function grows fastest along [3, 1].",
    flips=Instead("3 * point[0]", "2 * point[0]", within="surface"),
)
def the_gradient_at_one_one_is_three_one() -> Readings:
    return {"C = 3x^2/2 + y^2/2": near(numeric(surface, POINT), [3, 1])}


@statements(
    "理解梯度下降法的另一种思路",
    "Near that point x matters three times as much as y.",
    flips=Instead("3 * point[0]", "2 * point[0]", within="surface"),
)
def x_changes_the_value_three_times_as_much_as_y() -> Readings:
    by_x, by_y = (surface(POINT + 0.01 * unit) - surface(POINT) for unit in np.eye(2))
    # Rounding 1e-16 of a value of 2, over a change of 0.01.
    return {"a change of 0.01": bool(abs(by_x / by_y - 3) < 1e-12)}


@statements(
    "梯度下降法描述",
    "Repeat until the result is accurate enough: compute the negative gradient and take a step of "
    "a certain length along it (add the negative gradient directly).",
    correct="Add a small multiple of it, as the document says above. On a parabola a step goes "
    "past the minimum if learning rate times curvature exceeds 1, and the steps diverge if it "
    "exceeds 2. Here the curvature is 3, so adding the whole negative gradient doubles the size "
    "of x at every step.",
    flips=(
        Instead("reaches_the_lowest_point(1.0)", "reaches_the_lowest_point(0.5)"),
        Instead("reaches_the_lowest_point(0.3)", "reaches_the_lowest_point(0.8)"),
    ),
)
def the_negative_gradient_added_whole_can_run_away() -> Readings:
    def reaches_the_lowest_point(rate: float) -> bool:
        point = POINT
        for _ in range(60):
            point = point - rate * numeric(surface, point)
            if surface(point) < 1e-10 or surface(point) > 1e6:
                break
        return bool(surface(point) < 1e-10)

    return {
        "a certain length, 0.3 times the gradient": reaches_the_lowest_point(0.3),
        "the negative gradient itself": reaches_the_lowest_point(1.0),
    }
