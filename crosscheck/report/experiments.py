"""What `crosscheck experiment` shows."""

from rich.console import Console
from rich.markup import escape

from crosscheck.report.colours import BAD, GOOD
from crosscheck.report.layout import say
from crosscheck.training.experiments.base import Experiment, ExperimentResult


def show_experiment(console: Console, experiment: Experiment, result: ExperimentResult) -> None:
    """Print the claim, what was found, and whether the claim holds.

    Args:
        console: Where to print.
        experiment: What was run.
        result: What it found.
    """
    say(console, f"[bold]{escape(experiment.claim)}[/] ({escape(experiment.source)})")
    for line in result.text.split("\n"):
        say(console, escape(line))
    say(console, GOOD.paint("It holds.") if result.holds else BAD.paint("It does not hold."))
