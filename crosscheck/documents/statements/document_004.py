"""The statements of document 004, sections 1 and 2: definitions, and backpropagation in steps."""

from typing import Any

import numpy as np

from crosscheck.documents.statements import (
    document_004_code,
    document_004_code_training,
    document_004_formulas,
    document_004_model,
    document_004_notation,
    document_004_process,
    document_004_terms,
)
from crosscheck.documents.statements.derivatives import close, near, numeric
from crosscheck.documents.statements.document_004_model import (
    ACTIVATIONS,
    INPUTS,
    LOSS,
    PARAMS,
    TARGETS,
    backpropagate,
    loss_of,
    step,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import ACTIVATIONS as ACTIVATION
from reference_numpy.optimizers import OPTIMIZERS, adam, apply_updates, sgd
from reference_numpy.params import Layer
from reference_numpy.training import StopRule, train

statements = Statements("004")

WEIGHT = PARAMS[0].weight
COMMON = ("sigmoid", "tanh", "relu", "softmax")  # the activation functions that 2.1.3 names


def same(a: Layer, b: Layer) -> bool:
    return close(a.weight, b.weight) and close(a.bias, b.bias)


@statements(
    "1",
    "Backpropagation is an iterative optimisation algorithm.",
    correct="Backpropagation computes the gradient once. An optimisation algorithm, such as "
    "gradient descent, uses the gradient to update the parameters, and repeats this.",
    flips=(
        in_reference(
            "optimizers/moments", "-rate * m / root(v, eps_t, eps_place)", "-rate * m", "adam"
        ),
        in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
    ),
)
def backpropagation_gives_a_gradient_and_leaves_the_update_open() -> Readings:
    before, grads = backpropagate(PARAMS)
    by_sgd, by_adam = (
        apply_updates(PARAMS, optimizer.update(grads, optimizer.init(PARAMS))[0])
        for optimizer in (sgd(0.1), adam(0.1))
    )
    return {
        "by itself: its gradient leaves one update only": all(map(same, by_sgd, by_adam)),
        "with gradient descent: the loss falls": loss_of(by_sgd) < before,
    }


@statements(
    "1",
    "Backpropagation uses the chain rule to compute the partial derivative of the loss with "
    "respect to every parameter.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def backpropagation_gives_every_partial_derivative() -> Readings:
    _, grads = backpropagate(PARAMS)

    def slopes(layer: int, field: str) -> np.ndarray:
        def loss(leaf: np.ndarray) -> float:
            changed = PARAMS[layer]._replace(**{field: leaf})
            return loss_of((*PARAMS[:layer], changed, *PARAMS[layer + 1 :]))

        return numeric(loss, getattr(PARAMS[layer], field))

    return {
        f"of layer {layer + 1}": near(grads[layer].weight, slopes(layer, "weight"))
        and near(grads[layer].bias, slopes(layer, "bias"))
        for layer in range(len(PARAMS))
    }


@statements(
    "1",
    "Training needs the derivative of each parameter with respect to the loss.",
    correct="Training needs the derivative of the loss with respect to each parameter, as the "
    "same sentence says further on. Section 2.1.5 and the docstring of train() also have this the "
    "wrong way round.",
    flips=Instead("1e-6 / of_loss / grad", "of_loss / 1e-6 / grad"),
)
def the_gradient_is_the_change_of_the_loss_per_change_of_a_parameter() -> Readings:
    grad = backpropagate(PARAMS)[1][0].weight[1, 2]
    change = np.zeros_like(WEIGHT)
    change[1, 2] = 1e-6
    changed = (PARAMS[0]._replace(weight=WEIGHT + change), *PARAMS[1:])
    of_loss = loss_of(changed) - loss_of(PARAMS)

    # 1e-4: a one-sided difference over 1e-6 is good to some five digits here.
    return {"change of the parameter over that of the loss": abs(1e-6 / of_loss / grad - 1) < 1e-4}


@statements(
    "1",
    "Parameters are updated in the direction of the derivative, so that the loss falls.",
    correct="They must be updated in the opposite direction, as 2.1.4 says: in the direction of "
    "the derivative the loss rises.",
    flips=Instead("-0.1", "0.1"),
)
def the_loss_falls_against_the_gradient() -> Readings:
    before, grads = backpropagate(PARAMS)
    along = loss_of(step(PARAMS, grads, -0.1))
    return {"the loss falls in the direction of the derivative": along < before}


@statements(
    "2.1.3",
    "An activation function is recursive.",
    correct="It is an explicit function of its input; none of the functions that the document "
    "names is defined in terms of itself.",
    flips=(
        in_reference("activations", "1 / (1 + np.exp(-z))", "1 / (1 + np.exp(z))", "sigmoid"),
        in_reference("activations", "np.tanh(z)", "np.tanh(2 * z)", "tanh"),
        in_reference("activations", "np.maximum(z, 0)", "np.maximum(z, -1)", "relu"),
        in_reference(
            "activations", "powers / powers.sum(axis=-1, keepdims=True)", "powers", "softmax"
        ),
    ),
)
def activation_functions_have_explicit_formulas() -> Readings:
    explicit = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
        "relu": lambda z: z * (z > 0),
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
    }
    z = np.array([-2.0, -0.5, 0.0, 1.5])
    return {
        f"{name}: no formula gives it without recursion": not close(
            explicit[name](z), ACTIVATION[name](z)
        )
        for name in COMMON
    }


@statements(
    "2.1.3",
    "Activation functions (sigmoid, tanh, ReLU, softmax) are not linear.",
    flips=(
        in_reference("activations", "1 / (1 + np.exp(-z))", "z / 4 + 0.5", "sigmoid"),
        in_reference("activations", "np.tanh(z)", "z", "tanh"),
        in_reference("activations", "np.maximum(z, 0)", "z", "relu"),
        in_reference("activations", "powers / powers.sum(axis=-1, keepdims=True)", "z", "softmax"),
    ),
)
def the_common_activation_functions_are_not_linear() -> Readings:
    u, v = np.array([-2.0, 0.3, 1.0]), np.array([1.0, -0.4, 2.5])
    # Linear or affine, a function would take the middle of two inputs to the middle of its values.
    return {
        name: not close(
            ACTIVATION[name]((u + v) / 2), (ACTIVATION[name](u) + ACTIVATION[name](v)) / 2
        )
        for name in COMMON
    }


@statements(
    "2.1.4",
    "Gradient descent, which goes against the gradient, finds both minima and maxima.",
    correct="Steps against the gradient never come nearer to a maximum; only if they start "
    "exactly at a maximum do they stay there. To find a maximum, one must go along the gradient.",
    flips=Instead("t - 0.5", "t + 0.5"),
)
def gradient_descent_finds_no_maximum() -> Readings:
    # Around the sine's maximum at pi/2, and not on it.
    starts = np.array([-1.5, 0.0, 1.5, 1.57, 1.58, 3.0])
    t = starts
    for _ in range(200):
        t = t - 0.5 * np.cos(t)
    nearer = abs(t - np.pi / 2) < abs(starts - np.pi / 2)
    return {"some start comes nearer to the maximum": bool(np.any(nearer))}


@statements(
    "2.1.4",
    "Stochastic gradient descent, momentum, Adagrad, RMSprop and Adam are variants of gradient "
    "descent.",
    flips=(
        in_reference(
            "gradients", '"squared_error": lambda a, y: 2', '"squared_error": lambda a, y: -2'
        ),
        Instead("batch_size=1", "batch_size=None"),
    ),
)
def every_variant_uses_the_gradient_to_lower_the_loss() -> Readings:
    network: dict[str, Any] = {"activations": ACTIVATIONS, "loss": LOSS, "stop": StopRule(10)}

    def falls(name: str, batch_size: int | None, updates: int) -> bool:
        optimizer = OPTIMIZERS[name](0.01)
        run = train(PARAMS, INPUTS, TARGETS, optimizer, batch_size=batch_size, **network)
        return run.state.step == updates and loss_of(run.params) < loss_of(PARAMS)

    others = ("momentum", "adagrad", "rmsprop", "adam")
    return {
        "stochastic descent": falls("sgd", batch_size=1, updates=60),  # ten epochs of six samples
        **{name: falls(name, batch_size=None, updates=10) for name in others},
    }


statements.extend(document_004_notation.statements)
statements.extend(document_004_process.statements)
statements.extend(document_004_model.statements)
statements.extend(document_004_terms.statements)
statements.extend(document_004_formulas.statements)
statements.extend(document_004_code.statements)
statements.extend(document_004_code_training.statements)
# The sort is stable: within one section the statements above come first.
statements.sort(key=lambda each: [int(n) for n in each.section.partition(",")[0].split(".")])
