"""A worksheet as Markdown and as a page to print: once with blanks, and once with the answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from crosscheck.documents.examples import Matrix, Vector
from crosscheck.documents.worksheets.exercise import Exercise, Stage
from crosscheck.documents.worksheets.lines import Line, lines
from crosscheck.documents.worksheets.notation import MINUS, by_hand, equation, symbol
from crosscheck.report.languages import translate

# The files of a worksheet: with blanks, and with the answers.
TITLES = {"worksheet": "Worksheet", "solution": "Answer sheet"}
FORMATS = ("md", "html")
HEADINGS = {
    Stage.FORWARD: "The forward pass",
    Stage.LOSS: "The loss",
    Stage.DELTAS: "The errors δ = ∂C/∂z, the last layer first",
    Stage.GRADIENTS: "The gradients",
    Stage.UPDATE: "The first step of the optimizer",
    Stage.LOSS_AFTER: "The loss after it",
}
BLANK = "＿＿＿＿＿＿"


@dataclass(frozen=True)
class Section:
    """One stage: its heading, and its lines."""

    heading: str
    lines: list[Line]


def page(exercise: Exercise, sheet: str, form: str, language: str) -> str:
    """One file of a worksheet.

    Args:
        exercise: What is asked.
        sheet: "worksheet" or "solution".
        form: "md" or "html".
        language: "en" or "zh".
    """
    environment = Environment(
        loader=PackageLoader("crosscheck.report.worksheets"),
        undefined=StrictUndefined,
        autoescape=form == "html",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    words = partial(translate, language=language)
    sizes = "-".join(map(str, exercise.network.layer_sizes))
    layers = ", ".join(str(layer + 1) for layer in exercise.run.layers)
    every = list(lines(exercise))
    sections = [
        Section(words(heading), [line for line in every if line.blank.stage is stage])
        for stage, heading in HEADINGS.items()
    ]
    return environment.get_template(f"sheet.{form}").render(
        language=language,
        title=words(TITLES[sheet]),
        subtitle=words(f"a {sizes} network, {exercise.run.optimizer}"),
        words=words,
        given=list(_given(exercise)),
        digits=words(f"Give every number to {exercise.digits} significant digits."),
        moves=words(f"The optimizer moves these layers: {layers}."),
        sections=sections,
        filled=sheet == "solution",
        blank=BLANK,
    )


def _given(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """What is given: each with its symbol."""
    network, run = exercise.network, exercise.run
    yield "x", _row(network.inputs[0])
    yield "y", _row(network.targets[0])
    for number, (layer, name) in enumerate(
        zip(network.params, network.activations, strict=True), start=1
    ):
        at = symbol(f"pre_activations[{number - 1}]")[1:]
        yield f"W{at}", _matrix(layer.weight)
        yield f"b{at}", _row(layer.bias)
        yield f"f{at}", name
    known = {blank.quantity for blank in exercise.blanks} | set(exercise.given)
    yield (
        "C",
        equation(_step_of(exercise, "loss"), lambda each: symbol(each) if each in known else None),
    )
    yield symbol(f"{run.name}.learning_rate"), by_hand(str(run.learning_rate))
    for key, value in run.hyperparameters.items():
        yield symbol(f"{run.name}.{key}"), by_hand(str(value).lower())


def _step_of(exercise: Exercise, quantity: str) -> str:
    return next(blank.step for blank in exercise.blanks if blank.quantity == quantity)


def _row(numbers: Vector) -> str:
    return f"({', '.join(numbers)})".replace("-", MINUS)


def _matrix(rows: Matrix) -> str:
    return f"[{'; '.join(', '.join(row) for row in rows)}]".replace("-", MINUS)
