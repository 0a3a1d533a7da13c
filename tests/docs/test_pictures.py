"""The pictures of the README are what their scripts draw of the results as they are."""

import importlib.util
import re
import shlex
import shutil
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
TEXT, PART = "{http://www.w3.org/2000/svg}text", "{http://www.w3.org/2000/svg}tspan"
MEASURE = re.compile(r"\d+(\.\d+)?e-?\d\d")  # of rounding: another processor may change it


def script(name):
    """A script of that folder, as a module."""
    spec = importlib.util.spec_from_file_location(f"pictures_{name}", PICTURES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def installed():
    for name in ("torch", "jax", "optax"):
        pytest.importorskip(name, reason=f"{name}, of which a picture shows a result, is missing")


def test_the_judged_number_is_drawn_as_it_is_judged(installed):
    assert script("draw").render() == (PICTURES / "verdict.svg").read_text(encoding="utf-8")


def test_what_the_frameworks_compute_begins_as_the_exact_value_does():
    drawn = (PICTURES / "verdict.svg").read_text(encoding="utf-8")
    exact, *computed = re.findall(r'class="code good"[^>]*>([\d.]+)<', drawn)
    assert len(computed) == 3
    assert all(exact.startswith(number) for number in computed)


def test_the_recording_shows_what_the_commands_print(installed, tmp_path, monkeypatch):
    record = script("record")
    shutil.copy(ROOT / record.HOMEWORK, tmp_path / "homework.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(record.COLUMNS))
    shown = [
        "".join(part.text for part in line.iter(PART))
        for line in ElementTree.parse(PICTURES / "terminal.svg").iter(TEXT)
    ]
    printed = []
    for command in record.COMMANDS:
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        printed += [f"$ {command}", *result.stdout.splitlines()]
    assert list(map(squeezed, shown)) == list(map(squeezed, printed))


def squeezed(line):
    return MEASURE.sub("#", re.sub(r"\s", "", line))


@pytest.mark.parametrize("name", ["verdict", "terminal"])
def test_a_picture_asks_for_nothing_from_elsewhere(name):
    text = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    elsewhere = unescape(text).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(|@import|@font-face|<script", elsewhere)
    assert not re.search(r"\$\w", elsewhere.replace("$ crosscheck", ""))
