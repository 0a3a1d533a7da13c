"""A warning that NumPy gives of numbers that are all finite, and that nobody should be shown."""

import warnings

# NumPy warns if the library that multiplies has raised the processor's flag for an invalid
# operation. With AVX-512 OpenBLAS 0.3.31 also computes with bytes that an earlier call left on the
# stack, when it multiplies a float32 matrix of five columns by a vector. They do not come into the
# product, but they may raise the flag. A NaN that is one is seen in the values.
MESSAGE = "invalid value encountered in matmul"


def ignore_false_alarms() -> None:
    """Do not show this warning in this process."""
    warnings.filterwarnings("ignore", MESSAGE, RuntimeWarning)
