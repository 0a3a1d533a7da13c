"""Drawing the given numbers of an exercise, until every result of it is clear."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from crosscheck.documents.document import Printed
from crosscheck.documents.expressions import evaluate
from crosscheck.documents.new_document import Choices, NewDocumentError, drawn_example
from crosscheck.documents.worksheets.exercise import (
    DIGITS,
    MOST_UNITS,
    Exercise,
    with_used_hyperparameters,
)
from crosscheck.documents.worksheets.grading import Explained, Mark, Written, grade
from crosscheck.documents.worksheets.printing import half_unit, is_clear, printed
from crosscheck.numerics.exact.balls import UndecidedError, working_precision

# So many draws are tried. The sizes and digits that make sense take some ten of them.
DRAWS = 400
# A slip that moves a number by less than this part of it may be taken for rounding.
SMALL = Fraction(1, 50)
# The usual rates that are not 0.1, and hyperparameters whose defaults would show too little.
RATES = {"lion": "0.01", "rmsprop": "0.01", "adadelta": "1"}
SHOWN: Mapping[str, Mapping[str, Decimal]] = {
    "lion": {"weight_decay": Decimal("0.01")},
    "adamw": {"weight_decay": Decimal("0.01")},
    "adagrad": {"initial_accumulator": Decimal("0.1")},
}


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
    if len(layers) < 2 or min(layers) < 1:
        raise ExerciseError(f"layers {list(layers)}: give at least two sizes, each 1 or more")
    if sum(layers) > MOST_UNITS:
        raise ExerciseError(f"{sum(layers)} units: nobody works out more than {MOST_UNITS} by hand")
    if digits not in DIGITS:
        raise ExerciseError(f"{digits} digits: give {DIGITS.start} to {DIGITS.stop - 1}")
    if layers[-1] == 1 and "softmax" in (activations[-1], loss.partition("_")[0]):
        raise ExerciseError("the softmax of one output is always 1: give two outputs or more")
    choices = Choices(
        tuple(layers), tuple(activations), loss, optimizer, RATES.get(optimizer, "0.1")
    )
    for trial in range(DRAWS):
        exercise = exercise_of(replace(choices, seed=seed * DRAWS + trial), digits, every_layer)
        with working_precision(), suppress(UndecidedError):  # which a result that is 0 may raise
            if _is_clear(exercise):
                return exercise
    raise ExerciseError(
        f"none of {DRAWS} draws gives results that are clear to {digits} digits: take more digits, "
        "fewer units, or another seed"
    )


def exercise_of(choices: Choices, digits: int, every_layer: bool = False) -> Exercise:
    """The exercise that a seed gives, clear or not.

    Args:
        choices: What it works out, in one step of an optimizer.
        digits, every_layer: As of `draw`.

    Raises:
        ExerciseError: If the choices do not fit each other.
    """
    try:
        example = drawn_example(choices)
    except NewDocumentError as error:
        raise ExerciseError(str(error)) from None
    network, (run,) = example.network, example.runs
    assert network is not None
    shown = {**run.hyperparameters, **SHOWN.get(run.optimizer, {})}
    moved = run.layers if every_layer else run.layers[-1:]
    run = replace(run, layers=moved, hyperparameters=shown)
    names = (choices.layer_sizes, choices.activations, (choices.loss, run.optimizer))
    title = ", ".join(["-".join(map(str, names[0])), *names[1], *names[2]])
    return with_used_hyperparameters(Exercise(title, network, run, digits))


def _is_clear(exercise: Exercise) -> bool:
    """Whether every number can be told from its neighbours, and every slip from rounding."""
    digits = exercise.digits
    solution = {}
    for blank in exercise.blanks:
        value = exercise.exact(blank.quantity)
        if value is None or not value.is_finite() or not is_clear(value, digits):
            return False
        solution[blank.quantity] = printed(value, digits)
    sums = [text for quantity, text in solution.items() if quantity.startswith("pre_activations")]
    if len(set(sums)) < len(sums):  # of two units that are alike nobody can mix up anything
        return False
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
