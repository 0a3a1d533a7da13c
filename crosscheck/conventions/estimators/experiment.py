"""A small network that scikit-learn, the NumPy reference and another framework train alike.

The data are drawn from a seed, so that a worker draws them as well, and no epoch is shuffled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from crosscheck.conventions.estimators.estimator import Estimator
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import Inexact, exactly
from crosscheck.numerics.bounds.network import inexact_params, inexact_pass
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from reference_numpy import gradients, optimizers
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.params import Layer

INPUTS, HIDDEN = 3, 4
EPOCHS = 3
# The outputs by what is learned: several numbers, one of several classes, one of two classes, or
# several labels at once.
OUTPUTS = {"numbers": 2, "classes": 3, "two classes": 1, "labels": 3}
SEED = 11


@dataclass(frozen=True)
class Experiment:
    """The training of one estimator.

    Attributes:
        estimator: With its number of samples.
        task: What is learned, a key of `OUTPUTS`.
    """

    estimator: Estimator
    task: str

    @property
    def loss(self) -> str:
        """The reference's loss."""
        binary = self.task in ("two classes", "labels")
        return "sigmoid_binary_cross_entropy" if binary else self.estimator.loss

    @property
    def activations(self) -> tuple[str, str]:
        """The reference's activations."""
        return self.estimator.hidden_activation, "identity"

    def job(self, code: str | None = None) -> dict[str, Any]:
        """The job for `running.run`: of the estimator itself, or of another framework's code."""
        arguments = {
            name: self.estimator[name] for name in self.estimator.given if name not in NOT_RUN
        }
        return {
            "code": code,
            "class": self.estimator.name,
            "arguments": arguments,
            "activation": self.estimator["activation"],
            "task": self.task,
            "samples": self.estimator.samples,
            "batch": self.estimator.batch,
        }


# Arguments that the experiment sets by itself, or that `partial_fit` does not know.
NOT_RUN = (
    *("hidden_layer_sizes", "random_state", "verbose", "warm_start", "max_fun"),
    *("shuffle", "early_stopping"),
)


def data(samples: int, task: str) -> tuple[tuple[Layer, ...], np.ndarray, np.ndarray]:
    """The parameters at the start, the inputs and the targets, one row for each sample."""
    rng, outputs = np.random.default_rng(SEED), OUTPUTS[task]
    params = tuple(
        Layer(rng.standard_normal((above, below)), rng.standard_normal(above))
        for below, above in ((INPUTS, HIDDEN), (HIDDEN, outputs))
    )
    inputs = rng.standard_normal((samples, INPUTS))
    if task == "numbers":
        return params, inputs, rng.standard_normal((samples, outputs))
    if task == "classes":
        labels = rng.permutation(np.arange(samples) % outputs)
        return params, inputs, np.eye(outputs)[labels]
    return params, inputs, (rng.random((samples, outputs)) < 0.4).astype("float64")


def batches(samples: int, size: int) -> list[slice]:
    """The batches of an epoch, in order; the last one may be shorter."""
    return [slice(start, min(start + size, samples)) for start in range(0, samples, size)]


@dataclass(frozen=True)
class Trained:
    """The entries of the parameters after every epoch, and the mean loss of every epoch.

    Attributes:
        params: (epochs, entries).
        losses: (epochs,), with the penalty, as scikit-learn reports them.
    """

    params: np.ndarray
    losses: np.ndarray


def reference_training(experiment: Experiment) -> Trained:
    """The NumPy reference with the keywords that are stated, batch by batch."""
    estimator = experiment.estimator
    params, inputs, targets = data(estimator.samples or 0, experiment.task)
    spec, alpha = estimator.optimizer.spec(), float(estimator["alpha"])
    name, keywords = spec.reference_arguments()
    updates = estimator.updates_per_epoch or 1
    plain = optimizers.OPTIMIZERS[name](lambda step: estimator.rate(step // updates), **keywords)
    state, history, losses = plain.init(params), [], []
    for _ in range(EPOCHS):
        total = 0.0
        for batch in batches(len(inputs), estimator.batch):
            x, y = inputs[batch], targets[batch]
            optimizer = optimizers.decayed(
                plain, 0.0, alpha / len(x), decoupled=False, leaves="weights"
            )
            total += _reported_loss(experiment, params, x, y) * len(x)
            _, grads = gradients.value_and_grad(
                params, x, y, activations=experiment.activations, loss=experiment.loss
            )
            steps, state = optimizer.update(grads, state, params)
            params = optimizers.apply_updates(params, steps)
        history.append(_entries(params))
        losses.append(total / len(inputs))
    return Trained(np.stack(history), np.array(losses))


def _reported_loss(experiment: Experiment, params: Any, x: np.ndarray, y: np.ndarray) -> float:
    """What scikit-learn reports of a batch: of a regressor the mean over the outputs, not the sum.

    Its gradient is that of the sum.
    """
    trace = forward(params, x, activations=experiment.activations)
    value = float(LOSSES[experiment.loss](trace.outputs, y))
    if experiment.task == "numbers":
        value /= y.shape[1]
    squares = sum(float((layer.weight**2).sum()) for layer in params)
    return value + float(experiment.estimator["alpha"]) / 2 * squares / len(x)


def parameter_bounds(experiment: Experiment, precision: Precision = DOUBLE) -> np.ndarray:
    """How far computed parameters may be from the exact ones; of the shape of `Trained.params`.

    Args:
        experiment: The training.
        precision: In which the network and its gradient are computed.
    """
    estimator = experiment.estimator
    start, inputs, targets = data(estimator.samples or 0, experiment.task)
    spec, alpha = estimator.optimizer.spec(), float(estimator["alpha"])
    name, keywords = spec.reference_arguments()
    own = convert(keywords, lambda value: exactly(value, DOUBLE))
    cuts = batches(len(inputs), estimator.batch)
    rates = [exactly(estimator.rate(epoch), DOUBLE) for epoch in range(EPOCHS) for _ in cuts]
    rule = partial(stepwise.STEPWISE_RULES[name], rates=rates, **own)
    params: Any = tuple(inexact_params(start, precision))
    current: dict[str, Any] = {}

    def decayed_gradients(index: int, part: int) -> Iterator[Inexact]:
        while True:
            leaf = current["grads"][index][part]
            if part == 0 and alpha:
                # Divided by the batch's samples before or after it is added.
                leaf = leaf + (exactly(alpha, DOUBLE) / current["samples"]) * params[index][part]
            yield leaf

    rules = [
        [rule(islice(decayed_gradients(i, part), len(rates))) for part in (0, 1)] for i in (0, 1)
    ]
    history = []
    for _ in range(EPOCHS):
        for cut in cuts:
            x, y = inputs[cut], targets[cut]
            found = inexact_pass(params, x, y, experiment.activations, experiment.loss, precision)
            current |= {"grads": found.grads, "samples": exactly(float(len(x)), DOUBLE)}
            params = tuple(
                Layer(*(leaf + next(rules[i][part]).update for part, leaf in enumerate(layer)))
                for i, layer in enumerate(params)
            )
        history.append(np.concatenate([leaf.error.ravel() for layer in params for leaf in layer]))
    return np.stack(history)


def _entries(params: Sequence[Layer]) -> np.ndarray:
    return np.concatenate([leaf.ravel() for layer in params for leaf in layer])
