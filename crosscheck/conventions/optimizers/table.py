"""Every stock optimizer that a reference can be compared with."""

from crosscheck.conventions.optimizers import on_jax, on_keras, on_torch, others
from crosscheck.conventions.optimizers.rows import Row

ROWS: tuple[Row, ...] = (*on_torch.ROWS, *on_jax.ROWS, *on_keras.ROWS, *others.ROWS)
