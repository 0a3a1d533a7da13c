"""Gathering what a site shows: every command's result as JSON, and pictures, in one folder."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.cli.output import write_json
from crosscheck.conventions import everything, stock
from crosscheck.documents.document import Document
from crosscheck.documents.ledger import ledger, ledger_as_json
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.frameworks.registry import installed
from crosscheck.frameworks.version import VERSION
from crosscheck.report.site.run import PARTS, RunError, SiteRun, load
from crosscheck.training.data.datasets import DATASETS
from crosscheck.training.data.idx import DataError
from crosscheck.training.experiments.base import Options
from crosscheck.training.experiments.table import EXPERIMENTS
from crosscheck.training.plots import training as plots
from crosscheck.training.plots.figures import PlotError
from crosscheck.training.runs import drift, records
from crosscheck.training.runs.configuration import Configuration
from crosscheck.training.runs.request import StopConditions, TrainingRequest
from crosscheck.training.runs.summary import summarise
from crosscheck.training.runs.training import train
from crosscheck.verification import discrimination
from crosscheck.verification.agreement import condense
from crosscheck.verification.cases.examples import framework_values
from crosscheck.verification.conditions.matrix import matrix
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.verify import verify

EPOCHS = 100  # as many as `crosscheck train` trains
LIBRARIES = ("numpy", "python-flint", "torch", "jax", "jaxlib", "autograd", "mlx", "paddlepaddle")
FLAGS = ("OMP_NUM_THREADS", "JAX_ENABLE_X64", "JAX_PLATFORMS")


def gather(folder: Path, progress: Callable[[str], None] = lambda task: None) -> SiteRun:
    """Run everything that a site shows, which takes some minutes, and keep it in a folder.

    Args:
        folder: Where the parts are kept; made if it does not exist.
        progress: Called with the name of each part before it begins.

    Raises:
        RunError: If the folder cannot be made.
        click.UsageError: If a part cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot write {folder}: {error.strerror}") from None
    parts: dict[str, Callable[[], Any]] = {
        "verification": lambda: condense(verify()),
        "ledger": lambda: _ledger(folder),
        "mistakes": lambda: discrimination.as_json(
            discrimination.discriminate(catalogue()), matrix()
        ),
        "conventions": lambda: everything.as_json(everything.findings(), stock.FRAMEWORKS),
        "training": lambda: _training(folder),
        "environment": environment,
    }
    for name in PARTS:
        progress(name)
        write_json(str(folder / f"{name}.json"), parts[name]())
    return load(folder)


def with_documents(run: SiteRun, documents: Sequence[Document]) -> SiteRun:
    """The run with documents of one's own in its ledger, beside the five.

    Args:
        run: A run. A document that is in it already is replaced.
        documents: Those to be added, judged, with what every framework computes that is built in,
            installed here, and verified in the run.

    Raises:
        TranscriptionError: If a number of a document cannot be computed.
    """
    statuses = run.parts["verification"]["frameworks"]
    frameworks = [
        each for each in installed() if statuses.get(each.name, {}).get("status") == "verified"
    ]
    added = ledger_as_json(ledger(each, framework_values(each, frameworks)) for each in documents)
    earlier = run.parts["ledger"]
    merged = {
        "documents": earlier["documents"] | added["documents"],
        "numbers": [
            *(each for each in earlier["numbers"] if each["document"] not in added["documents"]),
            *added["numbers"],
        ],
        "statements": earlier["statements"],
    }
    return replace(run, parts=run.parts | {"ledger": merged})


def environment() -> dict[str, Any]:
    """The versions and the environment variables under which this process runs."""
    libraries = {name: _version(name) for name in LIBRARIES}
    return {
        "crosscheck": VERSION,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "libraries": {name: number for name, number in libraries.items() if number},
        "flags": {name: os.environ.get(name, "not set") for name in FLAGS},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _ledger(folder: Path) -> dict[str, Any]:
    """The ledger, with what every verified framework computes."""
    verification = json.loads((folder / "verification.json").read_text(encoding="utf-8"))
    statuses = verification["frameworks"].items()
    verified = installed([name for name, status in statuses if status["status"] == "verified"])
    return ledger_as_json(
        ledger(number, framework_values(number, verified)) for number in DOCUMENTS
    )


def _training(folder: Path) -> dict[str, Any]:
    """The digits by the built-in frameworks, with pictures where matplotlib is installed."""
    request = TrainingRequest(Configuration(), StopConditions(max_epochs=EPOCHS))
    configuration = request.configuration
    try:
        dataset = DATASETS[configuration.data](configuration.dtype)
    except DataError as error:
        return {"missing": str(error)}
    frameworks = installed()
    with np.errstate(all="ignore"):
        runs = [train(framework, request, dataset) for framework in frameworks]
    curve = drift.horizon(frameworks, configuration, dataset, runs)
    summary = summarise(configuration, dataset, runs, curve)
    content = records.as_json(summary)
    try:
        plots.draw(folder, summary)
        weights = EXPERIMENTS["weights"]
        weights.draw(folder, weights.run(Options()))
    except PlotError as error:
        return content | {"plots": str(error)}
    return content
