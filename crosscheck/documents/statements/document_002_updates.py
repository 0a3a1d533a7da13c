"""The statements of document 002, section 5: the updates of SGD and of Adam."""

from functools import partial
from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close
from crosscheck.documents.statements.document_002 import (
    ACTIVATIONS,
    INPUTS,
    LOSS,
    PARAMS,
    TARGETS,
    the_pass,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.optimizers import Optimizer, adam, momentum, rmsprop, sgd
from reference_numpy.params import Layer, Params, tree_map
from reference_numpy.training import StopRule, train

statements = Statements("002")

train_the_example = partial(train, PARAMS, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)


def first_update(optimizer: Optimizer) -> Layer:
    """The first update that an optimizer makes to the output layer."""
    updates: Params
    updates, _ = optimizer.update(the_pass()[2], optimizer.init(PARAMS), PARAMS)
    return updates[1]


def three_steps(optimizer: Optimizer) -> list[tuple[Params, Params, Any]]:
    """Gradient, update and state of three steps with different gradients, the state handed on."""
    state, steps = optimizer.init(PARAMS), []
    for factor in (1.0, -0.5, 2.0):
        grads = tree_map(partial(np.multiply, factor), the_pass()[2])
        updates, state = optimizer.update(grads, state, PARAMS)
        steps.append((grads, updates, state))
    return steps


@statements(
    "5, SGD",
    "W := W - eta dC/dW, b := b - eta dC/db.",
    flips=in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
)
def gradient_descent_subtracts_the_gradient() -> Readings:
    grads = the_pass()[2][1]
    update = first_update(sgd(0.1))
    return {
        "weight": close(update.weight, -0.1 * grads.weight),
        "bias": close(update.bias, -0.1 * grads.bias),
    }


@statements(
    "5, Adam",
    "Adam combines RMSprop with momentum.",
    flips=(
        in_reference("optimizers/moments", "b1 * m + (1 - b1)", "(1 - b1)", "adam"),
        in_reference("optimizers/moments", "b2 * v + (1 - b2)", "(1 - b2)", "adam"),
    ),
)
def adam_without_its_moments_is_rmsprop_and_its_m_is_a_momentum() -> Readings:
    without_momentum = adam(0.1, b1=0.0, b2=0.9, bias_correction=False)
    update, by_rmsprop, by_momentum = (
        three_steps(optimizer)[-1][1][1].weight
        for optimizer in (without_momentum, rmsprop(0.1, decay=0.9), momentum(1 - 0.9))
    )
    _, _, state = three_steps(adam(0.1))[-1]
    return {
        "with b1 = 0 it is RMSprop": close(update, by_rmsprop),
        "m is a velocity with rate 1 - b1": close(state.first_moment[1].weight, -by_momentum),
    }


@statements(
    "5, Adam",
    "m := b1 m + (1 - b1) g, from m = 0.",
    flips=in_reference("optimizers/moments", "b1 * m + (1 - b1)", "(1 - b1)", "adam"),
)
def the_first_moment_is_an_exponential_average() -> Readings:
    m, equal = np.zeros_like(PARAMS[1].weight), []
    for grads, _, state in three_steps(adam(0.1)):
        m = 0.9 * m + 0.1 * grads[1].weight
        equal.append(close(state.first_moment[1].weight, m))
    return {"three steps": all(equal)}


@statements(
    "5, Adam",
    "v := b2 v + (1 - b2) g^2, from v = 0.",
    flips=in_reference("optimizers/moments", "b2 * v + (1 - b2)", "(1 - b2)", "adam"),
)
def the_second_moment_is_an_exponential_average_of_squares() -> Readings:
    v, equal = np.zeros_like(PARAMS[1].weight), []
    for grads, _, state in three_steps(adam(0.1)):
        v = 0.999 * v + 0.001 * grads[1].weight ** 2
        equal.append(close(state.second_moment[1].weight, v))
    return {"three steps": all(equal)}


@statements(
    "5, Adam",
    "Adam's update is W := W - rate m / (sqrt(v) + eps).",
    correct="As published, Adam first divides m by 1 - b1^t and v by 1 - b2^t. Without this "
    "correction the first step is sqrt(10) times as long (0.316 instead of 0.1).",
    flips=Instead("m / (np.sqrt(v) + 1e-8)", "m / (1 - 0.9) / (np.sqrt(v / (1 - 0.999)) + 1e-8)"),
)
def adam_as_published_corrects_the_bias() -> Readings:
    _, state = adam(0.1).update(the_pass()[2], adam(0.1).init(PARAMS))
    m, v = state.first_moment[1].weight, state.second_moment[1].weight
    printed = -0.1 * m / (np.sqrt(v) + 1e-8)
    return {"Kingma and Ba, algorithm 1": close(printed, first_update(adam(0.1)).weight)}


@statements(
    "5, Adam",
    "The results printed for Adam follow from the formula printed above them.",
    correct="They lack the division by sqrt(v): the formula gives 0.816, 0.516 and 0.416.",
    flips=Instead("(0.5003, 0.2006, 0.1021)", "(0.8162, 0.5162, 0.4162)"),
)
def the_adam_results_do_not_follow_from_their_formula() -> Readings:
    printed_gradients = np.array([-0.0287, -0.0572, -0.199])
    m, v = 0.1 * printed_gradients, 0.001 * printed_gradients**2
    by_formula = np.array([0.5, 0.2, 0.1]) - 0.1 * m / (np.sqrt(v) + 1e-8)
    half_a_unit = 0.00005
    return {
        name: bool(abs(value - printed) <= half_a_unit)
        for name, value, printed in zip(
            ("W1", "W2", "b"), by_formula, (0.5003, 0.2006, 0.1021), strict=True
        )
    }


@statements(
    "5, comparison",
    "Adam's updates are smaller than those of SGD.",
    correct="In this step they are larger: 0.316 by the document's formula and 0.1 as published, "
    "while the updates of SGD are 0.0058, 0.0114 and 0.0199. The claim rests on the wrong results "
    "printed above.",
    flips=Instead("sgd(0.1)", "sgd(100.0)"),
)
def the_first_adam_step_is_the_longer_one() -> Readings:
    def any_is_smaller(optimizer: Optimizer) -> bool:
        pairs = zip(first_update(optimizer), first_update(sgd(0.1)), strict=True)
        return any(bool(np.any(abs(step) < abs(plain))) for step, plain in pairs)

    return {
        "by the document's formula": any_is_smaller(adam(0.1, bias_correction=False)),
        "as published": any_is_smaller(adam(0.1)),
    }


@statements(
    "5, comparison",
    "Adam keeps two more numbers for every parameter, m and v.",
    flips=(
        in_reference(
            "optimizers/moments",
            "m, v = tree_map(np.zeros_like, params)",
            "m, v = tree_map(np.sum, params)",
            "two_moments",
        ),
        in_reference(
            "optimizers/moments",
            ", tree_map(np.zeros_like, params)",
            ", tree_map(np.sum, params)",
            "two_moments",
        ),
    ),
)
def adam_has_two_moments_of_the_shape_of_the_parameters() -> Readings:
    state = adam(0.1).init(PARAMS)
    return {
        field: all(
            kept.shape == leaf.shape
            for own, layer in zip(getattr(state, field), PARAMS, strict=True)
            for kept, leaf in zip(own, layer, strict=True)
        )
        for field in ("first_moment", "second_moment")
    }


@statements(
    "5, comparison",
    "The second moment gives every parameter a learning rate of its own.",
    flips=in_reference(
        "optimizers/moments", "-rate * m / root(v, eps_t, eps_place)", "-rate * m", "adam"
    ),
)
def the_first_adam_steps_are_equally_long_whatever_the_gradient() -> Readings:
    grads, step = the_pass()[2][1], first_update(adam(0.1))
    rates = -step.weight / grads.weight
    return {"the two weights move at different rates": not close(rates[0, 0], rates[0, 1])}


@statements(
    "5, comparison",
    "Adam usually converges faster.",
    correct="This depends on the learning rates. In this example, if both rates are 0.1, Adam is "
    "the first to reach a loss of 0.01; if the rate of SGD is 10, SGD is the first.",
    flips=(
        Instead("sgd(10.0)", "sgd(1.0)"),
        Instead("epochs(adam(0.1)) < epochs(sgd(0.1))", "epochs(adam(1e-4)) < epochs(sgd(0.1))"),
    ),
)
def which_optimizer_is_faster_depends_on_the_rate() -> Readings:
    def epochs(optimizer: Optimizer) -> int:
        stop = StopRule(max_epochs=2000, loss_below=0.01)
        return len(train_the_example(optimizer, stop=stop).losses)

    return {
        "at the same rate": epochs(adam(0.1)) < epochs(sgd(0.1)),
        "against SGD at a rate of 10": epochs(adam(0.1)) < epochs(sgd(10.0)),
    }
