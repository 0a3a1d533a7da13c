"""The step of a network that was found, as an optimizer: it may keep a velocity, or be Adam's.

The gradients that the backward pass left are replaced by those of a history. Its arrays are laid
into the weights and biases of the network, and what is left of these repeats them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, Layers
from crosscheck.frameworks.understanding.engine import Step
from crosscheck.frameworks.understanding.forwards import BATCH, batch_for, params_for
from crosscheck.frameworks.understanding.leaves import get, library_of, put
from crosscheck.frameworks.understanding.names import is_perhaps_rate, rates_among, role_of
from crosscheck.frameworks.understanding.networks import Network
from crosscheck.frameworks.understanding.optimizer_settings import (
    attributes_of,
    numbers_in,
    parameters_of,
)
from crosscheck.frameworks.understanding.optimizer_ways import TRIAL_SHAPES
from crosscheck.frameworks.understanding.passes import (
    MOVED,
    RETURNED,
    after_backward,
    params_after,
    run_backward,
    run_update,
)

# The rate of every step.
RATE = 0.25
# What a step may be given beside the gradients that were replaced.
_GIVEN = {"grads", "rate", "one", "batch"}


class UnevenStepsError(ValueError):
    """Two weights, or two biases, with the same gradients did not move alike."""


class NetworkSteps:
    """Keeps `adapters.OptimizerAdapter`.

    Attributes:
        settings, numbers, words, called: As `identify_optimizer` reads them.
        biases_last: That the last array is a bias, whatever its shape.
    """

    biases_last = True

    def __init__(self, network: Network) -> None:
        """Adapt the step of a network whose `takes_gradients` is true."""
        assert network.update is not None
        self._network, self._engine = network, network.engine
        root = network.engine.host.fresh().root
        known, self.numbers = known_of(root, getattr(root, network.update.name))
        self.settings = {"learning_rate": RATE} | known
        self.words = self.called = network.update.name

    def start(self, params: Sequence[Array]) -> None:
        """Begin at these parameters, with a new state."""
        self._shapes = [array.shape for array in params]
        layout = self._engine.layout
        inputs, targets = batch_for(layout.sizes, BATCH)
        whole = self._laid(params)
        assert self._network.backward is not None
        self._ran = run_backward(
            self._engine, self._network.backward.step, whole, inputs, targets, RATE
        )
        self._result = self._ran.result
        # A step may set them to None.
        root = self._gradients_at()
        places = [path for pair in self._network.backward.places for path in pair]
        self._kept = {path: np.shape(get(root, path)) for path in places if path is not None}

    def _gradients_at(self) -> Any:
        assert self._network.backward is not None
        returned = self._network.backward.source == RETURNED
        return self._result.value if returned else self._ran.session.root

    def step(self, grads: Sequence[Array]) -> list[Array]:
        """The parameters after one more step.

        Raises:
            UnevenStepsError: If what repeats the first entries has not moved as they have.
        """
        backward, update = self._network.backward, self._network.update
        assert backward is not None
        assert update is not None
        root = self._gradients_at()
        slots = self._engine.layout.slots
        for slot, paths, pair in zip(slots, backward.places, self._laid(grads), strict=True):
            weight = pair[0].T if slot.transposed else pair[0]
            for path, array in zip(paths, (weight, pair[1]), strict=True):
                if path is not None:
                    root = put(root, path, np.array(array.reshape(self._kept[path])))
        if backward.source == RETURNED:
            self._result = replace(self._result, value=root)
        self._ran.result = self._result
        after_backward(self._ran)
        given = self._ran.given
        given.named |= dict.fromkeys(_named(update), given.roles["grads"])
        run_update(self._ran, update, RATE)
        return self._lifted(params_after(self._engine, self._ran, None))

    def _laid(self, arrays: Sequence[Array]) -> Layers:
        """Arrays in the parameters: the last one in the biases, as far as these reach."""
        first, last = (np.ravel(array) for array in arrays)
        shapes = params_for(self._engine.layout.sizes)
        biases = sum(bias.size for _, bias in shapes)
        self._in_biases = min(biases, last.size) if self._has_biases() else 0
        of_weights = np.concatenate([first, last[self._in_biases :]])
        weights = np.resize(of_weights, sum(weight.size for weight, _ in shapes))
        others = np.resize(last[: self._in_biases], biases)
        found = []
        for weight, bias in shapes:
            found.append((weights[: weight.size].reshape(weight.shape), others[: bias.size]))
            weights, others = weights[weight.size :], others[bias.size :]
        return found

    def _has_biases(self) -> bool:
        assert self._network.backward is not None
        return all(bias is not None for _, bias in self._network.backward.places)

    def _lifted(self, params: Layers) -> list[Array]:
        """The arrays that `_laid` laid into the parameters."""
        weights = np.concatenate([np.ravel(weight) for weight, _ in params])
        biases = np.concatenate([np.ravel(bias) for _, bias in params])
        entries = sum(int(np.prod(shape)) for shape in self._shapes)
        first = weights[: entries - self._in_biases]
        last = biases[: self._in_biases]
        for whole, part in ((weights, first), (biases, last)):
            if part.size and not np.array_equal(np.resize(part, whole.size), whole, equal_nan=True):
                raise UnevenStepsError("weights, or biases, with the same gradients move apart")
        ends = int(np.prod(self._shapes[0]))
        rest = np.concatenate([last, first[ends:]])
        return [first[:ends].reshape(self._shapes[0]), rest.reshape(self._shapes[1])]


def known_of(root: Any, method: Any) -> tuple[dict[str, Any], tuple[float, ...]]:
    """The numbers that a network keeps or a step takes, by their names, and those in its source.

    The rates are left out. What alpha or gamma stands for is not said by its name: such a number
    is one in the source.
    """
    defaults = {
        name: each.default
        for name, each in parameters_of(method).items()
        if isinstance(each.default, int | float)
    }
    beside = getattr(method, "beside", ())  # objects that take part in a step, as an optimizer
    known = {k: v for each in (root, *beside) for k, v in attributes_of(each, {}).items()}
    known |= defaults
    rates = rates_among(known)
    unsaid = {name for name in known if is_perhaps_rate(name)} - rates
    values = [known[name] for name in sorted(unsaid) if isinstance(known[name], float)]
    settings = {name: value for name, value in known.items() if name not in rates | unsaid}
    in_source = [number for each in (root, *beside) for number in numbers_in(type(each))]
    return settings, (*dict.fromkeys(in_source), *values)


def takes_gradients(network: Network) -> bool:
    """Whether the step of a network can be given other gradients than its own."""
    update, backward = network.update, network.backward
    if update is None or backward is None or backward.source == MOVED or network.engine.one_by_one:
        return False
    session = network.engine.host.fresh()
    own = params_for(network.engine.layout.sizes)
    weights, biases = (sum(pair[part].size for pair in own) for part in (0, 1))
    first, last = (int(np.prod(shape)) for shape in TRIAL_SHAPES)
    if any(bias is None for _, bias in backward.places):
        biases = 0
    roles = {role for _, role in update.binding.arguments if role[1:-1] not in _named(update)}
    arrays = (get(session.root, path) for path in network.engine.layout.paths)
    return (
        not session.is_argument
        and weights >= first + max(0, last - biases)
        and roles <= _GIVEN
        and hasattr(session.root, update.name)
        and all(library_of(each) == "numpy" for each in arrays)
        and _follows_them(network)
    )


def _follows_them(network: Network) -> bool:
    """Whether a step goes by the gradients that it is given, and computes none itself."""
    moved = []
    for sign in (1.0, -1.0):
        try:
            steps = NetworkSteps(network)
            steps.start([np.ones(shape) for shape in TRIAL_SHAPES])
            moved.append(steps.step([np.full(shape, sign) for shape in TRIAL_SHAPES]))
        except Exception:  # it is not called like that, or goes by gradients of its own
            return False
    return all(not np.any(one == other) for one, other in zip(*moved, strict=True))


def _named(update: Step) -> list[str]:
    """The arguments of a step that take the gradients by their very name."""
    quoted = [role[1:-1] for _, role in update.binding.arguments if role.startswith("'")]
    return [name for name in quoted if role_of(name) == "grads"]
