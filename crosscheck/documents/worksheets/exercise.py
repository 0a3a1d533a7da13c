"""An exercise: short given numbers, and every quantity of the worked example as a blank to fill in.

The given numbers are drawn until each result is clear: none lies near the end between two printed
numbers, none is lost to cancellation, and no known slip gives a number that rounding might explain.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from crosscheck.documents.document import Document
from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.expressions import normal_form, resolve
from crosscheck.documents.worked_examples import exact_names
from crosscheck.documents.working import worked_lines
from crosscheck.documents.working_network import Point
from crosscheck.documents.worksheets.printing import printed
from crosscheck.documents.worksheets.slips import slips_of
from crosscheck.documents.worksheets.update_slips import SlipOf
from crosscheck.numerics.exact.balls import working_precision
from crosscheck.numerics.trees import Layer


class Stage(StrEnum):
    """What is computed, in this order."""

    FORWARD = "forward"
    LOSS = "loss"
    DELTAS = "deltas"
    GRADIENTS = "gradients"
    UPDATE = "update"
    LOSS_AFTER = "loss afterwards"


# How many significant digits may be asked for.
DIGITS = range(3, 9)
# What has more units than these, inputs included, nobody works out by hand.
MOST_UNITS = 60
# By the first word of a line's section; after the step all is of the last.
STAGES = {
    "forward": Stage.FORWARD,
    "loss": Stage.LOSS,
    "deltas": Stage.DELTAS,
    "gradient": Stage.GRADIENTS,
    "step": Stage.UPDATE,
}
LATER = Stage.LOSS_AFTER


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
    def blanks(self) -> tuple[Blank, ...]:
        """Every number to fill in, in the order in which they are computed."""
        return tuple(_blanks(self.network, self.run))

    @cached_property
    def given(self) -> dict[str, str]:
        """Every given number by its name, as it is written."""
        network, run = self.network, self.run
        numbers = {
            f"params[{index}].{part}[{', '.join(map(str, place))}]": str(decimals[place])
            for index, layer in enumerate(network.params)
            for part, decimals in zip(Layer._fields, map(np.array, layer), strict=True)
            for place in np.ndindex(decimals.shape)
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


def with_used_hyperparameters(exercise: Exercise) -> Exercise:
    """The exercise with those hyperparameters that its step needs; the others keep their defaults.

    Args:
        exercise: Its run states every hyperparameter.
    """
    run = exercise.run
    texts = " ".join(blank.step for blank in exercise.blanks)
    named = set(re.findall(rf"\b{run.name}\.(\w+)", texts))
    used = {key: value for key, value in run.hyperparameters.items() if key in named}
    return replace(exercise, run=replace(run, hyperparameters=used))


def _blanks(network: Network, run: OptimizerRun) -> Iterator[Blank]:
    before, after = Point(network), Point(network, run, run.steps)
    for line in worked_lines(Example(network=network, runs=(run,))):
        stage = LATER if after.title in line.section else STAGES[line.section.split()[0]]
        for quantity, step in line.numbers:
            slips = tuple(slips_of(before, after, quantity, step))
            yield Blank(stage, normal_form(quantity), normal_form(step), slips)
