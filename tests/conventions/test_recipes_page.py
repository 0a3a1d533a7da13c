"""docs/recipes.md names what is read; tests/docs runs its commands."""

from pathlib import Path

from crosscheck.conventions.recipes.optax_links import CORES
from crosscheck.conventions.recipes.reading_optax import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")


def test_the_page_has_every_link_that_is_read():
    for name in (*READERS, *CORES):
        if name != "identity":
            assert f"`{name}`" in PAGE or f"`{name.replace('scale_by_', '..._')}`" in PAGE, name
