"""Processes that somebody else started: torchrun, on one host or several.

Every one of them runs the whole command. They find each other by the variables that torchrun sets.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

VARIABLES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


class LaunchError(ValueError):
    """What torchrun started does not fit what is asked for."""


def processes() -> int:
    """How many processes torchrun started; 0 if it did not start this one."""
    if not all(os.environ.get(name) for name in VARIABLES):
        return 0
    return int(os.environ["WORLD_SIZE"])


def rank() -> int:
    """Which of them this one is; 0 where there is one alone."""
    return int(os.environ["RANK"]) if processes() else 0


@contextmanager
def joined(
    workers: tuple[int, ...], names: tuple[str, ...], device: str, patience: float
) -> Iterator[None]:
    """Be one of the processes that torchrun started, if it did.

    Args:
        workers: How many the command asks for; there may be several numbers.
        names: The frameworks that it names.
        device: "cpu" or "cuda".
        patience: For so many seconds one waits for the others.

    Raises:
        LaunchError: If there are not as many processes, or another framework is named.
    """
    started = processes()
    if started < 2:
        yield
        return
    if workers != (started,):
        raise LaunchError(f"torchrun started {started} processes: give --workers {started}")
    if names != ("torch",):
        raise LaunchError("what torchrun starts trains by PyTorch alone: give --framework torch")
    import torch  # only where torchrun started this process
    from torch import distributed

    if device != "cpu":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group(
        "gloo" if device == "cpu" else "nccl", timeout=timedelta(seconds=patience)
    )
    try:
        yield
    finally:
        distributed.destroy_process_group()
