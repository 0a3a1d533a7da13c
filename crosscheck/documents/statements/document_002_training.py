"""The statements of document 002, section 6: the training iteration, and when it stops."""

import numpy as np

from crosscheck.documents.statements.document_002 import (
    ACTIVATIONS,
    INPUTS,
    LOSS,
    PARAMS,
    TARGETS,
    the_pass,
)
from crosscheck.documents.statements.document_002_updates import first_update, train_the_example
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.optimizers import apply_updates, sgd
from reference_numpy.params import Params
from reference_numpy.training import StopRule

statements = Statements("002")


def loss_of(params: Params) -> float:
    """The example's loss with other parameters."""
    value, _ = value_and_grad(params, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
    return float(value)


@statements(
    "6",
    "If the hidden layer is not updated, its activations do not change.",
    flips=Instead("(PARAMS[0], ", "(PARAMS[0]._replace(bias=PARAMS[0].bias + 0.1), "),
)
def an_untouched_layer_gives_the_same_activations() -> Readings:
    trace = the_pass()[0]
    moved = (PARAMS[0], apply_updates((PARAMS[1],), (first_update(sgd(0.1)),))[0])
    again = forward(moved, INPUTS, activations=ACTIVATIONS)
    return {"hidden activations": np.array_equal(trace.activations[1], again.activations[1])}


@statements(
    "6",
    "Updating the output layer alone is one complete training iteration.",
    correct="The hidden layer has a gradient too, and it is not zero, but only 3 of the 11 "
    "parameters were updated. The algorithm that the document prints below updates all of them.",
    flips=Instead("updated = (1,)", "updated = (0, 1)"),
)
def a_complete_iteration_updates_the_hidden_layer_too() -> Readings:
    updated = (1,)  # the output layer
    left = [grad for layer, grad in enumerate(the_pass()[2]) if layer not in updated]
    return {"nothing is left to update": not any(leaf.any() for layer in left for leaf in layer)}


@statements(
    "6",
    "The loss falls with this update, so the update was effective.",
    flips=in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
)
def one_sgd_step_on_the_output_layer_lowers_the_loss() -> Readings:
    moved = (PARAMS[0], apply_updates((PARAMS[1],), (first_update(sgd(0.1)),))[0])
    return {"true loss": loss_of(moved) < loss_of(PARAMS)}


@statements(
    "6",
    "Training repeats forward, loss, backward, update until a stop condition holds.",
    flips=(
        in_reference("training", 'return "loss_below"', "pass"),
        in_reference("training", 'return "loss_change_below"', "pass"),
        in_reference("training", 'return "max_epochs"', 'return "loss_below"'),
    ),
)
def the_loop_ends_by_each_of_the_three_conditions() -> Readings:
    rules = {
        "max_epochs": StopRule(max_epochs=7),
        "loss_below": StopRule(max_epochs=200, loss_below=0.1),
        "loss_change_below": StopRule(max_epochs=200, loss_change_below=1e-4),
    }
    return {
        name: train_the_example(sgd(0.1), stop=rule).stop_reason == name
        for name, rule in rules.items()
    }


@statements(
    "6",
    "The loss falls a little with every iteration.",
    correct="In this example it does. In general it does so only if the learning rate is small "
    "enough: at a rate of 1, gradient descent on C = 3x^2/2 doubles the size of x at every step.",
    flips=(
        Instead("sgd(1.0).update", "sgd(0.1).update"),
        Instead("train_the_example(sgd(0.1)", "train_the_example(sgd(1000.0)"),
    ),
)
def the_loss_falls_every_time_only_for_a_small_rate() -> Readings:
    losses = train_the_example(sgd(0.1), stop=StopRule(max_epochs=300)).losses
    x = np.array([1.0])
    moved = x + sgd(1.0).update(3 * x, sgd(1.0).init(x))[0]
    return {
        "this example, 300 iterations": bool(np.all(np.diff(losses) < 0)),
        "C = 3x^2/2 at a rate of 1": bool(np.all(3 * moved**2 / 2 < 3 * x**2 / 2)),
    }


# The chart's decisions and where they lead; None is that no condition holds.
AFTER_THE_UPDATE = "F"
CONDITIONS = ("max_epochs", "loss_below", "loss_change_below")
DECISIONS: dict[str, dict[str | None, str]] = {
    "F": {**dict.fromkeys(CONDITIONS, "H"), None: "G"},
    "G": {**dict.fromkeys(CONDITIONS, "H"), None: "B"},
}

RULES = {
    "max_epochs": StopRule(max_epochs=40),
    "loss_below": StopRule(max_epochs=40, loss_below=0.25),
    "loss_change_below": StopRule(max_epochs=40, loss_change_below=2e-3),
}


def follow_the_chart(rule: StopRule) -> tuple[str | None, str]:
    """By which condition the training of the example ends, and at which decision of the chart."""
    params, decision = PARAMS, ""
    losses: tuple[float, ...] = ()
    box = "B"
    while box != "H":
        if box == "B":  # to E
            value, grads = value_and_grad(
                params, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS
            )
            params = apply_updates(params, sgd(0.1).update(grads, sgd(0.1).init(params))[0])
            losses += (float(value),)
            box = AFTER_THE_UPDATE
        else:
            decision, box = box, DECISIONS[box][rule.reason(losses)]
    return rule.reason(losses), decision


@statements(
    "6, flow chart",
    "Each of the three conditions ends the loop of the flow chart.",
    flips=(
        in_reference("training", 'return "loss_below"', "pass"),
        in_reference("training", 'return "loss_change_below"', "pass"),
        in_reference("training", 'return "max_epochs"', 'return "loss_below"'),
    ),
)
def the_loop_of_the_chart_ends_by_each_condition() -> Readings:
    return {condition: follow_the_chart(rule)[0] == condition for condition, rule in RULES.items()}


@statements(
    "6, flow chart",
    "If the check finds that no stop condition is met, a second check of the conditions follows, "
    "and this one can end the training.",
    correct="One check is enough: if the first check finds that no condition is met, so does the "
    "second, which therefore never ends the training.",
    flips=Instead('"F"', '"G"', within="AFTER_THE_UPDATE"),
)
def the_second_check_of_the_flow_chart_never_stops() -> Readings:
    return {condition: follow_the_chart(rule)[1] == "G" for condition, rule in RULES.items()}
