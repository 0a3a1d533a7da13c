"""An exercise: short given numbers, and every quantity of the worked example as a blank to fill in.

The given numbers are drawn until each result is clear: none lies near the end between two printed
numbers, none is lost to cancellation, and no known slip gives a number that rounding might explain.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from flint import arb

from crosscheck.documents.document import Document
from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.expressions import normal_form, resolve
from crosscheck.documents.worked_examples import exact_names
from crosscheck.documents.worksheets.formulas import Steps
from crosscheck.documents.worksheets.printing import printed
from crosscheck.documents.worksheets.slips import slips_of
from crosscheck.documents.worksheets.update_rules import SlipOf, states, update
from crosscheck.numerics.exact.balls import working_precision


class Stage(StrEnum):
    """What is computed, in this order."""

    FORWARD = "forward"
    LOSS = "loss"
    DELTAS = "deltas"
    GRADIENTS = "gradients"
    UPDATE = "update"
    LOSS_AFTER = "loss afterwards"


@dataclass(frozen=True)
class Blank:
    """One number to fill in.

    Attributes:
        stage: Where it belongs.
        quantity: What it is, in the contract's terms.
        step: The expression that gives it from what comes before.
        slips: Wrong expressions in its place, with the name of what went wrong.
    """

    stage: Stage
    quantity: str
    step: str
    slips: tuple[SlipOf, ...]


@dataclass(frozen=True)
class Exercise:
    """A worked example with blanks.

    Attributes:
        title: What stands above it.
        network: With one sample.
        run: The first step of an optimizer.
        digits: How many significant digits are asked for.
    """

    title: str
    network: Network
    run: OptimizerRun
    digits: int

    @cached_property
    def steps(self) -> Steps:
        """The formulas."""
        return Steps(self.network, self.run)

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """Every number to fill in, in the order in which they are computed."""
        return tuple(_blanks(self.steps))

    @cached_property
    def given(self) -> dict[str, str]:
        """Every given number by its name, as it is written."""
        network, run = self.network, self.run
        numbers = {
            f"params{leaf}": own.bias[unit] if below is None else own.weight[unit][below]
            for layer, own in enumerate(network.params)
            for leaf, (_, unit, below) in self.steps.leaves(layer)
        }
        numbers |= {f"inputs[0, {unit}]": text for unit, text in enumerate(network.inputs[0])}
        numbers |= {f"targets[0, {unit}]": text for unit, text in enumerate(network.targets[0])}
        numbers[f"{run.name}.learning_rate"] = str(run.learning_rate)
        return numbers | {
            f"{run.name}.{key}": str(value).lower() for key, value in run.hyperparameters.items()
        }

    @cached_property
    def solution(self) -> dict[str, str]:
        """The right answer to every blank, to the digits that are asked for."""
        with working_precision():
            values = {blank.quantity: self.exact(blank.quantity) for blank in self.blanks}
            return {
                quantity: printed(value, self.digits)
                for quantity, value in values.items()
                if value is not None
            }

    @cached_property
    def names(self) -> dict[str, Any]:
        """What is given and what follows from it, exactly, in the precision that is set."""
        example = Example(network=self.network, runs=(self.run,))
        return exact_names(Document(self.title, self.title, example, ()))

    def exact(self, quantity: str) -> arb | None:
        """The exact value of a quantity, or None if there is none of this name."""
        if quantity not in self._exact:
            value = resolve(quantity, self.names)
            self._exact[quantity] = value if isinstance(value, arb) else None
        return self._exact[quantity]

    @cached_property
    def _exact(self) -> dict[str, arb | None]:
        return {}


def _blanks(steps: Steps) -> Iterator[Blank]:
    def blank(stage: Stage, quantity: str, step: str) -> Blank:
        slips = tuple(slips_of(steps, quantity, step))
        return Blank(stage, normal_form(quantity), normal_form(step), slips)

    layers = list(enumerate(steps.sizes[1:]))
    for after in (False, True):
        if after:
            yield from _update(steps, blank)
        stage = Stage.LOSS_AFTER if after else Stage.FORWARD
        for layer, units in layers:
            if after and layer < min(steps.run.layers):
                continue  # nothing has moved below it
            yield from (
                blank(stage, steps.z(layer, j, after), steps.weighted_sum(layer, j, after))
                for j in range(units)
            )
            yield from (
                blank(stage, steps.a(layer + 1, j, after), steps.activation(layer, j, after))
                for j in range(units)
            )
        loss = f"{steps.run.name}.loss" if after else "loss"
        yield blank(Stage.LOSS_AFTER if after else Stage.LOSS, loss, steps.loss(after))
        if not after:
            yield from (
                blank(Stage.DELTAS, steps.delta(layer, j), steps.error(layer, j))
                for layer, units in reversed(layers)
                for j in range(units)
            )
            yield from (
                blank(Stage.GRADIENTS, f"grads{leaf}", steps.gradient(*place))
                for layer, _ in reversed(layers)
                for leaf, place in steps.leaves(layer)
            )


def _update(steps: Steps, blank: Callable[[Stage, str, str], Blank]) -> Iterator[Blank]:
    run = steps.run
    for layer in run.layers:
        for leaf, _ in steps.leaves(layer):
            of_leaf = states(run.optimizer, run.name, leaf)
            yield from (blank(Stage.UPDATE, *state) for state in of_leaf.items())
            new = f"{run.name}.params{leaf}"
            yield blank(Stage.UPDATE, new, update(run.optimizer, run.name, leaf))
