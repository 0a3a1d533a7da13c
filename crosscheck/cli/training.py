"""`crosscheck train`: the digit recogniser, by every framework, shown to be the same training."""

import inspect
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from crosscheck.cli.options import layer_sizes
from crosscheck.cli.output import (
    JSON_OPTION,
    console_for,
    leave_interrupted,
    progress_bar,
    write_json,
)
from crosscheck.cli.resuming import (
    folder_of,
    how_to_go_on,
    overwrite_nothing,
    say_who_begins_anew,
    starting_points,
)
from crosscheck.frameworks.contract import ACTIVATIONS, INITIALIZERS, LOSSES
from crosscheck.frameworks.devices import DEVICES, DeviceError
from crosscheck.frameworks.registry import Framework, UnknownFrameworkError, installed
from crosscheck.report import training as report
from crosscheck.training.data.datasets import DATASETS, Dataset
from crosscheck.training.data.idx import DataError
from crosscheck.training.plots import training as plots
from crosscheck.training.plots.figures import PlotError
from crosscheck.training.runs import drift
from crosscheck.training.runs.checkpoints import Checkpoint, CheckpointError
from crosscheck.training.runs.configuration import (
    DTYPES,
    PIXELS,
    Configuration,
    ConfigurationError,
)
from crosscheck.training.runs.training import Run
from crosscheck.training.runs.training import train as train_one
from reference_numpy.optimizers import OPTIMIZERS

EPOCHS = {"digits": 100, "mnist": 10}
# What determines a run is read from a checkpoint, and cannot be given beside it.
DETERMINES = (
    "data",
    "layers",
    "activations",
    "loss",
    "optimizer",
    "learning_rate",
    "keywords",
    "batch_size",
    "initializer",
    "bound",
    "dtype",
    "seed",
)


@click.command()
@click.option("--data", type=click.Choice(list(DATASETS)), default="digits", show_default=True)
@click.option(
    "--layers", metavar="SIZES", callback=layer_sizes,
    help="Units per layer, with commas. [default: 64,16,16,10; mnist: 784,16,16,10]",
)  # fmt: skip
@click.option(
    "--activations",
    metavar="NAMES",
    default="sigmoid",
    show_default=True,
    help=f"One name per layer, or one for all: {', '.join(ACTIVATIONS)}.",
)
@click.option("--loss", type=click.Choice(LOSSES), default="half_squared_error", show_default=True)
@click.option("--optimizer", type=click.Choice(list(OPTIMIZERS)), default="adam", show_default=True)
@click.option("--learning-rate", type=float, default=0.001, show_default=True)
@click.option(
    "--set",
    "keywords",
    metavar="NAME=VALUE",
    multiple=True,
    help="Another keyword of the optimizer: b1=0.8, nesterov=true, eps_place=hat; repeatable.",
)
@click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True)
@click.option(
    "--initializer", type=click.Choice(INITIALIZERS), default="lecun_normal",
    show_default=True,
)  # fmt: skip
@click.option("--bound", type=float, help="r of the initializer uniform, which draws in [-r, r].")
@click.option("--dtype", type=click.Choice(DTYPES), default="float64", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="Stop after so many, those before a checkpoint included. [default: 100; mnist: 10]",
)
@click.option("--loss-below", type=float, help="Stop when an epoch's loss is below this.")
@click.option(
    "--loss-change-below", type=float, help="Stop when two losses in a row differ by less."
)
@click.option(
    "--framework",
    "chosen",
    metavar="NAME",
    multiple=True,
    help="Only this framework, one of your own too; repeatable. [default: of the three built in "
    "those that are installed]",
)
@click.option("--device", type=click.Choice(DEVICES), default="cpu", show_default=True)
@click.option(
    "--compile/--no-compile", "compile", default=None, help="[default: what the framework does]"
)
@click.option(
    "--plot", "plot", metavar="DIR", type=click.Path(file_okay=False), help="Draw curves there."
)
@click.option(
    "--checkpoint",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep a checkpoint of each framework there, after every epoch.",
)
@click.option(
    "--resume",
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Go on from a folder of checkpoints, each framework from its own; or all from one file.",
)
@JSON_OPTION
@click.pass_context
def train(context: click.Context, /, json_path: str | None, **given: Any) -> None:
    """Train a digit recogniser by several frameworks, and show that it is the same training.

    All start from the same parameters and see the same batches. The tables show loss, accuracy and
    time, and how far the parameters have drifted apart, in units in the last place (ulps) of the
    largest. Where training is chaotic, rounding alone drives the frameworks apart; the step at
    which that shows, the horizon, is found and reported, and is nobody's error.

    Exit codes: 0 trained, 2 bad usage, 130 interrupted (with --checkpoint, --resume goes on from
    the last whole epoch).
    """
    console = console_for(json_path)
    if given["device"] != "cpu":
        os.environ.pop("JAX_PLATFORMS", None)  # JAX looks for a GPU by itself, if it is let
    folder = given["checkpoint"]
    try:
        starts = starting_points(given["resume"])
        if starts:
            configuration = _configuration_of(context, starts)
            folder = folder or folder_of(given["resume"])
        else:
            configuration = _configuration(given)
        frameworks = installed(given["chosen"])
        for framework in frameworks:
            configuration.check_limits(framework, given["device"])
        overwrite_nothing(folder, given["resume"], frameworks)
        say_who_begins_anew(given["resume"], starts, frameworks)
        dataset = DATASETS[configuration.data](configuration.dtype)
    except (ConfigurationError, CheckpointError, UnknownFrameworkError, DataError) as error:
        raise click.UsageError(str(error)) from None
    epochs = given["epochs"] or EPOCHS[configuration.data]
    stop = {
        "max_epochs": epochs,
        "loss_below": given["loss_below"],
        "loss_change_below": given["loss_change_below"],
    }
    runs: list[Run] = []
    try:
        # What overflows shows in its loss.
        with progress_bar(epochs * len(frameworks)) as advance, np.errstate(all="ignore"):
            for framework in frameworks:
                start = starts.get(framework.name, starts.get(""))
                how = {"device": given["device"], "compile": given["compile"]}
                where = {"start": start, "folder": folder, "progress": advance}
                runs.append(train_one(framework, configuration, dataset, stop, **how, **where))
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted; {how_to_go_on(folder, given['chosen'], epochs)}", err=True)
        leave_interrupted()
    except (DeviceError, NotImplementedError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    except RuntimeError as error:
        if not given["compile"]:
            raise
        reason = str(error).strip().splitlines()[0]
        raise click.UsageError(f"cannot compile, leave --compile out: {reason}") from None
    except OSError as error:
        raise click.UsageError(
            f"cannot write {error.filename or folder}: {error.strerror}"
        ) from None
    try:
        curve = _horizon(frameworks, configuration, dataset, runs)
    except KeyboardInterrupt:
        click.echo("\ninterrupted while looking for the horizon; the training is done", err=True)
        leave_interrupted()
    report.show(console, configuration, dataset, runs, curve)
    write_json(json_path, report.as_json(configuration, dataset, runs, curve))
    if given["plot"]:
        _plot(Path(given["plot"]), dataset, runs, curve)


def _configuration(given: dict[str, Any]) -> Configuration:
    layers = given["layers"] or (PIXELS[given["data"]], 16, 16, 10)
    names = tuple(name.strip() for name in given["activations"].split(","))
    names = names * (len(layers) - 1) if len(names) == 1 else names
    direct = ("data", "loss", "optimizer", "batch_size", "initializer", "bound", "dtype", "seed")
    return Configuration(
        layers=layers,
        activations=names,
        hyperparameters={"learning_rate": given["learning_rate"]}
        | _keywords(given["optimizer"], given["keywords"]),
        **{name: given[name] for name in direct},
    )


def _keywords(optimizer: str, texts: Sequence[str]) -> dict[str, Any]:
    known = inspect.signature(OPTIMIZERS[optimizer]).parameters.values()
    words = [each.name for each in known if isinstance(each.default, str)]
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if name.strip() == "learning_rate":
            raise ConfigurationError("--set takes other keywords: use --learning-rate")
        if name.strip() in words:
            found[name.strip()] = value.strip()
            continue
        flags = {"true": True, "false": False}
        try:
            found[name.strip()] = flags[value.lower()] if value.lower() in flags else float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise ConfigurationError(f"--set takes NAME=NUMBER or NAME=true, not {text!r}")
    return found


def _configuration_of(context: click.Context, starts: dict[str, Checkpoint]) -> Configuration:
    explicit = click.core.ParameterSource.COMMANDLINE
    given = [name for name in DETERMINES if context.get_parameter_source(name) == explicit]
    if given:
        options = ", ".join(
            "--set" if n == "keywords" else f"--{n.replace('_', '-')}" for n in given
        )
        raise ConfigurationError(f"--resume goes on as the checkpoint says: leave out {options}")
    first, *others = starts.values()
    if any(other.configuration != first.configuration for other in others):
        raise ConfigurationError("the checkpoints of this folder are of different runs")
    return first.configuration


def _horizon(
    frameworks: list[Framework], configuration: Configuration, dataset: Dataset, runs: list[Run]
) -> drift.Curve | None:
    steps = -(-len(dataset.train.inputs) // configuration.batch_size)
    with progress_bar(steps) as advance:
        return drift.horizon(
            frameworks, configuration, dataset, runs, lambda step: advance("the horizon, by steps")
        )


def _plot(folder: Path, dataset: Dataset, runs: list[Run], curve: drift.Curve | None) -> None:
    try:
        for path in plots.draw(folder, dataset, runs, curve):
            click.echo(f"drawn: {path}", err=True)
    except PlotError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
