"""Every command of docs/recipes.md is run, and writes the code that the page shows."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.conventions.recipes.optax_links import CORES
from crosscheck.conventions.recipes.reading_optax import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```sh\n(.*?)\n```\n\n```text\n(.*?)```", PAGE, flags=re.S)


@pytest.mark.parametrize(("command", "code"), SHOWN)
def test_a_command_writes_what_the_page_shows(command, code):
    for name in ("torch", "optax"):
        if stock.FRAMEWORKS[name].missing:
            pytest.skip(f"{stock.FRAMEWORKS[name].missing} is not installed")
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{code}largest difference of the parameters over 24 updates")


def test_the_page_has_every_link_that_is_read():
    for name in (*READERS, *CORES):
        if name != "identity":
            assert f"`{name}`" in PAGE or f"`{name.replace('scale_by_', '..._')}`" in PAGE, name
