"""The statements of document 003, sections 4.2 and 4.3, on its update and its worked example."""

from collections.abc import Callable

import numpy as np

from crosscheck.documents.statements.derivatives import close, fits, near
from crosscheck.documents.statements.document_003_formulas import (
    ACTIVATIONS,
    LOSS,
    jacobian,
    true_grads,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.optimizers import apply_updates, sgd
from reference_numpy.params import Layer, Params

statements = Statements("003")

# The example of 4.3, with W(2) as the row that z = W a needs.
EXAMPLE_X, EXAMPLE_Y = np.array([1.0, -2.0]), np.array([1.0])
EXAMPLE: Params = (
    Layer(np.array([[1.0, -1.0], [2.0, 1.0]]), np.zeros(2)),
    Layer(np.array([[2.0, -1.0]]), np.zeros(1)),
)


@statements(
    "4.2",
    "W := W - alpha dJ/dW, for W(2) and for W(1).",
    flips=(
        in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
        in_reference(
            "gradients",
            '"half_squared_error": lambda a, y: (a - y)',
            '"half_squared_error": lambda a, y: (y - a)',
        ),
    ),
)
def both_weights_go_against_their_gradients() -> Readings:
    def loss_of(params: Params) -> float:
        outputs = forward(params, EXAMPLE_X[None], activations=ACTIVATIONS).outputs
        return float(LOSSES[LOSS](outputs, EXAMPLE_Y[None]))

    grads = true_grads(EXAMPLE, EXAMPLE_X, EXAMPLE_Y)
    new = tuple(
        Layer(layer.weight - 0.1 * grad.weight, layer.bias)
        for layer, grad in zip(EXAMPLE, grads, strict=True)
    )
    stepped = apply_updates(EXAMPLE, sgd(0.1).update(grads, sgd(0.1).init(EXAMPLE))[0])
    return {
        "a step of gradient descent": all(
            close(a.weight, b.weight) for a, b in zip(new, stepped, strict=True)
        ),
        "J falls in the example of 4.3": loss_of(new) < loss_of(EXAMPLE),
    }


@statements(
    "4.3",
    "W(2) is a column, and the document computes z(2) = W(2) a(1) as W(2)^T a(1).",
    correct="A column can be used only if it is transposed. With z = W a, as in 4.1 and as for "
    "W(1) here, W(2) must be the row [2, -1].",
    flips=(Instead("column @ a1", "column.T @ a1"), Instead("column.T @ a1", "column @ a1")),
)
def the_column_w2_must_be_transposed() -> Readings:
    column = EXAMPLE[1].weight.T
    trace = forward(EXAMPLE, EXAMPLE_X[None], activations=ACTIVATIONS)
    a1, z2 = trace.activations[1].T, trace.pre_activations[1]

    def gives_z2(product: Callable[[], np.ndarray]) -> bool:
        return fits(product) and close(product(), z2)

    return {
        "W(2) a(1), as in 4.1": gives_z2(lambda: column @ a1),
        "W(2)^T a(1), as computed": gives_z2(lambda: column.T @ a1),
    }


@statements(
    "4.3",
    "da(2)/dz(2) = a(2) (1 - a(2)) for the sigmoid.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_slope_of_the_sigmoid_follows_from_its_value() -> Readings:
    z = np.array([-3.0, -1.0, 0.0, 1.4])
    a = sigmoid(z)
    return {"either side of zero and at it": near(np.diag(jacobian(sigmoid, z)), a * (1 - a))}
