"""What `crosscheck train` runs: one digit recogniser, trained by every framework and compared."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

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
from crosscheck.frameworks import launched, teams
from crosscheck.frameworks.devices import DeviceError
from crosscheck.frameworks.registry import Framework, UnknownFrameworkError, installed
from crosscheck.frameworks.sharing import with_workers
from crosscheck.frameworks.teams import LostWorkerError, UnequalWorkersError, close_teams
from crosscheck.numerics.digits import counted
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
from crosscheck.training.runs.shared_steps import SharedSteps, shared_steps
from crosscheck.training.runs.summary import TrainingSummary, summarise
from crosscheck.training.runs.training import TrainingRun
from crosscheck.training.runs.training import train as train_one

LOST_WORKER = 3  # an exit code


class _Part(NamedTuple):
    """A framework, and how many workers it trains with."""

    framework: Framework
    workers: int


def run(context: click.Context, json_path: str | None, values: dict[str, Any]) -> None:
    """Train as the options say, and show how the frameworks compare.

    Args:
        context: That of the command, which knows what options were given.
        json_path, values: The values of the options.
    """
    options = TrainOptions(**values)
    try:
        with (
            ExitStack() as stack,
            launched.joined(options.workers, options.names, options.device, options.patience),
        ):
            stack.callback(close_teams)  # by a signal, too
            if launched.rank() == 0:
                _run(context, json_path, options)
                return
            # The first process says and writes everything.
            nowhere = stack.enter_context(Path(os.devnull).open("w"))
            with redirect_stdout(nowhere), redirect_stderr(nowhere):
                _run(context, None, replace(options, plot=None))
    except launched.LaunchError as error:
        raise click.UsageError(str(error)) from None


def _run(context: click.Context, json_path: str | None, options: TrainOptions) -> None:
    console = console_for(json_path)
    _prepare_jax(options)
    try:
        resumption = read_resumption(options.resume)
        configuration = _configuration(context, options, resumption)
        folder = options.checkpoint or resumption.folder if launched.rank() == 0 else None
        request = options.request(configuration, folder)
        frameworks = installed(options.names)
        for framework in frameworks:
            configuration.check_limits(framework, request.device)
        if len(options.workers) > 1 and request.folder is not None:
            raise CheckpointError("checkpoints are of runs with one number of workers: give one")
        protect_other_runs(request.folder, resumption, frameworks)
        report_unproven(resumption)
        report_new_beginnings(resumption, frameworks)
        dataset = DATASETS[configuration.data](configuration.dtype)
    except (ConfigurationError, CheckpointError, UnknownFrameworkError, DataError) as error:
        raise click.UsageError(str(error)) from None

    def how_to_go_on() -> str:
        epochs = request.stop.max_epochs
        return how_to_resume(request.folder, options.names, epochs, request.workers)

    interrupts.advise(how_to_go_on)
    parts = [_Part(each, number) for number in options.workers for each in frameworks]
    try:
        try:
            with sole_writer(request.folder) if request.folder else nullcontext():
                runs = _train_all(parts, request, resumption, dataset)
        except LockedError as error:
            raise click.UsageError(str(error)) from None
        except OSError as error:
            raise click.UsageError(
                f"cannot write {error.filename or request.folder}: {error.strerror}"
            ) from None
        interrupts.advise(lambda: "the training is done, and its horizon is looked for")
        curve = _find_horizon(parts, request, dataset, runs)
        shared = _share_steps(parts, request, dataset, runs)
    except LostWorkerError as error:
        say(f"{error}; {how_to_go_on()}", err=True)
        sys.exit(LOST_WORKER)
    except UnequalWorkersError as error:
        say(error, err=True)
        sys.exit(1)
    summary = summarise(configuration, dataset, runs, curve, shared)
    show(console, summary)
    write_json(json_path, as_json(summary))
    if options.plot is not None:
        _draw(options.plot, summary)
    if (curve is not None and curve.excess is not None) or any(each.times > 1 for each in shared):
        sys.exit(1)


def _prepare_jax(options: TrainOptions) -> None:
    """Set what JAX reads when it starts."""
    if options.device != "cpu":
        os.environ["JAX_PLATFORMS"] = ""  # JAX looks for a GPU; `prepare` leaves alone what is set
    elif max(options.workers) > 1:
        flags = os.environ.get("XLA_FLAGS", "")
        if teams.DEVICE_COUNT not in flags:
            os.environ["XLA_FLAGS"] = f"{flags} {teams.DEVICE_COUNT}={max(options.workers)}".strip()


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
    parts: Sequence[_Part],
    request: TrainingRequest,
    resumption: Resumption,
    dataset: Dataset,
) -> list[TrainingRun]:
    """Every run; a UsageError where a framework cannot train as it is asked to."""
    epochs, runs = request.stop.max_epochs or 0, []
    try:
        # Overflow needs no warning: it shows in the loss.
        with progress_bar(epochs * len(parts)) as advance, np.errstate(all="ignore"):
            for part in parts:
                start = resumption.start_of(part.framework)
                asked = replace(request, start=start, workers=part.workers)
                run = train_one(part.framework, asked, dataset, advance)
                # One framework's runs with several numbers of workers need names.
                if part.workers > 1 and len({each.workers for each in parts}) > 1:
                    run.framework = f"{run.framework}, {counted(part.workers, 'worker')}"
                runs.append(run)
            return runs
    except (LostWorkerError, UnequalWorkersError):
        raise
    except (DeviceError, NotImplementedError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    except RuntimeError as error:
        if not request.compile:
            raise
        reason = str(error).strip().splitlines()[0]
        raise click.UsageError(f"cannot compile, leave --compile out: {reason}") from None


def _find_horizon(
    parts: Sequence[_Part],
    request: TrainingRequest,
    dataset: Dataset,
    runs: Sequence[TrainingRun],
) -> drift.Curve | None:
    configuration = request.configuration
    if configuration.precision == "mixed":
        return None  # the steps of that are not repeated by the contract's `train`
    steps = -(-len(dataset.train.inputs) // configuration.batch_size)
    by_workers = [
        replace(
            with_workers(part.framework, part.workers, "cpu", request.patience), name=run.framework
        )
        for part, run in zip(parts, runs, strict=True)
    ]
    with progress_bar(steps) as advance:
        return drift.horizon(
            by_workers,
            configuration,
            dataset,
            runs,
            lambda step: advance("the horizon, by steps"),
            request.workers,
        )


def _share_steps(
    parts: Sequence[_Part],
    request: TrainingRequest,
    dataset: Dataset,
    runs: Sequence[TrainingRun],
) -> list[SharedSteps]:
    """The sampled steps of every run, where several workers shared its batches."""
    with np.errstate(all="ignore"):
        return [
            shared_steps(part.framework, replace(request, workers=part.workers), dataset, run)
            for part, run in zip(parts, runs, strict=True)
            if part.workers > 1
        ]


def _draw(folder: Path, summary: TrainingSummary) -> None:
    try:
        for path in draw(folder, summary):
            say(f"drawn: {path}", err=True)
    except PlotError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
