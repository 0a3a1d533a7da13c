"""A run: everything that the site shows, as JSON files and pictures in one folder.

`gather` makes it, and takes a minute or two; `load` reads it back, so that a site can be built
again from a finished run.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import crosscheck
from crosscheck.cli.output import write_json
from crosscheck.conventions import everything, stock
from crosscheck.documents.ledger import ledger, ledger_as_json
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.frameworks.registry import installed
from crosscheck.report import training as training_report
from crosscheck.report.site.agreement import condensed
from crosscheck.training.data.datasets import DATASETS
from crosscheck.training.data.idx import DataError
from crosscheck.training.experiments.base import Options
from crosscheck.training.experiments.table import EXPERIMENTS
from crosscheck.training.plots import training
from crosscheck.training.plots.figures import PlotError
from crosscheck.training.runs import drift
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.training import train
from crosscheck.verification import discrimination
from crosscheck.verification.cases.examples import framework_values
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.verify import verify

EPOCHS = 100  # as `crosscheck train` alone does
# Of the whole of `crosscheck bench` what its goals are about, on fewer samples.
BENCH = ("--samples", "2000", "--batch-size", "32", "--dtype", "float32", "--repeats", "3")
# What the pages are made of, in the order in which it is found out.
PARTS = ("verification", "ledger", "mistakes", "conventions", "training", "speed", "environment")
LIBRARIES = ("numpy", "python-flint", "torch", "jax", "jaxlib", "autograd", "mlx")
# What a part has to hold to be shown; a training or a benchmark may hold why there is none.
HOLDS = {
    "verification": ("frameworks", "stages", "definitions", "differ", "comparisons", "problems"),
    "ledger": ("documents", "numbers", "statements"),
    "mistakes": ("mistakes",),
    "conventions": ("versions", "findings"),
    "environment": ("crosscheck", "python", "machine", "libraries", "flags"),
}
FLAGS = ("OMP_NUM_THREADS", "JAX_ENABLE_X64", "JAX_PLATFORMS")


class RunError(ValueError):
    """A folder holds no run that can be read; the message names the file."""


@dataclass(frozen=True)
class Run:
    """The parts of a run by their names, and where its pictures lie."""

    parts: dict[str, Any]
    pictures: tuple[Path, ...]


def gather(folder: Path, progress: Callable[[str], None] = lambda task: None) -> Run:
    """Find out everything, and keep it in a folder.

    Args:
        folder: Where the parts are kept, made if it is not there.
        progress: Called with the name of each part that begins.

    Raises:
        RunError: If the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot write {folder}: {error.strerror}") from None
    makers: dict[str, Callable[[], Any]] = {
        "verification": lambda: condensed(verify()),
        "ledger": lambda: _ledger(folder),
        "mistakes": lambda: discrimination.as_json(discrimination.discriminate(catalogue())),
        "conventions": lambda: everything.as_json(everything.findings(), stock.FRAMEWORKS),
        "training": lambda: _training(folder),
        "speed": lambda: _speed(folder),
        "environment": environment,
    }
    for name in PARTS:
        progress(name)
        write_json(str(folder / f"{name}.json"), makers[name]())
    return load(folder)


def load(folder: Path) -> Run:
    """Read a run back.

    Raises:
        RunError: If a part is missing or cannot be read.
    """
    parts = {}
    for name in PARTS:
        path = folder / f"{name}.json"
        try:
            parts[name] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(
                f"{path} is missing: a run holds {', '.join(PARTS)} (leave out --run to make one)"
            ) from None
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(f"{path} cannot be read: {error}") from None
        if not isinstance(parts[name], dict):
            raise RunError(f"{path} is no part of a run: it is no object")
        lacking = [key for key in HOLDS.get(name, ()) if key not in parts[name]]
        if lacking:
            raise RunError(f"{path} is no part of a run: it lacks {', '.join(lacking)}")
    return Run(parts, tuple(sorted(folder.glob("*.png"))))


def _ledger(folder: Path) -> dict[str, Any]:
    """The ledger, with what every framework computes that was verified."""
    verification = json.loads((folder / "verification.json").read_text(encoding="utf-8"))
    judged = verification["frameworks"].items()
    verified = installed([name for name, status in judged if status["status"] == "verified"])
    return ledger_as_json(
        ledger(number, framework_values(number, verified)) for number in DOCUMENTS
    )


def environment() -> dict[str, Any]:
    """Versions and flags of this run."""
    return {
        "crosscheck": crosscheck.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "flags": {name: os.environ.get(name, "not set") for name in FLAGS},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _training(folder: Path) -> dict[str, Any]:
    """The digits by the built-in frameworks, with pictures where they can be drawn."""
    configuration = Configuration()
    try:
        dataset = DATASETS[configuration.data](configuration.dtype)
    except DataError as error:
        return {"missing": str(error)}
    frameworks, stop = installed(), {"max_epochs": EPOCHS, "loss_below": None}
    with np.errstate(all="ignore"):
        runs = [train(each, configuration, dataset, stop) for each in frameworks]
    curve = drift.horizon(frameworks, configuration, dataset, runs, lambda step: None)
    made = training_report.as_json(configuration, dataset, runs, curve)
    try:
        training.draw(folder, dataset, runs, curve)
        weights = EXPERIMENTS["weights"]
        weights.draw(folder, weights.run(Options()))
    except PlotError as error:
        return made | {"plots": str(error)}
    return made


def _speed(folder: Path) -> dict[str, Any]:
    """`crosscheck bench`, in a process of its own, since it sets up JAX in another way."""
    path = folder / "speed.json"
    made = subprocess.run(
        [sys.executable, "-m", "crosscheck", "bench", *BENCH, "--json", str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        return {"missing": made.stderr.strip().splitlines()[-1]}
    measured: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return measured
