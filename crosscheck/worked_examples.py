"""The documents' worked examples, computed: exactly, and by a framework.

Both give the same names, in the contract's terms, so that one quantity such as
"sgd.params[1].weight[0, 0]" finds its exact value, and each framework's.
"""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from crosscheck.documents import Document
from crosscheck.exact import optimizers as exact_optimizers
from crosscheck.exact.balls import from_decimals, from_rational
from crosscheck.exact.network import Layer, forward_and_backward
from crosscheck.frameworks import Framework

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
    given = document.given
    names: Names = {}
    if "layer_sizes" in given:
        params = framework.params.init_params(given["layer_sizes"], seed=0)
        params = framework.params.to_numpy(params)
        names["parameter_count"] = float(sum(leaf.size for layer in params for leaf in layer))
    if "network" not in given:
        return names
    params, inputs, targets = network_in(framework, document)
    names |= _framework_pass(framework, params, inputs, targets, given["network"])
    for run in given.get("runs", []):
        names[run["name"]] = _framework_run(framework, params, inputs, targets, run, given)
    return names


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
    framework: Framework, params: Any, inputs: Any, targets: Any, network: dict[str, Any]
) -> Names:
    to_numpy = framework.params.to_numpy
    activations, loss = network["activations"], network["loss"]
    trace = framework.mlp.forward(params, inputs, activations=activations)
    backward = framework.gradients
    kind = {"activations": activations, "loss": loss}
    value, grads = backward.value_and_grad(params, inputs, targets, **kind)
    deltas = backward.deltas(params, inputs, targets, **kind)
    return {
        "pre_activations": tuple(to_numpy(z) for z in trace.pre_activations),
        "activations": tuple(to_numpy(a) for a in trace.activations),
        "outputs": to_numpy(trace.outputs),
        "loss": float(value),
        "deltas": tuple(to_numpy(delta) for delta in deltas),
        "grads": to_numpy(_of_document(network, grads)),
    }


def _framework_run(
    framework: Framework,
    params: Any,
    inputs: Any,
    targets: Any,
    run: dict[str, Any],
    given: dict[str, Any],
) -> SimpleNamespace:
    network = given["network"]
    optimizer = getattr(framework.optimizers, run["optimizer"])(**_as_floats(run))
    _, grads = framework.gradients.value_and_grad(
        params, inputs, targets, activations=network["activations"], loss=network["loss"]
    )
    grads = _of_document(network, grads)
    updates, state = optimizer.update(grads, optimizer.init(params), params)
    moved = framework.optimizers.apply_updates(params, updates)
    kept = tuple(
        moved[index] if index in run["layers"] else layer for index, layer in enumerate(params)
    )
    to_numpy = framework.params.to_numpy
    moments = {
        key: to_numpy(value) for key, value in state._asdict().items() if isinstance(value, tuple)
    }
    names = _framework_pass(framework, kept, inputs, targets, network)
    return SimpleNamespace(params=to_numpy(kept), state=SimpleNamespace(**moments), **names)


def _of_document(network: dict[str, Any], grads: Any) -> Any:
    """The gradient as the document has it: a network without biases has none for them."""
    if network.get("biases", True):
        return grads
    return tuple(layer._replace(bias=layer.bias * 0) for layer in grads)


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
