"""A learning-rate schedule as data: which closed form it is, with which keywords."""

import inspect
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions.closed_forms.formulas import FORMULAS

# The keywords that are learning rates, and so are scaled; all others are numbers of updates,
# factors and flags.
RATES = ("rate", "end", "limit", "low", "high", "peak", "start")

FLAGS = ("endpoint", "late", "shifted", "staircase", "three_phase")


class ScheduleError(ValueError):
    """Keywords that no schedule can have."""


@dataclass(frozen=True)
class Schedule:
    """A function of the update to its learning rate; the first update is 0.

    It is what the references take as `learning_rate`. Two are equal if they are made by the same
    function with the same keywords.

    Attributes:
        name: The function in `crosscheck.conventions.schedules` that makes it.
        arguments: Its keywords with their values, all of them, in the order of its parameters.
    """

    name: str
    arguments: tuple[tuple[str, Any], ...]

    def __call__(self, step: Any) -> Any:
        """The learning rate of an update.

        Args:
            step: How many updates came before. An array of such counts gives an array of rates.

        Returns:
            A Python float, computed in float64. Of an array, an array of float64; of what JAX
            traces, an array of JAX, in float32 unless `jax_enable_x64` is set.
        """
        # JAX's arrays, traced ones too, know their module; so nothing here imports JAX.
        module = getattr(step, "__array_namespace__", None)
        xp = np if module is None else module()
        if xp is not np:
            return self.at(xp, xp.asarray(step, dtype=float))
        steps = np.asarray(step, dtype="float64")
        if np.any(steps < 0):
            raise ScheduleError(f"there is no update {step}: the first is 0")
        with np.errstate(over="ignore", under="ignore"):
            rates = self.at(np, steps)
        return float(rates) if steps.ndim == 0 else rates

    def at(self, xp: Any, t: Any) -> Any:
        """The formula's value in an array module, for updates as floats."""
        return FORMULAS[self.name](xp, t, **dict(self.arguments))

    def __getitem__(self, keyword: str) -> Any:
        """The value of a keyword."""
        return dict(self.arguments)[keyword]

    def has(self, **keywords: Any) -> bool:
        """Whether keywords have these values."""
        own = dict(self.arguments)
        return all(own[key] == value for key, value in keywords.items())

    @property
    def code(self) -> str:
        """The expression that makes it, as "schedules.cosine(0.1, steps=100)"."""
        parameters = inspect.signature(FORMULAS[self.name]).parameters
        words = []
        for key, value in self.arguments:
            if parameters[key].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
                words.append(code_of(value))
            elif value != parameters[key].default:
                words.append(f"{key}={code_of(value)}")
        return f"schedules.{self.name}({', '.join(words)})"

    def scaled(self, factor: float) -> "Schedule":
        """The schedule whose every rate is multiplied by a factor."""
        given = dict(self.arguments)
        if self.name == "product":
            first, *others = given["schedules"]
            return replace(self, arguments=(("schedules", (first.scaled(factor), *others)),))
        for key, value in given.items():
            if key in RATES and value is not None:
                given[key] = value * factor
            elif key == "values":
                given[key] = tuple(each * factor for each in value)
            elif key == "schedule":
                given[key] = value.scaled(factor)
            elif key == "schedules":
                given[key] = tuple(each.scaled(factor) for each in value)
        return replace(self, arguments=tuple(given.items()))

    def __str__(self) -> str:
        return self.code


def code_of(value: Any) -> str:
    """A keyword's value as Python code."""
    if isinstance(value, Schedule):
        return value.code
    if isinstance(value, tuple):
        words = [code_of(each) for each in value]
        return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"
    return repr(value)


def make_schedule(name: str, given: dict[str, Any]) -> Schedule:
    """A schedule from the arguments of the function that makes it, in the order of its parameters.

    Raises:
        TypeError: If a flag is not True or False.
    """
    for key in FLAGS:
        if not isinstance(given.get(key, False), bool):
            raise TypeError(f"{key} must be True or False, not {given[key]!r}")
    return Schedule(name, tuple(given.items()))
