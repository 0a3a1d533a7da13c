"""The documents' worked examples, computed exactly.

Every quantity has a name in the contract's terms, such as "sgd.params[1].weight[0, 0]". What a
framework computes of the same example has the same names (`verification.cases.examples`), so that
the two can be compared.
"""

from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from crosscheck.documents.document import Document
from crosscheck.documents.examples import Network, OptimizerRun
from crosscheck.frameworks.hyperparameters import convert, split_decay
from crosscheck.numerics.exact.balls import Array, from_decimals, from_rational
from crosscheck.numerics.exact.histories import History
from crosscheck.numerics.exact.network import forward_and_backward
from crosscheck.numerics.exact.optimizers import EXACT_RULES, decayed
from crosscheck.numerics.trees import Layer

# What a document's quantities begin with, and the value of each: a tree, or a namespace of such.
Names = dict[str, Any]
# The moments that do not start at 0 but at a hyperparameter.
STARTS = {
    ("adagrad", "sum_of_squares"): "initial_accumulator",
    ("rmsprop", "second_moment"): "initial_accumulator",
}


def given_names(document: Document) -> Names:
    """What the document gives: data, parameters, hyperparameters, states at the start; as balls."""
    example = document.example
    names: Names = {}
    if example.layer_sizes:
        names["layer_sizes"] = [from_rational(size) for size in example.layer_sizes]
    if example.picture is not None:
        names["picture"] = SimpleNamespace(side=from_decimals(example.picture.side))
    if example.surface is not None:
        names["surface"] = SimpleNamespace(
            coefficients=from_decimals(example.surface.coefficients),
            point=from_decimals(example.surface.point),
        )
    if example.network is not None:
        arrays = example.network.arrays(from_decimals)
        names["params"], names["inputs"], names["targets"] = arrays
    for run in example.runs:
        names[run.name] = SimpleNamespace(
            learning_rate=from_decimals(run.learning_rate),
            **convert(run.keywords, from_decimals),
            initial_state=_initial_state(run, names["params"]),
        )
    return names


def exact_names(document: Document) -> Names:
    """What the document gives, and everything that follows from it, as balls."""
    example = document.example
    names = given_names(document)
    if example.layer_sizes:
        names["parameter_count"] = from_rational(
            sum((below + 1) * above for below, above in pairwise(example.layer_sizes))
        )
    if example.surface is not None:
        # C(x) = sum_i c_i x_i^2 / 2, so dC/dx_i = c_i x_i.
        names["surface"].grads = names["surface"].coefficients * names["surface"].point
    if example.network is not None:
        names |= _exact_pass(example.network, names, names["params"])
        for run in example.runs:
            _add_steps(names, run, example.network)
    return names


def names_with_layer(document: Document, names: Names, index: int, layer: Layer) -> SimpleNamespace:
    """The names of the document's network when one of its layers is another.

    Args:
        document: It must have a network.
        names: Its `exact_names`.
        index: Which layer is replaced.
        layer: Weight and bias in its place, as nested lists of decimals.
    """
    assert document.example.network is not None
    params = list(names["params"])
    params[index] = Layer(*map(from_decimals, layer))
    computed = _exact_pass(document.example.network, names, params)
    return SimpleNamespace(**computed, params=tuple(params))


def without_biases(network: Network, grads: Any) -> Any:
    """The gradient as the document has it: where it has no biases, those of the gradient are 0."""
    if network.biases:
        return grads
    return tuple(layer._replace(bias=layer.bias * 0) for layer in grads)


def _exact_pass(network: Network, names: Names, params: Any) -> Names:
    computed = forward_and_backward(
        params, names["inputs"], names["targets"], network.activations, network.loss
    )
    grads = without_biases(network, computed.grads)
    return computed._asdict() | {"outputs": computed.activations[-1], "grads": grads}


def _add_steps(names: Names, run: OptimizerRun, network: Network) -> None:
    """Add to a run's namespace what its steps give, on the layers that the document updates.

    What follows step t stands in `after[t]`, and what follows the last one in the namespace itself.
    """
    space = names[run.name]
    space.after = {}
    points, grads = [names["params"]], [names["grads"]]
    for step in range(1, run.steps + 1):
        histories = [
            Layer(*map(partial(_history, run), _by_leaf(grads, index), _by_leaf(points, index)))
            for index in range(len(network.params))
        ]
        moved = SimpleNamespace(
            params=tuple(
                _moved(layer, history, network.biases) if index in run.layers else layer
                for index, (layer, history) in enumerate(zip(points[-1], histories, strict=True))
            ),
            state=_state(histories),
        )
        moved.__dict__.update(_exact_pass(network, names, moved.params))
        space.after[step] = moved
        points.append(moved.params)
        grads.append(moved.grads)
    space.__dict__.update(space.after[run.steps].__dict__)


def _by_leaf(trees: list[Any], index: int) -> list[list[Array]]:
    return [[getattr(tree[index], leaf) for tree in trees] for leaf in Layer._fields]


def _history(run: OptimizerRun, grads: list[Array], points: list[Array]) -> History:
    """What the exact rule of a run makes of one array's gradients."""
    own, decay = (convert(each, from_decimals) for each in split_decay(run.keywords))
    rule = partial(EXACT_RULES[run.optimizer], **own)
    rates = [from_decimals(run.learning_rate)] * len(grads)
    return decayed(rule, grads, rates, points, **decay) if decay else rule(grads, rates)


def _moved(layer: Layer, histories: Layer, biases: bool) -> Layer:
    """A layer after the last update; without biases, what stands for them stays 0."""
    weight, bias = (
        leaf + history.updates[-1] for leaf, history in zip(layer, histories, strict=True)
    )
    return Layer(weight, bias if biases else layer.bias)


def _state(histories: list[Layer]) -> SimpleNamespace:
    """The state after the last step: a tree for every moment, and the numbers."""
    first = histories[0].weight
    moments = {
        key: tuple(Layer(*(leaf.states[key][-1] for leaf in layer)) for layer in histories)
        for key in first.states
    }
    return SimpleNamespace(**moments, **{key: each[-1] for key, each in first.numbers.items()})


def _initial_state(run: OptimizerRun, params: Any) -> SimpleNamespace:
    """The moments that the document gives, as they stand before the first step."""

    def start(moment: str) -> Any:
        key = STARTS.get((run.optimizer, moment))
        return 0 if key is None else from_decimals(run.keywords[key])

    return SimpleNamespace(
        **{
            moment: tuple(Layer(*(leaf * 0 + start(moment) for leaf in layer)) for layer in params)
            for moment in run.moments
        }
    )
