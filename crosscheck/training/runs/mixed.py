"""Mixed precision: float32 parameters, whose gradients are computed in a dtype of 16 bits.

    1. The parameters are rounded to the narrow dtype, forward and backward are computed in it.
    2. The loss is multiplied by a scale first, so that small gradients do not fall below the
       smallest number of float16; the gradient is divided by it in float32.
    3. The optimizer works in float32. Its moments may be kept in a narrower dtype between steps.

A scale is fixed, or follows the gradients: where one is not finite the step is skipped and the
scale halved; after `INTERVAL` steps without that it is doubled.

Source: Micikevicius et al. (2018), Mixed Precision Training, sections 3.1 and 3.2.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from crosscheck.frameworks.batches import batches_of_epoch
from crosscheck.frameworks.devices import on_device
from crosscheck.frameworks.registry import Framework
from crosscheck.training.data.datasets import Split
from crosscheck.training.runs.configuration import (
    DYNAMIC,
    LARGEST_SCALE,
    SCALING,
    WIDE,
    Configuration,
)

INTERVAL = 2000  # as PyTorch's GradScaler


class MixedResult(NamedTuple):
    """The parameters, the state and the losses at the end, as the contract's `train` has them."""

    params: Any
    state: Any
    losses: tuple[float, ...]


class MixedPrecision:
    """Trains one framework in mixed precision; to who keeps its state it is an optimizer."""

    def __init__(self, framework: Framework, configuration: Configuration, device: str) -> None:
        self.framework, self.configuration, self.device = framework, configuration, device
        self.optimizer = configuration.optimizer_of(framework)

    def init(self, params: Any) -> Any:
        """The state before the first step: the optimizer's own, and what the scale depends on."""
        inner = self._state_in(self.configuration.moment_dtype, self.optimizer.init(params))
        kind = cast(Any, namedtuple)("MixedState", (*inner._fields, *SCALING))  # of any state
        scale = self.configuration.loss_scale
        return kind(*inner, LARGEST_SCALE if scale == DYNAMIC else float(scale), 0.0, 0.0)

    def rounded(self, params: Any) -> Any:
        """The parameters in the narrow dtype, in which the network computes."""
        return self._in(self.configuration.dtype, params)

    def train(
        self,
        params: Any,
        split: Split,
        stop: Any,
        state: Any,
        start_epoch: int,
        on_epoch: Callable[..., None],
    ) -> MixedResult:
        """Train epoch by epoch until the stop rule says so; as the contract's `train` otherwise.

        Args:
            params: Float32 parameters of the framework.
            split: Inputs and targets in the narrow dtype.
            stop: The framework's StopRule.
            state: What `init` gave, or a step.
            start_epoch: The number of the first epoch.
            on_epoch: Called with the epoch, the parameters, the state and the losses.
        """
        asked, losses = self.configuration, list[float]()
        data, samples = (split.inputs, split.targets), len(split.inputs)
        while stop.reason(losses) is None:
            epoch, total = start_epoch + len(losses), 0.0
            for batch in batches_of_epoch(samples, asked.batch_size, seed=asked.seed, epoch=epoch):
                inputs, targets = (self._own(each[batch]) for each in data)
                value, params, state = self._step(params, state, inputs, targets, len(batch))
                total += value * len(batch)
            losses.append(total / samples)
            on_epoch(epoch, params, state, tuple(losses))
        return MixedResult(params, state, tuple(losses))

    def _step(
        self, params: Any, state: Any, inputs: Any, targets: Any, samples: int
    ) -> tuple[float, Any, Any]:
        asked, framework = self.configuration, self.framework
        kind = {"activations": asked.activations}
        narrow = self.rounded(params)
        outputs = framework.mlp.forward(narrow, inputs, **kind).outputs
        value = float(framework.losses.LOSSES[asked.loss](outputs, targets))
        # Weights that are all the scale multiply the loss, before anything is propagated back.
        scale = self._own(np.full(samples, state.loss_scale).astype(asked.dtype))
        # The scaled loss may overflow where its gradient does not; and NumPy warns of either.
        with np.errstate(over="ignore", invalid="ignore"):
            _, grads = framework.gradients.value_and_grad(
                narrow, inputs, targets, loss=asked.loss, weights=scale, **kind
            )
        wide = self._in(WIDE, grads, divisor=state.loss_scale)
        if asked.loss_scale == DYNAMIC and not self._is_finite(wide):
            lower = max(state.loss_scale / 2, 1.0)
            skipped = state.skipped_steps + 1
            return (
                value,
                params,
                state._replace(loss_scale=lower, clean_steps=0.0, skipped_steps=skipped),
            )
        fields = {name: each for name, each in state._asdict().items() if name not in SCALING}
        inner = type(self.optimizer.init(params))(**fields)
        updates, inner = self.optimizer.update(wide, self._state_in(WIDE, inner), params)
        params = framework.optimizers.apply_updates(params, updates)
        inner = self._state_in(asked.moment_dtype, inner)
        return value, params, state._replace(**inner._asdict(), **_after(asked, state))

    def _own(self, values: np.ndarray) -> Any:
        own = self.framework.params.from_numpy(values)
        return on_device(self.framework, own, self.device)

    def _in(self, dtype: str, tree: Any, divisor: float = 1.0) -> Any:
        """A tree in another dtype, divided by a number first if it becomes wider."""
        module = self.framework.params
        layers = tuple(
            module.Layer(*(_cast(leaf, dtype, divisor) for leaf in layer))
            for layer in module.to_numpy(tree)
        )
        return on_device(self.framework, module.from_numpy(layers), self.device)

    def _state_in(self, dtype: str, state: Any) -> Any:
        moments = {
            name: self._in(dtype, each)
            for name, each in state._asdict().items()
            if isinstance(each, tuple)
        }
        return state._replace(**moments)

    def _is_finite(self, tree: Any) -> bool:
        layers: Sequence[Any] = self.framework.params.to_numpy(tree)
        return all(bool(np.all(np.isfinite(leaf))) for layer in layers for leaf in layer)


def _cast(leaf: np.ndarray, dtype: str, divisor: float) -> np.ndarray:
    found = leaf.astype(dtype)
    return found if divisor == 1 else found / np.float32(divisor)


def _after(asked: Configuration, state: Any) -> dict[str, float]:
    """What the scale depends on, after a step that was made."""
    if asked.loss_scale != DYNAMIC:
        return {}
    clean = state.clean_steps + 1
    if clean < INTERVAL:
        return {"clean_steps": clean}
    return {"clean_steps": 0.0, "loss_scale": min(2 * state.loss_scale, LARGEST_SCALE)}
