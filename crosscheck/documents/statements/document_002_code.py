"""The statements of document 002 on the language of its blocks, and on what Adam's state is for."""

import ast
import unicodedata
from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close
from crosscheck.documents.statements.document_002 import PARAMS
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.optimizers import Optimizer, adam, sgd
from reference_numpy.params import tree_map
from reference_numpy.training import StopRule, train

statements = Statements("002")


def is_python(line: str) -> bool:
    try:
        ast.parse(line)
    except SyntaxError:
        return False
    return True


@statements(
    "5, Adam",
    "The code block about Adam is Python.",
    correct="It is not: a name in Python cannot contain superscript or subscript digits, a "
    "superscript digit is not a power, and a line such as m = 0.9 * 0 + 0.1 * g = -0.00287 "
    "assigns to an expression.",
    flips=(
        Instead('"dW₁² = -0.0287"', '"dW = -0.0287"'),
        Instead("(g)²", "g**2"),
        Instead(" = -0.00287", ""),
        Instead(" ≈ 0.5003", ""),
    ),
)
def neither_the_names_nor_the_chains_of_the_adam_block_are_python() -> Readings:
    return {
        "names with superscript digits": is_python("dW₁² = -0.0287"),
        "a power as a superscript digit": is_python("v = b2 * v + (1 - b2) * (g)²"),
        "a result after a second sign of equality": is_python(
            "m = 0.9 * 0 + 0.1 * (-0.0287) = -0.00287"
        ),
        "a sign for about equal": is_python("W = 0.5 - 0.1 * m ≈ 0.5003"),
    }


# What may stand in a name of Java, by Unicode's categories: letters, digits, marks, currency, _.
JAVA_NAME = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Nd", "Mn", "Mc", "Cf", "Sc", "Pc"}


@statements(
    "5, SGD",
    "The code blocks with calculations are Java.",
    correct="They are plain calculations: a name in Java can contain neither superscript digits "
    "nor the sign for a partial derivative.",
    flips=(
        Instead("W₁²", "W12"),
        Instead("∂C", "dC"),
    ),
)
def the_names_of_the_java_blocks_are_not_java() -> Readings:
    def is_name(text: str) -> bool:
        return all(unicodedata.category(letter) in JAVA_NAME for letter in text)

    return {"a name with superscript digits": is_name("W₁²"), "a derivative": is_name("∂C")}


def update_after(optimizer: Optimizer, gradients: list[float]) -> float:
    """The last update of one parameter whose gradients are these."""
    place = np.zeros(1)
    state, update = optimizer.init(place), place
    for gradient in gradients:
        update, state = optimizer.update(np.array([gradient]), state)
    return float(update[0])


@statements(
    "5, comparison",
    "m accumulates past gradients, and so keeps their direction.",
    flips=(
        in_reference("optimizers/moments", "b1 * m + (1 - b1)", "(1 - b1)", "adam"),
        in_reference("optimizers/moments", "-rate * m /", "rate * m /", "adam"),
        in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
    ),
)
def the_first_moment_keeps_the_direction_of_the_gradients_before() -> Readings:
    past, now = [1.0] * 9, [-0.5]
    return {
        "the update still goes the old way": update_after(adam(0.1), past + now) < 0,
        "without the past it turns round": update_after(adam(0.1), now) > 0,
        "the update of SGD turns round": update_after(sgd(0.1), past + now) > 0,
    }


@statements(
    "5, comparison",
    "Adam's updates are more stable than those of SGD.",
    correct="They depend less on the size of the gradient. But at a fixed learning rate they do "
    "not shrink towards zero near a minimum, as the updates of SGD do.",
    flips=(
        in_reference(
            "optimizers/moments", "-rate * m / root(v, eps_t, eps_place)", "-rate * m", "adam"
        ),
        Instead("distance(sgd(0.5))", "distance(sgd(0.01))"),
    ),
)
def adam_is_steadier_against_scale_and_not_at_a_minimum() -> Readings:
    gradients = [0.3, -0.2, 0.5, 0.4]

    def growth(optimizer: Optimizer) -> float:
        scaled = update_after(optimizer, [1000 * g for g in gradients])
        return scaled / update_after(optimizer, gradients)

    def distance(optimizer: Optimizer) -> float:
        """From the minimum of C = x^2/2, at most, in the last 10 of 40 steps from 1."""
        x, path = np.ones(1), []
        state = optimizer.init(x)
        for _ in range(40):
            update, state = optimizer.update(x, state)
            x = x + update
            path.append(abs(float(x[0])))
        return max(path[-10:])

    return {
        "gradients a thousand times as large": growth(adam(0.5)) < growth(sgd(0.5)),
        "near a minimum": distance(adam(0.5)) < distance(sgd(0.5)),
    }


@statements(
    "5, comparison",
    "Adam can deal with sparse gradients.",
    flips=in_reference(
        "optimizers/moments", "-rate * m / root(v, eps_t, eps_place)", "-rate * m", "adam"
    ),
)
def a_parameter_with_few_gradients_keeps_up_under_adam() -> Readings:
    often, seldom = [1.0] * 40, ([0.0] * 9 + [1.0]) * 4

    def share(optimizer: Optimizer) -> float:
        """How far the parameter with few gradients gets, compared with the other."""
        moved = [
            sum(update_after(optimizer, each[:n]) for n in range(1, 41)) for each in (seldom, often)
        ]
        return moved[0] / moved[1]

    return {"a gradient every tenth step": share(adam(0.1)) > 2 * share(sgd(0.1))}


@statements(
    "5, comparison",
    "The state, m and v, influences the updates that follow.",
    flips=Instead("[-3.0, *now]", "[1.0, *now]"),
)
def the_same_gradient_makes_another_update_after_another_past() -> Readings:
    now = [0.2]
    return {
        "the same gradient after other ones": not close(
            update_after(adam(0.1), [1.0, *now]), update_after(adam(0.1), [-3.0, *now])
        )
    }


@statements(
    "5, Adam",
    "eps keeps the division stable.",
    flips=Instead("[0.0]), update_after(adam(0.1, eps", "[0.1]), update_after(adam(0.1, eps"),
)
def eps_saves_a_parameter_without_a_gradient_from_a_division_by_zero() -> Readings:
    with np.errstate(invalid="ignore"):
        update = update_after(adam(0.1), [0.0]), update_after(adam(0.1, eps=0.0), [0.0])
    return {"a gradient of 0": update[0] == 0 and bool(np.isnan(update[1]))}


@statements(
    "6",
    "If the loss changes by less than a threshold, training has converged.",
    correct="Training may also be on a plateau: with a saturated sigmoid the loss hardly changes, "
    "although the output is far from its target.",
    flips=(Instead("bias=-20.0", "bias=0.2"), Instead("bias=0.1", "bias=-20.0")),
)
def a_loss_that_hardly_changes_may_be_on_a_plateau() -> Readings:
    network: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}

    def converges(target: float, bias: float) -> bool:
        hidden, output = tree_map(np.copy, PARAMS)
        start = (hidden, output._replace(bias=np.array([bias])))
        stop = StopRule(max_epochs=5000, loss_change_below=1e-4)
        inputs, targets = np.array([[2.0, 3.0, -1.0]]), np.array([[target]])
        run = train(start, inputs, targets, sgd(0.5), stop=stop, **network)
        return run.stop_reason == "loss_change_below" and run.losses[-1] < 0.05

    return {
        "this example": converges(target=1.0, bias=0.1),
        "started on a plateau": converges(target=1.0, bias=-20.0),
    }
