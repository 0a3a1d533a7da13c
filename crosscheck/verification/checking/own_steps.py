"""The steps of a network's own training after the first: a velocity, or the moments of Adam."""

from dataclasses import replace
from typing import Any

import numpy as np

from crosscheck.frameworks.understanding.network_steps import UnevenStepsError
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.identification import identify_optimizer
from crosscheck.verification.checking.optimizer_histories import history
from crosscheck.verification.checking.spared_biases import BIASES_PLAIN, SPARED
from crosscheck.verification.checking.unidentified import UNKNOWN

PLAIN = "= sgd("
UNEVEN = "weights, or biases, with the same gradients do not take the same steps"
# So many steps without a gradient: slow weights, say, follow after every fifth or tenth.
WITHOUT_GRADIENT = 20
FAR = 1e3  # times the usual parameters, which is beyond whatever they are kept within
FIRST_ALONE = "of its steps only the first was judged: the rule of the later ones is not known here"


def judge_steps(adapter: Any, lines: list[Line]) -> tuple[list[Line], list[str]]:
    """The line of the update once all steps are looked at, and a convention.

    Args:
        adapter: Of a network; its steps are judged if it has `own_steps`.
        lines: Those of the update, by its first step.
    """
    make = getattr(adapter, "own_steps", None)
    if make is None or not lines:
        return lines, []
    report = identify_optimizer(make, settings={})
    found, first = report.lines[0], lines[0]
    if found.verdict == Verdict.RIGHT:
        if found.text.startswith(PLAIN):
            return lines, []
        said = [each for each in (SPARED, BIASES_PLAIN) if each in report.conventions]
        text = "; ".join([found.text, *said])
        return [replace(first, verdict=Verdict.RIGHT, text=text, mistakes=())], []
    is_right = first.verdict == Verdict.RIGHT
    if is_right and first.text:  # a decay, or clipping, of this network's own arrays
        return lines, [FIRST_ALONE]
    if UnevenStepsError.__name__ in found.text:
        if _moves_by_itself(make()):
            return lines, ([FIRST_ALONE] if is_right else [])
        found = replace(found, text=UNEVEN)
    # What raises at a later step may do so because its gradients were replaced.
    known = not found.text.startswith(UNKNOWN) and "it raises" not in found.text
    is_wrong = known and found.verdict == Verdict.WRONG
    if is_wrong and (is_right or found.mistakes):
        return [replace(found, quantity=first.quantity)], []
    return lines, ([FIRST_ALONE] if is_right else [])


def _moves_by_itself(adapter: Any) -> bool:
    """Whether parameters move though all gradients are 0: they are kept within limits, or follow.

    What two of them with the same gradients do may then differ, by where they are.
    """
    start = [FAR * array for array in history("float64").start]
    try:
        adapter.start([array.copy() for array in start])
        for _ in range(WITHOUT_GRADIENT):
            after = adapter.step([np.zeros_like(array) for array in start])
            if not all(map(np.array_equal, after, start)):
                return True
    except UnevenStepsError:
        return True
    except (Exception, SystemExit):  # whatever it raises: of this nothing is known
        return False
    return False
