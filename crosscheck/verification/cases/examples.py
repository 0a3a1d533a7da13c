"""The documents' worked examples, computed by a framework, under the names of the exact values."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

from crosscheck.documents import transcription, verdicts
from crosscheck.documents.examples import Network, OptimizerRun, to_floats
from crosscheck.documents.expressions import ExpressionError, evaluate, resolve
from crosscheck.documents.transcription import Document
from crosscheck.documents.worked_examples import Names, given_names, without_biases
from crosscheck.frameworks.hyperparameters import build_optimizer, convert
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.exact.balls import from_rational, working_precision
from crosscheck.numerics.trees import to_framework
from crosscheck.verification.cases.stages import Stage


class Arrays(NamedTuple):
    """Parameters and data of a network, in float64 arrays of one framework."""

    params: Any
    inputs: Any
    targets: Any


def framework_values(document: str, frameworks: Iterable[Framework]) -> dict[str, dict[str, float]]:
    """For each framework by name, the float that it computes for every printed quantity.

    An expression is evaluated exactly on the framework's values. A quantity that no framework
    computes, such as what is given or the slope of a surface, is left out.

    Args:
        document: Its number, as "002".
        frameworks: The frameworks that compute it.
    """
    loaded = transcription.load(document)
    return {framework.name: _values(loaded, framework) for framework in frameworks}


def _values(document: Document, framework: Framework) -> dict[str, float]:
    values = {}
    with working_precision():
        computed, given = framework_names(document, framework), given_names(document)
        for number in document.numbers:
            used: list[str] = []  # the quantities of the expression that the framework computes

            def look_up(name: str, used: list[str] = used) -> Any:
                value = resolve(name, computed)
                if value is None:
                    return verdicts.ball(resolve(name, given))
                used.append(name)
                return from_rational(Fraction(float(value)))

            if number.illustration is not None:
                continue
            try:
                value = evaluate(number.quantity, look_up)
            except ExpressionError:  # it has a quantity that no framework computes
                continue
            if used:
                values[number.quantity] = float(value.mid())
    return values


def framework_names(document: Document, framework: Framework) -> Names:
    """What a framework computes of the document's example, in float64; nothing that is given."""
    *_, (_, names) = framework_stages(document, framework)
    return names


def framework_stages(document: Document, framework: Framework) -> Iterator[tuple[Stage, Names]]:
    """The names of `framework_names`, after each stage all those that are known by then.

    So what a framework raises comes in the stage that raises it.
    """
    example, params = document.example, framework.params
    names: Names = {}
    if example.layer_sizes:
        drawn = params.to_numpy(params.init_params(example.layer_sizes, seed=0))
        names["parameter_count"] = float(sum(leaf.size for layer in drawn for leaf in layer))
    if example.network is None:
        yield Stage.FORWARD, names
        return
    network = example.network
    arrays = network_in(framework, network)
    for stage, computed in _pass(framework, network, arrays):
        names |= computed
        yield stage, names
    steps = [(run, *_step(framework, network, arrays, run)) for run in example.runs]
    names |= {run.name: SimpleNamespace(state=state) for run, state, _ in steps}
    yield Stage.STATE, names
    for run, state, updates in steps:
        updated = _updated(framework, arrays.params, updates, run)
        names[run.name] = SimpleNamespace(state=state, params=params.to_numpy(updated))
        for _, after in _pass(framework, network, arrays._replace(params=updated)):
            names[run.name].__dict__.update(after)
    yield Stage.TRAJECTORY, names


def network_in(framework: Framework, network: Network) -> Arrays:
    """The parameters, inputs and targets of a document's network as arrays of a framework."""
    return Arrays(*(to_framework(framework.params, tree) for tree in network.arrays(to_floats)))


def _pass(framework: Framework, network: Network, arrays: Arrays) -> Iterator[tuple[Stage, Names]]:
    """The quantities of one forward and backward pass, after each of its stages."""
    params, inputs, targets = arrays
    to_numpy, backward = framework.params.to_numpy, framework.gradients
    trace = framework.mlp.forward(params, inputs, activations=network.activations)
    names = {
        "pre_activations": tuple(to_numpy(z) for z in trace.pre_activations),
        "activations": tuple(to_numpy(a) for a in trace.activations),
        "outputs": to_numpy(trace.outputs),
        "loss": float(to_numpy(framework.losses.LOSSES[network.loss](trace.outputs, targets))),
    }
    yield Stage.FORWARD, names
    kind = {"activations": network.activations, "loss": network.loss}
    deltas = backward.deltas(params, inputs, targets, **kind)
    names["deltas"] = tuple(to_numpy(delta) for delta in deltas)
    yield Stage.DELTAS, names
    _, grads = backward.value_and_grad(params, inputs, targets, **kind)
    names["grads"] = without_biases(network, to_numpy(grads))
    yield Stage.GRADIENTS, names


def _step(
    framework: Framework, network: Network, arrays: Arrays, run: OptimizerRun
) -> tuple[SimpleNamespace, Any]:
    """The moments of the state after one step, and the updates that the step makes."""
    to_numpy, from_numpy = framework.params.to_numpy, framework.params.from_numpy
    hyperparameters = convert(run.hyperparameters, float)
    rate = float(run.learning_rate)
    optimizer = build_optimizer(framework, run.optimizer, hyperparameters, rate)
    _, grads = framework.gradients.value_and_grad(
        *arrays, activations=network.activations, loss=network.loss
    )
    grads = from_numpy(without_biases(network, to_numpy(grads)))
    updates, state = optimizer.update(grads, optimizer.init(arrays.params), arrays.params)
    moments = {
        key: to_numpy(value) for key, value in state._asdict().items() if isinstance(value, tuple)
    }
    return SimpleNamespace(**moments), updates


def _updated(framework: Framework, params: Any, updates: Any, run: OptimizerRun) -> Any:
    """The parameters after a step that changes only the layers that the document updates."""
    updated = framework.optimizers.apply_updates(params, updates)
    return tuple(
        updated[index] if index in run.layers else layer for index, layer in enumerate(params)
    )
