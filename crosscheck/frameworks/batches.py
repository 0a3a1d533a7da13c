"""Which samples make up which batch: the contract's rule, stated once.

The order of an epoch follows from the seed and the epoch's number alone. So whoever resumes a run
needs no state of a random generator, and every framework trains on the same batches.
"""

import numpy as np

# The rule in words: an expression, which a checkpoint carries for readers without this package.
RULE = "numpy.random.default_rng([seed, epoch]).permutation(samples)"


def order_of_epoch(samples: int, *, seed: int, epoch: int) -> np.ndarray:
    """The indices of all samples, (samples,), in the order in which an epoch takes them."""
    return np.random.default_rng([seed, epoch]).permutation(samples)


def batches_of_epoch(
    samples: int, batch_size: int | None, *, seed: int, epoch: int
) -> list[np.ndarray]:
    """The indices of the samples of each batch of one epoch.

    Args:
        samples: How many there are.
        batch_size: How many a batch has; the last one has what is left over. None makes one batch
            of all samples, in their own order.
        seed, epoch: What the order follows from.
    """
    if batch_size is None:
        return [np.arange(samples)]
    order = order_of_epoch(samples, seed=seed, epoch=epoch)
    return [order[start : start + batch_size] for start in range(0, samples, batch_size)]
