"""The statements of document 003, sections 2 and 3, on backpropagation and training a network."""

import numpy as np

from crosscheck.documents.statements import (
    document_003_descent,
    document_003_example,
    document_003_formulas,
)
from crosscheck.documents.statements.derivatives import near, numeric
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.optimizers import adam, apply_updates, sgd
from reference_numpy.params import Layer, Params, init_params, tree_map

statements = Statements("003")

# A 4-3-2 network on five samples.
RNG = np.random.default_rng(3)
INPUTS = RNG.normal(size=(5, 4))
TARGETS = RNG.uniform(size=(5, 2))
PARAMS = init_params((4, 3, 2), seed=3, initializer="standard_normal")
ACTIVATIONS = ("sigmoid", "sigmoid")
LOSS = "half_squared_error"


def backpropagate(params: Params) -> tuple[float, Params]:
    """The loss and its gradient."""
    loss, grads = value_and_grad(params, INPUTS, TARGETS, activations=ACTIVATIONS, loss=LOSS)
    return float(loss), grads


def loss_of(params: Params) -> float:
    return backpropagate(params)[0]


def step(params: Params, grads: Params, learning_rate: float) -> Params:
    stepped: Params = tree_map(lambda p, g: p - learning_rate * g, params, grads)
    return stepped


def same(a: Layer, b: Layer) -> bool:
    """Equal to the last bit, as are parameters that nothing has been done to."""
    return np.array_equal(a.weight, b.weight) and np.array_equal(a.bias, b.bias)


@statements(
    "2",
    "Backpropagation computes recursively, from the outputs back to the inputs, the gradient of "
    "the loss with respect to the parameters of every layer.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def backpropagation_gives_the_gradient_of_every_parameter() -> Readings:
    hidden, output = PARAMS
    _, (hidden_grad, output_grad) = backpropagate(PARAMS)
    hidden_slopes = Layer(
        numeric(lambda w: loss_of((Layer(w, hidden.bias), output)), hidden.weight),
        numeric(lambda b: loss_of((Layer(hidden.weight, b), output)), hidden.bias),
    )
    output_slopes = Layer(
        numeric(lambda w: loss_of((hidden, Layer(w, output.bias))), output.weight),
        numeric(lambda b: loss_of((hidden, Layer(output.weight, b))), output.bias),
    )
    return {
        "the output layer": all(map(near, output_grad, output_slopes)),
        "the hidden layer": all(map(near, hidden_grad, hidden_slopes)),
    }


@statements(
    "2, diagram",
    "Training goes round: forward pass, loss, backpropagation, gradient descent, forward again.",
    flips=in_reference(
        "gradients",
        '"half_squared_error": lambda a, y: (a - y)',
        '"half_squared_error": lambda a, y: (y - a)',
    ),
)
def the_four_stages_in_a_circle_train_the_network() -> Readings:
    params, losses = PARAMS, []
    for _ in range(50):
        outputs = forward(params, INPUTS, activations=ACTIVATIONS).outputs
        losses.append(LOSSES[LOSS](outputs, TARGETS))
        _, grads = backpropagate(params)
        params = step(params, grads, 0.5)
    return {"the loss falls each time round": bool(np.all(np.diff(losses) < 0))}


@statements(
    "3.2, four steps",
    "Updating the parameters is the fourth step of backpropagation.",
    correct="In section 2, backpropagation computes the gradient and gradient descent updates the "
    "parameters. This is right, and any other optimizer can make the update too. The four steps "
    "together are one step of training.",
    flips=(
        in_reference(
            "optimizers/moments", "-rate * m / root(v, eps_t, eps_place)", "-rate * m", "adam"
        ),
        in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
    ),
)
def the_update_belongs_to_the_optimizer_and_not_to_backpropagation() -> Readings:
    before, grads = backpropagate(PARAMS)
    by_sgd, by_adam = (
        apply_updates(PARAMS, optimizer.update(grads, optimizer.init(PARAMS))[0])
        for optimizer in (sgd(0.1), adam(0.1))
    )
    return {
        "a step of training: the loss falls": loss_of(by_sgd) < before,
        "a step of backpropagation: its gradient leaves one update only": all(
            map(same, by_sgd, by_adam)
        ),
    }


@statements(
    "3.2, first flow chart",
    "After the loss, only one of two gradients is computed: if the output layer has been reached, "
    "the gradient of the output layer, otherwise the gradient of the hidden layers. Then the "
    "parameters are updated. Repeating this until convergence trains the network.",
    correct="Every pass needs both gradients, the gradient of the output layer first. A forward "
    "pass always reaches the output layer, so by this flow chart the hidden layers never learn.",
    flips=Instead("True: (1,)", "True: (1, 0)"),
)
def the_flow_chart_of_backpropagation_never_trains_a_hidden_layer() -> Readings:
    computed = {True: (1,), False: (0,)}  # layers with a gradient, by "output layer reached?"
    params = PARAMS
    for _ in range(5):
        layers_passed = len(forward(params, INPUTS, activations=ACTIVATIONS).pre_activations)
        trained = computed[layers_passed == len(params)]
        stepped = step(params, backpropagate(params)[1], 0.5)
        params = tuple(stepped[i] if i in trained else params[i] for i in range(len(params)))
    return {"every layer is trained": not any(map(same, params, PARAMS))}


@statements(
    "3.3",
    "Backpropagation and gradient descent make it possible to train a deep network.",
    flips=in_reference("gradients", "cotangent * (1 - a * a)", "cotangent * (a * a - 1)"),
)
def a_network_with_two_hidden_layers_learns_exclusive_or() -> Readings:
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    targets = np.array([[0.0], [1.0], [1.0], [0.0]])  # out of reach of a single layer
    activations = ("tanh", "tanh", "identity")
    params = init_params((2, 8, 8, 1), seed=1)
    for _ in range(300):
        _, grads = value_and_grad(
            params, inputs, targets, activations=activations, loss="sigmoid_binary_cross_entropy"
        )
        params = step(params, grads, 0.5)
    logits = forward(params, inputs, activations=activations).outputs
    return {"exclusive or": np.array_equal(logits > 0, targets == 1)}


statements.extend(document_003_descent.statements)
# The sort is stable: within one section the statements above come first.
statements.sort(key=lambda statement: statement.section.partition(",")[0])
statements.extend(document_003_formulas.statements)
statements.extend(document_003_example.statements)
