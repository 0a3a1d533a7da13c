"""Building a site: whole or not at all, from a run that is whole, and the command that does it."""

import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from site_run import parsed

from crosscheck.report.site import building
from crosscheck.report.site.building import build
from crosscheck.report.site.folders import SiteError
from crosscheck.report.site.run import KEYS, PARTS, RunError, SiteRun, load


@pytest.fixture(scope="module")
def texts(run):
    """Its pages, which take most of the time."""
    return building._texts(run, "en")


@pytest.fixture
def drawn(texts, monkeypatch):
    """Where the question is how the pages are written, they are made once."""
    monkeypatch.setattr(building, "_texts", lambda run, language: texts)


def page(folder, name):
    return parsed((folder / name).read_text("utf-8"))


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ----- where it is written -----


@pytest.mark.usefixtures("drawn")
def test_it_replaces_an_earlier_site_and_nothing_else(run, tmp_path):
    folder = tmp_path / "some where" / "site"
    build(folder, run)
    build(folder, run)
    assert list(folder.parent.iterdir()) == [folder]
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(SiteError, match="holds something that is no site"):
        build(other, run)
    with pytest.raises(SiteError, match="Not a directory"):
        build(other / "letter.txt", run)
    assert [path.name for path in other.iterdir()] == ["letter.txt"]


@pytest.mark.usefixtures("drawn")
def test_what_an_earlier_site_does_not_list_is_kept_and_what_it_lists_goes(run, tmp_path):
    folder = tmp_path / "site"
    build(folder, run)
    mark = folder / "made-by-crosscheck"
    listed = mark.read_text(encoding="utf-8").splitlines()
    assert {"index.html", "style.css", "run/ledger.json"} <= set(listed)
    (folder / "left over.html").touch()  # by an earlier version, which wrote such a page
    mark.write_text("\n".join([*listed, "left over.html"]), encoding="utf-8")
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("dear", encoding="utf-8")
    secret = tmp_path / "secret"
    secret.write_text("never shown", encoding="utf-8")
    (folder / "link").symlink_to(secret)
    build(folder, run)
    assert not (folder / "left over.html").exists()
    assert (folder / "notes" / "mine.txt").read_text(encoding="utf-8") == "dear"
    assert (folder / "link").is_symlink()
    assert mark.read_text(encoding="utf-8").splitlines() == listed


@pytest.mark.usefixtures("drawn")
def test_a_file_of_somebody_else_where_a_page_would_be_is_not_lost(run, tmp_path):
    folder = tmp_path / "site"
    build(folder, run)
    mark = folder / "made-by-crosscheck"
    listed = mark.read_text(encoding="utf-8").splitlines()
    mark.write_text("\n".join(each for each in listed if each != "style.css"), encoding="utf-8")
    (folder / "style.css").write_text("mine", encoding="utf-8")
    with pytest.raises(SiteError, match=r"style\.css is a file of yours where a page would be"):
        build(folder, run)
    assert (folder / "style.css").read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("drawn")
def test_it_is_written_into_an_empty_folder_that_one_stands_in(run, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    build(Path("."), run)
    assert (tmp_path / "here" / "index.html").exists()


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(
    "failing",
    ["pathlib.Path.write_bytes", "crosscheck.report.site.building.write_compact", "the last step"],
)
def test_it_is_written_whole_or_not_at_all(run, tmp_path, monkeypatch, failing):
    folder = tmp_path / "site"
    build(folder, run)
    earlier = content(folder)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    def moved(path, target):
        return full() if path.name == "new" and target == folder else move(path, target)

    move = Path.replace
    if failing == "the last step":
        monkeypatch.setattr(Path, "replace", moved)
    else:
        monkeypatch.setattr(failing, full)
    with pytest.raises(SiteError, match=r"cannot write .*site: No space left on device"):
        build(folder, run)
    assert content(folder) == earlier
    assert list(tmp_path.iterdir()) == [folder]


def test_a_site_can_be_built_from_the_run_in_an_earlier_one(run, tmp_path):
    build(tmp_path / "site", run)
    earlier = content(tmp_path / "site")
    build(tmp_path / "site", load(tmp_path / "site" / "run"))
    assert content(tmp_path / "site") == earlier


# ----- a run that is broken -----


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_missing_or_broken_is_named(small_run, tmp_path, part):
    folder = tmp_path / "run"
    shutil.copytree(small_run, folder)
    path = folder / f"{part}.json"
    lacking = "it lacks " if part in KEYS else "it is no object"
    for text, said in (
        ("{", "cannot be read: Expecting"),
        ("7", "is no part of a run: it is no object"),
        ("{}" if part in KEYS else "[]", f"is no part of a run: {lacking}"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RunError, match=re.escape(f"{path} {said}")):
            load(folder)
    path.unlink()
    with pytest.raises(RunError, match=re.escape(f"{path} is missing: a run holds verification,")):
        load(folder)


# ----- the command -----


def invoked(*arguments):
    return CliRunner().invoke(main, ["site", *map(str, arguments)], catch_exceptions=False)


def test_the_command_writes_the_overview_and_says_where(small_run, tmp_path):
    result = invoked(tmp_path / "site", "--run", small_run)
    assert (result.exit_code, result.output) == (0, f"{tmp_path / 'site' / 'index.html'}\n")


@pytest.mark.usefixtures("drawn")
def test_the_command_keeps_a_new_run(small_run, tmp_path, monkeypatch):
    def gathered(folder, progress):
        shutil.copytree(small_run, folder)
        return load(folder)

    monkeypatch.setattr("crosscheck.cli.gathering.gather", gathered)
    result = invoked(tmp_path / "site", "--keep", tmp_path / "kept")
    assert result.exit_code == 0
    assert load(tmp_path / "kept").parts == load(small_run).parts


def test_usage_errors_exit_with_2_before_anything_is_run(small_run, tmp_path, monkeypatch):
    monkeypatch.setattr("crosscheck.cli.gathering.gather", lambda *given: pytest.fail("it was run"))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").touch()
    (tmp_path / "empty").mkdir()
    for arguments, said in (
        ([tmp_path / "taken"], "holds something that is no site"),
        ([tmp_path / "site", "--run", tmp_path / "empty"], "verification.json is missing"),
        ([tmp_path / "site", "--run", tmp_path / "nowhere"], "does not exist"),
        ([tmp_path / "site", "--keep", tmp_path / "site" / "run"], "--keep must be outside DIR"),
        (
            [tmp_path / "site", "--run", small_run, "--keep", tmp_path / "kept"],
            "--keep keeps a new",
        ),
        ([tmp_path / "site", "--run", small_run, "--language", "la"], "'la' is"),
        ([], "Missing argument 'DIR'"),
    ):
        result = invoked(*arguments)
        assert (result.exit_code, said in " ".join(result.output.split())) == (2, True), said
    assert {path.name for path in tmp_path.iterdir()} == {"taken", "empty"}


def test_without_its_libraries_the_command_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from crosscheck.cli.main import main; main(['site', sys.argv[1]])"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "site")], capture_output=True, text=True
    )
    assert made.returncode == 2
    assert "pip install 'backprop-crosscheck[site]'" in made.stderr


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("training", {"runs": [{}]}),
        ("mistakes", {"mistakes": [{}]}),
        ("ledger", {"documents": {"000": "a title of another version"}}),
    ],
)
def test_a_run_of_another_version_is_bad_usage(small_run, tmp_path, part, content):
    run = load(small_run)
    other = SiteRun(run.parts | {part: run.parts[part] | content}, run.pictures)
    with pytest.raises(SiteError, match=r"this run does not fit crosscheck .* make a new one"):
        build(tmp_path / "site", other)
    assert not (tmp_path / "site").exists()


def test_who_computes_an_example_wrongly_is_said_beside_its_name(small_run, tmp_path):
    run = load(small_run)
    verification = deepcopy(run.parts["verification"])
    wrong = {"frameworks": ["numpy", "exact"], "where": "document 003: loss", "text": "is off"}
    rest = {"fraction": 1e6, "ulps": 1e6, "holds": False, "known_failure": None}
    verification["differ"].append(wrong | rest)
    spoilt = SiteRun(run.parts | {"verification": verification}, ())
    build(tmp_path / "site", spoilt)
    for name in ("document-003.html", "document-003.zh.html"):
        heads = [each.text for each in page(tmp_path / "site", name).all("th", "number")]
        assert any(text.startswith("numpy ") for text in heads)
    right = page(tmp_path / "site", "document-002.html")
    assert not any("numpy " in each.text for each in right.all("th", "number"))


def test_the_conditions_are_shown_with_what_sees_them_and_why_not(run, tmp_path):
    build(tmp_path / "site", run)
    cells = page(tmp_path / "site", "sharpness.html").all("td")
    marks = [(each.text, each.attributes["title"]) for each in cells if "title" in each.attributes]
    assert marks == [
        ("✓", "tanh-squared_error"),
        ("·", "it knows no layers"),
        ("○", "the bound is larger"),
        ("✓", "tanh alone"),
    ]
    worse = run.parts["mistakes"]["conditions"][0] | {"caught": False, "problem": "not judged"}
    mistakes = run.parts["mistakes"] | {"conditions": [worse]}
    build(tmp_path / "worse", SiteRun(run.parts | {"mistakes": mistakes}, ()))
    red = page(tmp_path / "worse", "sharpness.html").all(of_class="bad")
    assert [each.text for each in red][-2:] == ["not judged", "✗"]


def test_nothing_planted_is_executed_and_what_was_altered_is_named(small_run):
    if os.name != "posix":
        pytest.skip("tests/tries.py forks")
    script = Path(__file__).parents[1] / "tries.py"
    tried = subprocess.run(
        [sys.executable, script, "--sample", "--kind", "site runs", "--kind", "strings on pages"],
        env=os.environ | {"CROSSCHECK_TRIED_RUN": str(small_run)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_a_slip_that_is_no_formula_is_named_by_its_part(run, tmp_path):
    ledger = deepcopy(run.parts["ledger"])
    next(each for each in ledger["numbers"] if each["slip"])["slip"]["expression"] = "1 +"
    with pytest.raises(SiteError, match=r"SyntaxError: .* which shows ledger\.json"):
        build(tmp_path / "site", SiteRun(run.parts | {"ledger": ledger}, ()))


def test_a_folder_that_is_a_link_to_itself_is_refused(run, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(SiteError, match=r"cannot write .*loop: (it is a link to itself|Too many)"):
        build(tmp_path / "loop", run)
