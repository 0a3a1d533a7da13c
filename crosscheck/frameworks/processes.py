"""Processes of this machine: how many at a time, what they take, and how they are ended."""

import os
from contextlib import suppress

import psutil


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def mebibytes_of(process: psutil.Process) -> float:
    """The memory that a process and its children have in use."""
    try:
        family = [process, *process.children(recursive=True)]
        return float(sum(each.memory_info().rss for each in family)) / 2**20
    except psutil.Error:  # one of them has just ended
        return 0.0


def end(process: psutil.Process) -> None:
    """End a process that began a session, its descendants, and whatever else is in that session."""
    family = {process}
    with suppress(psutil.Error):
        family |= set(process.children(recursive=True))
    if psutil.pid_exists(process.pid) and not process.is_running():
        return  # its number is that of somebody else by now, so that nothing of it is left
    for number in psutil.pids() if hasattr(os, "getsid") else ():
        with suppress(OSError, psutil.Error):  # it has just ended
            if os.getsid(number) == process.pid:  # a grandchild may have another parent by now
                family.add(psutil.Process(number))
    for each in family:
        with suppress(psutil.Error):  # which also says that a number is somebody else's by now
            each.kill()
