"""Marking many files of answers, most of them to one exercise, which is computed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from crosscheck.documents.faults import TranscriptionError
from crosscheck.documents.worksheets.answers import Sheet, read_answers
from crosscheck.documents.worksheets.exercise import Exercise
from crosscheck.documents.worksheets.grading import Answer, Mark, grade


@dataclass(frozen=True)
class Marked:
    """Somebody's answers with their marks.

    Attributes:
        sheet: The answers as they were given.
        answers: Each with its mark.
        points: The sum of what they get.
        of: What they would get at best.
    """

    sheet: Sheet
    answers: tuple[Answer, ...]
    points: Fraction
    of: Fraction

    def count(self, mark: Mark) -> int:
        """How many answers have a mark."""
        return sum(answer.mark is mark for answer in self.answers)


def mark_files(
    files: Sequence[Path], key: Path | None, shares: Mapping[Mark, Fraction]
) -> tuple[list[Marked], dict[str, str]]:
    """Mark files of answers.

    Args:
        files: The files.
        key: One whose exercise all others must have; None lets each have its own.
        shares: What an answer with each mark gets.

    Returns:
        The marks of the files that can be read, and by file why another one cannot.

    Raises:
        TranscriptionError, OSError: If the key cannot be read.
    """
    marked: list[Marked] = []
    refused: dict[str, str] = {}
    exercises: list[Exercise] = [] if key is None else [read_answers(key).exercise]
    for file in files:
        try:
            sheet = read_answers(file)
        except TranscriptionError as error:
            refused[str(file)] = str(error)
            continue
        except OSError as error:
            refused[str(file)] = f"{file} cannot be read: {error.strerror}"
            continue
        known = next((each for each in exercises if _is_same(each, sheet.exercise)), None)
        if known is None and key is not None:
            refused[str(file)] = f"{file}: its exercise is not that of {key}"
            continue
        if known is None:
            exercises.append(known := sheet.exercise)
        answers = grade(known, sheet.given)
        points = sum((shares[answer.mark] for answer in answers), Fraction(0))
        best = max(shares.values()) * len(answers)
        marked.append(Marked(replace(sheet, exercise=known), answers, points, best))
    return marked, refused


def _is_same(one: Exercise, other: Exercise) -> bool:
    return (one.network, one.run, one.digits) == (other.network, other.run, other.digits)
