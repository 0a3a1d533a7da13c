"""How time grows with the number of samples, the batch size and the width."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

from crosscheck.training.bench.measuring import measure, power_law_exponent
from crosscheck.training.bench.tasks import Task
from crosscheck.training.bench.variants import Variant
from crosscheck.training.choices import NETWORK

LEAST_SAMPLES = 256  # an eighth of them is one batch
PER_STEP = ("numpy", "torch", "jax", "matrix products")


@dataclass(frozen=True)
class Growth:
    """The times of one variant along one size.

    Attributes:
        variant: The variant's name.
        along: The size: "samples", "batch size" or "width".
        sizes: Its values.
        seconds: The median time of an epoch at each.
    """

    variant: str
    along: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """k of the power law seconds = c size^k that fits best."""
        return power_law_exponent(self.sizes, self.seconds)


def measure_growth(variants: Sequence[Variant], samples: int, repeats: int) -> list[Growth]:
    """Time epochs with SGD in float32 along each of three sizes.

    Along "samples" the batches stay as they are; along the other two so does the number of steps.

    Args:
        variants: The ways to train; those that are not in PER_STEP are left out.
        samples: The largest number of samples.
        repeats: Epochs that count.

    Returns:
        The growth of each variant that could be measured.
    """
    base = Task(samples, 32, NETWORK, "float32", "sgd")
    chosen = [variant for variant in variants if variant.name in PER_STEP]
    shares = [samples * eighths // 8 for eighths in (1, 2, 4, 8)]
    steps = 40
    series = {
        "samples": [(n, replace(base, samples=n)) for n in shares],
        "batch size": [
            (b, replace(base, batch_size=b, samples=steps * b)) for b in (256, 512, 1024, 2048)
        ],
        "width": [
            (w, replace(base, layers=(784, w, w, 10), batch_size=256, samples=steps * 256))
            for w in (128, 256, 512, 1024)
        ],
    }
    growths = []
    for along, entries in series.items():
        sizes = tuple(size for size, _ in entries)
        timings = measure([task for _, task in entries], repeats, chosen)
        for variant in chosen:
            seconds = tuple(t.median_seconds for t in timings if t.variant.name == variant.name)
            if not any(map(isnan, seconds)):  # it is NaN where the variant is not installed
                growths.append(Growth(variant.name, along, sizes, seconds))
    return growths
