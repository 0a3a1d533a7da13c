"""Statements about scikit-learn's networks, executed: they train as the NumPy reference does."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from crosscheck.conventions.estimators import running
from crosscheck.conventions.estimators.estimator import read_estimator
from crosscheck.conventions.estimators.experiment import (
    Experiment,
    parameter_bounds,
    reference_training,
)
from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.functions.statements import relative_difference

KIND = "estimator"
# A mean over at most 12 samples of at most 3 outputs and a penalty of at most 24 squares: at most
# 64 roundings, in scikit-learn and in the reference together twice as many.
LOSS_WITHIN = 64 * 2.0**-52


@dataclass(frozen=True)
class Trains:
    """The statement that an estimator trains as the reference with its keywords.

    Attributes:
        call: The estimator's call.
        samples: How many samples it is trained on.
        task: What is learned, a key of `experiment.OUTPUTS`.
        because: What it shows.
    """

    call: str
    samples: int
    task: str
    because: str

    @cached_property
    def experiment(self) -> Experiment:
        """The training that is run."""
        return Experiment(read_estimator(self.call, self.samples), self.task)

    def findings(self, result: dict[str, Any]) -> Iterator[Finding]:
        """Compare what scikit-learn computed with the reference."""
        estimator = self.experiment.estimator
        place = (KIND, "sklearn", estimator.text)
        probe = f"{self.task}, {self.samples} samples in batches of {estimator.batch}, three epochs"
        steps = f"equals {estimator.optimizer.spec().reference_call()} ({self.because})"
        by_outputs = " / K" if self.task == "numbers" else ""
        loss = (
            f"loss_ is the reference's {self.experiment.loss}{by_outputs} plus alpha / 2 times the "
            "sum of all W^2, divided by the number of samples in the batch"
        )
        statements = (steps, loss)
        if "missing" in result or "error" in result:
            missing, problem = result.get("missing"), result.get("error")
            for each in statements:
                yield Finding(*place, probe, each, problem=problem, missing=missing)
            return
        trained = reference_training(self.experiment)
        difference = np.abs(np.array(result["params"]) - trained.params)
        # Each of the two may be as far from the exact parameters as the bound says.
        allowed = 2 * parameter_bounds(self.experiment)
        worst = np.unravel_index(np.argmax(difference / allowed), difference.shape)
        sizes = (float(difference[worst]), 0.0, float(allowed[worst]))
        yield Finding(*place, probe, steps, *sizes)
        apart = relative_difference(result["losses"], trained.losses)
        yield Finding(*place, probe, loss, apart, 0.0, LOSS_WITHIN)


DECAY = "alpha=0.3"
STATEMENTS = (
    Trains(
        f"MLPRegressor(solver='sgd', {DECAY}, batch_size=6)",
        12,
        "numbers",
        "the gradient is that of the sum over the outputs plus alpha / (samples of the batch) "
        "times the weights; biases do not decay",
    ),
    Trains(
        f"MLPRegressor(solver='sgd', {DECAY}, batch_size=4, momentum=0.8, nesterovs_momentum=False,"
        " activation='tanh')",
        10,
        "numbers",
        "in a shorter last batch the decay is alpha divided by the number of its own samples",
    ),
    Trains(
        f"MLPRegressor(solver='sgd', {DECAY}, batch_size=4, learning_rate='invscaling', "
        "learning_rate_init=0.1, activation='logistic')",
        10,
        "numbers",
        "in epoch e, counted from 0, the rate is rate / (e n + 1)^power_t, where n is the number "
        "of samples",
    ),
    Trains(
        f"MLPClassifier(epsilon=0.01, beta_2=0.9, learning_rate_init=0.1, {DECAY}, batch_size=4)",
        12,
        "classes",
        "the decay is added to the gradient, before Adam's moments are computed",
    ),
    Trains(
        f"MLPClassifier(solver='sgd', {DECAY}, activation='identity')",
        10,
        "two classes",
        "one output with a sigmoid; batch_size='auto' is min(200, n), where n is the number of "
        "samples",
    ),
    Trains(
        f"MLPClassifier(solver='sgd', momentum=0, {DECAY}, activation='tanh')",
        10,
        "labels",
        "several labels at once: each has a sigmoid, and their losses are added up",
    ),
)


def estimator_check(framework: str) -> Check:
    """The check of every statement about estimators; only scikit-learn has some."""
    own = STATEMENTS if framework == "sklearn" else ()

    def read(results: list[Any]) -> list[Finding]:
        pairs = zip(own, results, strict=True)
        return [finding for each, result in pairs for finding in each.findings(result)]

    return Check([(running.__name__, each.experiment.job()) for each in own], read)
