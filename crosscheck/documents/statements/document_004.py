"""The statements of document 004, sections 1 and 2: definitions, and backpropagation in steps."""

import numpy as np

from crosscheck.documents.statements import (
    document_004_code,
    document_004_code_training,
    document_004_formulas,
    document_004_model,
    document_004_process,
    document_004_terms,
)
from crosscheck.documents.statements.derivatives import close, near, numeric
from crosscheck.documents.statements.document_004_model import (
    ACTIVATIONS,
    INPUTS,
    PARAMS,
    TARGETS,
    backpropagate,
    loss_of,
    step,
)
from crosscheck.documents.statements.statement import Readings, Statements
from reference_numpy.activations import ACTIVATIONS as ACTIVATION
from reference_numpy.losses import squared_error
from reference_numpy.mlp import forward
from reference_numpy.optimizers import OPTIMIZERS, adam, apply_updates, sgd
from reference_numpy.params import Layer

statements = Statements("004")

WEIGHT, BIAS = PARAMS[0]
COMMON = ("sigmoid", "tanh", "relu", "softmax")  # the activation functions that 2.1.3 names


def same(a: Layer, b: Layer) -> bool:
    return close(a.weight, b.weight) and close(a.bias, b.bias)


@statements(
    "1",
    "Backpropagation is an iterative optimisation algorithm.",
    correct="It computes the gradient, once. An optimisation algorithm, such as gradient descent, "
    "uses that to update the parameters, and is what iterates.",
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
    "By the chain rule it computes the partial derivative of the loss by every parameter.",
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
    "What training needs is the derivative of each parameter by the loss.",
    correct="It is the derivative of the loss by the parameter, as the same sentence says further "
    "on. 2.1.5 turns it round as well.",
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
    correct="The opposite direction, as 2.1.4 has it: along the derivative the loss rises.",
)
def the_loss_falls_against_the_gradient() -> Readings:
    before, grads = backpropagate(PARAMS)
    along = loss_of(step(PARAMS, grads, -0.1))
    return {"the loss falls in the direction of the derivative": along < before}


@statements(
    "2.1.3",
    "An activation function is recursive.",
    correct="It is an explicit function of its input; none of those named is defined by itself.",
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


@statements("2.1.3", "Activation functions (sigmoid, tanh, ReLU, softmax) are not linear.")
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
    "Gradient descent, going against the gradient, finds minima as well as maxima.",
    correct="Against the gradient a maximum is never approached: only a start exactly on it stays "
    "there. Maxima need steps along the gradient.",
)
def gradient_descent_finds_no_maximum() -> Readings:
    # Around the sine's maximum at pi/2, and not on it.
    starts = np.array([-1.5, 0.0, 1.5, 1.57, 1.58, 3.0])
    t = starts
    for _ in range(200):
        t = t - 0.5 * np.cos(t)
    nearer = abs(t - np.pi / 2) < abs(starts - np.pi / 2)
    return {"some start comes nearer to the maximum": bool(np.any(nearer))}


@statements("2.1.4", "Stochastic descent, momentum, Adagrad, RMSprop and Adam are variants of it.")
def every_variant_uses_the_gradient_to_lower_the_loss() -> Readings:
    def falls(name: str) -> bool:
        optimizer = OPTIMIZERS[name](0.01)
        params, state = PARAMS, optimizer.init(PARAMS)
        for _ in range(10):
            updates, state = optimizer.update(backpropagate(params)[1], state)
            params = apply_updates(params, updates)
        return loss_of(params) < loss_of(PARAMS)

    return {name: falls(name) for name in ("sgd", "momentum", "adagrad", "rmsprop", "adam")}


@statements(
    "2.1.5",
    "In z = W x + b the number W_ij is the connection weight of node i at node j.",
    correct="In W x it is the weight from node j of the layer below into node i.",
)
def a_weight_leads_from_its_column_into_its_row() -> Readings:
    i, j, x = 1, 3, INPUTS[0]
    change = np.zeros_like(WEIGHT)
    change[i, j] = 1.0
    difference = (WEIGHT + change) @ x - WEIGHT @ x
    return {
        "from i into j: z_j changes by x_i": close(difference[j], x[i]),
        "from j into i: z_i changes by x_j": close(difference[i], x[j]),
    }


@statements(
    "2.1.5",
    "The output of node i is o_i = sigma(z_i).",
    correct="For a function applied entry by entry. With softmax, which 2.1.3 names too, each "
    "output depends on every z.",
)
def with_softmax_an_output_depends_on_every_z() -> Readings:
    z = np.array([0.4, -1.0, 2.0])
    others_changed = np.array([0.4, 0.7, -0.3])
    return {
        name: close(ACTIVATION[name](z)[0], ACTIVATION[name](others_changed)[0]) for name in COMMON
    }


@statements(
    "2.1.5",
    "z_i = W x + b.",
    correct="W x + b is the vector of all z; z_i is its entry i, made of row i of W and b_i.",
)
def w_x_plus_b_is_all_of_z() -> Readings:
    printed = WEIGHT @ INPUTS[0] + BIAS
    z = forward(PARAMS, INPUTS, activations=ACTIVATIONS).pre_activations[0][0]
    return {
        "the vector z": close(printed, z),
        "the number z_i": all(np.shape(printed) == np.shape(z_i) for z_i in z),
    }


@statements(
    "2.1.5",
    "The squared error is C = 1/N sum_n (prediction_n - y_n)^2.",
    correct="For one output. With several, y_n is a vector, as in 2.1.6, and its squared distance "
    "is meant: the squares are summed over the outputs too.",
)
def the_squared_error_of_several_outputs_is_a_squared_distance() -> Readings:
    a, y = forward(PARAMS, INPUTS, activations=ACTIVATIONS).outputs, TARGETS

    def printed(a: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(sum((a[n] - y[n]) ** 2 for n in range(len(a))) / len(a))

    return {
        "one output": close(printed(a[:, 0], y[:, 0]), squared_error(a[:, :1], y[:, :1])),
        "several: it is a number": printed(a, y).ndim == 0,
    }


@statements("2.1.5", "It is also C = 1/N sum_n (y_n - f(x_n))^2, f being the network.")
def the_two_forms_of_the_squared_error_are_equal() -> Readings:
    prediction, y = forward(PARAMS, INPUTS, activations=ACTIVATIONS).outputs[:, 0], TARGETS[:, 0]
    f = np.array([forward(PARAMS, x[None], activations=ACTIVATIONS).outputs[0, 0] for x in INPUTS])
    return {"one output": close(np.mean((prediction - y) ** 2), np.mean((y - f) ** 2))}


statements.extend(document_004_process.statements)
statements.extend(document_004_model.statements)
statements.extend(document_004_terms.statements)
statements.extend(document_004_formulas.statements)
statements.extend(document_004_code.statements)
statements.extend(document_004_code_training.statements)
