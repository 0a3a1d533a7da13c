"""What the README shows is what is there: its code, its ledger, its commands."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.documents.ledger import ledger
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.report.markdown import page, summary

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXCERPTS = re.findall(r"```python\n# (\S+)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("path", "code"), EXCERPTS, ids=[path for path, _ in EXCERPTS])
def test_an_excerpt_stands_in_the_file_it_names(path, code):
    source = (ROOT / path).read_text(encoding="utf-8")
    for part in code.split("...\n"):
        assert part.strip()
        assert part.strip("\n") in source


def test_all_three_gradients_are_shown():
    names = [f"reference_{name}/gradients.py" for name in ("numpy", "torch", "jax")]
    assert [path for path, _ in EXCERPTS] == names


def test_the_errata_are_what_the_command_prints():
    shown = README.split("<!-- begin errata -->\n")[1].split("<!-- end errata -->")[0]
    assert shown.strip() == summary([ledger(number) for number in DOCUMENTS]).strip()


def test_the_page_of_the_errata_is_what_the_command_prints():
    shown = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
    assert shown == page([ledger(number) for number in DOCUMENTS])


@pytest.mark.parametrize("command", sorted(set(re.findall(r"crosscheck ([a-z]+)", README))))
def test_every_command_named_exists(command):
    assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0
