"""Learning-rate schedules as functions of the update, whose conventions are keywords.

    from crosscheck.conventions import schedules
    from reference_numpy.optimizers import adam

    adam(learning_rate=schedules.cosine(0.1, steps=100))

A schedule gives the rate of update t, and the first update is 0. Where frameworks differ by one
update, or in what they do past the end, a keyword says which it is:

- A way of `steps` updates reaches its end at update `steps`; with `endpoint`, one update earlier,
  so that the last of its updates, `steps - 1`, has the rate at the end.
- `past_end`: "stays" at the end; "goes_on" along the formula (a cosine climbs again); "repeats"
  from the beginning, every `steps` updates; "stretches", so that every time when it has reached its
  end the way becomes longer by `steps`.
- With `hold`, so many updates have the first rate before the way begins.

All rates are at least 0. `Schedule.code` is the expression that makes a schedule. Momentum is never
scheduled here: PyTorch's OneCycleLR and CyclicLR cycle it, too.
"""

from crosscheck.conventions.closed_forms.pieces import (
    interpolated,
    multi_step,
    one_cycle,
    piecewise_constant,
    product,
    sequence,
    warmup,
)
from crosscheck.conventions.closed_forms.schedule import Schedule, ScheduleError
from crosscheck.conventions.closed_forms.single import (
    constant,
    cosine,
    cosine_restarts,
    cyclic,
    exponential,
    inverse_time,
    linear,
    polynomial,
    step,
)

__all__ = [
    "Schedule",
    "ScheduleError",
    "constant",
    "cosine",
    "cosine_restarts",
    "cyclic",
    "exponential",
    "interpolated",
    "inverse_time",
    "linear",
    "multi_step",
    "one_cycle",
    "piecewise_constant",
    "polynomial",
    "product",
    "sequence",
    "step",
    "warmup",
]
