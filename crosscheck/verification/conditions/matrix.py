"""The second measure of sharpness: functions x conditions, each spoiled only where it holds.

One generic wrapper stands around one function of the NumPy reference. Where a condition holds of a
call, it spoils the entry that the condition is about; some case must then differ from the exact
value. What no case would notice is a gap in the cases, whether or not anybody has made the mistake.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, wraps
from itertools import count
from time import perf_counter
from typing import Any

import numpy as np

from crosscheck.frameworks.registry import Framework
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Case
from crosscheck.verification.conditions.calls import Call, Spot, leaves_of, with_array
from crosscheck.verification.conditions.catalogue import conditions
from crosscheck.verification.conditions.condition import SPOILED, Condition, Spoils
from crosscheck.verification.conditions.functions import Function, described, functions, named
from crosscheck.verification.judging import against_exact, attempt, bits_of
from crosscheck.verification.mistakes.mistake import copy_of_the_reference

# Cases keep what they build of a framework; every wrapped one is another.
_NUMBERS = count()


@dataclass(frozen=True)
class Cell:
    """What became of one function under one condition.

    Attributes:
        function, condition: Their names.
        applies: Whether a call of the function can meet the condition at all.
        by: The case that catches it; None if none does.
        excused: Why it need not be caught: it does not apply, or the bound is larger.
    """

    function: str
    condition: str
    applies: bool
    by: str | None = None
    excused: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the cases are not sharp enough here, or None."""
        if self.by is not None or self.excused is not None:
            return None
        return f"{self.function} is not judged where {self.condition}"


@dataclass
class _Watched:
    """What a wrapper around one function does with a call that was described."""

    function: Function
    answer: Callable[[Call, Any], Any]
    shapes: set[Any] = field(default_factory=set)  # of the calls so far


def matrix(
    progress: Callable[[str], None] = lambda name: None, only: Collection[str] | None = None
) -> list[Cell]:
    """Every function under every condition.

    Args:
        progress: Called with the name of each function that begins.
        only: The names of the conditions that are tried; None for all.
    """
    chosen = [c for c in conditions() if only is None or c.name in only]
    cases = _by_duration()
    met = _met(cases, chosen)
    cells = []
    for function in functions():
        progress(function.name)
        for condition in chosen:
            name = function.name, condition.name
            if function.kind not in condition.kinds:
                cells.append(Cell(*name, False, excused=condition.otherwise))
            else:
                there = [case for case in cases if (*name, case.name) in met]
                cells.append(_tried(function, condition, there))
    return cells


def _tried(function: Function, condition: Condition, cases: Sequence[Case]) -> Cell:
    """Spoil a function where a condition holds, in the cases that meet it, until one differs."""
    used: list[float] = []
    for case in cases:
        with _wrapped(_Watched(function, _spoiling(condition))) as spoiled:
            attempted = attempt(case, spoiled)
        found = against_exact(case, attempted)
        if attempted.failure is not None or not all(each.holds for each in found):
            return Cell(function.name, condition.name, True, by=case.name)
        honest, spoilt = bits_of(attempt(case, _copy())), bits_of(attempted)
        places = [(each, (each.place.stage, each.place.quantity)) for each in found]
        used += [e.fraction_of_bound for e, place in places if spoilt[place] != honest.get(place)]
    excused = None
    # Only a change that a case sees, and must allow, is excused: not that no case looks.
    if used and condition.may_hide is not None:
        excused = f"{condition.may_hide}: at most {max(used):.2g} of a bound is used"
    return Cell(function.name, condition.name, True, excused=excused)


# ----- which cases meet a condition -----


def _by_duration() -> list[Case]:
    """Every case, the quickest first."""
    plain, taken = _copy(), list[tuple[float, int, Case]]()
    for case in (case for cases in groups().values() for case in cases):
        case.exactly()
        start = perf_counter()
        attempt(case, plain)
        taken.append((perf_counter() - start, len(taken), case))
    return [case for _, _, case in sorted(taken)]


def _met(cases: Sequence[Case], chosen: Sequence[Condition]) -> set[tuple[str, str, str]]:
    """Which function meets which condition in which case, by their names."""
    met: set[tuple[str, str, str]] = set()

    def looking(function: Function, case: Case) -> Callable[[Call, Any], Any]:
        asked = [
            (condition, (function.name, condition.name, case.name))
            for condition in chosen
            if function.kind in condition.kinds
        ]

        def look(call: Call, result: Any) -> Any:
            for condition, place in asked:
                if place not in met and condition.spot(call) is not None:
                    met.add(place)
            return result

        return look

    for case in cases:
        watched = [_Watched(function, looking(function, case)) for function in functions()]
        with _wrapped(*watched) as framework:
            failure = attempt(case, framework).failure
        if failure is not None:
            raise ArithmeticError(f"{case.name}: {failure.in_words()}")
    return met


# ----- wrappers -----


def _spoiling(condition: Condition) -> Callable[[Call, Any], Any]:
    """What returns a result as it is, or spoiled where the condition holds."""
    kept: dict[Any, np.ndarray] = {}  # the memory that is used again

    def spoil(call: Call, result: Any) -> Any:
        if condition.spoils == Spoils.MEMORY:
            for path, array, _ in call.leaves:
                memory = kept.setdefault((path, array.shape, array.dtype.name), array.copy())
                np.copyto(memory, array)
                result = with_array(result, path, memory)
            return result
        spot = condition.spot(call)
        return result if spot is None else _spoiled(result, spot, condition.spoils)

    return spoil


def _spoiled(result: Any, spot: Spot, spoils: Spoils) -> Any:
    array = next(array for path, array in leaves_of(result) if path == spot.path).copy()
    entry = array[spot.entry]
    if spoils == Spoils.SHAPE:
        return with_array(result, spot.path, array.squeeze())
    if spoils == Spoils.NUMBER:
        array[np.isnan(array)] = 0.5
        array[spot.entry] = 0.5
    elif array.dtype.kind == "i":
        array[spot.entry] = entry + 1
    else:
        array[spot.entry] = entry * (1 + SPOILED) if entry else SPOILED
    return with_array(result, spot.path, array if array.ndim else array[()])


@contextmanager
def _wrapped(*watched: _Watched) -> Iterator[Framework]:
    """A copy of the NumPy reference in which wrappers stand around some of its functions."""
    framework = _copy()
    before: list[tuple[Any, str, Any]] = []
    for each in watched:
        module, name = getattr(framework, each.function.module), each.function.attribute
        for place in (module.__dict__, getattr(module, each.function.table or "", None)):
            if place is not None:
                before.append((place, name, place[name]))
                place[name] = _around(before[-1][2], each)
    try:
        yield replace(framework, name=f"wrapped {next(_NUMBERS)}")
    finally:
        for place, name, function in reversed(before):
            place[name] = function


def _around(function: Callable[..., Any], watched: _Watched) -> Callable[..., Any]:
    """A wrapper of one function; of an optimizer's factory, of the updates that it makes."""

    @wraps(function)
    def wrapper(*positional: Any, **keywords: Any) -> Any:
        result = function(*positional, **keywords)
        arguments = named(function, positional, keywords)
        if watched.function.kind in ("optimizer", "clipping"):
            update = _around_update(result.update, arguments.get("learning_rate"), watched)
            return result._replace(update=update)
        return _answered(watched, arguments, result)

    return wrapper


def _around_update(
    update: Callable[..., Any], learning_rate: Any, watched: _Watched
) -> Callable[..., Any]:
    @wraps(update)
    def wrapper(grads: Any, state: Any, params: Any = None) -> Any:
        result = update(grads, state, params)
        given = {"grads": grads, "state": state, "params": params, "learning_rate": learning_rate}
        return _answered(watched, given, result)

    return wrapper


def _answered(watched: _Watched, arguments: dict[str, Any], result: Any) -> Any:
    call = described(watched.function, arguments, result)
    if not call.leaves:  # a network without layers gives nothing that could be spoiled
        return result
    shapes = tuple((path, array.shape) for path, array, _ in call.leaves)
    call = replace(call, is_repeated=shapes in watched.shapes)
    watched.shapes.add(shapes)
    return watched.answer(call, result)


@cache
def _copy() -> Framework:
    """The copy of the NumPy reference that is wrapped."""
    return copy_of_the_reference("wrapped")
