"""Numbers that depend on sizes: each is a function, with the words that show it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

NORMAL = NormalDist()
# The normal distribution truncated at two standard deviations: the probability of what is cut off;
# the sum of its densities at the two cuts; and its standard deviation.
BEYOND = 2 * NORMAL.cdf(-2)
DENSITY = 2 * NORMAL.pdf(2) / (1 - BEYOND)
CUT = sqrt(1 - 2 * DENSITY)


@dataclass(frozen=True)
class Factor:
    """A number that depends on two sizes.

    Attributes:
        words: The same as text. Of a factor of a loss {} is the loss.
        of: The number, of the samples B and the outputs K; or, of a scale, of fan_in and fan_out.
    """

    words: str
    of: Callable[[int, int], float]


# Factors between a loss and the reference's, which is a mean over the samples of sums over the
# outputs. The mean and the sum of all B * K numbers are MEAN and SUM.
SAME = Factor("{}", lambda B, K: 1.0)
MEAN = Factor("{} / K", lambda B, K: 1.0 / K)
SUM = Factor("B * {}", lambda B, K: B * 1.0)
MEANS = Factor("B * {} / K", lambda B, K: B * 1.0 / K)
TWICE_THE_SUM = Factor("2 * B * {}", lambda B, K: 2 * B * 1.0)
HALF_OF_IT = Factor("{} / 2", lambda B, K: 1.0 / 2)
HALF_THE_SUM = Factor("K * {} / 2", lambda B, K: K * 1.0 / 2)

# How many numbers a loss gives.
ONE = Factor("1", lambda B, K: 1)
SAMPLES = Factor("B", lambda B, K: B)
ALL = Factor("B * K", lambda B, K: B * K)

# Scales of distributions: the bound of a uniform one, or the standard deviation.
NOTHING = Factor("", lambda fan_in, fan_out: 0.0)
FAN_IN = Factor("1 / sqrt(fan_in)", lambda fan_in, fan_out: 1 / sqrt(fan_in))
GLOROT = Factor(
    "sqrt(6 / (fan_in + fan_out))", lambda fan_in, fan_out: sqrt(6 / (fan_in + fan_out))
)
GLOROT_NORMAL = Factor(
    "sqrt(2 / (fan_in + fan_out))", lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))
)
HE = Factor("sqrt(6 / fan_in)", lambda fan_in, fan_out: sqrt(6 / fan_in))
HE_NORMAL = Factor("sqrt(2 / fan_in)", lambda fan_in, fan_out: sqrt(2 / fan_in))
LECUN_NORMAL = Factor("sqrt(1 / fan_in)", lambda fan_in, fan_out: sqrt(1 / fan_in))
HUNDREDTH = Factor("0.01", lambda fan_in, fan_out: 0.01)
TWENTIETH = Factor("0.05", lambda fan_in, fan_out: 0.05)
TWENTIETH_CUT = Factor("0.05 * CUT", lambda fan_in, fan_out: 0.05 * CUT)
