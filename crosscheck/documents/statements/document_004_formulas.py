"""The statements of document 004, sections 3.4 to 3.7: loss, errors and update."""

from functools import partial

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits
from crosscheck.documents.statements.document_004_model import (
    ACTIVATIONS,
    INPUTS,
    LOSS,
    PARAMS,
    SIZES,
    TARGETS,
    TRACE,
    backpropagate,
    loss_of,
    true_deltas,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.optimizers import Optimizer, adam, apply_updates, sgd
from reference_numpy.params import Params, tree_map

statements = Statements("004")


@statements(
    "3.4",
    "A forward and a backward pass are needed to compute the value of the loss.",
    correct="The forward pass is enough; the backward pass gives the gradient.",
    flips=in_reference(
        "gradients",
        "LOSSES[loss](trace.outputs, targets, weights=factors), tuple",
        "2 * LOSSES[loss](trace.outputs, targets, weights=factors), tuple",
    ),
)
def the_forward_pass_gives_the_loss() -> Readings:
    from_forward_pass = LOSSES[LOSS](TRACE.outputs, TARGETS)
    return {
        "without a backward pass it is not found": not close(from_forward_pass, loss_of(PARAMS))
    }


@statements(
    "3.4",
    "The squared error is J = 1/m sum_i (prediction_i - y_i).",
    correct="The square is missing. Without it J is lowest for predictions that are far too low.",
    flips=Instead("sum(prediction - y)", "sum((prediction - y) ** 2)"),
)
def the_squared_error_of_3_4_is_not_squared() -> Readings:
    prediction, y = TRACE.outputs[:, 0], TARGETS[:, 0]

    def printed(prediction: np.ndarray) -> float:
        return float(sum(prediction - y) / len(y))

    return {
        "it is the C of 2.1.5": close(printed(prediction), np.mean((prediction - y) ** 2)),
        "it is lowest where the predictions are right": printed(y) <= printed(y - 1),
    }


@statements(
    "3.5",
    "The error of the output layer is D sigma'(Z[L]) * (prediction - y), where D is the number of "
    "outputs.",
    correct="The factor D is wrong: for the squared error of one sample it must be 2, and for "
    "half the squared error it must be 1. For E the error is prediction - y alone. The number of "
    "outputs plays no part.",
    flips=(
        Instead("d * a * (1 - a)", "2 * a * (1 - a)"),
        Instead("d * a * (1 - a)", "a * (1 - a)"),
        Instead("d * a * (1 - a) *", "1 *"),
    ),
)
def the_number_of_outputs_is_no_factor_of_the_error() -> Readings:
    a, d = TRACE.outputs[0], SIZES[-1]  # 3: with two outputs D would pass as the 2 of the square
    printed = d * a * (1 - a) * (a - TARGETS[0])
    return {
        "the squared error C of 2.1.5": close(printed, true_deltas("squared_error")[-1]),
        "half the squared error": close(printed, true_deltas("half_squared_error")[-1]),
        "E of 2.1.6": close(printed, true_deltas("binary_cross_entropy")[-1]),
    }


@statements(
    "3.5",
    "The error of a hidden layer is (delta^(l+1))^T w[l] * sigma'(Z[l]).",
    correct="The weights must be those of the next layer: ((W[l+1])^T delta^(l+1)) * sigma'(Z[l]).",
    flips=Instead("PARAMS[layer].weight", "PARAMS[layer + 1].weight"),
)
def the_error_comes_through_the_weights_of_the_layer_above() -> Readings:
    errors, slopes = true_deltas(LOSS), [a[0] * (1 - a[0]) for a in TRACE.activations[1:]]

    def printed(layer: int) -> np.ndarray:
        return np.asarray(errors[layer + 1].T @ PARAMS[layer].weight * slopes[layer])

    return {
        f"with w[{layer + 1}], as printed": fits(partial(printed, layer))
        and close(printed(layer), errors[layer])
        for layer in (0, 1)
    }


@statements(
    "3.5",
    "Backpropagation computes the errors delta and adjusts the parameters by them.",
    correct="Only the biases are adjusted by delta: dC/db = delta. The formula for the weights is "
    "missing: dC/dW = delta a^T, where a is the output of the previous layer.",
    flips=(
        Instead("np.outer(d, np.ones_like(a))", "np.outer(d, a)"),
        in_reference("gradients", "delta.sum(axis=0, out=bias)", "2 * delta.sum(axis=0)"),
    ),
)
def the_errors_are_not_yet_the_gradient_of_the_weights() -> Readings:
    _, grads = value_and_grad(PARAMS, INPUTS[:1], TARGETS[:1], activations=ACTIVATIONS, loss=LOSS)
    below = [a[0] for a in TRACE.activations[:-1]]
    layers = list(zip(true_deltas(LOSS), below, grads, strict=True))
    return {
        "they are the derivatives with respect to the biases": all(
            close(d, g.bias) for d, _, g in layers
        ),
        "they are the derivatives with respect to the weights": all(
            close(np.outer(d, np.ones_like(a)), g.weight) for d, a, g in layers
        ),
    }


def shrinks_in_proportion(before: Params, after: Params, by: Params) -> bool:
    """Whether `before` - `after` is one and the same multiple of `by` for all weights."""
    ratios = tree_map(lambda old, new, amount: (old - new) / amount, before, after, by)
    ratio = ratios[0].weight[0, 0]
    # 1e-9: the difference of old and new loses some digits.
    return all(np.allclose(layer.weight, ratio, rtol=1e-9) for layer in ratios)


@statements(
    "3.6",
    "Gradient descent or another algorithm reduces the partial derivatives in proportion.",
    correct="It reduces the parameters, in proportion to their derivatives. And only gradient "
    "descent does this: other algorithms scale each derivative differently.",
    flips=Instead(
        "grads, backpropagate(stepped(optimizer))[1], by=grads",
        "PARAMS, stepped(optimizer), by=optimizer.update(grads, optimizer.init(PARAMS))[0]",
    ),
)
def the_parameters_are_reduced_and_not_their_derivatives() -> Readings:
    grads = backpropagate(PARAMS)[1]

    def stepped(optimizer: Optimizer) -> Params:
        updates, _ = optimizer.update(grads, optimizer.init(PARAMS))
        new: Params = apply_updates(PARAMS, updates)
        return new

    return {
        f"the derivatives are reduced, by {name}": shrinks_in_proportion(
            grads, backpropagate(stepped(optimizer))[1], by=grads
        )
        for name, optimizer in (("gradient descent", sgd(0.5)), ("Adam", adam(0.5)))
    }


LISTED = "forward pass, loss, backpropagation, update"  # of the parameters


@statements(
    "3.7",
    "The algorithm has three key steps: forward pass, loss, backpropagation, update.",
    correct="The list has four steps. There are three if the update belongs to backpropagation, "
    "as the third step says; but then the fourth is one too many.",
    flips=(
        Instead("backpropagation, update", "backpropagation", within="LISTED"),
        Instead("forward pass, loss", "loss", within="LISTED"),
    ),
)
def the_three_steps_are_four_as_listed() -> Readings:
    listed = LISTED.split(", ")
    without_the_fourth = [step for step in listed if step != "update"]
    return {
        "as listed": len(listed) == 3,
        "the update counted with the third": len(without_the_fourth) == 3,
    }


@statements(
    "3.7",
    "Backpropagation, the third step, adjusts the parameters, and the fourth step updates them.",
    correct="They must be updated once, in the fourth step; the third step ends with the "
    "gradient. If both steps update them, every update is twice as long.",
    flips=Instead("third_step(third_step(PARAMS))", "third_step(PARAMS)"),
)
def the_parameters_are_updated_in_two_places() -> Readings:
    grads = backpropagate(PARAMS)[1]

    def third_step(params: Params) -> Params:
        updates, _ = sgd(0.5).update(grads, sgd(0.5).init(params))
        adjusted: Params = apply_updates(params, updates)
        return adjusted

    once, as_written = third_step(PARAMS), third_step(third_step(PARAMS))
    return {
        "one step of gradient descent": all(
            close(a.weight, b.weight) for a, b in zip(as_written, once, strict=True)
        )
    }
