"""Many calls of one function, divided between the cores: a lane is one worker after another call.

With one lane everything is called in this process.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any

from crosscheck.frameworks.worker import Workers

# How many seconds one call may take.
LIMIT = 3600.0


def call_in_lanes(
    function: Callable[..., Any],
    calls: Sequence[tuple[Any, ...]],
    lanes: int,
    begins: Callable[[int], None] = lambda number: None,
    environment: Mapping[str, str] | None = None,
) -> list[Any]:
    """What a function returns for each of several calls, in their order.

    Args:
        function: A function of a module, which a worker imports by its name; it returns plain data.
        calls: The arguments of each call. A lane that is free takes the next one.
        lanes: How many workers there are.
        begins: Called with the number of each call before it begins.
        environment: Variables that every worker gets.

    Raises:
        RaisedError: If a call raises in a worker.
        EndedError: If a worker ends.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(len(calls)):
        waiting.put(number)
    name = f"{function.__module__}:{function.__qualname__}"
    results: dict[int, Any] = {}

    def follow(lane: int) -> None:
        worker = workers.start(environment=environment) if lanes > 1 else None
        while True:
            try:
                number = waiting.get_nowait()
            except Empty:
                return
            begins(number)
            if worker is None:
                results[number] = function(*calls[number])
            else:
                results[number] = worker.call(name, *calls[number], limit=LIMIT)

    with ThreadPoolExecutor(lanes) as pool, Workers() as workers:
        list(pool.map(follow, range(lanes)))
    return [results[number] for number in range(len(calls))]
