"""What a framework that is judged may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a framework may take.

    Attributes:
        seconds: For one case.
        memory: MiB of memory, for each worker with the processes that it starts.
        cache: Whether what JAX compiles is kept for the next run.
    """

    seconds: float = 60.0
    memory: int = 4096
    cache: bool = True
