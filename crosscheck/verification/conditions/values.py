"""The conditions that are about the values of what is given."""

from collections.abc import Callable, Iterator

import numpy as np

from crosscheck.verification.conditions.calls import Call, Spot
from crosscheck.verification.conditions.condition import Condition, Spoils
from crosscheck.verification.conditions.functions import ACTIVATION_KINDS, LOSS_KINDS

ROWS, GRADIENTS = ("rows",), ("optimizer", "clipping")
# Where exp no longer fits into the dtype, a little below.
LARGE = {"float64": 700.0, "float32": 80.0}


def values() -> Iterator[Condition]:
    """Every one of them."""
    entries = (*ACTIVATION_KINDS, *GRADIENTS)
    of_entries = "zeros, signs and sizes of what it is given are not its own affair"
    yield Condition(
        "value: 0", "an entry is exactly 0", entries, of_entries, _entry(lambda a: a == 0)
    )
    yield Condition(
        "value: one sign",
        "all entries are negative",
        ACTIVATION_KINDS,
        of_entries,
        lambda call: call.last if np.all(call.given[0] < 0) else None,
    )
    yield Condition(
        "value: near overflow",
        "an entry is so large that its exp does not fit, or nearly not",
        (*ACTIVATION_KINDS, "logits"),
        "it takes no exp of what it is given",
        _entry(lambda a: np.abs(a) >= LARGE[a.dtype.name]),
        may_hide="the result is 0, or as near to it as the smallest normal number",
    )
    yield Condition(
        "value: subnormal",
        "an entry is smaller than the smallest normal number",
        ACTIVATION_KINDS,
        of_entries,
        _entry(lambda a: (a != 0) & (np.abs(a) < np.finfo(a.dtype).smallest_normal)),
        may_hide="the bound is the smallest normal number, since a framework may take less for 0",
    )
    yield Condition(
        "value: a tie",
        "the largest entry of a row is there twice",
        (*ROWS, "classes"),
        "it compares no entries of a row",
        _tie,
    )
    yield Condition(
        "value: large after small",
        "the last entry of a row is far above the first",
        (*ROWS, "logits"),
        "it compares no entries of a row",
        _large_last,
    )
    yield Condition(
        "value: a gradient of 0 first",
        "at the first step an entry of the gradient is 0",
        GRADIENTS,
        "it takes no gradient",
        lambda call: _entry(lambda a: a == 0)(call) if call.step == 0 else None,
        may_hide="the sign of what may be rounded to 0 has no bound",
    )
    for target in (0, 1):
        yield Condition(
            f"target: exactly {target}",
            f"a target is exactly {target}",
            (*LOSS_KINDS, "gradient"),
            "it takes no targets",
            lambda call, target=target: (  # type: ignore[misc]
                call.last if np.any(_targets(call) == target) else None
            ),
        )
    yield Condition(
        "target: near, far from 0",
        "an output is near its target, and both are far from 0",
        ("difference",),
        "it takes no difference of an output and a target",
        _near_at_an_offset,
        may_hide="where the two are nearly equal their difference is rounded",
    )
    yield Condition(
        "target: far away",
        "a target is more than 10 away from 0, so that gradients are large",
        ("gradient", "training"),
        "it makes no gradient",
        lambda call: call.last if np.abs(_targets(call)).max() > 10 else None,
    )
    yield Condition(
        "value: NaN",
        "an entry is NaN",
        (*ACTIVATION_KINDS, *LOSS_KINDS, "forward"),
        "what is not finite is refused, or its result is nobody's to promise",
        lambda call: call.last if any(np.isnan(a).any() for a in call.given) else None,
        Spoils.NUMBER,
    )
    yield Condition(
        "value: infinite",
        "an entry is plus infinity",
        ("elementwise",),
        "what is not finite is refused, or its result is nobody's to promise",
        _entry(np.isposinf),
        Spoils.NUMBER,
    )


def _targets(call: Call) -> np.ndarray:
    assert call.targets is not None
    return call.targets


def _entry(holds: Callable[[np.ndarray], np.ndarray]) -> Callable[[Call], Spot | None]:
    """The entry of the result that stands where the given array has such an entry."""

    def spot(call: Call) -> Spot | None:
        for given, leaf in zip(call.given, call.leaves, strict=False):
            found = np.argwhere(holds(given))
            if len(found):
                same = given.shape == leaf.array.shape
                return Spot(leaf.path, tuple(map(int, found[-1]))) if same else call.last
        return None

    return spot


def _tie(call: Call) -> Spot | None:
    rows = call.outputs if call.outputs is not None else call.given[0]
    tied = np.argwhere((rows == rows.max(axis=1, keepdims=True)).sum(axis=1) > 1)
    if not len(tied):
        return None
    row = int(tied[-1][0])
    if call.leaves[0].array.ndim < 2:
        return Spot(call.leaves[0].path, (row,))
    last = int(np.flatnonzero(rows[row] == rows[row].max())[-1])
    return Spot(call.leaves[0].path, (row, last))


def _large_last(call: Call) -> Spot | None:
    rows = call.given[0]
    large = np.argwhere(rows[:, -1] - rows[:, 0] >= LARGE[rows.dtype.name])
    if not len(large):
        return None
    row = int(large[-1][0])
    return Spot((), (row, rows.shape[1] - 1)) if call.leaves[0].array.ndim else call.last


def _near_at_an_offset(call: Call) -> Spot | None:
    assert call.outputs is not None
    targets = _targets(call)
    near = np.abs(call.outputs - targets) < 1e-4 * np.abs(targets)
    return call.last if np.any(near & (np.abs(targets) > 1e3)) else None
