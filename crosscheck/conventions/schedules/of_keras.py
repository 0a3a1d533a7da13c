"""The schedules of Keras and of TensorFlow's older API as closed forms."""

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from crosscheck.conventions import schedules as forms
from crosscheck.conventions.closed_forms.schedule import Schedule
from crosscheck.conventions.schedules.stock_schedule import (
    RefusedScheduleError,
    Remark,
    StockSchedule,
)


def _needs_steps(name: str, steps: float) -> None:
    if steps <= 0:
        raise RefusedScheduleError(f"Keras itself refuses {name}={steps!r}: it must be above 0")


def _exponential(
    initial_learning_rate: float,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str = "ExponentialDecay",
) -> Schedule:
    _needs_steps("decay_steps", decay_steps)
    return forms.exponential(
        initial_learning_rate, factor=decay_rate, steps=decay_steps, staircase=staircase
    )


def _piecewise(
    boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
) -> Schedule:
    if len(boundaries) != len(values) - 1:
        raise RefusedScheduleError("Keras itself refuses it: one value more than boundaries")
    if not boundaries:
        raise RefusedScheduleError("Keras itself fails without a boundary")
    # Updates are whole numbers: above 2.5 means above 2.
    whole = [math.floor(each) for each in boundaries]
    return forms.piecewise_constant(values, boundaries=whole, late=True)


def _polynomial(
    initial_learning_rate: float,
    decay_steps: float,
    end_learning_rate: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    name: str = "PolynomialDecay",
) -> Schedule:
    _needs_steps("decay_steps", decay_steps)
    return forms.polynomial(
        initial_learning_rate,
        steps=decay_steps,
        end=end_learning_rate,
        power=power,
        past_end="stretches" if cycle else "stays",
    )


def _inverse_time(
    initial_learning_rate: float,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str = "InverseTimeDecay",
) -> Schedule:
    _needs_steps("decay_steps", decay_steps)
    return forms.inverse_time(
        initial_learning_rate, decay=decay_rate, steps=decay_steps, staircase=staircase
    )


def _cosine(
    initial_learning_rate: float,
    decay_steps: float,
    alpha: float = 0.0,
    name: str = "CosineDecay",
    warmup_target: float | None = None,
    warmup_steps: int = 0,
) -> Schedule:
    _needs_steps("decay_steps", decay_steps)
    if warmup_target is None:  # warmup_steps have no effect then
        end = alpha * initial_learning_rate
        return forms.cosine(initial_learning_rate, steps=decay_steps, end=end)
    rest = forms.cosine(warmup_target, steps=decay_steps, end=alpha * warmup_target)
    if not warmup_steps:
        return rest
    return forms.warmup(rest, steps=warmup_steps, start=initial_learning_rate)


def _restarts(
    initial_learning_rate: float,
    first_decay_steps: float,
    t_mul: float = 2.0,
    m_mul: float = 1.0,
    alpha: float = 0.0,
    name: str = "SGDRDecay",
) -> Schedule:
    _needs_steps("first_decay_steps", first_decay_steps)
    return forms.cosine_restarts(
        initial_learning_rate,
        steps=first_decay_steps,
        growth=t_mul,
        end=alpha * initial_learning_rate,
        decay=m_mul,
    )


def _natural_exp(
    learning_rate: float, decay_steps: float, decay_rate: float, staircase: bool = False
) -> Schedule:
    _needs_steps("decay_steps", decay_steps)
    factor = math.exp(-decay_rate)
    return forms.exponential(learning_rate, factor=factor, steps=decay_steps, staircase=staircase)


def _older(closed_form: Callable[..., Schedule], *names: str) -> Callable[..., Schedule]:
    """A closed form with the names of TensorFlow's older functions for its first arguments."""
    parameters = list(inspect.signature(closed_form).parameters.values())
    own = [p.name for p in parameters if p.name not in ("name", "warmup_target", "warmup_steps")]
    renamed = [*names, *own[len(names) :]]

    def older(**arguments: Any) -> Schedule:
        back = dict(zip(renamed, own, strict=True))
        return closed_form(**{back[key]: value for key, value in arguments.items()})

    by_name = {p.name: p for p in parameters}
    kept = [by_name[name].replace(name=new) for name, new in zip(own, renamed, strict=True)]
    older.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
    return older


FORMS: dict[str, Callable[..., Schedule]] = {
    "ExponentialDecay": _exponential,
    "PiecewiseConstantDecay": _piecewise,
    "PolynomialDecay": _polynomial,
    "InverseTimeDecay": _inverse_time,
    "CosineDecay": _cosine,
    "CosineDecayRestarts": _restarts,
}
OLDER: dict[str, Callable[..., Schedule]] = {
    "exponential_decay": _older(_exponential, "learning_rate"),
    "natural_exp_decay": _natural_exp,
    "inverse_time_decay": _older(_inverse_time, "learning_rate"),
    "polynomial_decay": _older(_polynomial, "learning_rate"),
    "piecewise_constant": _older(_piecewise),
    "cosine_decay": _older(_cosine, "learning_rate"),
    "cosine_decay_restarts": _older(_restarts, "learning_rate"),
}
COSINE = "computes cosines in float32 on JAX, even of float64 numbers"
COUNTS = Remark("counts batches, not updates, while gradients are accumulated")
SINGLE = "converts its numbers to float32, whatever the dtype of the parameters"


def _rows(framework: str, module: str, float32: dict[str, str]) -> list[StockSchedule]:
    return [
        StockSchedule(
            framework, f"{module}.{name}", form, float32=float32.get(name), remarks=(COUNTS,)
        )
        for name, form in FORMS.items()
    ]


_OF_JAX = {"CosineDecay": COSINE, "CosineDecayRestarts": COSINE}
KERAS = (
    *_rows("keras-jax", "keras.optimizers.schedules", _OF_JAX),
    *_rows("keras-torch", "keras.optimizers.schedules", {}),
)
TENSORFLOW = (
    *_rows("tensorflow", "tensorflow.keras.optimizers.schedules", dict.fromkeys(FORMS, SINGLE)),
    *(
        StockSchedule("tensorflow", f"tensorflow.compat.v1.train.{name}", form, float32=SINGLE)
        for name, form in OLDER.items()
    ),
)
