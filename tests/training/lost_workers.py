"""Training whose workers are killed or stopped, at seeded moments: what is said, and what is left.

    python tests/training/lost_workers.py

does it twenty times, and prints one line of JSON for each.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from threading import Timer
from unittest import mock

import numpy as np
import psutil

from crosscheck.frameworks.registry import load
from crosscheck.frameworks.teams import LostWorkerError, close_teams
from crosscheck.frameworks.worker import Workers
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs.checkpoints import load as load_checkpoint
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import train

TIMES, EPOCHS, PATIENCE = 20, 40, 2.0
CONFIGURATION = Configuration(layers=(64, 3, 10), activations=("tanh", "sigmoid"), batch_size=8)


def data():
    rng = np.random.default_rng(0)
    split = Split(rng.random((80, 64)), np.arange(80) % 10)
    return Dataset("digits", split, split)


def processes():
    """The processes that this one started."""
    return set(psutil.Process().children(recursive=True))


def lost(kind, rank, workers, folder, *, epoch=None, seconds=None):
    """Train, and send one worker a signal: at the end of an epoch, or so many seconds after that.

    Returns:
        What was said, how long that took, which epoch the checkpoint is at, and what was left of
        processes and files.
    """
    torch = load("torch", "reference_torch")
    stop = StopConditions(max_epochs=EPOCHS)
    request = TrainingRequest(
        CONFIGURATION, stop, folder=folder / "kept", workers=workers, patience=PATIENCE
    )
    close_teams()  # one of an earlier training would be used again, and start nothing
    sent, others, start, started = [], processes(), Workers.start, []

    def recorded(*given):
        started.append(start(*given))
        return started[-1]

    def send():
        # By its place among those started. The system's times of two starts may be equal.
        os.kill(started[rank].pid, kind)
        sent.append(time.monotonic())

    def progress(task):
        if not task.endswith(f"epoch {epoch}"):
            return
        if seconds is None:
            send()
        else:
            Timer(seconds, send).start()

    usual, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        with mock.patch.object(Workers, "start", recorded):
            train(torch, request, data(), progress)
        said = "nothing: it had ended"
    except LostWorkerError as error:
        said = str(error)
    finally:
        tempfile.tempdir = usual
    took = time.monotonic() - sent[0] if sent else 0.0
    checkpoint = load_checkpoint(folder / "kept" / "torch.safetensors")
    on = train(torch, TrainingRequest(CONFIGURATION, stop, start=checkpoint), data())
    return {
        "said": said,
        "seconds": round(took, 2),
        "kept": checkpoint.epoch,
        "epochs at the end": len(on.history),
        "processes": len(processes() - others),
        "files": sorted(path.name for path in folder.rglob("*") if path.is_file()),
    }


def main():
    moments = random.Random(0)
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES):
        with tempfile.TemporaryDirectory() as name:
            kind = signal.SIGSTOP if number % 4 == 3 else signal.SIGKILL
            rank, workers = moments.randrange(3), 3
            when = {"epoch": moments.randrange(1, 20), "seconds": moments.random() * 0.05}
            found = lost(kind, rank, workers, Path(name), **when)
            asked = {"signal": signal.Signals(kind).name, "rank": rank, **when}
            print(json.dumps(asked | found), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
