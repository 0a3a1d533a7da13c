"""Drawing the given numbers of an exercise, until every result of it is clear."""

import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from crosscheck.documents.document import Printed
from crosscheck.documents.examples import Network, OptimizerRun, Vector
from crosscheck.documents.expressions import evaluate
from crosscheck.documents.worksheets.exercise import Exercise
from crosscheck.documents.worksheets.grading import Explained, Mark, Written, grade
from crosscheck.documents.worksheets.printing import half_unit, is_clear, printed
from crosscheck.documents.worksheets.update_rules import RULES
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.hyperparameters import default_keywords
from crosscheck.numerics.exact.balls import UndecidedError, working_precision
from crosscheck.numerics.trees import Layer

# So many draws are tried. The sizes and digits that make sense take some ten of them.
DRAWS = 400
# What is given: a weight or a bias, an input, a target.
WEIGHTS = [f"{sign}0.{digit}" for sign in ("", "-") for digit in range(1, 10)]
INPUTS = ["1", "2", "3", "-1", "-2", "0.5", "-0.5", "1.5"]
TARGETS = ["0", "1"]
DIGITS = range(3, 9)
# A slip that moves a number by less than this part of it may be taken for rounding.
SMALL = Fraction(1, 50)
# The losses of probabilities, and the activations that give them.
OF_PROBABILITIES, PROBABILITIES = ("binary_cross_entropy",), ("sigmoid", "softmax")


class ExerciseError(ValueError):
    """An exercise of this kind cannot be made; the message says why."""


def draw(
    layers: Sequence[int],
    *,
    activations: Sequence[str],
    loss: str,
    optimizer: str,
    digits: int = 4,
    seed: int = 0,
    every_layer: bool = False,
) -> Exercise:
    """An exercise whose results are clear.

    Args:
        layers: The units of the inputs, of each hidden layer, and of the outputs.
        activations: One name of the contract per layer.
        loss, optimizer: Names of the contract.
        digits: The significant digits that are asked for, 3 to 8.
        seed: Of the draws.
        every_layer: Whether the optimizer moves every layer, or the last one alone.

    Raises:
        ExerciseError: If a name is unknown, the sizes and names do not fit each other, or no draw
            gives clear results.
    """
    _refuse(layers, activations, loss, optimizer, digits)
    numbers = range(len(layers) - 1)
    run = run_of(optimizer, tuple(numbers) if every_layer else (numbers[-1],))
    for trial in range(DRAWS):
        rng = np.random.default_rng([seed, trial])
        network = network_of(rng, layers, tuple(activations), loss)
        title = f"{'-'.join(map(str, layers))}, {', '.join(activations)}, {loss}, {optimizer}"
        exercise = Exercise(title, network, run, digits)
        with working_precision(), suppress(UndecidedError):  # which a result that is 0 may raise
            if _is_clear(exercise):
                return exercise
    raise ExerciseError(
        f"none of {DRAWS} draws gives results that are clear to {digits} digits: take more digits, "
        "fewer units, or another seed"
    )


def _refuse(
    layers: Sequence[int], activations: Sequence[str], loss: str, optimizer: str, digits: int
) -> None:
    if len(layers) < 2 or min(layers) < 1:
        raise ExerciseError(f"layers {list(layers)}: give at least two sizes, each 1 or more")
    if len(activations) != len(layers) - 1:
        raise ExerciseError(
            f"{len(activations)} activations for {len(layers) - 1} layers: give one for each layer "
            "above the inputs"
        )
    for what, names, known in (
        ("activation", activations, ACTIVATIONS),
        ("loss", [loss], LOSSES),
        ("optimizer", [optimizer], RULES),
    ):
        for name in names:
            if name not in known:
                raise ExerciseError(f"unknown {what} {name!r}; known are {', '.join(known)}")
    if digits not in DIGITS:
        raise ExerciseError(f"{digits} digits: give {DIGITS.start} to {DIGITS.stop - 1}")
    if loss in OF_PROBABILITIES and activations[-1] not in PROBABILITIES:
        raise ExerciseError(f"{loss} takes probabilities: end in {' or '.join(PROBABILITIES)}")
    if "softmax" in (activations[-1], loss.partition("_")[0]) and layers[-1] == 1:
        raise ExerciseError("the softmax of one output is always 1: give two outputs or more")


def run_of(optimizer: str, layers: tuple[int, ...]) -> OptimizerRun:
    """The first step of an optimizer on these layers, with usual hyperparameters."""
    rule = RULES[optimizer]
    texts = " ".join([rule.update, *rule.states.values()])
    named = dict.fromkeys(re.findall(r"R\.(\w+)", texts))
    usual = {key: value for key, value in default_keywords(optimizer).items() if key in named}
    given = {key: Decimal(str(value)) for key, value in usual.items()} | dict(rule.given)
    return OptimizerRun(optimizer, optimizer, Decimal(rule.rate), given, layers)


def network_of(
    rng: np.random.Generator, layers: Sequence[int], activations: tuple[str, ...], loss: str
) -> Network:
    """A network and one sample with short numbers; the arguments are those of `draw`."""

    def some(of: Sequence[str], count: int) -> Vector:
        return tuple(str(each) for each in rng.choice(of, count))

    params = tuple(
        Layer(tuple(some(WEIGHTS, below) for _ in range(above)), some(WEIGHTS, above))
        for below, above in pairwise(layers)
    )
    targets = some(TARGETS, layers[-1])
    if "softmax" in (activations[-1], loss.partition("_")[0]):  # one class
        chosen = int(rng.integers(layers[-1]))
        targets = tuple(str(int(each == chosen)) for each in range(layers[-1]))
    return Network(params, (some(INPUTS, layers[0]),), (targets,), activations, loss)


def _is_clear(exercise: Exercise) -> bool:
    """Whether every number can be told from its neighbours, and every slip from rounding."""
    digits = exercise.digits
    solution = {}
    for blank in exercise.blanks:
        value = exercise.exact(blank.quantity)
        if value is None or not value.is_finite() or not is_clear(value, digits):
            return False
        solution[blank.quantity] = printed(value, digits)
    answers = {each.blank.quantity: each for each in grade(exercise, solution)}
    written = Written(exercise, answers)
    for blank in exercise.blanks:
        number = Printed(solution[blank.quantity]).value
        if written.explains(blank.step, number, half_unit(number, digits)) is Explained.PERHAPS:
            return False
        for _, wrong in blank.slips:
            slipped = _slipped(exercise, wrong)
            if slipped is None or abs(slipped - number) <= abs(number) * SMALL:
                continue
            near = half_unit(slipped, digits)
            if written.explains(blank.step, slipped, near) is not Explained.NO:
                return False
    return all(answer.mark is Mark.RIGHT for answer in answers.values())


def _slipped(exercise: Exercise, wrong: str) -> Fraction | None:
    """What a slip gives on the exact numbers, as it is printed; None where it gives none."""
    try:
        value = evaluate(wrong, exercise.exact)
        return Printed(printed(value, exercise.digits)).value if value.is_finite() else None
    except UndecidedError:
        return None
