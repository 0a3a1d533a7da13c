"""Gradients that are clipped before an optimizer gets them, exactly."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb

from crosscheck.numerics.exact.balls import Array, elementwise


def clipped(
    grads: Sequence[Array],
    sizes: Sequence[int],
    max_norm: Any = None,
    max_value: Any = None,
    clip_eps: Any = 0,
    per: str = "all",
) -> list[Array]:
    """The gradients of every step, none beyond a maximum.

    Args:
        grads: One vector of balls for every step: all leaves, one after the other.
        sizes: The number of entries of each leaf.
        max_norm: The largest norm; None to clip by value.
        max_value: The largest size of an entry; None to clip by norm.
        clip_eps: What is added to the norm.
        per: Of what a norm is taken: "all" leaves together, or each "leaf".
    """
    if max_norm is None:
        return [elementwise(lambda x: x.max(-max_value).min(max_value), g) for g in grads]
    ends: Any = np.cumsum(sizes)[:-1] if per == "leaf" else []
    return [
        np.concatenate([_shortened(part, max_norm, clip_eps) for part in np.split(g, ends)])
        for g in grads
    ]


def _shortened(g: Array, max_norm: Any, eps: Any) -> Array:
    norm = sum(g * g, start=arb(0)).sqrt()
    return g / ((norm + eps) / max_norm).max(arb(1))
