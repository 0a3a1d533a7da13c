"""The documents' worked examples, computed: exactly, and by a framework.

Both give the same names, in the contract's terms, so that one quantity such as
"sgd.params[1].weight[0, 0]" finds its exact value, and each framework's.
"""

from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from crosscheck.documents.transcription import Document
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.exact import optimizers as exact_optimizers
from crosscheck.numerics.exact.balls import from_decimals, from_rational
from crosscheck.numerics.exact.network import forward_and_backward
from crosscheck.numerics.trees import Layer

Names = dict[str, Any]


def given_names(document: Document) -> Names:
    """What the document gives: data, parameters, hyperparameters, states at the start; as balls."""
    given = document.given
    names: Names = {}
    if "layer_sizes" in given:
        names["layer_sizes"] = [from_rational(size) for size in given["layer_sizes"]]
    if "picture" in given:
        names["picture"] = SimpleNamespace(side=from_decimals(given["picture"]["side"]))
    if "surface" in given:
        names["surface"] = SimpleNamespace(
            coefficients=from_decimals(given["surface"]["coefficients"]),
            point=from_decimals(given["surface"]["point"]),
        )
    if "network" in given:
        network = given["network"]
        names["inputs"] = from_decimals(network["inputs"])
        names["targets"] = from_decimals(network["targets"])
        names["params"] = tuple(
            Layer(from_decimals(layer["weight"]), from_decimals(layer["bias"]))
            for layer in network["params"]
        )
    for run in given.get("runs", []):
        names[run["name"]] = SimpleNamespace(**_hyperparameters(run))
        names[run["name"]].initial_state = _state_of_zeros(run, names["params"])
    return names


def exact_names(document: Document) -> Names:
    """What the document gives, and everything that follows from it, as balls."""
    given = document.given
    names = given_names(document)
    if "layer_sizes" in given:
        sizes = given["layer_sizes"]
        names["parameter_count"] = from_rational(
            sum((below + 1) * above for below, above in pairwise(sizes))
        )
    if "surface" in given:
        # C(x) = sum_i c_i x_i^2 / 2, so dC/dx_i = c_i x_i.
        names["surface"].grads = names["surface"].coefficients * names["surface"].point
    if "network" not in given:
        return names
    names |= _exact_pass(names["params"], names, given["network"])
    for run in given.get("runs", []):
        _exact_run(names, run, given["network"])
    return names


def _exact_pass(params: Any, names: Names, network: dict[str, Any]) -> Names:
    computed = forward_and_backward(
        params, names["inputs"], names["targets"], network["activations"], network["loss"]
    )
    grads = _of_document(network, computed.grads)
    return computed._asdict() | {"outputs": computed.activations[-1], "grads": grads}


def _exact_run(names: Names, run: dict[str, Any], network: dict[str, Any]) -> None:
    """One step of one optimizer, on the layers that the document updates."""
    space = names[run["name"]]
    hyperparameters = _hyperparameters(run)
    rate = hyperparameters.pop("learning_rate")
    rule = exact_optimizers.OPTIMIZERS[run["optimizer"]]
    histories = [
        Layer(*(rule([leaf], [rate], **hyperparameters) for leaf in layer))
        for layer in names["grads"]
    ]
    moved = [
        Layer(*(leaf + history.updates[0] for leaf, history in zip(layer, updates, strict=True)))
        for layer, updates in zip(names["params"], histories, strict=True)
    ]
    space.params = tuple(
        moved[index] if index in run["layers"] else layer
        for index, layer in enumerate(names["params"])
    )
    space.state = SimpleNamespace(
        **{
            key: tuple(Layer(*(leaf.states[key][0] for leaf in layer)) for layer in histories)
            for key in histories[0].weight.states
        }
    )
    for key, value in _exact_pass(space.params, names, network).items():
        setattr(space, key, value)


def framework_names(document: Document, framework: Framework) -> Names:
    """What a framework computes of the document's example, in float64; nothing that is given."""
    names: Names = {}
    for _, grown in framework_stages(document, framework):
        names = grown
    return names


def framework_stages(document: Document, framework: Framework) -> Iterator[tuple[str, Names]]:
    """`framework_names` as they grow, after each stage, so that an error has its stage."""
    given = document.given
    names: Names = {}
    if "layer_sizes" in given:
        params = framework.params.init_params(given["layer_sizes"], seed=0)
        params = framework.params.to_numpy(params)
        names["parameter_count"] = float(sum(leaf.size for layer in params for leaf in layer))
    if "network" not in given:
        yield "forward", names
        return
    example = network_in(framework, document)
    for stage, computed in _framework_pass(framework, example, given["network"]):
        names |= computed
        yield stage, names
    runs = {run["name"]: run for run in given.get("runs", [])}
    steps = {name: _framework_step(framework, example, runs[name], given) for name in runs}
    names |= {name: SimpleNamespace(state=state) for name, (state, _) in steps.items()}
    yield "state", names
    for name, (state, updates) in steps.items():
        moved = _framework_params(framework, example[0], updates, runs[name])
        names[name] = SimpleNamespace(state=state, params=framework.params.to_numpy(moved))
        for _, after in _framework_pass(framework, (moved, *example[1:]), given["network"]):
            names[name].__dict__.update(after)
    yield "trajectory", names


def network_in(framework: Framework, document: Document) -> tuple[Any, Any, Any]:
    """The document's parameters, inputs and targets as float64 arrays of a framework."""
    network = document.given["network"]
    layer_type = framework.params.Layer
    params = tuple(
        layer_type(_floats(layer["weight"]), _floats(layer["bias"])) for layer in network["params"]
    )
    from_numpy = framework.params.from_numpy
    inputs, targets = _floats(network["inputs"]), _floats(network["targets"])
    return from_numpy(params), from_numpy(inputs), from_numpy(targets)


def _framework_pass(
    framework: Framework, example: tuple[Any, Any, Any], network: dict[str, Any]
) -> Iterator[tuple[str, Names]]:
    params, inputs, targets = example
    to_numpy, backward = framework.params.to_numpy, framework.gradients
    kind = {"activations": network["activations"], "loss": network["loss"]}
    trace = framework.mlp.forward(params, inputs, activations=kind["activations"])
    names = {
        "pre_activations": tuple(to_numpy(z) for z in trace.pre_activations),
        "activations": tuple(to_numpy(a) for a in trace.activations),
        "outputs": to_numpy(trace.outputs),
        "loss": float(to_numpy(framework.losses.LOSSES[kind["loss"]](trace.outputs, targets))),
    }
    yield "forward", names
    deltas = backward.deltas(params, inputs, targets, **kind)
    names["deltas"] = tuple(to_numpy(delta) for delta in deltas)
    yield "deltas", names
    _, grads = backward.value_and_grad(params, inputs, targets, **kind)
    names["grads"] = _of_document(network, to_numpy(grads))
    yield "gradients", names


def _framework_step(
    framework: Framework,
    example: tuple[Any, Any, Any],
    run: dict[str, Any],
    given: dict[str, Any],
) -> tuple[SimpleNamespace, Any]:
    """The moments and the updates of one step."""
    (params, inputs, targets), network = example, given["network"]
    optimizer = getattr(framework.optimizers, run["optimizer"])(**_as_floats(run))
    _, grads = framework.gradients.value_and_grad(
        params, inputs, targets, activations=network["activations"], loss=network["loss"]
    )
    grads = _of_document_by(framework, network, grads)
    updates, state = optimizer.update(grads, optimizer.init(params), params)
    moments = {
        key: framework.params.to_numpy(value)
        for key, value in state._asdict().items()
        if isinstance(value, tuple)
    }
    return SimpleNamespace(**moments), updates


def _framework_params(framework: Framework, params: Any, updates: Any, run: dict[str, Any]) -> Any:
    """The parameters after a step that moves only the layers that the document updates."""
    moved = framework.optimizers.apply_updates(params, updates)
    return tuple(
        moved[index] if index in run["layers"] else layer for index, layer in enumerate(params)
    )


def _of_document(network: dict[str, Any], grads: Any) -> Any:
    """The gradient as the document has it: a network without biases has none for them."""
    if network.get("biases", True):
        return grads
    return tuple(layer._replace(bias=layer.bias * 0) for layer in grads)


def _of_document_by(framework: Framework, network: dict[str, Any], grads: Any) -> Any:
    """The same, of a framework's arrays, with which others need not be able to compute."""
    arrays = framework.params
    return arrays.from_numpy(_of_document(network, arrays.to_numpy(grads)))


def _hyperparameters(run: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, bool) else from_decimals(value)
        for key, value in run["hyperparameters"].items()
    }


def _as_floats(run: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, bool) else float(value)
        for key, value in run["hyperparameters"].items()
    }


def _state_of_zeros(run: dict[str, Any], params: Any) -> SimpleNamespace:
    zeros = tuple(Layer(*(leaf * 0 for leaf in layer)) for layer in params)
    return SimpleNamespace(**dict.fromkeys(run.get("moments", []), zeros))


def _floats(texts: Any) -> np.ndarray:
    return np.array(texts, dtype="float64")
