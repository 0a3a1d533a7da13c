"""The statements of document 000 that give a thing its name, or say what a gradient decides."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import sigmoid
from reference_numpy.gradients import value_and_grad
from reference_numpy.mlp import forward
from reference_numpy.optimizers import sgd
from reference_numpy.params import Layer, Params, init_params
from reference_numpy.training import StopRule, train

statements = Statements("000")

# A network of 3-5-4 with one sample, and its weights and biases.
INPUT, TARGET = np.array([[0.9, 0.2, 0.6]]), np.array([[0.0, 0.0, 1.0, 0.0]])
PARAMS = init_params((3, 5, 4), seed=1, initializer="standard_normal")
NETWORK: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}


@statements(
    "为什么重要",
    "The chain rule is the process that passes gradients back, layer by layer.",
    correct="The chain rule says that the derivative of a composed function is a product. One can "
    "multiply its factors starting from the inputs just as well; backpropagation starts from the "
    "outputs.",
    flips=Instead("* (w2 @ hidden_change)", "* w2.sum(axis=1)"),
)
def the_chain_rule_works_from_the_inputs_on_as_well() -> Readings:
    (w1, b1), (w2, b2) = PARAMS
    hidden = sigmoid(w1 @ INPUT[0] + b1)
    outputs = sigmoid(w2 @ hidden + b2)

    def from_the_inputs_on(neuron: int, pixel: int) -> float:
        z_change = np.where(np.arange(5) == neuron, INPUT[0, pixel], 0.0)
        hidden_change = hidden * (1 - hidden) * z_change
        output_change = outputs * (1 - outputs) * (w2 @ hidden_change)
        return float((2 * (outputs - TARGET[0])) @ output_change)

    _, grads = value_and_grad(PARAMS, INPUT, TARGET, **NETWORK)
    forwards = [[from_the_inputs_on(neuron, pixel) for pixel in range(3)] for neuron in range(5)]
    return {"it goes from the outputs back only": not close(forwards, grads[0].weight)}


@statements(
    "算法原理",
    "Each new update of the weights and biases makes the error smaller.",
    correct="This is true only if the learning rate is small enough; with a larger one the error "
    "rises.",
    flips=(
        Instead("falls(1.1)", "falls(0.9)"),
        in_reference("optimizers/descent", "-rate * g", "rate * g", "sgd"),
    ),
)
def the_error_shrinks_only_at_a_small_learning_rate() -> Readings:
    # One linear neuron, C = (w x - y)^2 with x = 1: its curvature is 2.
    neuron: Params = init_params((1, 1), seed=0)
    linear: dict[str, Any] = {"activations": ("identity",), "loss": "squared_error"}

    def falls(learning_rate: float) -> bool:
        one, stop = np.ones((1, 1)), StopRule(max_epochs=20)
        # Half the rate, since the weight and the bias move together.
        run = train(neuron, one, 3 * one, sgd(learning_rate / 2), stop=stop, **linear)
        return bool(np.all(np.diff(run.losses) < 0))

    return {"a small learning rate": falls(0.1), "a large learning rate": falls(1.1)}


@statements(
    "算法原理",
    "The gradient says how far to move the weights.",
    correct="It says how far to move each weight compared with the others. How far all of them "
    "move depends on the learning rate too.",
    flips=(
        Instead("change(0.5)", "change(0.1)"),
        in_reference("optimizers/descent", "-rate * g", "-np.sinh(rate * g)", "sgd"),
    ),
)
def the_size_of_an_update_is_up_to_the_learning_rate_too() -> Readings:
    _, grads = value_and_grad(PARAMS, INPUT, TARGET, **NETWORK)

    def change(learning_rate: float) -> np.ndarray:
        optimizer = sgd(learning_rate)
        updates: Params = optimizer.update(grads, optimizer.init(PARAMS))[0]
        return updates[0].weight

    slow, fast = change(0.1), change(0.5)
    return {
        "each compared with the others": close(slow / slow[0, 0], fast / fast[0, 0]),
        "all of them": close(slow, fast),
    }


@statements(
    "推导步骤",
    "a^(L) and a^(L-1) are the activation functions of the last neuron and of the one before it.",
    correct="They are activation values: numbers that change with the input. The activation "
    "function is the sigma in a^(L) = sigma(z^(L)).",
    flips=Instead("(0.6, 0.9)", "(0.6, 0.6)"),
)
def what_changes_with_the_input_is_a_value_and_no_function() -> Readings:
    weight, bias = 0.7, -0.2
    values = [float(sigmoid(np.array(weight * below + bias))) for below in (0.6, 0.9)]
    return {"one and the same for every input, as an activation function is": close(*values)}


@statements(
    "zoom in",
    "The activation of the digit 2 can be raised by a larger weight or a larger bias.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def a_larger_weight_or_bias_raises_an_activation_above_sigmoids() -> Readings:
    def of_two(last: Layer) -> float:
        names = NETWORK["activations"]
        return float(forward((PARAMS[0], last), INPUT, activations=names).outputs[0, 2])

    weight, bias = PARAMS[1]
    two = np.arange(4) == 2
    heavier = [of_two(Layer(weight + np.outer(two, one), bias)) for one in 0.1 * np.eye(5)]
    return {
        "each weight": min(heavier) > of_two(PARAMS[1]),
        "the bias": of_two(Layer(weight, bias + 0.1 * two)) > of_two(PARAMS[1]),
    }


@statements(
    "随机梯度下降",
    "Every sample is needed for the gradient of the whole data set.",
    flips=Instead("if k != one", "if k <= one + 5"),
)
def leaving_a_sample_out_changes_the_full_gradient() -> Readings:
    inputs, targets = np.random.default_rng(3).uniform(0, 1, (2, 6, 4))

    def gradient(kept: list[int]) -> np.ndarray:
        network: dict[str, Any] = NETWORK
        return value_and_grad(PARAMS, inputs[kept, :3], targets[kept], **network)[1][0].weight

    full = gradient(list(range(6)))
    each = [gradient([k for k in range(6) if k != one]) for one in range(6)]
    return {"each of six": not any(close(without, full) for without in each)}
