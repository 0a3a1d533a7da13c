"""What `crosscheck translate` says of a training recipe."""

from rich.console import Console
from rich.markup import escape

from crosscheck.conventions import stock
from crosscheck.conventions.recipes.translation import RecipeTranslation
from crosscheck.report.colours import CARE, QUIET


def show_recipe(console: Console, translation: RecipeTranslation) -> None:
    """Print the recipe in the other framework's words, the proof, and what to know besides.

    Args:
        console: Where to print.
        translation: The recipe, with what the steps of the two were measured to differ by.
    """
    title = stock.FRAMEWORKS[translation.target_framework].title
    if translation.equal is False:
        console.print(CARE.paint(f"{title} has nothing equal. The nearest:"))
    for line in translation.target.splitlines():
        console.print(f"[bold]{escape(line)}[/]", soft_wrap=True)
    for keyword, (asked, has) in translation.mismatch.items():
        text = f"  {keyword}: asked for {asked!r}, it has {has!r}"
        console.print(escape(text), soft_wrap=True)
    _show_proof(console, translation)
    for proviso in translation.provisos:
        console.print(f"  {CARE.paint('but:')} {escape(proviso)}", soft_wrap=True)
    console.print(QUIET.paint("in the references' words:"))
    for line in translation.reference.splitlines():
        console.print(escape(line), soft_wrap=True)
    if translation.train is not None:
        console.print(f"# train(..., {escape(translation.train)})", soft_wrap=True)


def _show_proof(console: Console, translation: RecipeTranslation) -> None:
    if translation.difference is None:
        console.print(f"{CARE.paint('not proved:')} {escape(str(translation.problem))}")
        return
    limit = "allowed between equals" if translation.within_bound else "more than between equals"
    console.print(
        f"largest difference of the parameters over {translation.updates} updates: "
        f"{translation.difference:.2g} ({limit}: {translation.bound:.2g})"
    )
    sizes = translation.by_magnitude
    least, most = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    console.print(
        f"  from {sizes[least]:.2g} with gradients of about {least:g} to {sizes[most]:.2g} with "
        f"those of about {most:g}, of magnitudes from {min(sizes):g} to {max(sizes):g}"
    )
    if translation.as_rate_changes:
        console.print("  and as the learning rate changes")
