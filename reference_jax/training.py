"""Training: mini-batches in a seeded order, and a rule that says when to stop.

How a framework runs one epoch stands in `epochs`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from . import checks
from .activations import ACTIVATIONS
from .arrays import Array
from .epochs import run_epoch
from .losses import LOSSES, check_weights
from .optimizers import Optimizer
from .params import Params

OnEpoch = Callable[[int, Params, Any, tuple[float, ...]], None]


@dataclass(frozen=True)
class StopRule:
    """When to stop: at the first condition that holds. A condition left None never does.

    Attributes:
        max_epochs: Number of epochs of this run.
        loss_below: Stop when an epoch's loss is below this.
        loss_change_below: Stop when two epochs in a row differ in loss by less than this.

    Raises:
        ValueError: If every condition is None, or one is outside its range.

    Source: the flow chart of document 002.
    """

    max_epochs: int | None = None
    loss_below: float | None = None
    loss_change_below: float | None = None

    def __post_init__(self) -> None:
        if (self.max_epochs, self.loss_below, self.loss_change_below) == (None, None, None):
            raise ValueError("a StopRule needs at least one condition")
        if self.max_epochs is not None:
            checks.whole_number("max_epochs", self.max_epochs, at_least=1)
        if self.loss_below is not None:
            checks.in_range("loss_below", self.loss_below, -math.inf)
        if self.loss_change_below is not None:
            checks.in_range("loss_change_below", self.loss_change_below, 0.0)

    def reason(self, losses: Sequence[float]) -> str | None:
        """The name of the condition that holds after these epochs' losses, or None.

        A loss that is not finite is a reason of its own, "loss_not_finite", and comes first.
        """
        if losses and not math.isfinite(losses[-1]):
            return "loss_not_finite"
        if self.loss_below is not None and losses and losses[-1] < self.loss_below:
            return "loss_below"
        change = abs(losses[-1] - losses[-2]) if len(losses) > 1 else math.inf
        if self.loss_change_below is not None and change < self.loss_change_below:
            return "loss_change_below"
        if self.max_epochs is not None and len(losses) >= self.max_epochs:
            return "max_epochs"
        return None


class TrainResult(NamedTuple):
    """What training left behind.

    `losses` has one float per epoch: the mean over its samples, weighted if they have weights,
    each sample's loss taken before the update that its batch made.
    """

    params: Params
    state: Any
    losses: tuple[float, ...]
    stop_reason: str


def train(
    params: Params,
    inputs: Array,
    targets: Array,
    optimizer: Optimizer,
    *,
    activations: Sequence[str],
    loss: str,
    stop: StopRule,
    batch_size: int | None = None,
    seed: int = 0,
    state: Any = None,
    start_epoch: int = 0,
    on_epoch: OnEpoch | None = None,
    compile: bool | None = None,
    micro_batch_size: int | None = None,
    weights: Array | None = None,
    normalizer: str = "count",
    workers: int = 1,
) -> TrainResult:
    """Train until `stop` gives a reason.

    Args:
        params: Where to start.
        inputs: (samples, units). One sample a row.
        targets: (samples, outputs).
        optimizer: What makes an update of a gradient.
        activations: One name in `ACTIVATIONS` per layer.
        loss: A name in `LOSSES`.
        stop: When to stop.
        batch_size: Samples per update; None takes all of them, in the order given. The last batch
            of an epoch is as short as it comes, and is averaged over its own size.
        seed: Of the order of the samples. That of epoch e is
            `np.random.default_rng([seed, e]).permutation(samples)`, the same in every framework.
        state: The optimizer's state to go on from; None starts afresh.
        start_epoch: Number of the first epoch, to go on where another run stopped.
        on_epoch: Called after each epoch with its number, the parameters, the optimizer's state
            and the losses so far.
        compile: Whether to compile the step; None does what is usual in this framework.
        micro_batch_size: Samples in each piece over which a batch's gradient is gathered, every
            piece by its samples, so that it is that of the batch; None takes the batch at once.
        weights: (samples,), not negative; None weighs all samples alike. A sample of weight 0 is
            ignored. A batch of such samples alone has the gradient 0, with which the optimizer
            makes an update as with any other.
        normalizer: By what a mean divides: "count" is the number of samples, "weights" the sum of
            their weights; in a batch that of the batch, in an epoch's loss that of all samples.
        workers: How many workers share a batch, as `np.array_split` divides it. Each works out the
            gradient of its shard; every one of them then makes the same update, with the mean over
            all samples of the batch. `epochs` says what a worker is in this framework.

    Raises:
        ValueError: Bad shapes, names, sizes; data or parameters that are not finite; targets
            outside the domain of the loss; weights that `losses.check_weights` refuses; more
            workers than there are.
        TypeError: If a dtype is not floating, or two differ.
    """
    checks.network(params, inputs, activations, ACTIVATIONS)
    checks.targets_of(params, inputs, targets)
    checks.known("loss", loss, LOSSES)
    check_weights(weights, normalizer, "inputs", inputs)
    checks.instance("stop", stop, StopRule)
    checks.instance("optimizer", optimizer, Optimizer)
    if compile is not None:
        checks.flag("compile", compile)
    checks.finite("params", params)
    checks.finite("inputs", inputs)
    checks.finite("targets", targets)
    checks.target_domain(loss, targets)
    checks.whole_number("seed", seed, at_least=0)
    checks.whole_number("start_epoch", start_epoch, at_least=0)
    if batch_size is not None:
        checks.whole_number("batch_size", batch_size, at_least=1)
    if micro_batch_size is not None:
        checks.whole_number("micro_batch_size", micro_batch_size, at_least=1)
    checks.whole_number("workers", workers, at_least=1)
    if state is None:
        state = optimizer.init(params)
    losses: tuple[float, ...] = ()
    stop_reason = None
    epoch = start_epoch
    while stop_reason is None:
        batches = _batches(len(inputs), batch_size, seed, epoch)
        params, state, mean_loss = run_epoch(
            params,
            state,
            inputs,
            targets,
            batches,
            optimizer,
            activations,
            loss,
            compile,
            micro_batch_size,
            weights,
            normalizer,
            workers,
        )
        losses += (mean_loss,)
        if on_epoch is not None:
            on_epoch(epoch, params, state, losses)
        stop_reason = stop.reason(losses)
        epoch += 1
    return TrainResult(params, state, losses, stop_reason)


def _batches(samples: int, batch_size: int | None, seed: int, epoch: int) -> list[np.ndarray]:
    """The indices of each batch of one epoch, in the order in which they are used."""
    if batch_size is None:
        return [np.arange(samples)]
    order = np.random.default_rng([seed, epoch]).permutation(samples)
    return [order[start : start + batch_size] for start in range(0, samples, batch_size)]
