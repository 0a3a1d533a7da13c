"""One case by one framework, stage by stage, and what it is to blame for."""

from dataclasses import dataclass, field
from pathlib import Path
from traceback import walk_tb

import numpy as np

from crosscheck.frameworks.hyperparameters import is_decayed
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import EXACT, Comparison, Place, compare
from crosscheck.verification.cases.stages import Fixture, Stage, Stages


@dataclass
class Attempt:
    """What a framework computed of a case, as far as it came.

    Attributes:
        framework: Its name.
        stages: Every quantity of the stages that it finished.
        not_supported: Why it was not asked: the limit that it declares; or None.
        not_written: Where it raised NotImplementedError: "activations.tanh", and what it said; or
            None.
        failure: The stage that raised anything else, and what; or None.
        raised_at: File and line of the package where either was raised, where it was there.
    """

    framework: str
    stages: Stages = field(default_factory=dict)
    not_supported: str | None = None
    not_written: tuple[str, str] | None = None
    failure: tuple[str, str] | None = None
    raised_at: str | None = None


def attempt(case: Fixture, framework: Framework, until: str | None = None) -> Attempt:
    """Let a framework compute a case. Whatever it raises is kept, with its stage.

    Args:
        case, framework: What is computed by whom.
        until: The last stage that is asked for; None asks for all.
    """
    made = Attempt(framework.name)
    made.not_supported = framework.declared.limit(**asked_by(case))
    if made.not_supported is not None:
        return made
    expected = [stage for stage in Stage if stage in case.exactly()]
    try:
        # What a mistaken framework computes may well overflow; its numbers say so themselves.
        with np.errstate(all="ignore"):
            for stage, quantities in case.compute(framework):
                made.stages[stage] = quantities
                if stage == until:
                    break
    except NotImplementedError as error:
        function, made.raised_at = raised_in(error, framework)
        made.not_written = (function, str(error))
    except (Exception, SystemExit) as error:
        _, made.raised_at = raised_in(error, framework)
        stage = expected[len(made.stages)] if len(made.stages) < len(expected) else expected[-1]
        made.failure = (stage, in_words(error))
    return made


def asked_by(case: Fixture) -> dict[str, set[str]]:
    """What a case asks of a framework, in the words of its declared limits."""
    asked = {"cases": {case.name}, "dtypes": {case.dtype}}
    asked["activations"] = set(getattr(case, "activations", ()))
    asked["losses"] = {case.loss} if hasattr(case, "loss") else set()
    if hasattr(case, "optimizer"):
        around = is_decayed(case.optimizer, getattr(case, "keywords", {}))
        asked["optimizers"] = {case.optimizer, *(["decayed"] if around else [])}
    return asked


def in_words(error: BaseException) -> str:
    """An exception in words, even if it has none."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def raised_in(error: BaseException, framework: Framework) -> tuple[str, str | None]:
    """The function of a framework that raised, as "activations.tanh", and its file and line.

    Where that was not in one of its files the function is unknown: "?".
    """
    folder = Path(str(framework.params.__file__)).parent
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        file = Path(frame.f_code.co_filename)
        if folder in file.parents:
            module = file.relative_to(folder).parts[0].removesuffix(".py")
            return f"{module}.{frame.f_code.co_qualname}", f"{file}:{line}"
    return "?", None


def against_exact(case: Fixture, made: Attempt) -> list[Comparison]:
    """Every quantity of an attempt against the exact one, up to the first stage that diverges."""
    exact = case.exactly()
    return _stage_by_stage(case, (made.framework, EXACT), made.stages, exact)


def against_each_other(case: Fixture, one: Attempt, other: Attempt) -> list[Comparison]:
    """Every quantity that two frameworks computed, up to the first stage that diverges."""
    return _stage_by_stage(case, (one.framework, other.framework), one.stages, other.stages)


def compared(case: Fixture, framework: Framework) -> list[Comparison]:
    """A case by a framework, against the exact values.

    Raises:
        NotImplementedError: If the framework does not support the case, or is not written so far.
        ArithmeticError: If it raises anything else.
    """
    return against_exact(case, finished(case, framework))


def finished(case: Fixture, framework: Framework) -> Attempt:
    """`attempt` of a case that must come to its end; raises as `compared` does."""
    made = attempt(case, framework)
    if made.not_supported is not None:
        raise NotImplementedError(f"{case.name} is not supported: {made.not_supported}")
    if made.not_written is not None:
        raise NotImplementedError(f"{made.not_written[0]} is not written {made.not_written[1]}")
    if made.failure is not None:
        raise ArithmeticError(f"{case.name}, {': '.join(made.failure)} ({made.raised_at})")
    return made


def _stage_by_stage(
    case: Fixture, names: tuple[str, str], actual: Stages, expected: Stages
) -> list[Comparison]:
    found: list[Comparison] = []
    for stage in Stage:
        if stage not in actual or stage not in expected:
            continue
        for quantity, exact in case.exactly()[stage].items():
            place = Place(case.group, case.name, stage, quantity, case.dtype)
            tensors = actual[stage].get(quantity, {}), expected[stage].get(quantity, {})
            found.append(compare(place, names, *tensors, exact))
        if not all(comparison.holds for comparison in found):
            break  # what follows is a consequence
    return found
