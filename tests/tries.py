"""Try to break the command line by what is hostile: `python tests/tries.py`.

Every try is drawn from a seed, its kind and its number. It fails if there is a traceback, if it
does not end, if an altered file loads, if `--json -` is no JSON, or if the help of the command does
not name its exit code. A table shows how many tries there were of every kind, and how many failed.
POSIX only.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

from trying import (
    command_lines,
    differences,
    files,
    pages,
    paths,
    process,
    signals,
    surroundings,
)

Try = Callable[[random.Random, Path], tuple[str, str | None]]
# What makes one try of each kind, and how many tries are a sample of it.
KINDS: dict[str, tuple[Try, int]] = {
    "command lines": (command_lines.try_one, 4),
    "checkpoints": (files.try_checkpoint, 10),
    "site runs": (pages.try_altered, 3),
    "images": (files.try_image, 10),
    "tensor sets": (differences.try_tensor_set, 2),
    "documents": (files.try_document, 4),
    "translations": (files.try_translation, 5),
    "strings on pages": (pages.try_planted, 2),
    "paths": (paths.try_path, 6),
    "surroundings": (surroundings.try_surroundings, 1),
    "signals": (signals.try_signal, 1),
}

# One kind for each long command: see `--moments`.
MOMENTS: dict[str, tuple[Try, int]] = {
    f"signals: {' '.join(Path(each).name for each in arguments)}": (
        partial(signals.try_moment, arguments),
        2,
    )
    for arguments in signals.LONG
}

SHOWN = 10  # failures of each kind


def main() -> int:
    """Make the tries, and show what failed."""
    options = _options()
    # A shell lets what it starts in the background ignore them, and so would the commands here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    process.preload()
    # Here a run is meant to be undisturbed by what this machine's user has set.
    with tempfile.TemporaryDirectory() as scratch:
        tempfile.tempdir = scratch
        os.environ |= {"XDG_CACHE_HOME": f"{scratch}/cache", "COLUMNS": "160"}
        kinds = options.kind or (MOMENTS if options.moments else KINDS)
        rows = [_run(kind, options, Path(scratch)) for kind in kinds]
    width = max(18, *(len(row[0]) + 1 for row in rows))
    print(f"{'kind':<{width}}{'tries':>7}{'failed':>8}{'slow':>6}{'seconds':>9}")
    for kind, tries, failures, slow, seconds in rows:
        print(f"{kind:<{width}}{tries:>7,}{failures:>8,}{slow:>6,}{seconds:>9.0f}")
    return 1 if any(row[2] for row in rows) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices={**KINDS, **MOMENTS}, action="append", help="repeatable")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each kind")
    parser.add_argument("--tries", type=int, help="so many of each kind, instead")
    parser.add_argument("--moments", type=int, help="so many signals of each long command, instead")
    parser.add_argument("--sample", action="store_true", help="a few of each kind, instead")
    parser.add_argument("--first", type=int, default=0, help="the number of the first try")
    parser.add_argument("--show", action="store_true", help="name every try")
    return parser.parse_args()


def _run(kind: str, options: argparse.Namespace, scratch: Path) -> tuple[str, int, int, int, float]:
    """Make the tries of a kind: how many, how many failed or were slow, and in how many seconds."""
    try_one, sample = (KINDS | MOMENTS)[kind]
    begun, tries, failures, slow = time.monotonic(), 0, 0, 0
    most = sample if options.sample else options.moments or options.tries
    while tries < most if most is not None else time.monotonic() - begun < 60 * options.minutes:
        number = options.first + tries
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            work = Path(folder) / "a" / "b"  # so that ../.. leads nowhere else
            work.mkdir(parents=True)
            tried, found = try_one(random.Random(f"{options.seed}/{kind}/{number}"), work)
        tries += 1
        if options.show:
            print(f"{kind} {number}: {tried}", flush=True)
        if found is not None and found.startswith(process.SLOW):
            slow += 1
        elif found is not None:
            failures += 1
            if failures <= SHOWN:
                print(f"{kind} {number}: {tried}\n    {found[:500]!r}", flush=True)
    return kind, tries, failures, slow, time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
