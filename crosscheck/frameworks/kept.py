"""Workers that are kept from one call to the next: a framework takes seconds to import."""

import atexit
import sys
import threading
from collections.abc import Mapping
from typing import Any

from crosscheck.frameworks.worker import RaisedError, Worker

# By the name of who is kept: what it was started with, and the worker.
_KEPT: dict[str, tuple[Any, Worker]] = {}
_LOCK = threading.Lock()


@atexit.register
def end_kept() -> None:
    """End every worker that is kept."""
    while _KEPT:
        _KEPT.popitem()[1][1].close()


def call_kept(
    name: str, environment: Mapping[str, str], function: str, *arguments: Any, limit: float
) -> Any:
    """Run a function in the worker of a name, which is started if there is none.

    It is started anew where its variables, or the places of its modules, are no longer the same.

    Args:
        name: Any text; one worker is kept for each.
        environment: Variables that the worker gets beside those of this process.
        function, arguments, limit: As of `Worker.call`.

    Returns:
        What the function returns.

    Raises:
        RaisedError: If the function raises; the worker is kept.
        EndedError: If the worker ends.
    """
    with _LOCK:
        started_with = (dict(environment), list(sys.path))
        kept = _KEPT.get(name)
        if kept is None or kept[0] != started_with:
            _end(name)
            _KEPT[name] = (started_with, Worker(environment=environment))
        try:
            return _KEPT[name][1].call(function, *arguments, limit=limit)
        except RaisedError:
            raise
        except BaseException:  # an interrupt too: it would go on with what nobody waits for
            _end(name)
            raise


def _end(name: str) -> None:
    if name in _KEPT:
        _KEPT.pop(name)[1].close()
