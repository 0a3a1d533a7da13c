"""Write one framework's learning-rate schedule as another's, and prove by running both."""

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.parsing import CallError
from crosscheck.conventions.schedules.reading import (
    REFERENCE,
    ReadSchedule,
    of_framework,
    read_schedule,
)
from crosscheck.conventions.schedules.translation import (
    NearestSchedule,
    ScheduleTranslation,
    compare_schedules,
)
from crosscheck.conventions.schedules.writing import (
    WrittenSchedule,
    as_function,
    differ,
    stock_calls,
    written,
)
from crosscheck.frameworks import registry

EVERY_UPDATE = "scheduler.step() belongs after every optimizer.step(), not after every epoch"
OPS = "keras.ops rounds to float32 in places, also numbers of float64"
FLOAT32 = "rates are float32 unless jax_enable_x64 is set"


def translate_schedule(
    code: str, *, to: str, base_rate: float | None = None
) -> ScheduleTranslation:
    """Write a schedule in another framework's words, and run both.

    Both are run as their users run them, from update 0 to past their ends, with parameters of
    float64. JAX is set to float64 for the whole process.

    Args:
        code: A schedule as it is written in Python, with plain arguments:
            "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)". Names may be
            assigned before it. It is parsed, never evaluated.
        to: The other framework, a name in `stock.FRAMEWORKS` or `stock.ALIASES`, or "reference".
        base_rate: The rate of the optimizer, which PyTorch's schedulers multiply; None for 1 in
            what is read, and in what is written for the schedule's own.

    Returns:
        The other framework's own schedule, if one is equal; else a function of the formula, which
        is, and beside it the framework's own schedule that comes nearest.

    Raises:
        ValueError: If the text is not the call of a known schedule, no closed form has the effect
            of an argument, the framework itself refuses the call, or the other framework is unknown
            or its optimizers take no schedule.
    """
    if to != REFERENCE:
        to = stock.framework_named(to)
    registry.prepare()
    source = read_schedule(code, base_rate=1.0 if base_rate is None else base_rate)
    if to == "keras-torch":  # named by itself, as the other backend of a source
        source = of_framework(source, to) if source.framework.startswith("keras") else source
    target = written(source.schedule, to, base_rate)
    if target is None:
        title = stock.FRAMEWORKS[to].title
        raise CallError(f"the optimizers of {title} take no schedule that is known here")
    nearest = None if target.read is not None else _nearest(source, to, base_rate)
    found = _compared(source, base_rate, target, nearest)
    if found.equal is False and target.read is not None and to != REFERENCE:
        # Its formula is equal, and what its framework computes is not.
        refuted = (
            f"{stock.FRAMEWORKS[to].title}: {target.code} should be equal, and is not as it runs"
        )
        function = as_function(source.schedule, to, base_rate)
        other = _compared(source, base_rate, function, None, refuted)
        found = other if other.equal else found
    return found


def _compared(
    source: ReadSchedule,
    base_rate: float | None,
    target: WrittenSchedule,
    nearest: NearestSchedule | None,
    *more: str,
) -> ScheduleTranslation:
    """Both run and compared, with everything that must be known."""
    provisos = (*more, *_of_source(source, base_rate), *_of_target(target))
    rate = 1.0 if base_rate is None else base_rate
    return compare_schedules(source, rate, target, nearest, tuple(dict.fromkeys(provisos)))


def _nearest(source: ReadSchedule, to: str, base_rate: float | None) -> NearestSchedule | None:
    """The framework's own schedule whose largest difference is the smallest."""
    found = []
    for each in stock_calls(source.schedule, to, base_rate):
        assert each.read is not None
        found.append(NearestSchedule(each.code, differ(source.schedule, each.read, source.last)))
    return min(found, key=lambda each: each.difference.largest, default=None)


def _of_source(read: ReadSchedule, base_rate: float | None) -> list[str]:
    """What must be known of the schedule that was read."""
    found = _remarks(read)
    title = "" if read.framework == REFERENCE else stock.FRAMEWORKS[read.framework].title
    if base_rate is None and any(row.multiplies for row in read.rows):
        found.insert(0, f"{title}: it multiplies the optimizer's rate, which was taken to be 1")
    if read.last is not None:
        found.append(f"{title}: it was compared to update {read.last}, the last for which it holds")
    return found


def _of_target(target: WrittenSchedule) -> list[str]:
    """What must be known of the schedule that was written."""
    title = "" if target.framework == REFERENCE else stock.FRAMEWORKS[target.framework].title
    found = [] if target.read is None else _remarks(target.read)
    if target.framework == "torch":
        found.insert(0, f"{title}: the optimizer has lr={target.base_rate!r}")
    if target.framework in ("torch", "paddle"):
        found.append(f"{title}: {EVERY_UPDATE}")
    if target.framework == "optax" and target.read is None:
        found.append(f"{title}: {FLOAT32}")
    if "keras.ops." in target.code:
        found.append(f"{title}: {OPS}")
    return found


def _remarks(read: ReadSchedule) -> list[str]:
    """What is known of a schedule, and of what is nested in it."""
    if read.framework == REFERENCE:
        return []
    title = stock.FRAMEWORKS[read.framework].title
    found = list(read.remarks)
    found += [f"{r.name.rpartition('.')[2]} {r.float32}" for r in read.rows if r.float32]
    return [f"{title}: {each}" for each in found]
