"""A benchmark as JSON, for other programs and for the site."""

import os
import platform
from typing import Any

from crosscheck.numerics.comparison import finite
from crosscheck.training.bench.summary import BenchmarkSummary


def as_json(summary: BenchmarkSummary) -> dict[str, Any]:
    """The benchmark in the form that other programs read.

    Args:
        summary: What `summarise` found.
    """
    return {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "blas": list(summary.libraries),
            "versions": summary.versions,
        },
        "measured": [
            {
                "variant": timing.variant.name,
                "kind": timing.variant.kind,
                "layers": list(timing.task.layers),
                "samples": timing.task.samples,
                "batch_size": timing.task.batch_size,
                "dtype": timing.task.dtype,
                "optimizer": timing.task.optimizer,
                "seconds": list(timing.seconds),
                "median": finite(timing.median_seconds),
                "first": timing.first,
                "missing": timing.missing,
            }
            for timing in summary.timings
        ],
        "goals": [
            {
                "reference": each.goal.variant,
                "against": list(each.goal.rivals),
                "batch_size": each.goal.batch_size,
                "optimizer": each.goal.optimizer,
                "goal": each.goal.ratio,
                "at_most": each.goal.at_most,
                "set_aside": each.goal.set_aside,
                "measured": each.ratio,
            }
            for each in summary.goals
        ],
        "growth": [
            {
                "variant": growth.variant,
                "along": growth.along,
                "sizes": list(growth.sizes),
                "seconds": list(growth.seconds),
                "exponent": growth.exponent,
            }
            for growth in summary.growths
        ],
    }
