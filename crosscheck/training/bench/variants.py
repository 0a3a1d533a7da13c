"""All ways to train an epoch that are measured: the references, and what they are held against.

All but the floors shuffle and gather for themselves, and make the same steps: a sigmoid network,
half the squared error (scikit-learn: its own loss, softmax cross-entropy), SGD or Adam.
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
        name: What it is called.
        kind: "reference", "stock" or "floor".
        make: Sets it up for a task; what it needs and is not there is an ImportError.
        takes: Whether it is worth measuring for a task.
    """

    name: str
    kind: str
    make: Callable[[Task], Epoch]
    takes: Callable[[Task], bool] = lambda task: True


# ----- the references -----


def reference(name: str, compile: bool | None = None) -> Callable[[Task], Epoch]:
    """A reference's own epoch, as its `train` runs it."""

    def make(task: Task) -> Epoch:
        framework = load(name, f"reference_{name}")
        if not isinstance(framework, Framework):
            raise ImportError(getattr(framework, "reason", None) or str(framework))
        if compile:
            _forget_compiled()
        arrays, names = framework.params, ["sigmoid"] * (len(task.layers) - 1)
        inputs, targets = (arrays.from_numpy(array) for array in task.data())
        optimizer = framework.optimizers.OPTIMIZERS[task.optimizer](task.rate)
        params = arrays.init_params(task.layers, seed=0, dtype=task.dtype)
        state = optimizer.init(params)
        kind = (optimizer, names, "half_squared_error", compile)

        def epoch(number: int) -> Any:
            nonlocal params, state
            batches = batches_of(task, number)
            params, state, _ = framework.epochs.run_epoch(
                params, state, inputs, targets, batches, *kind
            )
            return params

        return epoch

    return make


def _forget_compiled() -> None:
    """Let torch compile anew: it keeps a few versions of a function, and then compiles no more."""
    import torch

    torch.compiler.reset()


def _is_sgd(task: Task) -> bool:
    return task.optimizer == "sgd"


VARIANTS: tuple[Variant, ...] = (
    Variant("numpy", "reference", reference("numpy")),
    Variant("torch", "reference", reference("torch")),
    Variant("torch compiled", "reference", reference("torch", compile=True)),
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
