"""`crosscheck experiment`: the experiments of the lectures."""

import sys
from pathlib import Path

import click

from crosscheck.cli.output import JSON_OPTION, console_for, progress_bar, say, write_json
from crosscheck.training import choices


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice(choices.EXPERIMENTS))
@click.option(
    "--data",
    type=click.Choice(list(choices.PIXELS)),
    default="digits",
    show_default=True,
    help="For those that train on digits.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--plot",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Draw what was found there, as SVG.",
)
@JSON_OPTION
def experiment(name: str, data: str, seed: int, plot: Path | None, json_path: str | None) -> None:
    """Run one of the lectures' experiments, and say whether its claim holds.

    NAME is weights, noise, labels, batches, saturation, surface, optimizers, stopping,
    stall, lost, nan or record.

    Exit codes: 0 it holds, 1 it does not, 2 bad usage.
    """
    from crosscheck.report.experiments import show_experiment
    from crosscheck.training.data.idx import DataError
    from crosscheck.training.experiments.base import Options
    from crosscheck.training.experiments.table import EXPERIMENTS
    from crosscheck.training.plots.figures import PlotError

    console, chosen = console_for(json_path), EXPERIMENTS[name]
    try:
        with progress_bar(chosen.parts) as advance:
            result = chosen.run(Options(data, seed, advance))
        pictures = chosen.draw(plot, result) if plot else []
    except (DataError, PlotError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
    content = {"name": name, "claim": chosen.claim, "source": chosen.source, "seed": seed}
    show_experiment(console, chosen, result)
    for path in pictures:
        say(f"drawn: {path}", err=True)
    write_json(json_path, content | {"holds": result.holds, **result.numbers})
    sys.exit(0 if result.holds else 1)
