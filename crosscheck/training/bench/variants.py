"""The ways to train an epoch that are timed: the references, and what they are compared with.

All but the floors shuffle and gather the samples, and make the same steps: a sigmoid network, half
the squared error (scikit-learn has a loss of its own, softmax cross-entropy), SGD or Adam.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crosscheck.frameworks.registry import Framework, load
from crosscheck.training.bench import floor, stock
from crosscheck.training.bench.tasks import Epoch, Task, batches_of


@dataclass(frozen=True)
class Variant:
    """One way to train an epoch.

    Attributes:
        name: Its name, also on the command line.
        kind: "reference", "stock" or "floor".
        make: Sets it up for a task. Raises ImportError if a library is not installed.
        takes: Whether it can be timed for a task.
    """

    name: str
    kind: str
    make: Callable[[Task], Epoch]
    takes: Callable[[Task], bool] = lambda task: True


# ----- the references -----


def reference(name: str, compiled: bool | None = None) -> Callable[[Task], Epoch]:
    """An epoch of a reference, as its `train` runs it.

    Args:
        name: "numpy", "torch" or "jax".
        compiled: As the contract's `train` takes `compile`.

    Returns:
        A function that sets the epoch up for a task.
    """

    def make(task: Task) -> Epoch:
        framework = load(name, f"reference_{name}")
        if not isinstance(framework, Framework):
            raise ImportError(getattr(framework, "reason", None) or str(framework))
        if compiled:
            _reset_compiler()
        arrays, names = framework.params, ["sigmoid"] * (len(task.layers) - 1)
        inputs, targets = (arrays.from_numpy(array) for array in task.data())
        optimizer = framework.optimizers.OPTIMIZERS[task.optimizer](task.rate)
        params = arrays.init_params(task.layers, seed=0, dtype=task.dtype)
        state = optimizer.init(params)
        kind = (optimizer, names, "half_squared_error", compiled)

        def epoch(number: int) -> Any:
            nonlocal params, state
            batches = batches_of(task, number)
            params, state, _ = framework.epochs.run_epoch(
                params, state, inputs, targets, batches, *kind
            )
            return params

        return epoch

    return make


def _reset_compiler() -> None:
    """Let torch compile again: after a few versions of one function it compiles no more."""
    import torch

    torch.compiler.reset()


def _is_sgd(task: Task) -> bool:
    return task.optimizer == "sgd"


VARIANTS: tuple[Variant, ...] = (
    Variant("numpy", "reference", reference("numpy")),
    Variant("torch", "reference", reference("torch")),
    Variant("torch compiled", "reference", reference("torch", compiled=True)),
    Variant("jax", "reference", reference("jax")),
    Variant("scikit-learn", "stock", stock.scikit_learn),
    Variant("torch.nn, default", "stock", stock.torch_stock("default")),
    Variant("torch.nn, foreach", "stock", stock.torch_stock("foreach")),
    Variant("torch.nn, fused", "stock", stock.torch_stock("fused")),
    Variant("torch.nn, fused, index_select", "stock", stock.torch_stock("fused", "index_select")),
    Variant("torch.nn, DataLoader", "stock", stock.torch_stock("default", "DataLoader")),
    Variant("optax", "stock", stock.optax_stock),
    Variant("optax, gathering", "stock", functools.partial(stock.optax_stock, gather_inside=True)),
    Variant("per sample", "stock", stock.per_sample, takes=_is_sgd),
    Variant("matrix products", "floor", floor.products, takes=_is_sgd),
    Variant("jax, matrix products", "floor", floor.jax_products, takes=_is_sgd),
    Variant("numpy, written out", "floor", floor.written_out, takes=_is_sgd),
    Variant("jax, gathering", "floor", floor.jax_gather, takes=_is_sgd),
)
