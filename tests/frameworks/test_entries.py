"""Entry points of installed distributions: safe names, and files that cannot be read."""

import shutil
import sys
from pathlib import Path

import pytest

from crosscheck.frameworks.entries import announced, is_safe
from crosscheck.frameworks.registry import (
    BUILT_IN,
    Framework,
    UnknownFrameworkError,
    load,
    registry,
)
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

ROOT = Path(__file__).parents[2]


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a distribution with such an `entry_points.txt` on the path."""

    def installed(text, name="foreign"):
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    return installed


def entry(name, package="my_package"):
    return f"[crosscheck.frameworks]\n{name} = {package}\n"


def test_a_framework_is_found_by_its_entry_point(install):
    install(entry("mine"))
    assert registry()["mine"] == "my_package"


@pytest.mark.parametrize(
    "name",
    [
        "numpy",
        "exact",
        "Exact",
        "../../escaped",
        "a..b",
        "x[/]",
        "[red]x",
        "a b",
        "\u00e4",
        "x\ud800".encode("utf-8", "replace").decode(),
        ".hidden",
        "a/b",
        "a\\b",
        "x" * 101,
    ],
)
def test_a_name_that_is_taken_or_not_safe_gives_way_to_the_name_of_the_package(install, name):
    install(entry(name))
    packages = registry()
    assert packages["my_package"] == "my_package"
    assert {each: packages[each] for each in BUILT_IN} == BUILT_IN
    assert all(is_safe(each) for each in packages if each not in BUILT_IN)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (entry("exact", "exact"), "its name is taken or reserved"),
        (entry("numpy", "torch"), "its name is taken or reserved"),
        (entry("x", "no package"), "'no package' is no package"),
        (entry("x", "a.b:function"), "'a.b:function' is no package"),
        ("[crosscheck.frameworks]\nno equals sign\n", "cannot be read"),
        ("no section\n" * 3, None),
    ],
)
def test_what_cannot_be_used_is_a_line_and_harms_nobody_else(install, tmp_path, text, why):
    before = announced()
    install(text)
    found = announced()
    assert found.packages == before.packages
    new = [line for line in found.skipped if line not in before.skipped]
    assert [why in line and "'foreign'" in line for line in new] == ([True] if why else [])
    assert select().skipped == found.skipped
    # Shown by a run, in which it is no failure.
    selection = select(only=["numpy"])
    assert selection.skipped == ()
    assert verify_everything(selection, cases=groups()["edges"][:1]).holds


def test_of_two_distributions_of_one_name_the_first_counts(install, tmp_path, monkeypatch):
    install(entry("mine"), "of_mine")
    other = tmp_path / "other" / "of.mine-2.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: of.mine\nVersion: 2.0\n")
    (other / "entry_points.txt").write_text(entry("second", "second"), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "other")])
    assert "second" not in announced().packages


def test_a_package_of_an_unsafe_name_is_refused():
    for name in ("exact", "../x", "x[/]"):
        with pytest.raises(UnknownFrameworkError, match="is neither a framework"):
            registry([name])


@pytest.mark.parametrize("module", ["json", "importlib", "dataclasses", "enum"])
def test_a_file_in_the_current_folder_does_not_replace_a_library(tmp_path, monkeypatch, module):
    package = f"honest_beside_{module}"
    shutil.copytree(ROOT / "reference_numpy", tmp_path / package)
    (tmp_path / f"{module}.py").write_text("import os; os._exit(3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert isinstance(load(package, package), Framework)
