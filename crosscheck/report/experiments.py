"""What `crosscheck experiment` shows."""

from rich.console import Console

from crosscheck.report.colours import BAD, GOOD
from crosscheck.training.experiments.base import Experiment, ExperimentResult


def show_experiment(console: Console, experiment: Experiment, result: ExperimentResult) -> None:
    """Print the claim, what was found, and whether the claim holds.

    Args:
        console: Where to print.
        experiment: What was run.
        result: What it found.
    """
    console.print(f"[bold]{experiment.claim}[/] ({experiment.source})")
    console.print(result.text, highlight=False)
    console.print(GOOD.paint("It holds.") if result.holds else BAD.paint("It does not hold."))
