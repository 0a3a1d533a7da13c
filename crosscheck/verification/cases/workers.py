"""Trainings in which several workers share every batch: the same one as by a single worker.

The exact values are those of the whole batch. Shards are uneven wherever they can be, and in short
batches some workers have no samples.
"""

from dataclasses import dataclass
from functools import cache

from crosscheck.verification.cases.training import TrainingCase
from crosscheck.verification.cases.trainings import WEIGHTS


@dataclass(frozen=True, eq=False)
class WorkersCase(TrainingCase):
    """A training whose batches are shared; see `TrainingCase`."""

    group = "workers"


@cache
def generated() -> list[WorkersCase]:
    """One to four workers, both dtypes, weights, pieces, and an optimizer that is not linear."""
    return [
        WorkersCase("1 worker, asked for by number", batch_size=7, workers=1),
        WorkersCase("2 workers, uneven shards", batch_size=7, workers=2),
        # Of the last batch, two samples, one worker has none.
        WorkersCase("3 workers, one without samples", batch_size=4, workers=3),
        WorkersCase("4 workers, two without samples", batch_size=4, workers=4),
        WorkersCase("2 workers in float32", batch_size=7, workers=2, dtype="float32"),
        WorkersCase(
            "3 workers, weighted, divided by the weights",
            batch_size=7,
            workers=3,
            weights=WEIGHTS,
            normalizer="weights",
        ),
        # Shards of 4, 3 and 3 samples, each in two pieces.
        WorkersCase("3 workers, each over pieces", batch_size=None, workers=3, micro_batch_size=2),
        # Its update is not linear: the mean of the workers' own updates is another one.
        WorkersCase(
            "3 workers, an optimizer that divides by the gradients so far",
            batch_size=7,
            workers=3,
            optimizer="adagrad",
            keywords={"initial_accumulator": 0.01, "eps": 0.01},
            rate=0.1,
        ),
    ]
