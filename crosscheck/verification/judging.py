"""One case computed by one framework, and compared stage by stage."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from traceback import walk_tb

import numpy as np

from crosscheck.frameworks.hyperparameters import is_decayed
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import EXACT, Comparison, Place, compare
from crosscheck.verification.cases.stages import Case, Stage, Stages


@dataclass(frozen=True)
class NotWritten:
    """Where a framework raised NotImplementedError: "activations.tanh", and the error's message."""

    function: str
    message: str


@dataclass(frozen=True)
class Failure:
    """The stage in which a framework raised any other exception, and that exception in words."""

    stage: Stage
    message: str

    def in_words(self) -> str:
        return f"{self.stage}: {self.message}"


@dataclass
class Attempt:
    """What a framework computed of a case, as far as it came.

    Attributes:
        framework: Its name.
        stages: Every quantity of the stages that it finished.
        not_supported: The limit that it declares, if that is why the case was not run; or None.
        not_written: The function that is not written yet, if one raised NotImplementedError.
        failure: The exception that ended the attempt, if it was any other.
        raised_at: File and line of the package that raised either; None if it was raised elsewhere.
    """

    framework: str
    stages: Stages = field(default_factory=dict)
    not_supported: str | None = None
    not_written: NotWritten | None = None
    failure: Failure | None = None
    raised_at: str | None = None

    @property
    def computed(self) -> bool:
        """Whether the case was run, and nothing of it was missing; an exception counts as run."""
        return self.not_written is None and self.not_supported is None


def attempt(case: Case, framework: Framework, until: Stage | None = None) -> Attempt:
    """Let a framework compute a case. An exception is stored, with the stage that raised it.

    Args:
        case: What is computed.
        framework: Who computes it.
        until: The last stage that is computed; None computes all.
    """
    result = Attempt(framework.name)
    result.not_supported = framework.declared.limit(**asked_by(case))
    if result.not_supported is not None:
        return result
    expected = [stage for stage in Stage if stage in case.exactly()]
    try:
        # A mistaken framework may well overflow; the numbers it returns show that by themselves.
        with np.errstate(all="ignore"):
            for stage, quantities in case.compute(framework):
                result.stages[stage] = quantities
                if stage == until:
                    break
    except NotImplementedError as error:
        function, result.raised_at = raised_in(error, framework)
        result.not_written = NotWritten(function, str(error))
    except (Exception, SystemExit) as error:
        _, result.raised_at = raised_in(error, framework)
        finished = len(result.stages)
        stage = expected[finished] if finished < len(expected) else expected[-1]
        result.failure = Failure(stage, in_words(error))
    return result


def asked_by(case: Case) -> dict[str, set[str]]:
    """What a case needs of a framework, by the fields in which a limit may exclude it."""
    asked = {"cases": {case.name}, "dtypes": {case.dtype}}
    asked["activations"] = set(getattr(case, "activations", ()))
    asked["losses"] = {case.loss} if hasattr(case, "loss") else set()
    if hasattr(case, "optimizer"):
        around = is_decayed(case.optimizer, getattr(case, "keywords", {}))
        asked["optimizers"] = {case.optimizer, *(["decayed"] if around else [])}
    return asked


def in_words(error: BaseException) -> str:
    """An exception as "ValueError: message"; its type alone if its message cannot be had."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def raised_in(error: BaseException, framework: Framework) -> tuple[str, str | None]:
    """The function of a framework that raised, as "activations.tanh", and its file and line.

    If no file of the framework raised, the function is unknown: "?", and there is no line.
    """
    folder = Path(str(framework.params.__file__)).parent
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        file = Path(frame.f_code.co_filename)
        if folder in file.parents:
            module = file.relative_to(folder).parts[0].removesuffix(".py")
            return f"{module}.{frame.f_code.co_qualname}", f"{file}:{line}"
    return "?", None


def against_exact(case: Case, attempted: Attempt) -> list[Comparison]:
    """Every quantity of an attempt against the exact one, up to the first stage that diverges."""
    names = attempted.framework, EXACT
    return _stage_by_stage(case, names, attempted.stages, case.exactly())


def against_each_other(case: Case, one: Attempt, other: Attempt) -> list[Comparison]:
    """Every quantity that two frameworks computed, up to the first stage that diverges."""
    return _stage_by_stage(case, (one.framework, other.framework), one.stages, other.stages)


def compared(case: Case, framework: Framework) -> list[Comparison]:
    """A case computed by a framework, and compared with the exact values.

    Raises:
        NotImplementedError: If the framework does not support the case, or is not written so far.
        ArithmeticError: If it raises anything else.
    """
    return against_exact(case, finished(case, framework))


def finished(case: Case, framework: Framework) -> Attempt:
    """`attempt` of a case that must come to its end; raises as `compared` does."""
    result = attempt(case, framework)
    if result.not_supported is not None:
        raise NotImplementedError(f"{case.name} is not supported: {result.not_supported}")
    if result.not_written is not None:
        missing = result.not_written
        raise NotImplementedError(f"{missing.function} is not written {missing.message}")
    if result.failure is not None:
        raise ArithmeticError(f"{case.name}, {result.failure.in_words()} ({result.raised_at})")
    return result


def _stage_by_stage(
    case: Case, names: tuple[str, str], actual: Stages, expected: Stages
) -> list[Comparison]:
    found: list[Comparison] = []
    for stage in Stage:
        if stage not in actual or stage not in expected:
            continue
        for quantity, exact in case.exactly()[stage].items():
            place = Place(case.group, case.name, stage, quantity, case.dtype)
            tensors = actual[stage].get(quantity, {}), expected[stage].get(quantity, {})
            found.append(replace(compare(place, names, *tensors, exact), case=case))
        if not all(comparison.holds for comparison in found):
            break  # the later stages are computed from this one, and differ as a consequence
    return found
