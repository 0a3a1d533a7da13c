"""The documents' worked examples, computed by a framework, under the names of the exact values."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from crosscheck.documents import transcription, verdicts
from crosscheck.documents.document import Document
from crosscheck.documents.examples import Network, OptimizerRun, to_floats
from crosscheck.documents.expressions import ExpressionError, evaluate, resolve
from crosscheck.documents.worked_examples import Names, given_names, without_biases
from crosscheck.frameworks.hyperparameters import build_optimizer, convert
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.exact.balls import from_rational, working_precision
from crosscheck.numerics.trees import to_framework
from crosscheck.verification.cases.descent import NUMBERS
from crosscheck.verification.cases.stages import Stage


class Arrays(NamedTuple):
    """Parameters and data of a network, in float64 arrays of one framework."""

    params: Any
    inputs: Any
    targets: Any


def framework_values(
    document: str | Document, frameworks: Iterable[Framework]
) -> dict[str, dict[str, float]]:
    """For each framework by name, the float that it computes for every printed quantity.

    An expression is evaluated exactly on the framework's values. A quantity that no framework
    computes, such as what is given or the slope of a surface, is left out.

    Args:
        document: The number of one of the five, as "002"; or a document of one's own.
        frameworks: The frameworks that compute it.
    """
    loaded = document if isinstance(document, Document) else transcription.load(document)
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
                if not np.isfinite(value):  # a float that ran over: no number to be shown
                    return None
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
    walks = [_Walk(framework, network, run, arrays) for run in example.runs]
    for walk in walks:
        walk.update()
    names |= {walk.run.name: walk.names() for walk in walks}
    yield Stage.STATE, names
    for walk in walks:
        walk.finish()
    names |= {walk.run.name: walk.names() for walk in walks}
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


class _Walk:
    """The steps of one optimizer by a framework, each from the parameters that the last one left.

    Attributes:
        run: What is done.
        arrays: The data, and the parameters so far.
        after: What is known after each step, from 1.
    """

    def __init__(
        self, framework: Framework, network: Network, run: OptimizerRun, arrays: Arrays
    ) -> None:
        """Stand before the first step."""
        self.framework, self.network, self.run, self.arrays = framework, network, run, arrays
        hyperparameters = convert(run.keywords, float)
        rate = float(run.learning_rate)
        self.optimizer = build_optimizer(framework, run.optimizer, hyperparameters, rate)
        self.state = self.optimizer.init(arrays.params)
        self.updates: Any = None
        self.after: dict[int, SimpleNamespace] = {}

    def update(self) -> None:
        """Compute the next updates; afterwards the moments of the state are known."""
        params, network = self.framework.params, self.network
        _, grads = self.framework.gradients.value_and_grad(
            *self.arrays, activations=network.activations, loss=network.loss
        )
        grads = params.from_numpy(without_biases(network, params.to_numpy(grads)))
        self.updates, self.state = self.optimizer.update(grads, self.state, self.arrays.params)
        moments = {
            key: params.to_numpy(value) if isinstance(value, tuple) else float(value)
            for key, value in self.state._asdict().items()
            if isinstance(value, tuple) or key in NUMBERS
        }
        state = SimpleNamespace(**moments)
        self.after[len(self.after) + 1] = SimpleNamespace(state=state)

    def finish(self) -> None:
        """Apply the updates, and take all the steps that are left."""
        self._apply()
        while len(self.after) < self.run.steps:
            self.update()
            self._apply()

    def names(self) -> SimpleNamespace:
        """The quantities so far, under the names of the exact ones."""
        last = self.after.get(self.run.steps, SimpleNamespace())
        return SimpleNamespace(after=self.after, **last.__dict__)

    def _apply(self) -> None:
        """Change only the layers that the document updates; and biases only where it has any."""
        before = self.arrays.params
        updated = self.framework.optimizers.apply_updates(before, self.updates)
        updated = tuple(
            layer if index in self.run.layers else before[index]
            for index, layer in enumerate(updated)
        )
        if not self.network.biases:
            updated = tuple(
                layer._replace(bias=old.bias) for layer, old in zip(updated, before, strict=True)
            )
        self.arrays = self.arrays._replace(params=updated)
        names = self.after[len(self.after)]
        names.params = self.framework.params.to_numpy(updated)
        for _, found in _pass(self.framework, self.network, self.arrays):
            names.__dict__.update(found)
