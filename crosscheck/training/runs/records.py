"""A training as JSON, for other programs and for the site."""

from dataclasses import asdict
from typing import Any

from crosscheck.numerics.comparison import finite
from crosscheck.training.runs.summary import TrainingSummary


def as_json(summary: TrainingSummary) -> dict[str, Any]:
    """The summary in the form that other programs read; a number that is not finite is null.

    Args:
        summary: What `summarise` found.
    """
    curve = summary.curve
    return {
        "configuration": summary.configuration.as_json(),
        "runs": [
            {
                "framework": run.framework,
                "stop_reason": run.stop_reason,
                "digest": run.digest(),
                "epochs": [
                    {
                        "loss": finite(epoch.loss),
                        "train_accuracy": epoch.train_accuracy,
                        "test_accuracy": epoch.test_accuracy,
                        "seconds": epoch.seconds,
                        "framework": epoch.framework,
                    }
                    for epoch in run.history
                ],
                "confusion": counts.tolist(),
            }
            for run, counts in zip(summary.runs, summary.confusions, strict=True)
        ],
        "drift": [
            {"epoch": epoch, "difference": finite(each.difference), "ulps": finite(each.ulps)}
            for epoch, each in summary.distances.items()
        ],
        "horizon": curve
        and {
            "step": curve.step,
            "epoch": curve.epoch,
            "ulps": [finite(ulps) for ulps in curve.distances],
            "excess": curve.excess
            and {**asdict(curve.excess), "times": finite(curve.excess.times)},
        },
        "shared_steps": [{**asdict(each), "times": finite(each.times)} for each in summary.shared],
    }
