"""Which trainings there are: batches, stop conditions, seeds, epochs and networks of every kind."""

from functools import cache

from crosscheck.verification.cases.training import TrainingCase

# Three samples are ignored, and the mean of the weights is not 1.
WEIGHTS = (0.7, 2.9, 0.0, 1.3, 4.1, 0.2, 0.0, 2.6, 0.0, 0.4)


@cache
def generated() -> list[TrainingCase]:
    """Batches that divide the samples and that do not, every stop condition, both dtypes."""
    return [
        TrainingCase("mini-batches, the last one short"),
        TrainingCase("mini-batches in float32, by columns", dtype="float32", order="F"),
        TrainingCase("all samples at once", batch_size=None),
        TrainingCase("one sample at a time", batch_size=1, rate=0.1),
        TrainingCase(
            "nesterov, three layers",
            sizes=(3, 4, 4, 2),
            activations=("tanh", "softplus", "sigmoid"),
            optimizer="momentum",
            keywords={"momentum": 0.9, "nesterov": True},
            rate=0.1,
        ),
        TrainingCase(
            "resumed after an epoch",
            optimizer="momentum",
            keywords={"momentum": 0.5, "nesterov": False},
            rate=0.1,
            resume_after=1,
        ),
        TrainingCase(
            "another loss, one layer",
            sizes=(3, 2),
            activations=("sigmoid",),
            loss="squared_error",
            rate=0.1,
        ),
        # Thresholds midway between two losses on the way down, so that rounding cannot matter.
        TrainingCase("until the loss is low", stop={"max_epochs": 9, "loss_below": 0.066}),
        TrainingCase("until the loss stands", stop={"max_epochs": 9, "loss_change_below": 0.002}),
        TrainingCase("the last batch one sample", batch_size=3, rate=0.1),
        # Pieces of 3 and 1 samples, and of the last batch one of 2.
        TrainingCase("gathered over uneven pieces", micro_batch_size=3),
        TrainingCase("gathered over uneven pieces in float32", micro_batch_size=3, dtype="float32"),
        TrainingCase("weighted, divided by the weights", weights=WEIGHTS, normalizer="weights"),
        TrainingCase(
            "weighted, over uneven pieces",
            weights=WEIGHTS,
            normalizer="weights",
            micro_batch_size=3,
        ),
        TrainingCase(
            "weighted, over uneven pieces, divided by the samples, in float32",
            dtype="float32",
            weights=WEIGHTS,
            micro_batch_size=3,
        ),
        # Where a sample is ignored, the velocity of the earlier ones moves the parameters.
        TrainingCase(
            "weighted, batches that are ignored",
            batch_size=1,
            weights=WEIGHTS,
            normalizer="weights",
            optimizer="momentum",
            keywords={"momentum": 0.5, "nesterov": False},
            rate=0.1,
        ),
        TrainingCase("a batch larger than the samples, seed 0", batch_size=16, seed=0),
        TrainingCase("a large seed, epochs from 255", seed=2**40 + 1, start_epoch=255),
        TrainingCase(
            "deep and wide, large gradients",
            sizes=(67, 9, 4, 4, 1),
            activations=("tanh", "tanh", "tanh", "identity"),
            gain=0.1,
            reach=100.0,
            rate=1e-3,
        ),
    ]
