"""The statements of document 000 on its arrows: what the sign and the size of a gradient mean."""

import numpy as np

from crosscheck.documents.statements.document_000 import GRADS, PARAMS, loss_of, raised
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.optimizers import sgd

statements = Statements("000")


def losses_when_raised(sign: int) -> list[tuple[float, float]]:
    """C before and after a parameter is raised, for each one whose gradient has this sign."""
    return [
        (loss_of(PARAMS), loss_of(raised(PARAMS, layer, field, place, 1e-4)))
        for layer in range(2)
        for field in ("weight", "bias")
        for place in np.ndindex(getattr(PARAMS[layer], field).shape)
        if np.sign(getattr(GRADS[layer], field)[place]) == sign
    ]


@statements(
    "目的",
    "A red arrow means that the gradient is negative: if this parameter grows, the loss rises, so "
    "make it smaller.",
    correct="If the gradient is negative, the loss falls as the parameter grows, so make it "
    "larger. (The sentence is true of the negative gradient.)",
    flips=Instead("losses_when_raised(-1)", "losses_when_raised(+1)"),
)
def where_the_gradient_is_negative_the_loss_falls_as_the_parameter_grows() -> Readings:
    losses = losses_when_raised(-1)
    return {"gradient as dC/dw": bool(losses) and all(after > before for before, after in losses)}


@statements(
    "目的",
    "A blue arrow means that the gradient is positive: if this parameter is made larger, the loss "
    "falls.",
    correct="If the gradient is positive, the loss rises as the parameter grows, so make it "
    "smaller. (The sentence is true of the negative gradient.)",
    flips=Instead("losses_when_raised(+1)", "losses_when_raised(-1)"),
)
def where_the_gradient_is_positive_the_loss_rises_as_the_parameter_grows() -> Readings:
    losses = losses_when_raised(+1)
    return {"gradient as dC/dw": bool(losses) and all(after < before for before, after in losses)}


@statements(
    "目的",
    "A longer arrow means a larger gradient, so this parameter should change more.",
    flips=in_reference("optimizers/descent", "-rate * g", "-rate * np.sign(g)", "sgd"),
)
def a_larger_gradient_makes_a_larger_update() -> Readings:
    updates, _ = sgd(0.1).update(GRADS, sgd(0.1).init(PARAMS))
    orders = [np.argsort(abs(tree[1].weight), axis=None) for tree in (GRADS, updates)]
    return {"by the update rule given below": bool(np.all(orders[0] == orders[1]))}
