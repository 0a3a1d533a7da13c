"""`crosscheck worksheet` and `crosscheck grade`."""

import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crosscheck.cli.options import language_option
from crosscheck.cli.output import JSON_OPTION, console_for, say, write_json
from crosscheck.cli.own_documents import say_faults

if TYPE_CHECKING:
    from crosscheck.documents.worksheets.grading import Mark

LANGUAGE = language_option("The language of the headings and the words")


def _names(context: Any, parameter: Any, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _sizes(context: Any, parameter: Any, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is no list of sizes, as 3,2,1") from None


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--layers",
    metavar="SIZES",
    default="3,2,1",
    show_default=True,
    callback=_sizes,
    help="The units of the inputs, of each hidden layer, and of the outputs.",
)
@click.option(
    "--activations",
    metavar="NAMES",
    default="sigmoid,sigmoid",
    show_default=True,
    callback=_names,
    help="One for each layer above the inputs.",
)
@click.option("--loss", metavar="NAME", default="squared_error", show_default=True)
@click.option("--optimizer", metavar="NAME", default="sgd", show_default=True)
@click.option(
    "--digits", type=int, default=4, show_default=True, help="The significant digits asked for."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the given numbers.")
@click.option(
    "--update",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Whether the optimizer moves the last layer alone, or every layer.",
)
@click.option(
    "--document",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Take the network, its numbers and the optimizer from a document's file, as the page of "
    "the worked example writes it; instead of the options above but --digits.",
)
@LANGUAGE
@click.pass_context
def worksheet(
    context: click.Context,
    folder: Path,
    layers: tuple[int, ...],
    activations: tuple[str, ...],
    loss: str,
    optimizer: str,
    digits: int,
    seed: int,
    update: str,
    document: Path | None,
    language: str,
) -> None:
    """Write a worked example to fill in, with its answer sheet, into the new folder DIR.

    The given numbers are short. Unless they come from --document, the command draws them until no
    result lies near the middle between two printed numbers. DIR then has worksheet.md and
    worksheet.html with blanks, solution.md and solution.html with every step (the .html files are
    for printing on A4), answers.toml, into which a student writes the numbers, and solution.toml
    with the right numbers. "crosscheck grade" marks the answers.

    Exit codes: 0 written, 2 bad usage, and then nothing is written.
    """
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.worksheets.answers import answers_text
    from crosscheck.documents.worksheets.drawing import ExerciseError, draw
    from crosscheck.documents.worksheets.given_numbers import read_exercise
    from crosscheck.frameworks.new_folder import FolderError, check_new, write_new

    try:
        from crosscheck.report.worksheets.pages import FORMATS, TITLES, page
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"a worksheet needs {error.name}: pip install 'backprop-crosscheck[site]'"
        ) from None
    try:
        check_new(folder)
        if document is not None:
            _refuse_beside_document(context)
            exercise = read_exercise(document, digits)
        else:
            exercise = draw(
                layers,
                activations=activations,
                loss=loss,
                optimizer=optimizer,
                digits=digits,
                seed=seed,
                every_layer=update == "all",
            )
        texts = {
            f"{sheet}.{form}": page(exercise, sheet, form, language)
            for sheet in TITLES
            for form in FORMATS
        }
        texts["answers.toml"] = answers_text(exercise)
        texts["solution.toml"] = answers_text(exercise, exercise.solution)
        for path in write_new(folder, texts):
            say(path)
    except (ExerciseError, FolderError) as error:
        raise click.UsageError(str(error)) from None
    except (TranscriptionError, OSError) as error:
        raise click.UsageError(f"--document: {error}") from None


# What a document's file states itself.
DRAWN = ("layers", "activations", "loss", "optimizer", "seed", "update")


def _refuse_beside_document(context: click.Context) -> None:
    given = [
        f"--{name}"
        for name in DRAWN
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    ]
    if given:
        raise click.UsageError(f"--document has its own numbers: leave out {', '.join(given)}")


def _points(context: Any, parameter: Any, texts: tuple[str, ...]) -> "dict[Mark, Fraction]":
    from crosscheck.documents.worksheets.grading import SHARES, Mark

    shares = dict(SHARES)
    for text in (part for each in texts for part in each.split(",")):
        name, equals, value = text.partition("=")
        marks = [mark for mark in Mark if mark.name.lower() == name.strip()]
        if not marks or not equals:
            known = ", ".join(mark.name.lower() for mark in Mark)
            raise click.BadParameter(f"{text!r} has not the form MARK=POINTS; marks are {known}")
        try:
            shares[marks[0]] = Fraction(value.strip())
        except (ValueError, ZeroDivisionError):
            raise click.BadParameter(f"{value!r} is no number of points") from None
    return shares


@click.command()
@click.argument(
    "files", metavar="ANSWERS...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--key",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file of answers to the exercise that was set, as solution.toml: a file of another "
    "exercise is refused.",
)
@click.option(
    "--points",
    "shares",
    metavar="MARK=POINTS",
    multiple=True,
    callback=_points,
    help="What an answer gets, as inherited=0.5,rounded=1; by default 1 for right, inherited, "
    "rounded and undecided, and 0 for the others.",
)
@click.option("--all", "everything", is_flag=True, help="Show every answer of every student.")
@click.option(
    "--csv",
    "csv_path",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a row for each student, with his points and the mark of each answer.",
)
@LANGUAGE
@JSON_OPTION
def grade(
    files: tuple[Path, ...],
    key: Path | None,
    shares: "dict[Mark, Fraction]",
    everything: bool,
    csv_path: Path | None,
    language: str,
    json_path: str | None,
) -> None:
    """Mark filled-in answers, as `crosscheck worksheet` wrote the file.

    An answer gets its point if it is right, if it follows from an earlier mistake, or if it follows
    from numbers that were rounded earlier. For a wrong answer the command names the slip, a known
    mistake, that gives it. If the digits written cannot decide, the command says so.

    Exit codes: 0 marked, 2 if a file cannot be read or is of another exercise; the others are
    marked all the same.
    """
    from crosscheck.documents.faults import TranscriptionError
    from crosscheck.documents.worksheets.marking import mark_files
    from crosscheck.report.worksheets.marks import as_json, csv_text, show_marks
    from crosscheck.training.files import whole_file

    console = console_for(json_path, language)
    try:
        marked, refused = mark_files(files, key, shares)
    except (TranscriptionError, OSError) as error:
        raise click.UsageError(f"--key: {error}") from None
    show_marks(console, marked, shares, everything or len(files) == 1)
    for message in refused.values():
        say_faults(message, language)
    write_json(json_path, as_json(marked, refused, shares))
    if csv_path is not None:
        with whole_file(csv_path) as file:
            file.write(csv_text(marked).encode("utf-8-sig"))  # which spreadsheets need to read zh
    sys.exit(2 if refused else 0)
