"""Every condition. To add one is to add one entry here; a test then asks for a case that meets it.

A condition is about the size of the arrays, the layers, the samples, how an array lies in memory,
the steps and epochs, the seed, the values, or the weights of the samples.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from math import isqrt

import numpy as np

from crosscheck.verification.conditions.calls import Call, Leaf, Spot, last_of
from crosscheck.verification.conditions.condition import Condition, Spoils
from crosscheck.verification.conditions.functions import ACTIVATION_KINDS, KINDS, LOSS_KINDS
from crosscheck.verification.conditions.values import values
from crosscheck.verification.conditions.weights import weights

NETWORKS = ("forward", "classes", "gradient", "training")
# Of these a call has arrays of one size each: all of their entries count, whatever the shape.
FLAT = ("optimizer", "clipping", "sum", "copy")
LAYERED = (*NETWORKS, "drawing")


@cache
def conditions() -> tuple[Condition, ...]:
    """Every condition, in the order in which the matrix shows them."""
    return (*_sizes(), *_depths(), *_batches(), *_memory(), *_counts(), *values(), *weights())


# ----- sizes -----


def _lengths(call: Call) -> Iterator[tuple[int, Leaf | None, int]]:
    """Every length that counts, the array that has it, and along which axis; -1 for all of it."""
    if call.kind in LOSS_KINDS:
        yield call.sizes[0], None, 0
    elif call.kind == "classes":
        yield from ((size, None, 0) for size in call.sizes)
    else:
        for leaf in call.leaves:
            if call.kind in FLAT:
                yield leaf.array.size, leaf, -1
            elif leaf.array.ndim:
                yield leaf.array.shape[-1], leaf, leaf.array.ndim - 1


def _of_length(holds: Callable[[int], bool], entry: int | None, call: Call) -> Spot | None:
    """An entry of the first array whose length is such a one: a numbered one, or the last."""
    for length, leaf, axis in _lengths(call):
        if not holds(length):
            continue
        if leaf is None:
            return call.last
        if entry is None:
            return last_of(leaf)
        if axis == -1:
            return Spot(leaf.path, tuple(map(int, np.unravel_index(entry, leaf.array.shape))))
        return Spot(leaf.path, (*last_of(leaf).entry[:axis], entry))
    return None


def _sizes() -> Iterator[Condition]:
    kinds, otherwise = KINDS, ""
    words = "units, outputs or entries"

    def size(name: str, holds: Callable[[int], bool], entry: int | None = None) -> Condition:
        spot = partial(_of_length, holds, entry)
        return Condition(f"size: {name}", f"{words}: {name}", kinds, otherwise, spot)

    yield size("one", lambda n: n == 1)
    yield size("odd", lambda n: n > 1 and n % 2 == 1)
    yield size("a prime above 3", lambda n: n > 3 and all(n % k for k in range(2, isqrt(n) + 1)))
    for least in (8, 16, 32, 64):
        # The entry after a vector of so many lanes.
        yield size(f"above {least}", lambda n, least=least: n > least, least)  # type: ignore[misc]
    yield size("above 8, no multiple of 8", lambda n: n > 8 and n % 8 > 0)
    yield Condition(
        "size: an axis of one",
        "an array of the result has an axis of one entry, which must not be dropped",
        tuple(kind for kind in KINDS if kind not in LOSS_KINDS),
        "its result is a number",
        _with_an_axis_of_one,
        Spoils.SHAPE,
    )
    yield Condition(
        "size: one output",
        "the network, or the loss, has one output",
        (*NETWORKS, *LOSS_KINDS),
        "it knows no outputs",
        lambda call: call.last if call.sizes[-1] == 1 else None,
    )


def _with_an_axis_of_one(call: Call) -> Spot | None:
    found = [leaf for leaf in call.leaves if 1 in leaf.array.shape]
    return last_of(found[-1]) if found else None


# ----- layers and samples -----


def _in_last_hidden_layer(call: Call) -> Spot:
    """The last entry of the last hidden layer; of the only layer, if there is one."""
    hidden = max(call.layers - 2, 0)
    inside = [leaf for leaf in call.leaves if leaf.layer == hidden]
    return last_of(inside[-1]) if inside else call.last


def _depths() -> Iterator[Condition]:
    def depth(name: str, holds: Callable[[int], bool]) -> Condition:
        return Condition(
            f"layers: {name}",
            f"the number of layers is {name}",
            LAYERED,
            "it knows no layers",
            lambda call: _in_last_hidden_layer(call) if holds(call.layers) else None,
        )

    yield depth("1", lambda n: n == 1)
    yield depth("2", lambda n: n == 2)
    yield depth("3", lambda n: n == 3)
    yield depth("4 or more", lambda n: n >= 4)


def _batches() -> Iterator[Condition]:
    def batch(name: str, sentence: str, holds: Callable[[Call], bool], *only: str) -> Condition:
        return Condition(
            f"samples: {name}",
            sentence,
            only or (*ACTIVATION_KINDS, *LOSS_KINDS, *NETWORKS),
            "only training divides samples" if only == ("training",) else "it knows no samples",
            lambda call: call.last if holds(call) else None,
        )

    def some(holds: Callable[[int], bool]) -> Callable[[Call], bool]:
        return lambda call: any(map(holds, call.batches))

    yield batch("one", "a batch has one sample", some(lambda n: n == 1))
    yield batch("odd", "a batch has an odd number", some(lambda n: n > 1 and n % 2 == 1))
    yield batch(
        "above 64",
        "a batch has more than 64",
        some(lambda n: n > 64),
        *(*ACTIVATION_KINDS, *LOSS_KINDS, "forward", "gradient"),
    )
    yield batch(
        "above 1,000",
        "a batch has more than 1,000",
        some(lambda n: n > 1000),
        *(*ACTIVATION_KINDS, *LOSS_KINDS, "forward", "classes", "gradient"),
    )
    yield batch(
        "fewer than a batch",
        "the batch size is larger than the number of samples",
        lambda call: (call.batch_size or 0) > sum(call.batches),
        "training",
    )
    yield batch(
        "one left over",
        "the last batch has one sample, the others more",
        lambda call: call.batches[-1] == 1 < call.batches[0],
        "training",
    )
    yield batch(
        "some left over",
        "the last batch is shorter than the others, and has more than one sample",
        lambda call: 1 < call.batches[-1] < call.batches[0],
        "training",
    )


# ----- memory -----


def _memory() -> Iterator[Condition]:
    for dtype in ("float64", "float32"):
        yield Condition(
            f"dtype: {dtype}",
            f"the arrays are of {dtype}",
            KINDS,
            "",
            lambda call, dtype=dtype: (  # type: ignore[misc]
                call.last
                if {a.dtype.name for a in call.given or (call.leaves[0].array,)} == {dtype}
                else None
            ),
        )
    yield Condition(
        "memory: by columns",
        "a matrix lies in memory column by column",
        tuple(kind for kind in KINDS if kind != "drawing"),
        "it is given no array",
        lambda call: None if all(a.flags.c_contiguous for a in call.given) else call.last,
    )
    yield Condition(
        "memory: used again",
        "the function was called before, and that result is still to be read",
        (*ACTIVATION_KINDS, "forward", "gradient", "classes", *FLAT[:3], "drawing"),
        "its result is a number, or what it gives is read at once",
        lambda call: call.last if call.is_repeated else None,
        Spoils.MEMORY,
    )


# ----- steps, rates, seeds, epochs -----


def _counts() -> Iterator[Condition]:
    def step(name: str, holds: Callable[[int], bool]) -> Condition:
        return Condition(
            f"step: {name}",
            f"the number of the step is {name}",
            ("optimizer", "clipping"),
            "it counts no steps",
            lambda call: call.last if holds((call.step or 0) + 1) else None,
        )

    yield step("1", lambda t: t == 1)
    yield step("2", lambda t: t == 2)
    yield step("13 or more", lambda t: t >= 13)
    yield step("above 1000", lambda t: t > 1000)
    yield Condition(
        "rate: it changes",
        "the learning rate is another one than at the step before",
        ("optimizer",),
        "it takes no learning rate",
        lambda call: call.last if call.rates and call.rates[0] != call.rates[1] else None,
    )

    def seed(name: str, holds: Callable[[int], bool]) -> Condition:
        return Condition(
            f"seed: {name}",
            f"the seed is {name}",
            ("training", "drawing"),
            "it takes no seed",
            lambda call: call.last if call.seed is not None and holds(call.seed) else None,
        )

    yield seed("0", lambda n: n == 0)
    yield seed("above 2^32", lambda n: n > 2**32)

    def epoch(name: str, holds: Callable[[int], bool]) -> Condition:
        return Condition(
            f"epoch: {name}",
            f"the number of an epoch is {name}",
            ("training",),
            "it knows no epochs",
            lambda call: call.last if any(map(holds, call.epochs)) else None,
        )

    yield epoch("0", lambda e: e == 0)
    yield epoch("above 255", lambda e: e > 255)
