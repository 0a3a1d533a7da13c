"""What `crosscheck translate` says of a training recipe."""

from rich.console import Console
from rich.markup import escape

from crosscheck.conventions import stock
from crosscheck.conventions.pasting import with_imports
from crosscheck.conventions.recipes.translation import RecipeTranslation
from crosscheck.numerics.digits import counted
from crosscheck.report.colours import CARE, QUIET
from crosscheck.report.conventions import show_verdict
from crosscheck.report.layout import say, say_whole


def show_recipe(console: Console, translation: RecipeTranslation) -> None:
    """Print the recipe in the other framework's words, the proof, and what to know besides.

    Args:
        console: Where to print.
        translation: The recipe, with what the steps of the two were measured to differ by.
    """
    show_verdict(console, translation)
    title = stock.FRAMEWORKS[translation.target_framework].title
    if translation.equal is False:
        say(console, CARE.paint(f"{title} has nothing equal. The nearest:"))
    for line in with_imports(translation.target).splitlines():
        say_whole(console, f"[bold]{escape(line)}[/]")
    for keyword, (asked, has) in translation.mismatch.items():
        say(console, escape(f"  {keyword}: asked for {asked!r}, it has {has!r}"))
    _show_proof(console, translation)
    for proviso in translation.provisos:
        say(console, f"  {CARE.paint('but:')} {escape(proviso)}")
    say(console, QUIET.paint("in the references' words:"))
    for line in translation.reference.splitlines():
        say_whole(console, escape(line))
    if translation.train is not None:
        say_whole(console, escape(f"# train(..., {translation.train})"))


def _show_proof(console: Console, translation: RecipeTranslation) -> None:
    if translation.difference is None:
        say(console, f"{CARE.paint('not proved:')} {escape(str(translation.problem))}")
        return
    limit = "allowed between equals" if translation.within_bound else "more than between equals"
    say(
        console,
        f"largest difference of the parameters over {counted(translation.updates, 'update')}: "
        f"{translation.difference:.2g} ({limit}: {translation.bound:.2g})",
    )
    sizes = translation.by_magnitude
    least, most = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    changing = "; and as the learning rate changes" if translation.as_rate_changes else ""
    say(
        console,
        f"  from {sizes[least]:.2g} with gradients of about {least:g} to {sizes[most]:.2g} with "
        f"those of about {most:g}, of magnitudes from {min(sizes):g} to {max(sizes):g}{changing}",
    )
