"""The histograms of `crosscheck bounds`."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from crosscheck.numerics.blindness import Sight
from crosscheck.numerics.digits import of_bound
from crosscheck.report.colours import BAD, GOOD
from crosscheck.report.layout import Records, say
from crosscheck.verification.calibration import Use

LONGEST_BAR = 20  # so that two frameworks fit beside each other


def show_bounds(
    console: Console,
    uses: Sequence[Use],
    components: Mapping[str, Use],
    histograms: Mapping[str, Sequence[int]],
    sight: Sight,
    problems: Sequence[str],
) -> None:
    """Print the histograms of a study, the worst use of every component and the outcome.

    Args:
        console: Where to print.
        uses: How much of its bound every network used.
        components: The worst use of every component by itself, by its name.
        histograms: How many networks use up to 0.1, 0.2 ... 1.0 of the bound, and more than it,
            by the framework.
        sight: What the bounds of the networks leave open.
        problems: Where a bound is exceeded or idle.
    """
    table = Records(
        "Random networks by the worst fraction of the bound that they use",
        "fraction",
        *histograms,
    )
    most = max(max(counts) for counts in histograms.values())
    for index in range(11):
        label = f"{index / 10:.1f} to {index / 10 + 0.1:.1f}" if index < 10 else "above 1"
        cells = [
            f"{counts[index]:>{len(str(most))}} {'#' * round(LONGEST_BAR * counts[index] / most)}"
            for counts in histograms.values()
        ]
        table.add(label, *cells)
    table.show(console)
    worst = Records(
        "Every component by itself: the worst fraction of its bound", "component", "fraction", "by"
    )
    for name, use in components.items():
        worst.add(name, of_bound(use.fraction), use.framework)
    worst.show(console)
    say(
        console,
        f"Of {sight.entries:,} entries of the networks {sight.excluded:,} are excluded (their "
        f"bound is infinite), {sight.blind:,} are blind (it exceeds a hundredth of the largest "
        f"entry); of {sight.tensors:,} tensors {sight.blind_tensors:,} are blind (it exceeds that "
        "entry)",
    )
    for problem in problems:
        say(console, BAD.paint(escape(problem)))
    top = max(uses, key=lambda use: use.fraction)
    start = BAD.paint("NOT CALIBRATED.") if problems else GOOD.paint("Neither exceeded nor idle.")
    say(
        console,
        f"{start} The worst of {len(uses)} runs uses {of_bound(top.fraction)} of its bound "
        f"({top.framework}, {top.quantity} of {top.case})",
    )
