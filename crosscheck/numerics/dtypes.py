"""The floating dtypes by their names, and what their numbers are like.

NumPy has no bfloat16: ml_dtypes adds it, and takes longer for that than a command or a worker needs
for everything else with which it begins. So it is imported once somebody asks for bfloat16.
"""

from typing import Any

import numpy as np

BFLOAT16 = "bfloat16"


def known(name: str) -> np.dtype:
    """The dtype of a name; from now on NumPy knows that name."""
    if name == BFLOAT16:
        import ml_dtypes  # noqa: F401 - with it NumPy knows bfloat16
    return np.dtype(name)


def limits_of(name: str) -> Any:
    """The limits of a dtype, as `np.finfo` has them; from now on NumPy knows its name."""
    if name == BFLOAT16:
        import ml_dtypes

        return ml_dtypes.finfo(name)
    return np.finfo(name)


def is_floating(dtype: np.dtype) -> bool:
    """Whether a dtype is a floating one. To NumPy, bfloat16 is none of its own."""
    return dtype.kind == "f" or dtype.name == BFLOAT16
