"""The statements of document 001 on the structure of a network."""

from itertools import pairwise

import numpy as np

from crosscheck.documents.statements import (
    document_001_activations,
    document_001_backpropagation,
    document_001_bp_summary,
    document_001_descent,
    document_001_equations,
    document_001_links,
    document_001_one_neuron,
    document_001_optimisation,
    document_001_patterns,
    document_001_samples,
    document_001_vector_equations,
)
from crosscheck.documents.statements.derivatives import close, fits
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.activations import ACTIVATIONS, sigmoid, softmax
from reference_numpy.mlp import forward
from reference_numpy.params import Layer, Params, init_params

statements = Statements("001")
statements.extend(document_001_links.statements)

DIGITS = (784, 16, 16, 10)
Z = np.linspace(-6, 6, 49).reshape(7, 7)


def digit_network() -> Params:
    return init_params(DIGITS, seed=0)


@statements(
    "神经元",
    "Most activation functions have positive values only.",
    correct="Of the seven functions tried here, three are always positive and ReLU is never "
    "negative; identity, tanh and GELU take both signs.",
    flips=(
        Instead('("identity", "sigmoid", "tanh", "relu",', '("sigmoid", "relu",'),
        in_reference("activations", "np.maximum(z, 0)", "np.maximum(z, z / 100)", "relu"),
    ),
)
def three_of_seven_activation_functions_take_both_signs() -> Readings:
    names = ("identity", "sigmoid", "tanh", "relu", "softmax", "softplus", "gelu")
    lowest = [ACTIVATIONS[name](Z).min() for name in names]
    return {
        "most of the seven here are positive": sum(bool(a > 0) for a in lowest) > len(names) / 2,
        "most are not negative": sum(bool(a >= 0) for a in lowest) > len(names) / 2,
    }


@statements(
    "神经元",
    "With the sigmoid the activation lies between 0 and 1.",
    flips=in_reference("activations", "1 / (1 + np.exp(-z))", "2 / (1 + np.exp(-z))", "sigmoid"),
)
def the_sigmoid_lies_between_zero_and_one() -> Readings:
    tails = sigmoid(np.array([-800.0, -40.0, 40.0, 800.0]))  # rounds to 0 and 1 at the ends
    return {
        "strictly, where it does not round": bool(np.all((sigmoid(Z) > 0) & (sigmoid(Z) < 1))),
        "never beyond": bool(np.all((tails >= 0) & (tails <= 1))),
    }


@statements(
    "神经元",
    "Whichever activation function is used, the activation is in general a small number.",
    correct="This is true while z is small. Identity, ReLU, softplus and GELU grow with z without "
    "bound; only sigmoid, tanh and softmax stay between -1 and 1 for every z.",
    flips=(
        Instead("ACTIVATIONS.values()", "(sigmoid, softmax)"),
        Instead("np.linspace(-1, 1, 6)", "np.linspace(-5, 5, 6)"),
    ),
)
def only_a_bounded_function_keeps_the_activation_small() -> Readings:
    def stays_small(z: np.ndarray) -> bool:
        # "small": at most 2 in size. Softplus is the largest of them at 1, where it is 1.31.
        return all(bool(np.all(np.abs(f(z)) <= 2)) for f in ACTIVATIONS.values())

    return {
        "while z is at most 1 in size": stays_small(np.linspace(-1, 1, 6).reshape(2, 3)),
        "whatever z is": stays_small(np.array([[-50.0, 20.0, 100.0]])),
    }


@statements(
    "神经元",
    "The activations of the input layer are the input itself.",
    flips=in_reference("mlp", "outputs = [inputs]", "outputs = [inputs / 2]"),
)
def the_first_activations_are_the_inputs() -> Readings:
    inputs = np.random.default_rng(0).uniform(0, 1, (2, 784))
    trace = forward(digit_network(), inputs, activations=("relu", "tanh", "sigmoid"))
    return {"a^(0)": bool(np.array_equal(trace.activations[0], inputs))}


@statements(
    "神经元",
    "A basic network takes a vector: 28*28 pixels must become a vector of 784.",
    flips=Instead("picture.reshape(784)", "picture"),
)
def a_picture_goes_in_as_a_vector_only() -> Readings:
    picture = np.random.default_rng(0).uniform(0, 1, (28, 28))
    first = digit_network()[0].weight
    return {
        "the vector fits, the picture does not": fits(lambda: first @ picture.reshape(784))
        and not fits(lambda: first @ picture)
    }


@statements(
    "神经元",
    "With softmax the output layer is a probability distribution over classes.",
    flips=in_reference(
        "activations", "powers / powers.sum(axis=-1, keepdims=True)", "powers", "softmax"
    ),
)
def softmax_gives_a_distribution() -> Readings:
    a = softmax(Z)
    return {"not negative, with sum 1": bool(np.all(a >= 0)) and close(a.sum(axis=1), np.ones(7))}


@statements(
    "神经元",
    "In classification, each activation of the output layer is the probability of its class.",
    correct="With softmax the outputs form a probability distribution. Sigmoid outputs also lie "
    "between 0 and 1, but each is computed alone, and over all classes they need not sum to 1.",
    flips=(
        Instead('is_distribution("sigmoid")', 'is_distribution("softmax")'),
        Instead('is_distribution("softmax")', 'is_distribution("sigmoid")'),
    ),
)
def only_softmax_outputs_sum_to_one() -> Readings:
    def is_distribution(name: str) -> bool:
        a = ACTIVATIONS[name](Z)
        return bool(np.all((a >= 0) & (a <= 1))) and close(a.sum(axis=1), np.ones(7))

    return {
        "outputs by softmax": is_distribution("softmax"),
        "by sigmoid": is_distribution("sigmoid"),
    }


@statements(
    "隐藏单元是如何被激活的",
    "With positive weights on a region and 0 elsewhere only that region counts in the sum.",
    flips=Instead("np.where(region, 1.0, 0.0)", "np.where(region, 1.0, 0.1)"),
)
def a_weight_of_zero_leaves_a_pixel_out() -> Readings:
    rng = np.random.default_rng(1)
    picture, other = rng.uniform(0, 1, (2, 28, 28))
    region = np.zeros((28, 28), dtype=bool)
    region[3:6, 10:20] = True
    weights = np.where(region, 1.0, 0.0)
    elsewhere_changed = np.where(region, picture, other)
    return {
        "the sum is the region's": close((weights * picture).sum(), picture[region].sum()),
        "other pixels do not matter": close(
            (weights * elsewhere_changed).sum(), (weights * picture).sum()
        ),
    }


@statements(
    "隐藏单元是如何被激活的",
    "Weights that are positive in a region and 0 elsewhere tell whether it contains an edge.",
    correct="They tell how bright the region is: a bright patch without an edge gives the same "
    "sum as a bright line. To exclude the patch, the weights around the region must be negative.",
    flips=Instead(
        "positive, surrounded = line, line.copy()", "positive = surrounded = line.copy()"
    ),
)
def positive_weights_alone_take_an_even_patch_for_an_edge() -> Readings:
    line, patch = np.zeros((9, 9)), np.ones((9, 9))
    line[4, 2:7] = 1.0  # a bright stroke, in the region that is looked at
    positive, surrounded = line, line.copy()
    surrounded[[3, 5], 2:7] = -0.5

    def difference(weights: np.ndarray) -> float:
        return float((weights * line).sum() - (weights * patch).sum())

    # The weights of the correction are run beside those of the document.
    return {"a line from an even patch": difference(positive) == difference(surrounded) > 0}


@statements(
    "隐藏单元是如何被激活的",
    "The sigmoid scores how positive the weighted sum is.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z)", "sigmoid"),
)
def the_sigmoid_rises_with_the_sum_and_is_half_at_zero() -> Readings:
    z = Z.ravel()
    return {
        "more positive, larger": bool(np.all(np.diff(sigmoid(z)) > 0)),
        "above one half where positive": bool(np.all((sigmoid(z) > 0.5) == (z > 0))),
    }


@statements(
    "隐藏单元是如何被激活的",
    "If the sum should count only above 10, use a bias of -10: the bias sets the threshold.",
    flips=Instead("sums - 10", "sums - 5"),
)
def a_bias_moves_the_threshold_to_its_negative() -> Readings:
    sums = np.array([-3.0, 4.0, 9.5, 10.5, 17.0])
    return {"above one half": bool(np.all((sigmoid(sums - 10) > 0.5) == (sums > 10)))}


@statements(
    "权重和偏置",
    "Each neuron has a weight for every neuron of the layer before it and one bias: 13002 in all.",
    flips=Instead("(784, 16, 16, 10)", "(784, 16, 10)", within="DIGITS"),
)
def the_digit_network_has_13002_parameters() -> Readings:
    by_hand = sum(n * (before + 1) for before, n in pairwise(DIGITS))
    counted = sum(leaf.size for layer in digit_network() for leaf in layer)
    return {"784-16-16-10": counted == by_hand == 13002}


@statements(
    "矢量化编程",
    "Row n of W contains the weights from all neurons of the previous layer to neuron n.",
    flips=in_reference("mlp", "layer.weight.T + ", "layer.weight[::-1].T + "),
)
def row_n_of_w_reaches_neuron_n_only() -> Readings:
    first = init_params((3, 5), seed=2)[0]
    a = np.array([[0.3, 0.5, 0.9]])
    changed = first.weight.copy()
    changed[3] += 1
    before, after = (
        forward((Layer(w, first.bias),), a, activations=("identity",)).outputs[0]
        for w in (first.weight, changed)
    )
    return {"row 3": list(np.flatnonzero(before != after)) == [3]}


@statements(
    "矢量化编程",
    "The column vector W a + b is the input of the activation function.",
    flips=in_reference("mlp", "layer.weight.T + layer.bias", "layer.weight.T"),
)
def w_a_plus_b_goes_into_the_activation_function() -> Readings:
    layer = init_params((3, 5), seed=2, initializer="standard_normal")[0]
    a = np.array([[0.3], [0.5], [0.9]])
    column = sigmoid(layer.weight @ a + layer.bias[:, None])
    return {
        "one layer": close(column[:, 0], forward((layer,), a.T, activations=("sigmoid",)).outputs)
    }


@statements(
    "矢量化编程",
    "The sigmoid of a vector is the sigmoid of each of its values.",
    flips=in_reference("activations", "np.exp(-z)", "np.exp(z.mean() - z)", "sigmoid"),
)
def the_sigmoid_goes_value_by_value() -> Readings:
    each = [float(sigmoid(np.array(z))) for z in Z.ravel()]
    return {"each value": close(sigmoid(Z).ravel(), each)}


@statements(
    "矢量化编程",
    "Vectors do what a loop over scalars does.",
    flips=Instead("range(3)", "range(2)"),
)
def the_vector_form_gives_what_the_loop_gives() -> Readings:
    layer = init_params((3, 5), seed=2, initializer="standard_normal")[0]
    a = np.array([0.3, 0.5, 0.9])
    loop = [sum(layer.weight[n, k] * a[k] for k in range(3)) + layer.bias[n] for n in range(5)]
    return {"z of one layer": close(layer.weight @ a + layer.bias, loop)}


@statements(
    "非线性激活函数",
    "The network is a function that takes 784 values and returns 10 values.",
    flips=Instead("16, 10)", "16, 4)", within="DIGITS"),
)
def the_digit_network_takes_784_values_and_gives_10() -> Readings:
    inputs = np.ones((2, 784))
    outputs = forward(digit_network(), inputs, activations=("sigmoid",) * 3).outputs
    return {"a value per digit": outputs.shape == (2, 10)}


for module in (
    document_001_activations,
    document_001_descent,
    document_001_samples,
    document_001_optimisation,
    document_001_backpropagation,
    document_001_patterns,
    document_001_bp_summary,
    document_001_one_neuron,
    document_001_equations,
    document_001_vector_equations,
):
    statements.extend(module.statements)
