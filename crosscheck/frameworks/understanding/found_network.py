"""The adapter of a network that was found."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array, GradientShapeError, Layers
from crosscheck.frameworks.understanding import later_passes
from crosscheck.frameworks.understanding.between import deltas_of, hidden_of
from crosscheck.frameworks.understanding.forwards import (
    BATCH,
    as_number,
    batch_for,
    params_for,
    run,
    value_of_loss,
)
from crosscheck.frameworks.understanding.names import VALUE_AND_GRAD
from crosscheck.frameworks.understanding.network_steps import (
    NetworkSteps,
    takes_gradients,
)
from crosscheck.frameworks.understanding.networks import Network
from crosscheck.frameworks.understanding.passes import (
    GROWS,
    MOVED,
    params_after,
    run_backward,
    run_update,
)
from crosscheck.frameworks.understanding.places import gradients_from
from crosscheck.frameworks.understanding.repeated import adds_up_again
from crosscheck.frameworks.understanding.stepping import after_whole_step

SHAPES = re.compile(rf"{GROWS} with shape (\(.*?\)) doesn't match the broadcast shape (\(.*?\))")
UNIT = 2.0**-53


def _gone(before: Array, after: Array) -> Array:
    """How far a bias has gone; in the shape of the batch if the step made it grow to that."""
    if before.shape == after.shape or before.shape == after.shape[1:]:
        return before - after
    return before[:, None] - after


class FoundNetwork:
    """Keeps `adapters.NetworkAdapter` for a network that was found.

    What was not found is no attribute of it: `hasattr(adapter, "loss")`.

    Attributes:
        sizes: See `NetworkAdapter`.
        biases: For each layer, whether it has one. The gradient of one that is not there is None,
            and so is that of one which the network has and gives no gradient of.
        targets: "any", or "classes" if targets must be rows of zeros and a one.
        one_by_one: Whether it takes one sample at a time.
        difference_rate: The rate by whose step the gradients were found; None where they are given.
        own_steps: Makes an adapter of its step as that of an optimizer.
    """

    loss: Callable[[Array, Array], float]
    gradients: Callable[[Array, Array], list[tuple[Array, Array | None]]]
    returned_number: Callable[[Array, Array], float]
    update: Callable[[Array, Array, float], Layers]
    hidden: Callable[[Array], list[Array]]
    deltas: Callable[[Array, Array], list[Array]]
    own_steps: Callable[[], NetworkSteps]

    def __init__(self, network: Network, targets: str | None = None) -> None:
        """Adapt a network; it has no parameters before `set_params`.

        Args:
            network: What was found.
            targets: The attribute, if it is known already.
        """
        self._network, self._engine = network, network.engine
        self.sizes = network.engine.layout.sizes
        self.biases = tuple(bool(slot.bias) for slot in network.engine.layout.slots)
        steps = [network.loss, network.backward.step if network.backward else None]
        labels = any(each is not None and each.targets == "labels" for each in steps)
        self.targets = "classes" if labels else "any"
        self.one_by_one = self._engine.one_by_one
        self.difference_rate = None if network.backward is None else network.backward.rate
        self._params: Layers = params_for(self.sizes)
        backward = network.backward
        if network.loss is not None or (backward and backward.step.name in VALUE_AND_GRAD):
            self.loss = self._loss
        elif backward is not None and self._returns_number():
            self.returned_number = self._loss
        if backward is not None:
            self.gradients = self._gradients
            moves = backward.source == MOVED and backward.rated
            if network.update is not None or network.whole_step is not None or moves:
                self.update = self._update
            if takes_gradients(network):
                self.own_steps = partial(NetworkSteps, network)
        if targets is not None:
            self.targets = targets
        elif self.targets == "any" and self._takes_classes():
            self.targets = "classes"
        if not self._engine.one_by_one:
            self._find_between()

    @property
    def own_rates(self) -> tuple[float, ...] | None:
        """The numbers that may be the rate of its steps, where nothing can set that.

        None if the steps were not found.
        """
        return self._network.own_rates if self.difference_rate == 1 else ()

    def _returns_number(self) -> bool:
        """Whether what computes the gradients returns a number, which may be the loss."""
        inputs, targets = batch_for(self.sizes, 1 if self._engine.one_by_one else BATCH)
        try:
            self._loss(inputs, targets)
        except Exception:  # it returns nothing, or something else
            return False
        return True

    def _takes_classes(self) -> bool:
        """Whether of the targets only the largest of each row counts, as with t.argmax(axis=1)."""
        if self.sizes[-1] == 1:
            return False
        inputs, classes = batch_for(self.sizes, 1 if self._engine.one_by_one else BATCH)
        shares = (classes + 0.5 / self.sizes[-1]) / 1.5
        try:
            own = self._network.loss is not None
            if own and self._loss(inputs, classes) == self._loss(inputs, shares):
                return True
            if self._network.backward is None:
                return False
            both = [self._gradients(inputs, targets) for targets in (classes, shares)]
        except Exception:  # whatever it raises is said where it is judged
            return False
        return all(np.array_equal(one[0], two[0]) for one, two in zip(*both, strict=True))

    def _find_between(self) -> None:
        """Find what is computed between inputs and outputs, and between loss and gradients."""
        self._hidden_at = hidden_of(self._engine)
        if self._hidden_at is not None:
            self.hidden = self._hidden
        backward = self._network.backward
        self._deltas_at = deltas_of(self._engine, backward) if backward is not None else None
        if self._deltas_at is not None:
            self.deltas = self._deltas

    def set_params(self, params: Layers) -> None:
        """See `NetworkAdapter`."""
        self._params = [
            (np.array(weight, dtype=np.float64), np.array(bias, dtype=np.float64))
            for weight, bias in params
        ]

    def forward(self, inputs: Array) -> Array:
        """See `NetworkAdapter`."""
        return run(self._engine, self._params, np.asarray(inputs, dtype=np.float64))

    def _pieces(self, inputs: Array, targets: Array) -> list[tuple[Array, Array]]:
        """The batch, or its samples where one is taken at a time."""
        x, y = np.asarray(inputs, dtype=np.float64), np.asarray(targets, dtype=np.float64)
        if not self._engine.one_by_one:
            return [(x, y)]
        return [(x[at : at + 1], y[at : at + 1]) for at in range(len(x))]

    def _loss(self, inputs: Array, targets: Array) -> float:
        step, backward = self._network.loss, self._network.backward
        found = []
        for x, y in self._pieces(inputs, targets):
            if step is not None:
                found.append(value_of_loss(self._engine, step, self._params, x, y))
            else:
                assert backward is not None
                ran = run_backward(self._engine, backward.step, self._params, x, y)
                found.append(as_number(ran.result.value))
        return float(np.mean(found))

    def _gradients(self, inputs: Array, targets: Array) -> list[tuple[Array, Array | None]]:
        found = [self._gradients_of(x, y) for x, y in self._pieces(inputs, targets)]
        if len(found) == 1:
            return found[0]
        return [
            (
                np.mean([each[0] for each in layer], axis=0),
                None if layer[0][1] is None else np.mean([each[1] for each in layer], axis=0),
            )
            for layer in zip(*found, strict=True)
        ]

    def _gradients_of(self, inputs: Array, targets: Array) -> list[tuple[Array, Array | None]]:
        backward = self._network.backward
        assert backward is not None
        if backward.source != MOVED:
            ran = run_backward(self._engine, backward.step, self._params, inputs, targets)
            return gradients_from(self._engine, backward, ran)
        rate = self.difference_rate or 1.0
        after = self._moved(inputs, targets, rate)
        return [
            ((now[0] - new[0]) / rate, _gone(now[1], new[1]) / rate if has_bias else None)
            for now, new, has_bias in zip(self._params, after, self.biases, strict=True)
        ]

    def adds_up_again(self, inputs: Array, targets: Array) -> bool | None:
        """Whether a second backward pass gives the sum of both; None if nobody can tell."""
        return adds_up_again(self._network, self._params, inputs, targets)

    def gradient_slack(self, inputs: Array, targets: Array) -> Layers | None:
        """By how much the difference of parameters may miss the gradients; None where it is none.

        Three roundings: of the step times its rate, of the new parameter, and of the difference.
        """
        backward = self._network.backward
        if backward is None or backward.source != MOVED:
            return None
        rate = self.difference_rate or 1.0
        after = self._moved(*self._pieces(inputs, targets)[0], rate)
        return [
            (3 * UNIT * (abs(w) + abs(new_w)) / rate, 3 * UNIT * (abs(b) + abs(new_b)) / rate)
            for (w, b), (new_w, new_b) in zip(self._params, after, strict=True)
        ]

    def _moved(self, inputs: Array, targets: Array, rate: float) -> Layers:
        backward = self._network.backward
        assert backward is not None
        try:
            ran = run_backward(self._engine, backward.step, self._params, inputs, targets, rate)
        except ValueError as error:
            if (shapes := SHAPES.search(str(error))) is None:
                raise
            raise GradientShapeError(
                f"the gradient of a bias of shape {shapes[1]} has shape {shapes[2]}, and so "
                f"{backward.step.name} raises {type(error).__name__}"
            ) from None
        at = backward.in_value
        if backward.after is not None:
            run_update(ran, backward.after, rate)
        elif backward.source != MOVED and self._network.update is not None:
            run_update(ran, self._network.update, rate)
            at = None
        return params_after(self._engine, ran, at)

    def _update(self, inputs: Array, targets: Array, rate: float) -> Layers:
        if (step := self._network.whole_step) is not None:
            x, y = np.asarray(inputs, dtype=np.float64), np.asarray(targets, dtype=np.float64)
            return after_whole_step(self._engine, step, self._params, x, y, rate)
        found = [self._moved(x, y, rate) for x, y in self._pieces(inputs, targets)]
        if len(found) == 1:
            return found[0]
        return [
            (np.mean([w for w, _ in layer], axis=0), np.mean([b for _, b in layer], axis=0))
            for layer in zip(*found, strict=True)
        ]

    def _hidden(self, inputs: Array) -> list[Array]:
        assert self._hidden_at is not None
        return self._hidden_at(self._params, np.asarray(inputs, dtype=np.float64))

    def _deltas(self, inputs: Array, targets: Array) -> list[Array]:
        assert self._deltas_at is not None
        (x, y), *_ = self._pieces(inputs, targets)
        return self._deltas_at(self._params, x, y)

    def later_step(self, inputs: Array, targets: Array) -> tuple[list[Array], list[Array]] | None:
        """See `later_passes.later_step`."""
        return later_passes.later_step(self._network, self._params, inputs, targets)

    def passes(self, inputs: Array, targets: Array, count: int, rate: float) -> list[Layers] | None:
        """See `later_passes.passes`."""
        return later_passes.passes(self._network, self._params, inputs, targets, count, rate)

    def known(self) -> tuple[dict[str, Any], tuple[float, ...]]:
        """The numbers that a pass has by their names, without its rate; those in its source."""
        return later_passes.known(self._network)
