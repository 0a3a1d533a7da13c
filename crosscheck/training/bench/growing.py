"""How time grows with the number of samples, the batch size and the width."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crosscheck.training.bench.measuring import exponent, measure
from crosscheck.training.bench.tasks import NETWORK, Task
from crosscheck.training.bench.variants import Variant

LEAST_SAMPLES = 256  # an eighth of them is one batch
PER_STEP = ("numpy", "torch", "jax", "matrix products")


@dataclass(frozen=True)
class Grown:
    """Times of one variant along one size, and the exponent of the power law through them."""

    variant: str
    along: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def exponent(self) -> float:
        return exponent(self.sizes, self.seconds)


def fitted(variants: Sequence[Variant], samples: int, repeats: int) -> list[Grown]:
    """Seconds of an epoch by its samples, and of a step by batch size and by width, with SGD."""
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
    found = []
    for along, entries in series.items():
        sizes = tuple(size for size, _ in entries)
        measured = measure([task for _, task in entries], repeats, chosen)
        for variant in chosen:
            times = tuple(m.median for m in measured if m.variant.name == variant.name)
            if all(time == time for time in times):  # NaN where it is not installed
                found.append(Grown(variant.name, along, sizes, times))
    return found
