"""`crosscheck train` and its options; `crosscheck.cli.training` is what it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from crosscheck.cli.options import (
    MOST_EPOCHS,
    MOST_SAMPLES,
    Folder,
    Name,
    layer_sizes,
    worker_numbers,
)
from crosscheck.cli.output import JSON_OPTION
from crosscheck.frameworks.contract import ACTIVATIONS, DEVICES, INITIALIZERS, LOSSES, STATES
from crosscheck.training.choices import DTYPES, PIXELS, PRECISIONS

_OPTIONS = (
    click.option("--data", type=click.Choice(list(PIXELS)), default="digits", show_default=True),
    click.option(
        "--layers", metavar="SIZES", callback=layer_sizes,
        help="Units per layer, with commas. [default: 64,16,16,10; mnist: 784,16,16,10]",
    ),
    click.option(
        "--activations", metavar="NAMES", default="sigmoid", show_default=True,
        help=f"One name per layer, or one for all: {', '.join(ACTIVATIONS)}.",
    ),
    click.option(
        "--loss", type=Name(LOSSES), default="half_squared_error", show_default=True
    ),
    click.option(
        "--optimizer", type=Name(list(STATES)), default="adam", show_default=True
    ),
    click.option("--learning-rate", type=float, default=0.001, show_default=True),
    click.option(
        "--set", "keywords", metavar="NAME=VALUE", multiple=True,
        help="Another keyword of the optimizer: b1=0.8, nesterov=true, eps_place=hat; repeatable.",
    ),
    click.option(
        "--batch-size", type=click.IntRange(1, MOST_SAMPLES), default=32, show_default=True
    ),
    click.option(
        "--initializer", type=Name(INITIALIZERS), default="lecun_normal",
        show_default=True,
    ),
    click.option(
        "--bound", type=float, help="r of the initializer uniform, which draws in [-r, r]."
    ),
    click.option("--dtype", type=click.Choice(DTYPES), default="float64", show_default=True),
    click.option(
        "--precision", type=click.Choice(PRECISIONS), default="same", show_default=True,
        help="mixed: float32 parameters and optimizer; forward and backward in --dtype, which is "
        "bfloat16 or float16.",
    ),
    click.option(
        "--loss-scale", metavar="SCALE", default="static:1", show_default=True,
        help="With --precision mixed: static:1024 multiplies the loss by 1024; dynamic halves the "
        "scale where a gradient overflows.",
    ),
    click.option(
        "--state-dtype", type=click.Choice(["float32", "bfloat16", "float16"]),
        help="With --precision mixed: in what the optimizer keeps its moments. [default: float32]",
    ),
    click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True),
    click.option(
        "--epochs", type=click.IntRange(1, MOST_EPOCHS),
        help="Stop after so many, those before a checkpoint included. [default: 100; mnist: 10]",
    ),
    click.option("--loss-below", type=float, help="Stop when an epoch's loss is below this."),
    click.option(
        "--loss-change-below", type=float, help="Stop when two losses in a row differ by less."
    ),
    click.option(
        "--framework", "names", metavar="NAME", multiple=True,
        help="Only this framework, one of your own too; repeatable. [default: of the three built "
        "in those that are installed]",
    ),
    click.option("--device", type=click.Choice(DEVICES), default="cpu", show_default=True),
    click.option(
        "--compile/--no-compile", "compile", default=None,
        help="[default: what the framework does]",
    ),
    click.option(
        "--workers", metavar="N", callback=worker_numbers, default="1", show_default=True,
        help="How many workers share each batch. They are started here, or torchrun has started "
        "as many. 3,1 trains with each of these numbers, and compares.",
    ),
    click.option(
        "--worker-timeout", "patience", type=click.FloatRange(1, 86_400), metavar="SECONDS",
        default=60, show_default=True,
        help="A worker that the others wait for longer counts as hanging.",
    ),
    click.option(
        "--plot", metavar="DIR", type=Folder(),
        help="Draw curves there.",
    ),
    click.option(
        "--checkpoint", metavar="DIR", type=Folder(),
        help="Keep a checkpoint of each framework there, after every epoch.",
    ),
    click.option(
        "--resume", metavar="PATH", type=click.Path(exists=True, path_type=Path),
        help="Go on from a folder of checkpoints, each framework from its own; or all from one "
        "file.",
    ),
)  # fmt: skip


def training_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `crosscheck train`, in the order of its help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@training_options
@JSON_OPTION
@click.pass_context
def train(context: click.Context, /, json_path: str | None, **values: Any) -> None:
    """Train a digit recogniser by several frameworks, and show that it is the same training.

    All start from the same parameters and take the same batches. The tables show loss, accuracy and
    time, and how far the parameters have drifted apart, in units in the last place (ulps) of the
    largest. If training is chaotic, rounding alone drives the frameworks apart. The command finds
    the step from which that shows, the horizon; no framework is wrong because of it. A framework is
    wrong if, starting from equal parameters, it is farther off after a few steps than their error
    bound allows.

    Exit codes: 0 trained, 1 trained, but one framework is wrong, 2 bad usage, 3 a worker ended or
    hangs, 130 interrupted (with --checkpoint, --resume continues after the last whole epoch).
    """
    from crosscheck.cli.training import run

    run(context, json_path, values)
