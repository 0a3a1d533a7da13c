"""What several frameworks' runs of one training came to, worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crosscheck.numerics.digits import counted
from crosscheck.training.data.datasets import CLASSES, Dataset
from crosscheck.training.runs import drift
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.drift import Curve, Distance
from crosscheck.training.runs.metrics import confusion
from crosscheck.training.runs.shared_steps import SharedSteps
from crosscheck.training.runs.training import TrainingRun


@dataclass(frozen=True)
class TrainingSummary:
    """All that is shown, drawn and written about one training.

    Attributes:
        configuration: What was trained.
        runs: One run of each framework.
        confusions: For each run (10, 10): its test images, counted by digit (rows) and by the
            digit that it takes them for (columns).
        distances: How far the runs are apart after each epoch that all of them made, by its
            number from 0. Empty for a single run.
        curve: The distances around the horizon, or None if there is none.
        meaning: What the distances mean, in words. Empty for a single run.
        shared: The sampled steps of each run whose batches several workers shared.
    """

    configuration: Configuration
    runs: tuple[TrainingRun, ...]
    confusions: tuple[np.ndarray, ...]
    distances: Mapping[int, Distance]
    curve: Curve | None
    meaning: str
    shared: tuple[SharedSteps, ...] = ()


def summarise(
    configuration: Configuration,
    dataset: Dataset,
    runs: Sequence[TrainingRun],
    curve: Curve | None,
    shared: Sequence[SharedSteps] = (),
) -> TrainingSummary:
    """Work out what is said about one training.

    Args:
        configuration: What was trained.
        dataset: The data that it was trained on.
        runs: One run of each framework, at least one.
        curve: What `drift.horizon` found.
        shared: What `shared_steps` found of each run.
    """
    several = len(runs) > 1
    distances = drift.by_epoch(runs) if several else {}
    return TrainingSummary(
        configuration,
        tuple(runs),
        tuple(confusion(run.predicted, dataset.test.labels, CLASSES) for run in runs),
        distances,
        curve,
        _meaning(runs, distances, curve) if several else "",
        tuple(shared),
    )


def _meaning(
    runs: Sequence[TrainingRun], distances: Mapping[int, Distance], curve: Curve | None
) -> str:
    """Whether it was the same training in every framework, and why not if it was not."""
    if not distances:
        return "The runs have no epoch in common: nothing can be compared."
    diverged = [run for run in runs if run.stop_reason == "loss_not_finite"]
    if diverged:
        names = ", ".join(f"{run.framework} in epoch {len(run.history)}" for run in diverged)
        return f"Training diverged: the loss is not finite any more ({names})."
    last, images = max(distances), _test_images(runs)
    if curve is not None and curve.excess is not None:
        found = curve.excess
        steps = counted(found.steps, "step")
        return (
            f"A difference, which is not chaos: after step {curve.step} (epoch {curve.epoch + 1}) "
            f"the parameters differ by more than {drift.HORIZON:.0f} ulps of the largest, and from "
            f"equal parameters {found.framework} is off by {found.times:.3g} times what rounding "
            f"allows after {steps} (params{found.place}). "
            f"Run crosscheck verify --only {found.framework}. {images}"
        )
    if curve is not None:
        return (
            f"The same training up to the horizon: after step {curve.step} (epoch "
            f"{curve.epoch + 1}) the parameters differ by more than {drift.HORIZON:.0f} ulps of "
            "the largest. This training is chaotic: each step amplifies what rounding left, so "
            f"that honest computations part. It is an error of none. {images}"
        )
    if distances[last].ulps > drift.HORIZON:
        return (
            f"The frameworks went on from beyond the horizon: after epoch {last + 1} they are "
            f"{distances[last].ulps:.3g} ulps of the largest parameter apart. {images}"
        )
    worst = max(each.ulps for each in distances.values())
    return (
        f"The same training: after every epoch the parameters agree to {worst:.3g} ulps of the "
        f"largest, which is rounding. {images}"
    )


def _test_images(runs: Sequence[TrainingRun]) -> str:
    """Whether the frameworks recognise the same digits."""
    first, *others = runs
    different = sum(bool(np.any(run.predicted != first.predicted)) for run in others)
    if different:
        return f"{different} of them take some test image for another digit than {first.framework}."
    return "They take every test image for the same digit."
