"""What `crosscheck train` runs: one digit recogniser, trained by every framework and compared."""

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from crosscheck.cli import interrupts
from crosscheck.cli.output import console_for, progress_bar, say, write_json
from crosscheck.cli.resuming import (
    Resumption,
    how_to_resume,
    protect_other_runs,
    read_resumption,
    report_new_beginnings,
    report_unproven,
)
from crosscheck.cli.training_request import DETERMINES, TrainOptions
from crosscheck.frameworks.devices import DeviceError
from crosscheck.frameworks.registry import Framework, UnknownFrameworkError, installed
from crosscheck.report.training import show
from crosscheck.training.data.datasets import DATASETS, Dataset
from crosscheck.training.data.idx import DataError
from crosscheck.training.files import LockedError, sole_writer
from crosscheck.training.plots.figures import PlotError
from crosscheck.training.plots.training import draw
from crosscheck.training.runs import drift
from crosscheck.training.runs.checkpoints import CheckpointError
from crosscheck.training.runs.configuration import Configuration, ConfigurationError
from crosscheck.training.runs.records import as_json
from crosscheck.training.runs.request import TrainingRequest
from crosscheck.training.runs.summary import TrainingSummary, summarise
from crosscheck.training.runs.training import TrainingRun
from crosscheck.training.runs.training import train as train_one


def run(context: click.Context, json_path: str | None, values: dict[str, Any]) -> None:
    """Train as the options say, and show how the frameworks compare.

    Args:
        context: That of the command, which knows what options were given.
        json_path, values: The values of the options.
    """
    console, options = console_for(json_path), TrainOptions(**values)
    if options.device != "cpu":
        os.environ["JAX_PLATFORMS"] = ""  # JAX looks for a GPU; `prepare` leaves alone what is set
    try:
        resumption = read_resumption(options.resume)
        configuration = _configuration(context, options, resumption)
        request = options.request(configuration, options.checkpoint or resumption.folder)
        frameworks = installed(options.names)
        for framework in frameworks:
            configuration.check_limits(framework, request.device)
        protect_other_runs(request.folder, resumption, frameworks)
        report_unproven(resumption)
        report_new_beginnings(resumption, frameworks)
        dataset = DATASETS[configuration.data](configuration.dtype)
    except (ConfigurationError, CheckpointError, UnknownFrameworkError, DataError) as error:
        raise click.UsageError(str(error)) from None
    interrupts.advise(lambda: how_to_resume(request.folder, options.names, request.stop.max_epochs))
    try:
        with sole_writer(request.folder) if request.folder else nullcontext():
            runs = _train_all(frameworks, request, resumption, dataset)
    except LockedError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(
            f"cannot write {error.filename or request.folder}: {error.strerror}"
        ) from None
    interrupts.advise(lambda: "the training is done, and its horizon is looked for")
    curve = _find_horizon(frameworks, configuration, dataset, runs)
    summary = summarise(configuration, dataset, runs, curve)
    show(console, summary)
    write_json(json_path, as_json(summary))
    if options.plot is not None:
        _draw(options.plot, summary)
    if curve is not None and curve.excess is not None:
        sys.exit(1)


def _configuration(
    context: click.Context, options: TrainOptions, resumption: Resumption
) -> Configuration:
    """What is trained: what the checkpoints say or, where there are none, the options."""
    if resumption.path is None:
        return options.configuration()
    explicit = click.core.ParameterSource.COMMANDLINE
    names = [name for name in DETERMINES if context.get_parameter_source(name) == explicit]
    if names:
        flags = ", ".join(
            "--set" if name == "keywords" else f"--{name.replace('_', '-')}" for name in names
        )
        raise ConfigurationError(f"--resume goes on as the checkpoint says: leave out {flags}")
    return resumption.configuration


def _train_all(
    frameworks: Sequence[Framework],
    request: TrainingRequest,
    resumption: Resumption,
    dataset: Dataset,
) -> list[TrainingRun]:
    """The run of every framework; a UsageError where one cannot train as it is asked to."""
    epochs = request.stop.max_epochs or 0
    try:
        # Overflow needs no warning: it shows in the loss.
        with progress_bar(epochs * len(frameworks)) as advance, np.errstate(all="ignore"):
            return [
                train_one(each, replace(request, start=resumption.start_of(each)), dataset, advance)
                for each in frameworks
            ]
    except (DeviceError, NotImplementedError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    except RuntimeError as error:
        if not request.compile:
            raise
        reason = str(error).strip().splitlines()[0]
        raise click.UsageError(f"cannot compile, leave --compile out: {reason}") from None


def _find_horizon(
    frameworks: Sequence[Framework],
    configuration: Configuration,
    dataset: Dataset,
    runs: Sequence[TrainingRun],
) -> drift.Curve | None:
    steps = -(-len(dataset.train.inputs) // configuration.batch_size)
    with progress_bar(steps) as advance:
        return drift.horizon(
            frameworks, configuration, dataset, runs, lambda step: advance("the horizon, by steps")
        )


def _draw(folder: Path, summary: TrainingSummary) -> None:
    try:
        for path in draw(folder, summary):
            say(f"drawn: {path}", err=True)
    except PlotError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
