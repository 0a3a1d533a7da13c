"""`crosscheck bench`: how fast the references train."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crosscheck.cli.options import MOST_SAMPLES, Folder, layer_sizes
from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, say, write_json
from crosscheck.training.choices import NETWORK, SAMPLES

if TYPE_CHECKING:
    from crosscheck.training.bench.measuring import Timing
    from crosscheck.training.bench.variants import Variant

BATCH_SIZES, DTYPES, OPTIMIZERS = (1, 10, 32, 256, 2048), ("float32", "float64"), ("sgd", "adam")


@click.command()
@click.option(
    "--batch-size", "batch_sizes", type=click.IntRange(1, MOST_SAMPLES), multiple=True,
    default=BATCH_SIZES, show_default=True, help="Repeatable.",
)  # fmt: skip
@click.option(
    "--dtype", "dtypes", type=click.Choice(DTYPES), multiple=True, default=DTYPES,
    show_default=True, help="Repeatable.",
)  # fmt: skip
@click.option(
    "--optimizer", "optimizers", type=click.Choice(OPTIMIZERS), multiple=True, default=OPTIMIZERS,
    show_default=True, help="Repeatable.",
)  # fmt: skip
@click.option("--samples", type=click.IntRange(1, MOST_SAMPLES), default=SAMPLES, show_default=True)
@click.option(
    "--layers", metavar="SIZES", callback=layer_sizes, default=",".join(map(str, NETWORK)),
    show_default=True, help="Units per layer, with commas.",
)  # fmt: skip
@click.option("--repeats", type=click.IntRange(1, 10_000), default=5, show_default=True)
@click.option(
    "--variant",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only this variant; or those whose name has this in it.",
)
@click.option(
    "--growth", is_flag=True,
    help="Also fit how time grows with samples (up to --samples), batch size and width; float32, "
    "with SGD, on its own networks.",
)  # fmt: skip
@click.option("--plot", metavar="DIR", type=Folder(), help="Draw it there.")
@JSON_OPTION
def bench(
    batch_sizes: tuple[int, ...],
    dtypes: tuple[str, ...],
    optimizers: tuple[str, ...],
    samples: int,
    layers: tuple[int, ...],
    repeats: int,
    names: tuple[str, ...],
    growth: bool,
    plot: Path | None,
    json_path: str | None,
) -> None:
    """Time whole epochs of the references and of other frameworks, shuffling included.

    All run on one core, in turns, in one run. Compare the ratios of medians, because machines
    differ and are noisy. The command shows the first epoch separately, because a framework may
    compile in it. Exit codes: 0 measured, 2 bad usage.
    """
    from crosscheck.frameworks.registry import prepare
    from crosscheck.report.bench import show
    from crosscheck.training.bench import growing, measuring
    from crosscheck.training.bench.records import as_json
    from crosscheck.training.bench.summary import summarise
    from crosscheck.training.bench.tasks import Task

    # JAX reads this once, when it starts. Its threads do not keep to the one core that is allowed.
    flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()
    prepare()
    chosen = _choose(names)
    tasks = [
        Task(samples, size, layers, dtype, optimizer)
        for size in batch_sizes
        for dtype in dtypes
        for optimizer in optimizers
    ]
    if growth and samples < growing.LEAST_SAMPLES:
        raise click.UsageError(f"--growth needs --samples of {growing.LEAST_SAMPLES} or more")
    if plot:
        _check_drawing()
    _limit_threads()
    total = sum(variant.takes(task) for task in tasks for variant in chosen)
    if not total:
        unfit = ", ".join(variant.name for variant in chosen)
        raise click.UsageError(f"not measured for such a task: {unfit}")
    with progress_bar(total) as advance:
        timings = measuring.measure(tasks, repeats, chosen, advance)
    growths = growing.measure_growth(chosen, samples, repeats) if growth else []
    console = console_for(json_path)
    summary = summarise(timings, growths)
    show(console, summary)  # before anything that can fail, since measuring took long
    write_json(json_path, as_json(summary))
    if plot and any(timing.seconds for timing in timings):
        _draw(plot, timings)
    elif plot:
        say("nothing could be measured, so nothing is drawn", err=True)


def _choose(names: Sequence[str]) -> list["Variant"]:
    """The variants with these names, or with one of these texts in their names; or all of them."""
    from crosscheck.training.bench import variants

    if "" in names:  # which would be in every name
        raise click.UsageError("--variant '' names no variant")
    known = {variant.name for variant in variants.VARIANTS}
    whole, parts = set(names) & known, set(names) - known
    chosen = [
        variant
        for variant in variants.VARIANTS
        if not names or variant.name in whole or any(part in variant.name for part in parts)
    ]
    if not chosen:
        every = ", ".join(variant.name for variant in variants.VARIANTS)
        raise click.UsageError(f"no variant has such a name; there are: {every}")
    return chosen


def _limit_threads() -> None:
    """Give PyTorch, if it is installed, one thread."""
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)


def _check_drawing() -> None:
    """Refuse --plot before an hour of measuring, if matplotlib is not installed."""
    from crosscheck.training.plots.figures import PlotError, import_matplotlib

    try:
        import_matplotlib()
    except PlotError as error:
        raise click.UsageError(str(error)) from None


def _draw(folder: Path, timings: Sequence["Timing"]) -> None:
    from crosscheck.training.plots.bench import draw

    try:
        say(f"drawn: {draw(folder / 'bench.svg', timings)}", err=True)
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
