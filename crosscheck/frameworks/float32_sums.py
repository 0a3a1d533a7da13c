"""Which sums a framework declares to add up in float32 and to round once, in dtypes of 16 bits.

"products" are the sums in a product of matrices, "sums" all sums of the entries of one array: the
gradient of a bias, the mean of a loss, the sum of a softmax. What is not declared is added up in
the dtype. The bounds are narrower by it, so it must hold on every processor.
"""

from collections.abc import Mapping
from typing import Any

from crosscheck.numerics.bounds.precision import SUM_KINDS

DTYPES = ("bfloat16", "float16")
Float32Sums = Mapping[str, tuple[str, ...]]


def float32_sums(table: Any) -> Float32Sums:
    """The kinds of sums by their dtype, from the table of a framework's declarations.

    Args:
        table: What stands under `float32_sums`.

    Raises:
        ValueError: If it is no table of such dtypes, each with a list of such kinds.
    """
    if not isinstance(table, dict):
        raise ValueError(f"float32_sums must be a table: write [float32_sums], not {table!r}")
    for dtype, kinds in table.items():
        if dtype not in DTYPES:
            known = ", ".join(DTYPES)
            raise ValueError(f"[float32_sums]: unknown {dtype!r}: known are {known}")
        if not isinstance(kinds, list) or not all(kind in SUM_KINDS for kind in kinds):
            known = ", ".join(SUM_KINDS)
            raise ValueError(f"[float32_sums]: {dtype} must be a list of {known}, not {kinds!r}")
    return {dtype: tuple(kinds) for dtype, kinds in table.items()}
