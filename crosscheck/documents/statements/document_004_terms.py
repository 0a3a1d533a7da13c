"""The statements of document 004, sections 2 and 3, on its terms and on what decides what."""

import re
from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close, near, numeric
from crosscheck.documents.statements.document_004_model import (
    ACTIVATIONS,
    INPUTS,
    LOSS,
    PARAMS,
    SIZES,
    TARGETS,
    TRACE,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params, init_params

statements = Statements("004")


@statements(
    "2.1.1",
    "Deep learning suits data that are not convex.",
    correct="Functions and sets can be convex; data cannot. If we take data as a set of points, "
    "all data with two different inputs lack the points between them and are not convex, so the "
    "word does not distinguish some data from others.",
    flips=Instead("[[2.0, 1.0], [0.0, 3.0]]", "[[2.0, 1.0]]"),
)
def all_data_are_non_convex_as_a_set_of_points() -> Readings:
    def is_convex(points: np.ndarray) -> bool:
        middles = (points[:, None] + points[None]).reshape(-1, 2) / 2
        return all(any(close(middle, point) for point in points) for middle in middles)

    scattered = INPUTS[:, :2]
    on_a_line = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    few = np.array([[2.0, 1.0], [0.0, 3.0]])
    return {"there are also convex data": any(map(is_convex, (scattered, on_a_line, few)))}


@statements(
    "2.1.5",
    "The backpropagation algorithm consists of an input layer, a hidden layer and an output layer.",
    correct="These are the layers of a network. The algorithm computes the gradient of the "
    "network, which may have any number of hidden layers or none.",
    flips=in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
)
def backpropagation_needs_no_hidden_layer() -> Readings:
    def is_right(params: Params) -> bool:
        names = ("sigmoid",) * len(params)
        network: dict[str, Any] = {"activations": names, "loss": LOSS}
        _, grads = value_and_grad(params, INPUTS, TARGETS, **network)

        def loss(bias: np.ndarray) -> float:
            moved = (Layer(params[0].weight, bias), *params[1:])
            return float(value_and_grad(moved, INPUTS, TARGETS, **network)[0])

        return near(grads[0].bias, numeric(loss, params[0].bias))

    sizes = ((5, 3), (5, 4, 2, 3))
    return {
        "it needs one hidden layer": not all(is_right(init_params(each, seed=4)) for each in sizes)
    }


@statements(
    "2.1.6, steps 3a to 3c",
    "Layer 1, with its W[1] and its sigma, is the input layer.",
    correct="The input layer has no weights and no sigma: its output is x itself, a[0]. Layer 1 is "
    "the first layer after it.",
    flips=Instead("TRACE.activations[1]", "TRACE.activations[0]"),
)
def the_layer_with_the_first_weights_is_not_the_input_layer() -> Readings:
    return {"it gives out the inputs": np.array_equal(TRACE.activations[1], INPUTS)}


@statements(
    "2.1.6, step 4",
    "The loss on the test set is computed from T = (t(1), ..., t(m')).",
    correct="The labels of the test set are needed too: the same inputs with other labels have "
    "another loss.",
    flips=Instead("1 - TARGETS", "TARGETS"),
)
def a_loss_on_test_inputs_needs_their_labels() -> Readings:
    outputs = forward(PARAMS, INPUTS, activations=ACTIVATIONS).outputs
    losses = [LOSSES[LOSS](outputs, labels) for labels in (TARGETS, 1 - TARGETS)]
    return {"by the inputs t alone": close(*losses)}


@statements(
    "3.1",
    "The number of training samples helps to decide the structure of the model.",
    correct="It does not. The structure depends on the number of inputs, the number of outputs, "
    "and the number and sizes of the hidden layers. One and the same network takes any number of "
    "samples.",
    flips=Instead("(1, 2, 6)", "(1, 2, 7)"),
)
def one_network_takes_any_number_of_samples() -> Readings:
    def fits_the_network(samples: int) -> bool:
        trace = forward(PARAMS, INPUTS[:samples], activations=ACTIVATIONS)
        return [a.shape for a in trace.activations] == [(samples, size) for size in SIZES]

    return {"another number needs another network": not all(map(fits_the_network, (1, 2, 6)))}


@statements(
    "3.1",
    "s_j is the size of hidden unit j.",
    correct="A unit is one number and has no size; it is the hidden layers that have sizes.",
    flips=Instead("TRACE.activations[1][0, 0]", "TRACE.activations[1][0]"),
)
def a_hidden_unit_has_no_size() -> Readings:
    unit = TRACE.activations[1][0, 0]
    return {"a unit has more than one number": np.size(unit) > 1}


def subscript(term: str) -> str | None:
    """What LaTeX sets as the subscript of a symbol with an upper index in braces."""
    found = re.fullmatch(r"[a-zA-Z]\^\{([^{}]*)\}(?:_(\w+))?", term)
    return found and found[2]


@statements(
    "3.1",
    "In the formula for z[l]_i the output of node j of layer l-1 is written a^{[l-1]_j}.",
    correct="A brace is misplaced, so j becomes an index of the layer's number. It must be "
    "a^{[l-1]}_j.",
    flips=Instead("a^{[l-1]_j}", "a^{[l-1]}_j"),
)
def the_index_of_the_node_has_slipped_into_that_of_the_layer() -> Readings:
    return {"j is the index of the node": subscript("a^{[l-1]_j}") == "j"}


@statements(
    "3.1",
    "z_i is the activation value of a node.",
    correct="It is the weighted input. The activation value is the result of the activation "
    "function, a_i = sigma(z_i). With a sigmoid it is always between 0 and 1, but z need not be.",
    flips=Instead("TRACE.pre_activations", "TRACE.activations[1:]"),
)
def the_weighted_input_is_no_value_of_the_activation_function() -> Readings:
    z = np.concatenate([each.ravel() for each in TRACE.pre_activations])
    return {"z is a value of sigma": bool(np.all((z > 0) & (z < 1)))}


def left_of_the_variance(bound: float) -> float:
    """The loss of the network drawn from [-bound, bound] after training; 1 is the best constant."""
    inputs, targets = INPUTS, TARGETS
    params = init_params(SIZES, seed=4, initializer="uniform", bound=bound)
    network: dict[str, Any] = {"activations": ACTIVATIONS, "loss": LOSS}
    for _ in range(300):
        grads = value_and_grad(params, inputs, targets, **network)[1]
        params = tuple(
            Layer(p.weight - 3 * g.weight, p.bias - 3 * g.bias)
            for p, g in zip(params, grads, strict=True)
        )
    best_constant = float(((targets - targets.mean(axis=0)) ** 2).sum(axis=1).mean())
    return float(value_and_grad(params, inputs, targets, **network)[0]) / best_constant


@statements(
    "3.2",
    "Weights and biases start at random in [-r, r], where r is a very large constant.",
    correct="r must be of the order of 1/sqrt(n), where n is the number of nodes in the previous "
    "layer. With a much larger r the sigmoid saturates and the gradient vanishes. With a much "
    "smaller r the nodes of a layer are nearly alike, and the network learns little too.",
    flips=Instead("learns(1e4)", "learns(0.45)"),
)
def a_large_range_of_initial_weights_stops_learning() -> Readings:
    def learns(r: float) -> bool:
        # Of twenty draws 0.69 is left at most at 1/sqrt(n), and 0.98 at least at r = 0.01.
        return left_of_the_variance(r) < 0.8

    return {"r = 10,000": learns(1e4)}
