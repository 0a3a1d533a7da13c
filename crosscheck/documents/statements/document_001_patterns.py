"""The statements of document 001 on what neurons respond to, before and after learning."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import fits
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.mlp import forward, predict
from reference_numpy.params import Layer, init_params

statements = Statements("001")


@statements(
    "神经元",
    "A convolutional network takes the picture as the matrix that it is.",
    flips=Instead("(28, 28)", "784"),
)
def a_kernel_slides_over_a_matrix() -> Readings:
    picture = np.random.default_rng(0).uniform(0, 1, (28, 28))

    def convolved() -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
        return np.asarray((windows * np.ones((3, 3))).sum(axis=(-2, -1)))

    return {"a kernel of 3*3": fits(convolved) and convolved().shape == (26, 26)}


@statements(
    "神经网络的运作机制",
    "Which neurons of a layer are active can decide which neurons of the next layer are active.",
    flips=Instead("[[4.0, -4.0], [-4.0, 4.0]]", "[[4.0, 4.0], [-4.0, -4.0]]"),
)
def other_active_neurons_can_activate_others_in_the_next_layer() -> Readings:
    layer = Layer(np.array([[4.0, -4.0], [-4.0, 4.0]]), np.zeros(2))
    below = np.array([[1.0, 0.0], [0.0, 1.0]])
    above = forward((layer,), below, activations=("sigmoid",)).outputs > 0.5
    return {"two neurons in each": bool(np.any(above[0] != above[1]))}


@statements(
    "损失函数",
    "Right after random initialisation a network does not perform well.",
    flips=Instead("predict(init_params(sizes, seed=seed),", "predict(knowing(seed),"),
)
def a_network_drawn_at_random_guesses() -> Readings:
    sizes = (10, 16, 10)
    inputs, labels = np.eye(10).repeat(3, axis=0), np.arange(10).repeat(3)

    def knowing(seed: int) -> tuple[Layer, ...]:
        first, last = init_params(sizes, seed=seed)
        return (
            Layer(9 * np.eye(16, 10), first.bias),
            Layer(np.eye(10, 16), last.bias),
        )

    def share_right(seed: int) -> float:
        guessed = predict(init_params(sizes, seed=seed), inputs, activations=("tanh", "sigmoid"))
        return float(np.mean(guessed == labels))

    # By chance a tenth; over twenty draws the mean is off by a few hundredths.
    return {"ten classes": float(np.mean([share_right(seed) for seed in range(20)])) < 0.3}


@statements(
    "再谈神经网络的运作机制",
    "The weights, laid over the pixels, show the pattern of a neuron.",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "abs(layer.weight.T) + layer.bias"),
)
def a_neuron_responds_most_to_the_picture_of_its_weights() -> Readings:
    (layer,) = init_params((16, 1), seed=0)
    pictures = np.random.default_rng(0).normal(size=(200, 16))
    pictures[0] = layer.weight[0]
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)  # all equally strong
    responses = forward((layer,), pictures, activations=("sigmoid",)).outputs[:, 0]
    return {"the strongest response of 200 pictures": int(responses.argmax()) == 0}


@statements(
    "如何调整权重和偏置",
    "Learning connects neurons that are active together.",
    correct="This is true if the neuron of the next layer should be active. If it is active but "
    "should not be, the same rule weakens the connection: the change of a weight is proportional "
    "to a_k delta_j, and delta_j can have either sign.",
    flips=(
        Instead("weight_grows(target=0.0)", "weight_grows(target=1.0)"),
        in_reference("gradients", "np.dot(delta.T, below,", "np.dot(-delta.T, below,"),
    ),
)
def neurons_active_together_are_tied_only_where_that_is_wanted() -> Readings:
    layer = Layer(np.array([[1.0]]), np.array([1.0]))
    network: dict[str, Any] = {"activations": ("sigmoid",), "loss": "squared_error"}

    def weight_grows(target: float) -> bool:
        # Both are active: 0.9 below, 0.87 above.
        _, grads = value_and_grad((layer,), np.array([[0.9]]), np.array([[target]]), **network)
        return bool(-grads[0].weight[0, 0] > 0)

    return {
        "the neuron of the next layer should be active": weight_grows(target=1.0),
        "the neuron of the next layer should not be active": weight_grows(target=0.0),
    }
