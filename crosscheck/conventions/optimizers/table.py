"""Every stock optimizer that a reference can be compared with."""

from crosscheck.conventions.optimizers.on_jax import JAX_OPTIMIZERS
from crosscheck.conventions.optimizers.on_keras import KERAS_OPTIMIZERS
from crosscheck.conventions.optimizers.on_paddle import PADDLE_OPTIMIZERS
from crosscheck.conventions.optimizers.on_torch import TORCH_OPTIMIZERS
from crosscheck.conventions.optimizers.others import OTHER_OPTIMIZERS
from crosscheck.conventions.optimizers.stock_optimizer import StockOptimizer

STOCK_OPTIMIZERS: tuple[StockOptimizer, ...] = (
    *TORCH_OPTIMIZERS,
    *JAX_OPTIMIZERS,
    *KERAS_OPTIMIZERS,
    *OTHER_OPTIMIZERS,
    *PADDLE_OPTIMIZERS,
)
