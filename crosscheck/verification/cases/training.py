"""Training from end to end: the parameters and the loss after every epoch, and when it ends.

The exact values come from the same training in ball arithmetic, and the bounds from carrying the
rounding errors through every step. The optimizers are descent and momentum: Adam would divide the
rounding of a gradient by its size. What is discrete must be equal: the number of epochs, the reason
to stop and, in `batches`, the samples of every batch.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.hyperparameters import convert
from crosscheck.frameworks.registry import Framework
from crosscheck.frameworks.sharing import with_workers
from crosscheck.numerics import tensors
from crosscheck.numerics.bounds import optimizers as stepwise
from crosscheck.numerics.bounds.inexact import bounded, exactly
from crosscheck.numerics.bounds.network import inexact_params
from crosscheck.numerics.bounds.precision import DOUBLE, Precision
from crosscheck.numerics.bounds.shards import sharded_pass
from crosscheck.numerics.bounds.weights import inexact_factors
from crosscheck.numerics.comparison import Tensor
from crosscheck.numerics.exact.balls import enclose, from_floats, is_positive
from crosscheck.numerics.exact.network import forward_and_backward
from crosscheck.numerics.exact.optimizers import EXACT_RULES as EXACT
from crosscheck.numerics.trees import Layer, numpy_leaves, to_framework
from crosscheck.verification.cases.stages import ByContent, Quantities, Stage, Stages
from crosscheck.verification.cases.training_loop import Arithmetic, train

SIZES = (3, 4, 2)
SAMPLES = 10
ACTIVATIONS, LOSS = ("tanh", "sigmoid"), "half_squared_error"
ENDED, NUMBERED = "epochs and reason to stop", "numbers of the epochs"
REASONS = ("max_epochs", "loss_below", "loss_change_below", "loss_not_finite")


@dataclass(frozen=True, eq=False)
class TrainingCase(ByContent):
    """One training run of one small network.

    Attributes:
        name: Of the case; the group is "training".
        dtype: Of every array.
        optimizer, rate, keywords: Its name in the contract, learning rate and hyperparameters.
        loss, batch_size, seed: As in the contract.
        stop: The conditions of the stop rule.
        compile, micro_batch_size: As in the contract.
        resume_after: After how many epochs a second call of `train` resumes; None makes one call.
        start_epoch: As in the contract.
        sizes, activations: Units of every layer, inputs first, and a name for each of the layers.
        gain, reach: What multiplies the drawn weights, and the drawn targets.
        order: How a matrix lies in memory: "C" by rows, "F" by columns.
        weights, normalizer: As in the contract; one weight per sample, or None.
        workers: As in the contract.
        in_float32: As of a network.
    """

    name: str
    dtype: str = "float64"
    optimizer: str = "sgd"
    rate: float = 0.5
    keywords: dict[str, Any] = field(default_factory=dict)
    loss: str = LOSS
    batch_size: int | None = 4
    seed: int = 3
    stop: dict[str, Any] = field(default_factory=lambda: {"max_epochs": 3})
    compile: bool | None = None
    micro_batch_size: int | None = None
    resume_after: int | None = None
    start_epoch: int = 0
    sizes: tuple[int, ...] = SIZES
    activations: tuple[str, ...] = ACTIVATIONS
    gain: float = 1.0
    reach: float = 1.0
    order: str = "C"
    weights: tuple[float, ...] | None = None
    normalizer: str = "count"
    workers: int = 1
    in_float32: tuple[str, ...] = ()

    group = "training"

    @cached_property
    def content(self) -> str:
        """A digest of everything but the name."""
        text = repr([getattr(self, each.name) for each in fields(self) if each.name != "name"])
        return hashlib.sha256(text.encode()).hexdigest()

    def data(self) -> tuple[Any, np.ndarray, np.ndarray]:
        """Parameters at the start, inputs and targets."""
        rng = np.random.default_rng(5)
        params = tuple(
            Layer(self._laid(self.gain * rng.standard_normal((above, below))), bias)
            for below, above in pairwise(self.sizes)
            for bias in [rng.standard_normal(above).astype(self.dtype)]
        )
        inputs = self._laid(rng.standard_normal((SAMPLES, self.sizes[0])))
        return params, inputs, self._laid(self.reach * rng.random((SAMPLES, self.sizes[-1])))

    def sample_weights(self) -> np.ndarray | None:
        """The weight of every sample, (samples,)."""
        return None if self.weights is None else np.array(self.weights, self.dtype)

    def _laid(self, matrix: np.ndarray) -> np.ndarray:
        return np.asarray(matrix.astype(self.dtype), order=self.order)  # type: ignore[call-overload]

    def batches(self, epoch: int) -> list[np.ndarray]:
        """The samples of each batch of one epoch, by the contract's rule."""
        return batches_of_epoch(SAMPLES, self.batch_size, seed=self.seed, epoch=epoch)

    def batches_after(self, epochs: int) -> list[np.ndarray]:
        """The batches of the epoch that follows so many of this run."""
        return self.batches(self.start_epoch + epochs)

    def exactly(self) -> Stages:
        """The quantities of the whole training, exact, with their bounds."""
        return exact_stages(self)

    def compute(self, framework: Framework) -> Iterator[tuple[Stage, Quantities]]:
        """The same by a framework."""
        framework = with_workers(framework, self.workers)
        module, (params, inputs, targets) = framework.params, self.data()
        weighted: dict[str, Any] = {}
        if self.weights is not None:
            weights = to_framework(module, self.sample_weights())
            weighted = {"weights": weights, "normalizer": self.normalizer}
        optimizer = _optimizer(framework, self.optimizer, self.rate, **self.keywords)
        seen: list[Any] = []
        numbers: list[int] = []

        def on_epoch(epoch: int, params: Any, *rest: Any) -> None:
            numbers.append(int(epoch))
            seen.append(params)

        def train(params: Any, stop: dict[str, Any], **resumed: Any) -> Any:
            return framework.training.train(
                params,
                to_framework(module, inputs),
                to_framework(module, targets),
                optimizer,
                activations=self.activations,
                loss=self.loss,
                stop=framework.training.StopRule(**stop),
                batch_size=self.batch_size,
                seed=self.seed,
                compile=self.compile,
                micro_batch_size=self.micro_batch_size,
                on_epoch=on_epoch,
                **{"start_epoch": self.start_epoch, **weighted, **resumed},
            )

        start = to_framework(module, params)
        losses: tuple[float, ...] = ()
        if self.resume_after is None:
            result = train(start, self.stop)
        else:
            first, rest = self.resume_after, self.stop["max_epochs"] - self.resume_after
            half = train(start, {"max_epochs": first})
            losses = half.losses
            result = train(half.params, {"max_epochs": rest}, state=half.state, start_epoch=first)
        losses += result.losses
        returned = numpy_leaves(module, result.params)
        ended = [len(losses), REASONS.index(result.stop_reason)]
        yield (
            Stage.TRAJECTORY,
            {
                ENDED: {"": Tensor(np.array(ended).astype(self.dtype))},
                NUMBERED: {"": Tensor(np.array(numbers).astype(self.dtype))},
                # Read after the last epoch: what was handed over is nobody's to write into.
                "params": tensors.computed_steps([numpy_leaves(module, each) for each in seen]),
                "params that are returned": tensors.computed_steps([returned]),
                "losses": {"": Tensor(np.array(losses).astype(self.dtype))},
            },
        )


@cache
def _optimizer(framework: Framework, name: str, rate: float, **keywords: Any) -> Any:
    """One optimizer for all cases that have it: JAX compiles a step for each optimizer anew."""
    return getattr(framework.optimizers, name)(rate, **keywords)


@cache
def exact_stages(case: TrainingCase) -> Stages:
    """What `TrainingCase.exactly` gives, computed once for each content."""
    trained = _trained_exactly(replace(case, in_float32=()))
    epochs = len(trained.losses)
    with np.errstate(all="ignore"):  # where something overflows its bound is infinite
        rounded = train(case.batches_after, _inexact_arithmetic(case), {"max_epochs": epochs})
    ended = [epochs, REASONS.index(trained.reason)]
    return {
        Stage.TRAJECTORY: {
            ENDED: {"": Tensor(np.array(ended, "float64"))},
            NUMBERED: {"": Tensor(case.start_epoch + np.arange(float(epochs)))},
            "params": tensors.bounded_steps(trained.params, rounded.params),
            "params that are returned": tensors.bounded_steps(
                trained.params[-1:], rounded.params[-1:]
            ),
            "losses": tensors.bounded_steps(trained.losses, rounded.losses),
        }
    }


@cache
def _trained_exactly(case: TrainingCase) -> Any:
    return enclose(lambda: train(case.batches_after, _exact_arithmetic(case), case.stop))


# ----- the two arithmetics -----


def _exact_arithmetic(case: TrainingCase) -> Arithmetic:
    params, inputs, targets = case.data()
    x, y, w = from_floats(inputs), from_floats(targets), case.sample_weights()
    keywords = convert(case.keywords, from_floats)

    def gradient(theta: Any, batch: np.ndarray) -> tuple[Any, Any]:
        of_batch = None if w is None else from_floats(w[batch])
        kind = case.activations, case.loss, of_batch, case.normalizer
        found = forward_and_backward(theta, x[batch], y[batch], *kind)
        return found.loss, found.grads

    def amount(batch: np.ndarray) -> Any:
        if w is None or case.normalizer == "count":
            return len(batch)
        return from_floats(w[batch]).sum()

    def rule(grads: list[Any]) -> Any:
        rates = [from_floats(case.rate)] * len(grads)
        return EXACT[case.optimizer](grads, rates, **keywords).updates[-1]

    start = tuple(Layer(*map(from_floats, layer)) for layer in params)
    return Arithmetic(start, gradient, rule, amount, is_positive)


def _inexact_arithmetic(case: TrainingCase) -> Arithmetic:
    params, inputs, targets = case.data()
    x, y, w = inputs.astype("float64"), targets.astype("float64"), case.sample_weights()
    p = Precision.of(case.dtype, case.in_float32)
    keywords = convert(case.keywords, lambda value: exactly(value, DOUBLE))

    def gradient(theta: Any, batch: np.ndarray) -> tuple[Any, Any]:
        """Shard by shard: the exact one is that of the whole batch, however it is divided."""
        factors = inexact_factors(None if w is None else w[batch], case.normalizer, p)
        kind = case.activations, case.loss, p
        return sharded_pass(
            theta, x[batch], y[batch], *kind, factors, case.workers, case.micro_batch_size
        )

    def rule(grads: list[Any]) -> Any:
        rates = [exactly(case.rate, DOUBLE)] * len(grads)
        return list(stepwise.STEPWISE_RULES[case.optimizer](grads, rates, **keywords))[-1].update

    def amount(batch: np.ndarray) -> Any:
        if w is None or case.normalizer == "count":
            return len(batch)
        total = w[batch].astype("float64").sum()
        return bounded(total, (p.sum(len(batch)) + p.product(2)) * total, DOUBLE)

    return Arithmetic(tuple(inexact_params(params, p)), gradient, rule, amount)
