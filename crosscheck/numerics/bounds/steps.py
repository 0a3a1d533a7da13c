"""One step of an optimizer: its result, and the divisor that several rules share."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from crosscheck.numerics.bounds.arithmetic import sqrt

# The gradient and the learning rate of every step.
Grads = Iterable[Any]
Rates = Iterable[Any]


class StepResult(NamedTuple):
    """The update of one step of an optimizer, and the moments and numbers of the state after it."""

    update: Any
    state: dict[str, Any]
    numbers: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it


def root_with_eps(v: Any, eps: Any, eps_place: str, signed: bool = False) -> Any:
    """sqrt(v) + eps, or sqrt(v + eps) if eps stands inside the root; `signed` as of `sqrt`."""
    if eps_place == "inside":
        return sqrt(v + eps, signed)
    return sqrt(v, signed) + eps
