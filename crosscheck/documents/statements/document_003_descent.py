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
    correct="Only where the learning rate is small enough; a larger one raises the loss.",
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
    correct="On a loss with one minimum, at a small learning rate. The loss of a network can have "
    "several, and descent ends in the one that its start leads down to.",
    flips=(Instead("-2.0, 0.5", "0.1, 0.05"), Instead("FULL_STEP, 400", "FULL_STEP, 4")),
)
def the_end_is_the_optimum_only_where_there_is_one_minimum() -> Readings:
    return {
        "a linear neuron": at_the_bottom(descent(bowl_slope, START, FULL_STEP, 400)[-1]),
        "a sigmoid neuron": at_the_lowest(descent(neuron_slope, -2.0, 0.5, 400)[-1]),
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
    correct="At a small learning rate they converge to a point where the gradient is zero, almost "
    "always a minimum; at a large one they need not converge, and a maximum is never left.",
    flips=(
        Instead("2.5 * FULL_STEP", "1.5 * FULL_STEP"),
        Instead("0.0, 0.05", "0.1, 0.05"),
        Instead("START, FULL_STEP, 400", "START, FULL_STEP, 4"),
    ),
)
def descent_converges_to_a_minimum_only_under_conditions() -> Readings:
    # (t^2 - 1)^2 has its minima at -1 and 1, and a maximum between them at 0.
    from_the_top = descent(lambda t: 4 * t * (t**2 - 1), 0.0, 0.05, 400)[-1]
    return {
        "a small learning rate": at_the_bottom(descent(bowl_slope, START, FULL_STEP, 400)[-1]),
        "a large learning rate": at_the_bottom(
            descent(bowl_slope, START, 2.5 * FULL_STEP, 400)[-1]
        ),
        "started on a maximum": abs(abs(from_the_top) - 1) < 1e-6,  # as for the bowl
    }


@statements(
    "3.2, three steps",
    "Gradient descent has three steps: set the parameters, compute the gradient, go against it.",
    correct="The second and third are repeated until a rule says stop, as in the flow chart.",
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
    "Set the parameters; until the maximal number of iterations is reached, compute the gradient "
    "and update; then give the result.",
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
    "They suit optimisation problems in general.",
    correct="The gradient must exist and say where down is. That of the number of misclassified "
    "samples is zero almost everywhere.",
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


@statements(
    "3.3",
    "They easily get stuck in a local optimum, though section 2 has them end at the optimum on "
    "the training data.",
    correct="3.3 is right: which minimum is found depends on the start.",
    flips=(Instead("-2.0, 0.5", "0.1, 0.05"), Instead("400", "1")),
)
def descent_can_end_in_a_minimum_that_is_not_the_lowest() -> Readings:
    end = descent(neuron_slope, -2.0, 0.5, 400)[-1]
    at_a_minimum = neuron_slope(end - 0.1) < 0 < neuron_slope(end + 0.1)
    return {
        "section 2: it ends at the optimum": at_the_lowest(end),
        "3.3: it ends at a minimum that is not the lowest": at_a_minimum and not at_the_lowest(end),
    }


@statements(
    "3.3",
    "They are sensitive to the initial parameters and to the learning rate.",
    flips=(Instead("(-2.0, 0.5)", "(0.4, 0.5)"), Instead("(0.5, 2.5)", "(0.5, 1.0)")),
)
def start_and_learning_rate_decide_where_descent_ends() -> Readings:
    left, right = (neuron(descent(neuron_slope, w, 0.05, 400)[-1]) for w in (-2.0, 0.5))
    short, long = (bowl(descent(bowl_slope, START, r * FULL_STEP, 20)[-1]) for r in (0.5, 2.5))
    return {"initial parameters": left > 2 * right, "learning rate": long > 2 * short}
