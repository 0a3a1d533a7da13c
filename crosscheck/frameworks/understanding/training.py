"""Find what trains a network whose gradients are known: what else moves the parameters, and how.

    def fit(self, X, y, epochs, lr):
        for _ in range(epochs):
            self.forward(X)
            self.backward(y)
            self.W1 -= lr * self.dW1

The step stands in the method, or in a loop of the file. Nothing shows its gradients but the
difference of the parameters before and after. Of a step that could not be run the line is said.
"""

import ast
import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crosscheck.frameworks.understanding import looped, whole_loops
from crosscheck.frameworks.understanding.backwards import with_backward
from crosscheck.frameworks.understanding.constants import name_of
from crosscheck.frameworks.understanding.engine import FORMS, Engine
from crosscheck.frameworks.understanding.forwards import params_for, probe, target_forms
from crosscheck.frameworks.understanding.found_network import FoundNetwork
from crosscheck.frameworks.understanding.hosts import ObjectHost
from crosscheck.frameworks.understanding.layouts import layouts_of
from crosscheck.frameworks.understanding.leaves import leaves_of
from crosscheck.frameworks.understanding.names import (
    LIKE_TRAIN,
    TRAIN_STEP,
    first_of,
    last_word,
)
from crosscheck.frameworks.understanding.networks import Network
from crosscheck.frameworks.understanding.passes import (
    MOVED,
    RETURNED,
    Backward,
)
from crosscheck.frameworks.understanding.rewriting import mentions
from crosscheck.frameworks.understanding.trees import tree_of

# What one pass of a loop over an object is called here.
PASS = "one_pass"


class FoundTraining(FoundNetwork):
    """A network whose gradients are the difference that its training makes.

    Attributes:
        words: What trains it: "fit", "the loop of the file".
        still: The biases that it never moves.
        ignores_rate: Whether it is given a rate that it does not use.
        leans: Whether it is given samples, and goes by a forward pass that ran before it.
        is_loop: Whether it is one pass of a loop, which may take the first sample, or some, alone.
    """

    def __init__(self, training: "Training", targets: str) -> None:
        """Adapt what trains a network.

        Args:
            training: It.
            targets: As the network takes them.
        """
        network = training.network
        assert network.backward is not None
        self._network, self._engine = network, network.engine
        self.words, self.still, self.targets = training.words, training.still, targets
        self.leans, self.is_loop = training.leans, self._engine.forward is None
        step = network.backward.step
        takes_rate = step.binding.has("rate") and step.name != PASS
        self.ignores_rate = takes_rate and not network.backward.rated
        self.sizes = network.engine.layout.sizes
        self.biases = tuple(bool(slot.bias) for slot in network.engine.layout.slots)
        self.one_by_one = self._engine.one_by_one
        self.difference_rate = network.backward.rate
        self._params = params_for(self.sizes)
        self.gradients = self._gradients
        self.update = self._update


@dataclass(frozen=True)
class Training:
    """What trains a network, as `FoundTraining` has it."""

    network: Network
    words: str
    still: tuple[str, ...] = ()
    leans: bool = False

    def make(self, targets: str) -> FoundTraining:
        """A new adapter; `targets` are those of the network."""
        return FoundTraining(self, targets)


def training_of(network: Network, namespace: dict[str, Any]) -> Training | None:
    """What trains a network whose gradients are seen; None if nothing does.

    Args:
        network: Its gradients are returned, or left.
        namespace: The file, whose loops may train it.
    """
    backward = network.backward
    if backward is None or backward.source == MOVED:
        return None
    ways = (_by_functions(network), _by_objects(network, namespace), _by_loops(network, namespace))
    return next(itertools.chain(*ways), None)


def _by_functions(network: Network) -> Iterator[Training]:
    engine, backward = network.engine, network.backward
    assert backward is not None
    functions = engine.host.fresh(*probe(engine)).functions
    steps = [each.name for each in (network.update, network.whole_step) if each is not None]
    trains = [n for n in first_of(list(functions), TRAIN_STEP, LIKE_TRAIN) if n not in steps]
    names = [*([] if steps else [backward.step.name]), *trains]
    for name, form in itertools.product(dict.fromkeys(names), target_forms(engine)):
        if name not in functions:
            continue
        found = with_backward(engine, name, form, [], moves=True, alone=True)
        if found is not None and name == backward.step.name and backward.source == RETURNED:
            found = found if found.in_value is None else None  # gradients have the same shapes
        if found is not None:
            bare = replace(engine, forward=None, outputs=None)
            runs = with_backward(bare, name, form, [], moves=True, alone=True) is not None
            leans = name != backward.step.name and found.step.binding.has("X") and not runs
            own = replace(network, loss=None, backward=found)
            yield Training(own, name, leans=leans)


def _by_objects(network: Network, namespace: Mapping[str, Any]) -> Iterator[Training]:
    """The loops that train an object of the network's class."""
    kind = type(network.engine.host.fresh().root)
    for words, found, one in whole_loops.trained(namespace, kind):
        for layout in layouts_of(leaves_of(found)):
            if len(layout.slots) != len(network.engine.layout.slots):
                continue
            host = ObjectHost(words, None, {}, found, {PASS: one.of(layout)})
            engine = replace(network.engine, host=host, layout=layout, forward=None, outputs=None)
            if (backward := _of_loop(engine, PASS)) is not None:
                yield Training(Network(engine, backward=backward), words)


def _by_loops(network: Network, namespace: dict[str, Any]) -> Iterator[Training]:
    slots = network.engine.layout.slots
    for host in looped.hosts(namespace, {}):
        for layout in layouts_of(leaves_of(host.fresh().root)):
            pairs = list(zip(layout.slots, slots, strict=False))
            if len(layout.slots) != len(slots) or any(
                one.transposed != other.transposed or len(one.bias) > len(other.bias)
                for one, other in pairs
            ):
                continue
            still = [other.names[1] for one, other in pairs if len(other.bias) > len(one.bias)]
            names = tuple(last_word(each) for each in still)
            if _moved_elsewhere(names, namespace):
                continue
            for form in dict.fromkeys((network.engine.form, *FORMS)):
                engine = Engine(host, layout, form)
                if (found := _of_loop(engine, "train_step")) is not None:
                    yield Training(Network(engine, backward=found), host.words, names)


def _moved_elsewhere(names: Collection[str], namespace: Mapping[str, Any]) -> bool:
    """Whether a file steps any of some parameters."""
    return any(name in names for name, _ in _steps_in(namespace))


def _steps_in(namespace: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What a file moves by adding or subtracting, in small letters, and in which line."""
    tree = tree_of(namespace.get("__file__"))
    for node in [] if tree is None else ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            targets: list[ast.expr] = [node.target]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            read = mentions(ast.Expr(node.value))
            targets = [each for each in node.targets if ast.unparse(each) in read]
        else:
            continue
        for each in targets:
            if (name := name_of(each)) is not None:
                yield name.lower(), node.lineno


def unseen_step(network: Network, namespace: Mapping[str, Any]) -> int | None:
    """The line of a step of a file that nothing here runs; None if there is none, or it is known.

    Args:
        network: A network whose training is not known.
        namespace: Its file.
    """
    backward = network.backward
    known = network.update is not None or network.whole_step is not None
    if backward is None or backward.source == MOVED or known:
        return None
    # A step may go through all of them: params[k] -= lr * grads[k].
    paths = {each for slot in network.engine.layout.slots for path in slot.names for each in path}
    names = {each.lower() for each in paths if isinstance(each, str)}
    return next((line for name, line in _steps_in(namespace) if name in names), None)


def _of_loop(engine: Engine, name: str) -> Backward | None:
    for form in target_forms(engine):
        found = with_backward(engine, name, form, [], moves=True, alone=True)
        if found is not None:
            return found
    return None
