"""How the time of a step grows with workers, samples and width: measured, and fitted.

    python -m crosscheck.training.bench.scaling

What is measured is the processor time that one worker of PyTorch takes for a step, so that it means
something on a machine that others use too, and beside it the time on the clock. It is fitted as

    t = a + b P B / N + s [N > 1] + c (N - 1) + d (N - 1) P

for N workers, batches of B samples and P parameters: what a step takes whatever it is of, the
arithmetic of a shard, what sharing takes at all, and what each of the other workers adds to it, for
its message and for every number in that. How far the fit is from what was measured is shown too.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, product
from statistics import median

import numpy as np
import psutil

from crosscheck.frameworks.registry import Framework, load_framework
from crosscheck.frameworks.sharing import with_workers

WORKERS, SAMPLES, WIDTHS = (1, 2, 3, 4), (32, 256), (16, 64, 256)
STEPS, EPOCHS = {16: 200, 64: 100, 256: 30}, 4
INPUTS, OUTPUTS = 64, 10


@dataclass(frozen=True)
class Point:
    """What one step takes.

    Attributes:
        workers, samples, width: Of the training; `samples` are those of a batch.
        parameters: How many the network has.
        processor: Seconds of processor time of one worker.
        clock: Seconds on the clock.
    """

    workers: int
    samples: int
    width: int
    parameters: int
    processor: float
    clock: float

    @property
    def received(self) -> int:
        """How many bytes each worker receives in a step: loss and gradient of all the others."""
        return 8 * (self.workers - 1) * (self.parameters + 1)

    @property
    def terms(self) -> list[float]:
        """What the coefficients of the fit are multiplied by."""
        others = self.workers - 1
        arithmetic = self.parameters * self.samples / self.workers
        return [1.0, arithmetic, float(others > 0), others, others * self.parameters]


def measure(framework: Framework, workers: int, samples: int, width: int) -> Point:
    """Train a few epochs, and take the median of all but the first."""
    sizes = (INPUTS, width, width, OUTPUTS)
    rng = np.random.default_rng(0)
    number = samples * STEPS[width]
    shared = with_workers(framework, workers)
    marks = [_clocks()]
    shared.training.train(
        framework.params.init_params(sizes, seed=0),
        framework.params.from_numpy(rng.random((number, INPUTS))),
        framework.params.from_numpy(rng.random((number, OUTPUTS))),
        shared.optimizers.sgd(0.01),
        activations=("sigmoid",) * 3,
        loss="half_squared_error",
        stop=framework.training.StopRule(max_epochs=EPOCHS),
        batch_size=samples,
        on_epoch=lambda *rest: marks.append(_clocks()),
    )
    taken = [np.subtract(after, before) for before, after in pairwise(marks)][1:]
    own, of_children, clock = (median(each[i] for each in taken) / STEPS[width] for i in range(3))
    parameters = sum(below * above + above for below, above in pairwise(sizes))
    processor = own if workers == 1 else of_children / workers
    return Point(workers, samples, width, parameters, processor, clock)


def fit(points: Iterable[Point]) -> tuple[np.ndarray, float]:
    """The coefficients, each at least 0, and the median relative error of the fit.

    Each point counts by its relative error. A coefficient that would be below 0 is left out.
    """
    points = list(points)
    measured = np.array([point.processor for point in points])
    terms = np.array([point.terms for point in points]) / measured[:, None]
    kept = list(range(terms.shape[1]))
    while True:
        found = np.linalg.lstsq(terms[:, kept], np.ones(len(points)), rcond=None)[0]
        if found.min() >= 0:
            break
        kept.remove(kept[int(np.argmin(found))])
    coefficients = np.zeros(terms.shape[1])
    coefficients[kept] = found
    return coefficients, float(np.median(np.abs(terms @ coefficients - 1)))


def _clocks() -> tuple[float, float, float]:
    """Processor time of this process and of its children, and the time."""
    own = sum(psutil.Process().cpu_times()[:2])
    children = [sum(each.cpu_times()[:2]) for each in psutil.Process().children()]
    return own, sum(children), time.perf_counter()


def main() -> None:
    """Measure every combination, and print the table and the fit."""
    torch, points = load_framework("torch"), []
    print("| workers | batch | width | parameters | processor, ms | clock, ms | received, kB |")
    print("|---|---|---|---|---|---|---|")
    for width, samples, workers in product(WIDTHS, SAMPLES, WORKERS):
        point = measure(torch, workers, samples, width)
        points.append(point)
        print(
            f"| {workers} | {samples} | {width} | {point.parameters} | "
            f"{1000 * point.processor:.3g} | {1000 * point.clock:.3g} | "
            f"{point.received / 1000:.4g} |",
            flush=True,
        )
    coefficients, error = fit(points)
    print("a, b, s, c, d =", ", ".join(f"{each:.3g}" for each in coefficients), "seconds")
    print(f"median relative error {error:.2g}", file=sys.stdout)


if __name__ == "__main__":
    main()
