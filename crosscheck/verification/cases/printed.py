"""The numbers that the documents print, compared with what a framework computes.

A framework is judged by the confirmed numbers alone, and only to half a unit of their last digit.
By a number that a document got wrong nobody is judged. The other groups compare with exact values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from crosscheck.documents import transcription, verdicts
from crosscheck.documents.document import Number
from crosscheck.documents.expressions import resolve
from crosscheck.documents.verdicts import Verdict
from crosscheck.documents.worked_examples import given_names
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases.examples import framework_stages
from crosscheck.verification.cases.stages import Quantities, Stage, Stages

# The stage of a quantity, by how its name begins. All that comes after a step is its trajectory.
STAGE_OF = {
    "pre_activations": Stage.FORWARD,
    "activations": Stage.FORWARD,
    "outputs": Stage.FORWARD,
    "loss": Stage.FORWARD,
    "deltas": Stage.DELTAS,
    "grads": Stage.GRADIENTS,
}


@dataclass(frozen=True)
class PrintedCase:
    """The confirmed numbers of one document."""

    document: str
    group: str = "printed numbers"
    dtype: str = "float64"

    @property
    def name(self) -> str:
        return f"document {self.document}, as printed"

    def exactly(self) -> Stages:
        """The printed numbers, each with half a unit of its last digit as its bound."""
        return _printed(self)

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same quantities by a framework, stage by stage."""
        printed = self.exactly()
        last = max(printed)
        for stage, names in framework_stages(transcription.load(self.document), framework):
            found: Quantities = {
                quantity: {"": Tensor(np.array(float(resolve(quantity, names))))}
                for quantity in printed.get(stage, {})
            }
            if found:
                yield stage, found
            if stage == last:
                return  # the document prints nothing of what follows


@cache
def _printed(case: PrintedCase) -> Stages:
    document = transcription.load(case.document)
    given = given_names(document)
    runs = {run.name for run in document.example.runs}
    numbers: dict[tuple[Stage, str], list[Number]] = {}
    for judged in verdicts.judge(case.document):
        number = judged.number
        stage = _stage(number.quantity, runs)
        # A quantity that the document gives is computed by no framework.
        if judged.verdict is not Verdict.CONFIRMED or not stage or resolve(number.quantity, given):
            continue
        numbers.setdefault((stage, number.quantity), []).append(number)
    found: Stages = {}
    for (stage, quantity), occurrences in numbers.items():
        # Of a number that is printed several times, the one with the most digits counts.
        finest = min(occurrences, key=lambda number: number.tolerance)
        tensor = Tensor(np.array(float(finest.value)), np.array(float(finest.tolerance)))
        found.setdefault(stage, {})[quantity] = {"": tensor}
    return found


def _stage(quantity: str, runs: set[str]) -> Stage | None:
    """The stage of a plain quantity of the network; None for what no framework computes."""
    if not re.fullmatch(r"[\w.\[\], ]+", quantity):
        return None
    first, *rest = re.split(r"[.\[]", quantity)
    if first in runs:
        return Stage.STATE if rest[0] == "state" else Stage.TRAJECTORY
    return STAGE_OF.get(first)


@cache
def generated() -> list[PrintedCase]:
    """The documents that print numbers which a framework computes."""
    everything = [PrintedCase(number) for number in transcription.DOCUMENTS]
    return [case for case in everything if case.exactly()]
