"""The bounds of a loss whose samples have weights, and of its derivative."""

import numpy as np

from crosscheck.numerics.bounds.inexact import Inexact, bounded
from crosscheck.numerics.bounds.losses import LOSS_BOUNDS, LossAndBounds
from crosscheck.numerics.bounds.precision import Array, Precision


def inexact_factors(weights: Array | None, normalizer: str, precision: Precision) -> Inexact | None:
    """What multiplies the loss of each sample in (1/B) sum_i f_i C_i, with its bound.

    With the normalizer "weights" f_i is w_i over the mean of all weights. Their sum loses B u, and
    two operations follow. Who takes the mean of a piece first, and weights it by its share, sums
    the weights of a piece twice: so 3 B u in all, and four operations.

    Args:
        weights: (batch,), without an error; or None, which gives None.
        normalizer: As in the contract.
        precision: That in which a framework computes.
    """
    if weights is None:
        return None
    weights, p = weights.astype("float64"), precision
    if normalizer == "count":
        return Inexact(weights, p.read(weights), p)
    mean = weights.mean()
    factors = weights / (mean if mean > 0 else 1.0)
    return bounded(factors, (3 * p.sum(len(weights)) + p.product(4)) * factors + p.tiny, p)


@np.errstate(invalid="ignore")  # a weight of 0 times an infinite bound: nothing is promised
def weighted_loss(
    precision: Precision, loss: str, outputs: Inexact, targets: Array, factors: Inexact
) -> LossAndBounds:
    """The loss of a batch, its bound, dC/da, and the bound of dC/da.

    Each sample is a batch of its own, whose loss and slope are multiplied by its factor and
    divided by B.

    Args:
        precision: That in which the loss is computed.
        loss: A name of the contract.
        outputs: (batch, outputs).
        targets: (batch, outputs), in float64.
        factors: What `inexact_factors` gives, (batch,); in a piece, those of its samples.
    """
    p, samples = precision, len(targets)
    total = total_error = 0.0
    slopes, slope_errors = np.empty(targets.shape), np.empty(targets.shape)
    for i, (f, e_f) in enumerate(zip(factors.value, factors.error, strict=True)):
        one = slice(i, i + 1)
        value, error, slope, e_slope = LOSS_BOUNDS[loss](
            p, outputs.value[one], outputs.error[one], targets[one]
        )
        total, total_error = total + f * value, total_error + f * error + e_f * (value + error)
        slopes[i], size = f * slope[0], abs(slope[0]) + e_slope[0]
        # Two operations more, either of which may fall below the smallest number.
        slope_errors[i] = f * e_slope[0] + (e_f + p.product(2) * (f + e_f)) * size
        slope_errors[i] += (2 + f) * samples * p.tiny
    total_error += (p.sum(targets.size) + p.product(2)) * (total + total_error)
    total_error += targets.size * p.tiny + p.overflow(total + total_error)
    return (
        total / samples,
        total_error / samples + p.tiny,
        slopes / samples,
        slope_errors / samples,
    )
