"""The statements of document 003, sections 2 and 3, on gradient descent and where it leads."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.documents.statements.statement import Instead, Readings, Statements
from reference_numpy.activations import sigmoid

statements = Statements("003")

# A linear neuron with squared error: a bowl, whose one minimum is known.
RNG = np.random.default_rng(3)
FEATURES = RNG.normal(size=(24, 3))
LABELS = RNG.normal(size=24)
BEST = np.linalg.lstsq(FEATURES, LABELS, rcond=None)[0]
START = np.ones(3)
# The step that ends at the bottom along the bowl's steepest axis; beyond twice this, it overshoots
# to a point higher than the one it left.
FULL_STEP = 1 / np.linalg.eigvalsh(2 * FEATURES.T @ FEATURES / 24).max()

# A sigmoid neuron with one weight, on two samples: two minima, near -1.4 and near 0.
SAMPLES, WANTED = np.array([1.0, 20.0]), np.array([0.2, 0.7])


def bowl(w: np.ndarray) -> float:
    return float(np.mean((FEATURES @ w - LABELS) ** 2))


def bowl_slope(w: np.ndarray) -> np.ndarray:
    return np.asarray(2 * FEATURES.T @ (FEATURES @ w - LABELS) / 24)


def neuron(w: float) -> float:
    return float(np.mean((sigmoid(w * SAMPLES) - WANTED) ** 2))


def neuron_slope(w: float) -> float:
    a = sigmoid(w * SAMPLES)
    return float(np.mean(2 * (a - WANTED) * a * (1 - a) * SAMPLES))


def descent(slope: Callable[[Any], Any], start: Any, learning_rate: float, steps: int) -> list[Any]:
    """Every point that gradient descent visits, the start first."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * slope(path[-1]))
    return path


def at_the_bottom(w: np.ndarray) -> bool:
    # 1e-6: far more than 400 full steps leave, far less than they come down.
    return bowl(w) < bowl(BEST) + 1e-6


def at_the_lowest(w: float) -> bool:
    # 1e-3: what the grid can miss; the two minima are 0.2 apart.
    return neuron(w) < min(neuron(v) for v in np.linspace(-4, 4, 801)) + 1e-3


@statements(
    "2",
    "Gradient descent lowers the loss step by step.",
    correct="This is true only if the learning rate is small enough; a larger one raises the loss.",
    flips=(
        Instead("2.5 * FULL_STEP", "1.5 * FULL_STEP"),
        Instead("0.5 * FULL_STEP", "2.5 * FULL_STEP"),
    ),
)
def each_step_lowers_the_loss_only_at_a_small_learning_rate() -> Readings:
    def falls(learning_rate: float) -> bool:
        losses = [bowl(w) for w in descent(bowl_slope, START, learning_rate, 20)]
        return bool(np.all(np.diff(losses) < 0))

    return {
        "a small learning rate": falls(0.5 * FULL_STEP),
        "a large learning rate": falls(2.5 * FULL_STEP),
    }


@statements(
    "2",
    "In the end the model is at its optimum on the training data.",
    correct="This is true if the loss has only one minimum and the learning rate is small. The "
    "loss of a network can have several minima, and the starting point decides in which of them "
    "gradient descent ends.",
    flips=(Instead("-2.0, 0.5", "0.1, 0.05"), Instead("FULL_STEP, 400", "FULL_STEP, 4")),
)
def the_end_is_the_optimum_only_where_there_is_one_minimum() -> Readings:
    return {
        "a linear neuron": at_the_bottom(descent(bowl_slope, START, FULL_STEP, 400)[-1]),
        "a sigmoid neuron": at_the_lowest(descent(neuron_slope, -2.0, 0.5, 400)[-1]),
    }


@statements(
    "2",
    "By backpropagation the network learns the optimal parameters.",
    correct="Backpropagation gives the gradient, which is zero at every minimum, whether that is "
    "the best one or not. Once the gradient is zero, the network learns nothing more.",
    flips=(Instead("-2.0, 0.5", "0.5, 0.05"), Instead("FULL_STEP, 400", "FULL_STEP, 4")),
)
def the_gradient_vanishes_at_a_minimum_that_is_not_the_best() -> Readings:
    linear = descent(bowl_slope, START, FULL_STEP, 400)[-1]
    end = descent(neuron_slope, -2.0, 0.5, 400)[-1]
    # 1e-6: learning has come to an end.
    return {
        "a linear neuron": abs(bowl_slope(linear)).max() < 1e-6 and at_the_bottom(linear),
        "a sigmoid neuron": abs(neuron_slope(end)) < 1e-6 and at_the_lowest(end),
    }


@statements(
    "3.1",
    "Gradient descent moves the parameters against the gradient of the loss.",
    flips=(
        Instead("= -bowl_slope", "= bowl_slope"),
        Instead("= -bowl_slope(START)", "= -np.sign(bowl_slope(START))"),
    ),
)
def against_the_gradient_the_loss_falls_fastest() -> Readings:
    length = 1e-4  # short, so that the loss is nearly straight along the step
    downhill = -bowl_slope(START) / np.linalg.norm(bowl_slope(START))
    others = np.random.default_rng(0).normal(size=(100, 3))
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    lowered = bowl(START + length * downhill)
    return {
        "the loss falls": lowered < bowl(START),
        "other directions do worse": all(lowered < bowl(START + length * d) for d in others),
    }


@statements(
    "3.1",
    "The parameters converge to a minimum of the loss.",
    correct="If they converge, the gradient there is zero, and they are almost always at a "
    "minimum. They do not converge if the learning rate is large, or if there is no minimum, as "
    "for e^(-x). And if they start exactly at a maximum, they never leave it.",
    flips=(
        Instead("2.5 * FULL_STEP", "1.5 * FULL_STEP"),
        Instead("0.0, 0.05", "0.1, 0.05"),
        Instead("START, FULL_STEP, 400", "START, FULL_STEP, 4"),
        Instead("-np.exp(-t)", "t - 3"),
    ),
)
def descent_converges_to_a_minimum_only_under_conditions() -> Readings:
    # (t^2 - 1)^2 has its minima at -1 and 1, and a maximum between them at 0.
    from_the_top = descent(lambda t: 4 * t * (t**2 - 1), 0.0, 0.05, 400)[-1]
    downhill_for_ever = descent(lambda t: -np.exp(-t), 0.0, 0.5, 400)
    return {
        "a small learning rate": at_the_bottom(descent(bowl_slope, START, FULL_STEP, 400)[-1]),
        "a large learning rate": at_the_bottom(
            descent(bowl_slope, START, 2.5 * FULL_STEP, 400)[-1]
        ),
        "e^(-x), which has no minimum": downhill_for_ever[-1] - downhill_for_ever[200] < 1e-6,
        "started on a maximum": abs(abs(from_the_top) - 1) < 1e-6,  # as for the bowl
    }


@statements(
    "3.2, three steps",
    "Gradient descent has three steps: initialise the parameters, compute the gradient, and "
    "update the parameters against the gradient.",
    correct="The second and third steps must be repeated until a stop condition is met, as in the "
    "flow chart.",
    flips=(Instead("path[1]", "path[400]"), Instead("400", "4")),
)
def the_last_two_of_the_three_steps_must_be_repeated() -> Readings:
    path = descent(bowl_slope, START, FULL_STEP, 400)
    return {
        "each step once": at_the_bottom(path[1]),
        "the last two repeated, as in the flow chart": at_the_bottom(path[-1]),
    }


@statements(
    "3.2, second flow chart",
    "Initialise the parameters; compute the gradient and update until the maximum number of "
    "iterations is reached; then return the result.",
    flips=(Instead("iterations += 1", "iterations += 2"), Instead("follow(400)", "follow(4)")),
)
def the_flow_chart_of_gradient_descent_works() -> Readings:
    def follow(maximum: int) -> tuple[np.ndarray, int]:
        w, iterations = START, 0
        while not iterations >= maximum:
            w = w - FULL_STEP * bowl_slope(w)
            iterations += 1
        return w, iterations

    return {
        "it stops at the maximum": [follow(maximum)[1] for maximum in (0, 1, 7)] == [0, 1, 7],
        "it finds the bottom of a bowl": at_the_bottom(follow(400)[0]),
    }


@statements(
    "3.3",
    "Backpropagation and gradient descent suit optimisation problems in general.",
    correct="The gradient must exist and must say which way is down. But the gradient of the "
    "number of misclassified samples is zero almost everywhere.",
    flips=(
        Instead("(FEATURES @ w > 0) != (LABELS > 0)", "sigmoid(-np.sign(LABELS) * (FEATURES @ w))"),
        Instead("2 * FEATURES.T", "-2 * FEATURES.T", within="bowl_slope"),
    ),
)
def descent_needs_a_gradient_that_says_where_down_is() -> Readings:
    def misclassified(w: np.ndarray) -> float:
        return float(np.sum((FEATURES @ w > 0) != (LABELS > 0)))

    def misclassified_slope(w: np.ndarray) -> np.ndarray:
        nudges = 1e-6 * np.eye(3)
        return np.array([misclassified(w + d) - misclassified(w - d) for d in nudges]) / 2e-6

    squared = descent(bowl_slope, START, 0.1, 20)[-1]
    counted = descent(misclassified_slope, START, 0.1, 20)[-1]
    return {
        "squared error": bowl(squared) < bowl(START),
        "number of misclassified samples": misclassified(counted) < misclassified(START),
    }


def products_of(depth: int, width: int) -> tuple[int, int, int]:
    """How many numbers are multiplied in a forward pass, in the backward pass, and parameters."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(width, width)) for _ in range(depth)]
    counts = {"forward": 0, "backward": 0}

    def product(left: np.ndarray, right: np.ndarray, step: str) -> np.ndarray:
        counts[step] += left.shape[0] * left.shape[1] * right.shape[1]
        return np.asarray(left @ right)

    activations = [rng.normal(size=(1, width))]
    for weight in weights:
        activations.append(np.asarray(sigmoid(product(activations[-1], weight.T, "forward"))))
    error = activations[-1] * activations[-1] * (1 - activations[-1])
    for weight, below in zip(reversed(weights), reversed(activations[:-1]), strict=True):
        product(error.T, below, "backward")  # the gradient of this layer
        error = product(error, weight, "backward") * below * (1 - below)
    return counts["forward"], counts["backward"], sum(weight.size for weight in weights)


@statements(
    "3.3",
    "For a complex network it is expensive to compute the gradient.",
    correct="It costs a small multiple of a forward pass: the backward pass costs about as much "
    "as two forward passes, however deep or wide the network is. So the gradient is expensive "
    "only if a forward pass is expensive.",
    flips=(
        Instead("large[1] > small[1]", "large[1] / large[0] > small[1] / small[0]"),
        Instead(
            'product(error.T, below, "backward")',
            'product(error.T @ error, weight, "backward")',
            within="products_of",
        ),
        Instead("large[0] * large[2]", "large[0]"),
    ),
)
def the_backward_pass_costs_about_two_forward_passes() -> Readings:
    small, large = products_of(depth=2, width=4), products_of(depth=9, width=30)
    return {
        "in itself: more for a larger network": large[1] > small[1],
        "compared with the forward pass": large[1] / large[0] > small[1] / small[0],
        "compared with a forward pass for each parameter": large[1] > large[0] * large[2],
    }


@statements(
    "3.3",
    "Backpropagation and gradient descent easily get stuck in a local optimum and hardly find the "
    "global one.",
    flips=(Instead("-2.0, 0.5", "0.1, 0.05"), Instead("400", "1")),
)
def descent_can_end_in_a_minimum_that_is_not_the_lowest() -> Readings:
    end = descent(neuron_slope, -2.0, 0.5, 400)[-1]
    at_a_minimum = neuron_slope(end - 0.1) < 0 < neuron_slope(end + 0.1)
    return {
        "it ends at a minimum": at_a_minimum,
        "which is not the lowest": not at_the_lowest(end),
    }


@statements(
    "3.3",
    "Backpropagation and gradient descent are sensitive to the initial parameters and to the "
    "learning rate.",
    flips=(Instead("(-2.0, 0.5)", "(0.4, 0.5)"), Instead("(0.5, 2.5)", "(0.5, 1.0)")),
)
def start_and_learning_rate_decide_where_descent_ends() -> Readings:
    left, right = (neuron(descent(neuron_slope, w, 0.05, 400)[-1]) for w in (-2.0, 0.5))
    short, long = (bowl(descent(bowl_slope, START, r * FULL_STEP, 20)[-1]) for r in (0.5, 2.5))
    return {"initial parameters": left > 2 * right, "learning rate": long > 2 * short}
