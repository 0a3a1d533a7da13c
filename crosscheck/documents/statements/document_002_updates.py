"""The statements of document 002 on its updates: SGD, Adam, and when to stop."""

from functools import partial

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
from crosscheck.documents.statements.statement import Readings, Statements
from reference_numpy.gradients import value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.optimizers import Optimizer, adam, apply_updates, momentum, rmsprop, sgd
from reference_numpy.params import Layer, Params
from reference_numpy.training import StopRule, train

statements = Statements("002")

train_the_example = partial(train, PARAMS, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)


def loss_of(params: Params) -> float:
    """The example's loss with other parameters."""
    value, _ = value_and_grad(params, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
    return float(value)


def first_update(optimizer: Optimizer) -> Layer:
    """The first update that an optimizer makes to the output layer."""
    updates: Params
    updates, _ = optimizer.update(the_pass()[2], optimizer.init(PARAMS), PARAMS)
    return updates[1]


@statements("5, SGD", "W := W - eta dC/dW, b := b - eta dC/db.")
def gradient_descent_subtracts_the_gradient() -> Readings:
    grads = the_pass()[2][1]
    update = first_update(sgd(0.1))
    return {
        "weight": close(update.weight, -0.1 * grads.weight),
        "bias": close(update.bias, -0.1 * grads.bias),
    }


@statements("5, Adam", "Adam combines RMSprop with momentum.")
def adam_without_its_moments_is_rmsprop_and_its_m_is_a_momentum() -> Readings:
    grads = the_pass()[2]
    own = adam(0.1, b1=0.0, b2=0.9, bias_correction=False)
    _, state = adam(0.1, b1=0.9).update(grads, adam(0.1).init(PARAMS))
    velocity, _ = momentum(1 - 0.9, momentum=0.9).update(grads, momentum(0.1).init(PARAMS))
    return {
        "with b1 = 0 it is RMSprop": close(
            first_update(own).weight, first_update(rmsprop(0.1, decay=0.9)).weight
        ),
        "m is a velocity with rate 1 - b1": close(
            state.first_moment[1].weight, -velocity[1].weight
        ),
    }


@statements("5, Adam", "m := b1 m + (1 - b1) g, from m = 0.")
def the_first_moment_is_an_exponential_average() -> Readings:
    grads = the_pass()[2]
    _, state = adam(0.1).update(grads, adam(0.1).init(PARAMS))
    return {"first step": close(state.first_moment[1].weight, 0.1 * grads[1].weight)}


@statements("5, Adam", "v := b2 v + (1 - b2) g^2, from v = 0.")
def the_second_moment_is_an_exponential_average_of_squares() -> Readings:
    grads = the_pass()[2]
    _, state = adam(0.1).update(grads, adam(0.1).init(PARAMS))
    return {"first step": close(state.second_moment[1].weight, 0.001 * grads[1].weight ** 2)}


@statements(
    "5, Adam",
    "Adam's update is W := W - rate m / (sqrt(v) + eps).",
    correct="As published, m and v are first divided by 1 - b1^t and 1 - b2^t; without that the "
    "first step is sqrt(10) times longer (0.316 in place of 0.1).",
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
    correct="On this step they are larger: 0.316 by the document's formula, 0.1 as published, "
    "against 0.0058, 0.0114 and 0.0199 of SGD. The claim rests on the wrong results printed above.",
)
def the_first_adam_step_is_the_longer_one() -> Readings:
    def any_is_smaller(optimizer: Optimizer) -> bool:
        pairs = zip(first_update(optimizer), first_update(sgd(0.1)), strict=True)
        return any(bool(np.any(abs(step) < abs(plain))) for step, plain in pairs)

    return {
        "by the document's formula": any_is_smaller(adam(0.1, bias_correction=False)),
        "as published": any_is_smaller(adam(0.1)),
    }


@statements("5, comparison", "Adam keeps two more numbers for every parameter, m and v.")
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


@statements("5, comparison", "The second moment gives every parameter a learning rate of its own.")
def the_first_adam_steps_are_equally_long_whatever_the_gradient() -> Readings:
    grads, step = the_pass()[2][1], first_update(adam(0.1))
    rates = -step.weight / grads.weight
    return {"the two weights move at different rates": not close(rates[0, 0], rates[0, 1])}


@statements(
    "5, comparison",
    "Adam usually converges faster.",
    correct="Not a property of the method: on this example it reaches a loss of 0.01 first at the "
    "same rate of 0.1, and SGD does once its rate is 10.",
)
def which_optimizer_is_faster_depends_on_the_rate() -> Readings:
    def epochs(optimizer: Optimizer) -> int:
        stop = StopRule(max_epochs=2000, loss_below=0.01)
        return len(train_the_example(optimizer, stop=stop).losses)

    return {
        "at the same rate": epochs(adam(0.1)) < epochs(sgd(0.1)),
        "against SGD at a rate of 10": epochs(adam(0.1)) < epochs(sgd(10.0)),
    }


@statements("6", "Leaving the hidden layer as it was leaves its activations as they were.")
def an_untouched_layer_gives_the_same_activations() -> Readings:
    trace = the_pass()[0]
    moved = (PARAMS[0], apply_updates((PARAMS[1],), (first_update(sgd(0.1)),))[0])
    again = forward(moved, INPUTS, activations=ACTIVATIONS)
    return {"hidden activations": np.array_equal(trace.activations[1], again.activations[1])}


@statements(
    "6",
    "Updating the output layer alone is one complete training iteration.",
    correct="The hidden layer has a gradient too, and it is not zero: 3 of 11 parameters were "
    "updated. The algorithm printed below it updates them all.",
)
def a_complete_iteration_updates_the_hidden_layer_too() -> Readings:
    grads = the_pass()[2]
    return {"nothing is left to update": all(not leaf.any() for leaf in grads[0])}


@statements("6", "The loss falls with this update, so the update was effective.")
def one_sgd_step_on_the_output_layer_lowers_the_loss() -> Readings:
    moved = (PARAMS[0], apply_updates((PARAMS[1],), (first_update(sgd(0.1)),))[0])
    return {"true loss": loss_of(moved) < loss_of(PARAMS)}


@statements("6", "Training repeats forward, loss, backward, update until a stop condition holds.")
def the_loop_ends_by_each_of_the_three_conditions() -> Readings:
    rules = {
        "max_epochs": StopRule(max_epochs=7),
        "loss_below": StopRule(max_epochs=5000, loss_below=0.1),
        "loss_change_below": StopRule(max_epochs=5000, loss_change_below=1e-4),
    }
    return {
        name: train_the_example(sgd(0.1), stop=rule).stop_reason == name
        for name, rule in rules.items()
    }


@statements(
    "6",
    "The loss falls a little with every iteration.",
    correct="On this example it does; in general only for a small enough rate: gradient descent on "
    "C = 3x^2/2 at a rate of 1 doubles x with every step.",
)
def the_loss_falls_every_time_only_for_a_small_rate() -> Readings:
    losses = train_the_example(sgd(0.1), stop=StopRule(max_epochs=300)).losses
    x = np.array([1.0])
    moved = x + sgd(1.0).update(3 * x, sgd(1.0).init(x))[0]
    return {
        "this example, 300 iterations": bool(np.all(np.diff(losses) < 0)),
        "C = 3x^2/2 at a rate of 1": bool(np.all(3 * moved**2 / 2 < 3 * x**2 / 2)),
    }


def losses_of_the_flow_chart(rule: StopRule) -> tuple[tuple[float, ...], set[str]]:
    """The losses until a question of the chart ends the training, and which question that was."""
    losses: tuple[float, ...] = ()
    theta, ended_by = PARAMS, set()
    while not ended_by:
        value, grads = value_and_grad(theta, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
        theta = apply_updates(theta, sgd(0.1).update(grads, sgd(0.1).init(theta))[0])
        losses += (float(value),)
        for question in ("F: check the stop conditions", "G: which of them holds"):
            if rule.reason(losses) is not None and not ended_by:
                ended_by.add(question)
    return losses, ended_by


THREE_CONDITIONS = {
    "the limit of iterations": StopRule(max_epochs=7),
    "a loss below a threshold": StopRule(max_epochs=5000, loss_below=0.1),
    "a change of the loss below a threshold": StopRule(max_epochs=5000, loss_change_below=1e-4),
}


@statements("6, flow chart", "The chart's loop ends by each of the three conditions.")
def the_loop_of_the_chart_ends_when_a_condition_holds() -> Readings:
    def ends_in_time(rule: StopRule) -> bool:
        losses, _ = losses_of_the_flow_chart(rule)
        return rule.reason(losses) is not None and rule.reason(losses[:-1]) is None

    return {name: ends_in_time(rule) for name, rule in THREE_CONDITIONS.items()}


@statements(
    "6, flow chart",
    "Where the check found no stop condition, they are asked for once more, and this second "
    "question can end the training.",
    correct="One check is enough: after one that found none, the exits of the second are never "
    "taken.",
)
def the_second_check_of_the_flow_chart_never_stops() -> Readings:
    second = "G: which of them holds"
    return {
        name: losses_of_the_flow_chart(rule)[1] == {second}
        for name, rule in THREE_CONDITIONS.items()
    }
