"""Every stock schedule that is related to a closed form, and those that cannot be."""

from crosscheck.conventions.schedules.of_keras import KERAS, TENSORFLOW
from crosscheck.conventions.schedules.of_optax import OPTAX
from crosscheck.conventions.schedules.of_paddle import PADDLE
from crosscheck.conventions.schedules.of_paddle import REFUSED as REFUSED_BY_PADDLE
from crosscheck.conventions.schedules.of_torch import REFUSED as REFUSED_BY_TORCH
from crosscheck.conventions.schedules.of_torch import TORCH
from crosscheck.conventions.schedules.stock_schedule import StockSchedule

STOCK_SCHEDULES: tuple[StockSchedule, ...] = (*TORCH, *OPTAX, *KERAS, *TENSORFLOW, *PADDLE)
# By the last part of the name.
REFUSED: dict[str, str] = {**REFUSED_BY_TORCH, **REFUSED_BY_PADDLE}
