"""What `crosscheck translate` says of a learning-rate schedule."""

from rich.console import Console
from rich.markup import escape

from crosscheck.conventions import stock
from crosscheck.conventions.pasting import with_imports
from crosscheck.conventions.schedules.translation import ScheduleTranslation
from crosscheck.report.colours import CARE, QUIET
from crosscheck.report.conventions import show_verdict
from crosscheck.report.layout import say, say_whole


def show_schedule_translation(console: Console, translation: ScheduleTranslation) -> None:
    """Print the schedule in the other framework's words, and how close it is.

    Args:
        console: Where to print.
        translation: The schedule, with what the rates of the two were measured to differ by.
    """
    show_verdict(console, translation)
    title = stock.FRAMEWORKS[translation.target_framework].title
    say_whole(console, escape(translation.expression), QUIET.paint("in the references' words:"))
    if translation.is_function:
        none = f"{title} has no schedule of its own that is equal. A function that is:"
        say(console, CARE.paint(none))
    for line in with_imports(translation.target).splitlines():
        say_whole(console, f"[bold]{escape(line)}[/]")
    nearest = translation.nearest
    if nearest is not None:
        call, first = escape(nearest.code), nearest.difference.first_step
        say_whole(console, call, CARE.paint(f"The nearest of {title}:"))
        say(
            console,
            f"  {_up_to(first)}, and differs most at update {nearest.difference.worst_step}, by "
            f"{nearest.difference.largest:.2g}",
        )
    for proviso in translation.provisos:
        say(console, f"  {CARE.paint('but:')} {escape(proviso)}")
    if translation.difference is None:
        say(console, f"{CARE.paint('not proved:')} {escape(str(translation.problem))}")
        return
    if translation.not_finite is not None:
        found = f"at update {translation.not_finite} one of the rates is infinite or not a number"
        say(console, CARE.paint(found))
    within = translation.difference <= translation.bound
    limit = "allowed between equals" if within else "more than between equals"
    say(
        console,
        f"largest difference of the rates over updates 0 to {translation.updates_run - 1}: "
        f"{translation.difference:.2g}, at update {translation.worst_step} "
        f"({limit}: {translation.bound:.2g})",
    )
    if translation.updates > translation.updates_run:
        say(console, f"  the formulas were compared to update {translation.updates - 1}")


def _up_to(first: int | None) -> str:
    """Until when two schedules are equal."""
    if first is None:
        return "it is equal"
    return "it differs from update 0 on" if first == 0 else f"it is equal up to update {first - 1}"
