"""Processes of this machine: which belong together, and what they take."""

import os
from contextlib import suppress

import psutil


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def mebibytes_of(pid: int) -> float:
    """The memory that a process and its children have in use."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return float(sum(each.memory_info().rss for each in family)) / 2**20
    except psutil.Error:  # one of them has just ended
        return 0.0


def family_of(pid: int) -> set[int]:
    """A process that began a session, its descendants, and whatever else is in that session."""
    family = {pid}
    with suppress(psutil.Error):
        family |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    for other in psutil.pids() if hasattr(os, "getsid") else ():
        with suppress(OSError):  # it has just ended
            if os.getsid(other) == pid:  # a grandchild may have another parent by now
                family.add(other)
    return family
