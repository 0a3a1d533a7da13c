"""What `crosscheck translate` says of a learning-rate schedule."""

from rich.console import Console
from rich.markup import escape

from crosscheck.conventions import stock
from crosscheck.conventions.schedules.translation import ScheduleTranslation
from crosscheck.report.colours import CARE, QUIET


def show_schedule_translation(console: Console, translation: ScheduleTranslation) -> None:
    """Print the schedule in the other framework's words, and how close it is.

    Args:
        console: Where to print.
        translation: The schedule, with what the rates of the two were measured to differ by.
    """
    title = stock.FRAMEWORKS[translation.target_framework].title
    label = QUIET.paint("in the references' words:")
    console.print(f"{label} {escape(translation.expression)}", soft_wrap=True)
    if translation.is_function:
        none = f"{title} has no schedule of its own that is equal. A function that is:"
        console.print(CARE.paint(none))
    for line in translation.target.splitlines():
        console.print(f"[bold]{escape(line)}[/]", soft_wrap=True)
    nearest = translation.nearest
    if nearest is not None:
        call, first = escape(nearest.code), nearest.difference.first_step
        console.print(f"{CARE.paint(f'The nearest of {title}:')} {call}", soft_wrap=True)
        console.print(
            f"  {_up_to(first)}, and differs most at update {nearest.difference.worst_step}, by "
            f"{nearest.difference.largest:.2g}"
        )
    for proviso in translation.provisos:
        console.print(f"  {CARE.paint('but:')} {escape(proviso)}", soft_wrap=True)
    if translation.difference is None:
        console.print(f"{CARE.paint('not proved:')} {escape(str(translation.problem))}")
        return
    limit = "allowed between equals" if translation.equal else "more than between equals"
    console.print(
        f"largest difference of the rates over updates 0 to {translation.updates - 1}: "
        f"{translation.difference:.2g}, at update {translation.worst_step} "
        f"({limit}: {translation.bound:.2g})"
    )


def _up_to(first: int | None) -> str:
    """Until when two schedules are equal."""
    if first is None:
        return "it is equal"
    return "it differs from update 0 on" if first == 0 else f"it is equal up to update {first - 1}"
