"""One case computed by one framework, and compared stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from traceback import walk_tb
from typing import Any

import numpy as np

from crosscheck.frameworks.hyperparameters import wrappers_of
from crosscheck.frameworks.plain_text import in_words, message_of, plain
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.comparison import EXACT, Comparison, Place, compare
from crosscheck.numerics.dtypes import known
from crosscheck.verification.cases.stages import Case, Quantities, Stage, Stages


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
        ended: How the case ended the process in which it was computed; None if it did not.
    """

    framework: str
    stages: Stages = field(default_factory=dict)
    not_supported: str | None = None
    not_written: NotWritten | None = None
    failure: Failure | None = None
    raised_at: str | None = None
    ended: str | None = None

    @property
    def computed(self) -> bool:
        """Whether the case was run, and nothing of it was missing; an exception counts as run."""
        return self.not_written is None and self.not_supported is None


@dataclass
class Computed:
    """What a framework made of a case, before anything exact is asked for.

    Attributes:
        stages: Every quantity of the stages that it finished.
        not_written: As of an Attempt.
        raised: The exception that ended it, if it was any other, in words.
        raised_at: As of an Attempt.
    """

    stages: Stages = field(default_factory=dict)
    not_written: NotWritten | None = None
    raised: str | None = None
    raised_at: str | None = None


def attempt(case: Case, framework: Framework, until: Stage | None = None) -> Attempt:
    """Let a framework compute a case. An exception is stored, with the stage that raised it.

    Args:
        case: What is computed.
        framework: Who computes it.
        until: The last stage that is computed; None computes all.
    """
    limit = framework.declared.limit(**asked_by(case))
    if limit is not None:
        return Attempt(framework.name, not_supported=limit)
    return attempted(case, framework.name, compute(case, framework, until))


def attempted(case: Case, framework: str, computed: Computed) -> Attempt:
    """The attempt of a framework, by its name, that computed so much of a case."""
    failure = None
    if computed.raised is not None:
        expected = [stage for stage in Stage if stage in case.exactly()]
        finished = min(len(computed.stages), len(expected) - 1)
        failure = Failure(expected[finished], computed.raised)
    return Attempt(
        framework,
        computed.stages,
        not_written=computed.not_written,
        failure=failure,
        raised_at=computed.raised_at,
    )


def compute(case: Case, framework: Framework, until: Stage | None = None) -> Computed:
    """Let a framework compute a case that it supports, up to the last stage that is asked for."""
    result = Computed()
    known(case.dtype)  # a case makes arrays of it, maybe in a process that has met none yet
    try:
        # A mistaken framework may well overflow; the numbers it returns show that by themselves.
        with np.errstate(all="ignore"):
            for stage, quantities in case.compute(framework):
                result.stages[stage] = quantities
                if stage == until:
                    break
    except NotImplementedError as error:
        function, result.raised_at = raised_in(error, framework)
        result.not_written = NotWritten(function, message_of(error))
    except (Exception, SystemExit) as error:
        _, result.raised_at = raised_in(error, framework)
        result.raised = in_words(error)
    return result


def asked_by(case: Case) -> dict[str, set[str]]:
    """What a case needs of a framework, by the fields in which a limit may exclude it."""
    asked = {"cases": {case.name}, "dtypes": {case.dtype}}
    asked["activations"] = set(getattr(case, "activations", ()))
    asked["losses"] = {case.loss} if hasattr(case, "loss") else set()
    if hasattr(case, "optimizer"):
        around = wrappers_of(case.optimizer, getattr(case, "keywords", {}))
        asked["optimizers"] = {case.optimizer, *around}
    asked["workers"] = {str(getattr(case, "workers", 1))}
    for kind, names in getattr(case, "asks", {}).items():
        asked[kind] = asked.get(kind, set()) | set(names)
    return asked


def raised_in(error: BaseException, framework: Framework) -> tuple[str, str | None]:
    """The function of a framework that raised, as "activations.tanh", and its file and line.

    If no file of the framework raised, the function is unknown: "?", and there is no line.
    """
    folder = Path(str(framework.params.__file__)).parent
    for frame, line in reversed(list(walk_tb(error.__traceback__))):
        file = Path(frame.f_code.co_filename)
        if folder in file.parents:
            module = file.relative_to(folder).parts[0].removesuffix(".py")
            return plain(f"{module}.{frame.f_code.co_qualname}"), plain(f"{file}:{line}")
    return "?", None


# By stage and quantity the place, dtype, shape and bytes of each array.
Bits = dict[tuple[str, str], list[tuple[Any, ...]]]


def bits_of(attempted: Attempt) -> Bits:
    """Every bit of what a framework computed of a case."""
    return {
        (stage, quantity): [
            (place, value.dtype, value.shape, value.tobytes())
            for place, (value, *_) in tensors.items()
        ]
        for stage, quantities in attempted.stages.items()
        for quantity, tensors in quantities.items()
    }


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
            compared_here = replace(compare(place, names, *tensors, exact), case=case)
            found.append(_with_its_z(compared_here, found, actual[stage]))
        if not all(comparison.holds for comparison in found):
            break  # the later stages are computed from this one, and differ as a consequence
    return found


def _with_its_z(
    wrong: Comparison, earlier: Sequence[Comparison], computed: Quantities
) -> Comparison:
    """A wrong activation with the z of its worst entry, if every pre-activation is right."""
    if wrong.holds or wrong.actual is None or wrong.place.quantity != "activations":
        return wrong
    if not any(each.place.quantity == "pre_activations" and each.holds for each in earlier):
        return wrong
    # a^(0) are the inputs, so that a^(l) stands one place behind its z^(l).
    place = f"[{int(wrong.tensor[1:-1]) - 1}]"
    z = computed["pre_activations"].get(place)
    return wrong if z is None else replace(wrong, pre_activation=float(z.value[wrong.index]))
