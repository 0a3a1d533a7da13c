"""Networks whose samples have weights: every loss with each way to divide the mean.

The shapes are those of the generated networks, and the weights differ from each other. One is 0,
so that its sample is ignored, and their mean is not 1, so that what divides by the number of
samples differs from what divides by the sum of the weights.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from crosscheck.frameworks.contract import LOSSES, NORMALIZERS
from crosscheck.verification.cases import network
from crosscheck.verification.cases.network import BATCH, DTYPES, NetworkCase

HIDDEN = ("tanh", "softplus")
WEIGHTS = np.array([0.7, 2.9, 0.0, 1.3, 3.1, 0.2])
assert len(WEIGHTS) == BATCH


@cache
def generated() -> list[NetworkCase]:
    """Every loss with every normalizer, and one of them in float32 too."""
    return [
        _weighted(loss, normalizer, dtype)
        for dtype in DTYPES
        for loss in (LOSSES if dtype == DTYPES[0] else LOSSES[:1])
        for normalizer in NORMALIZERS
    ]


def _weighted(loss: str, normalizer: str, dtype: str) -> NetworkCase:
    output = "sigmoid" if loss == "binary_cross_entropy" else "identity"
    name = f"weighted-{loss}-{normalizer}-{dtype}"
    case = network.drawn_with(name, (*HIDDEN, output), loss=loss, dtype=dtype)
    return replace(case, weights=WEIGHTS.astype(dtype), normalizer=normalizer)
