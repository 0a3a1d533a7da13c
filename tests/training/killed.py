"""Run by a test: training that is killed, by SIGKILL, at seeded moments of its own.

Prints one line of JSON: for each moment what the folder holds afterwards, and whether going on from
there ends as training that nobody interrupted. A moment is a number of lines of Python executed, so
that it is the same moment every time.
"""

import json
import os
import random
import signal
import sys
import tempfile
from pathlib import Path

import numpy as np

from crosscheck.frameworks.registry import load
from crosscheck.training.data.datasets import Dataset, Split
from crosscheck.training.runs.checkpoints import load as load_checkpoint
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.training import train

MOMENTS, EPOCHS = 50, 4
NUMPY = load("numpy", "reference_numpy")
CONFIGURATION = Configuration(layers=(64, 3, 10), activations=("tanh", "sigmoid"), batch_size=8)


def data():
    rng = np.random.default_rng(0)
    split = Split(rng.random((20, 64)), np.arange(20) % 10)
    return Dataset("digits", split, split)


def run(folder, start=None):
    stop = StopConditions(max_epochs=EPOCHS)
    return train(NUMPY, TrainingRequest(CONFIGURATION, stop, start, folder), data())


def bits(params):
    return b"".join(leaf.tobytes() for layer in params for leaf in layer)


def killed_after(lines, folder):
    """A child that trains until it has executed so many lines."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    left = lines

    def tick(frame, event, argument):
        nonlocal left
        left -= event == "line"
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return tick

    sys.settrace(tick)
    run(folder)
    # At the latest when it is done: lines vary by a few.
    return os.kill(os.getpid(), signal.SIGKILL)


def lines_of_a_run():
    count = 0

    def tick(frame, event, argument):
        nonlocal count
        count += event == "line"
        return tick

    with tempfile.TemporaryDirectory() as folder:
        sys.settrace(tick)
        run(Path(folder))
        sys.settrace(None)
    return count


def main():
    moments = random.Random(0)
    whole = bits(run(None).params)
    lines_of_a_run()  # whatever is done only once in a process
    lines, found = lines_of_a_run(), []
    for _ in range(MOMENTS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            killed = killed_after(moments.randrange(1, lines), folder)
            path = folder / "numpy.safetensors"
            start = load_checkpoint(path) if path.exists() else None
            same = bits(run(folder, start).params) == whole
            epoch = 0 if start is None else start.epoch
            found.append({"killed": killed, "epoch": epoch, "same": same})
            left = sorted(file.name for file in folder.iterdir())
            found[-1]["only the checkpoint is left"] = left == ["numpy.safetensors"]
    print(json.dumps(found))


main()
