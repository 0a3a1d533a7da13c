"""The documents' worked examples, computed exactly.

Every quantity has a name in the contract's terms, such as "sgd.params[1].weight[0, 0]". What a
framework computes of the same example has the same names (`verification.cases.examples`), so that
the two can be compared.
"""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from crosscheck.documents.examples import Network, OptimizerRun
from crosscheck.documents.transcription import Document
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.numerics.exact import optimizers as exact_optimizers
from crosscheck.numerics.exact.balls import from_decimals, from_rational
from crosscheck.numerics.exact.network import forward_and_backward
from crosscheck.numerics.trees import Layer

# What a document's quantities begin with, and the value of each: a tree, or a namespace of such.
Names = dict[str, Any]


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
            **convert(run.hyperparameters, from_decimals),
            initial_state=_state_of_zeros(run, names["params"]),
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
            _add_step(names, run, example.network)
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


def _add_step(names: Names, run: OptimizerRun, network: Network) -> None:
    """Add to a run's namespace what its step gives, on the layers that the document updates."""
    space = names[run.name]
    hyperparameters = convert(run.hyperparameters, from_decimals)
    rule = exact_optimizers.EXACT_RULES[run.optimizer]
    histories = [
        Layer(*(rule([leaf], [space.learning_rate], **hyperparameters) for leaf in layer))
        for layer in names["grads"]
    ]
    updated = [
        Layer(*(leaf + history.updates[0] for leaf, history in zip(layer, updates, strict=True)))
        for layer, updates in zip(names["params"], histories, strict=True)
    ]
    space.params = tuple(
        updated[index] if index in run.layers else layer
        for index, layer in enumerate(names["params"])
    )
    space.state = SimpleNamespace(
        **{
            key: tuple(Layer(*(leaf.states[key][0] for leaf in layer)) for layer in histories)
            for key in histories[0].weight.states
        }
    )
    space.__dict__.update(_exact_pass(network, names, space.params))


def _state_of_zeros(run: OptimizerRun, params: Any) -> SimpleNamespace:
    zeros = tuple(Layer(*(leaf * 0 for leaf in layer)) for layer in params)
    return SimpleNamespace(**dict.fromkeys(run.moments, zeros))
