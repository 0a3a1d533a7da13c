"""Gradients that are clipped before an optimizer gets them, as frameworks compute them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from crosscheck.numerics.bounds.arithmetic import ratio, where_above
from crosscheck.numerics.bounds.inexact import Inexact, in_precision, maximum, product, transposed


def clipped(
    grads: Iterable[Inexact],
    sizes: Sequence[int],
    max_norm: Any = None,
    max_value: Any = None,
    clip_eps: Any = 0.0,
    per: str = "all",
) -> Iterator[Inexact]:
    """The gradients of every step, none beyond a maximum; the arguments are those of `exact`."""
    for g in grads:
        if max_norm is None:
            limit = in_precision(max_value, g.precision)
            yield -maximum(-maximum(g, -limit), -limit)
            continue
        ends: Any = np.cumsum(sizes)[:-1] if per == "leaf" else []
        parts = zip(np.split(g.value, ends), np.split(g.error, ends), strict=True)
        shortened = [
            _shortened(Inexact(value, error, g.precision), max_norm, clip_eps)
            for value, error in parts
        ]
        yield Inexact(
            np.concatenate([part.value for part in shortened]),
            np.concatenate([part.error for part in shortened]),
            g.precision,
        )


def _shortened(g: Inexact, max_norm: Any, eps: Any) -> Inexact:
    row = Inexact(g.value[np.newaxis], g.error[np.newaxis], g.precision)
    square = product(row, transposed(row))  # a sum of squares, in any order
    longer = Inexact(square.value[0, 0], square.error[0, 0], g.precision).sqrt() + eps
    return where_above(longer, max_norm, ratio([max_norm, g], [longer]), g)
