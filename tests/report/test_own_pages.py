"""The pages of documents of one's own, beside those of the five."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from site_run import PAGES, read

from crosscheck.cli.main import main

OWN = Path(__file__).parents[1] / "documents" / "own"
FILES = (OWN / "three_slips.toml", OWN / "batch.toml")


def run(*arguments):
    return CliRunner().invoke(main, ["site", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(small_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("site")
    documents = [option for file in FILES for option in ("--document", file)]
    assert run(path, "--run", small_run, *documents).exit_code == 0
    return path


@pytest.fixture(scope="module")
def pages(folder):
    return read(folder)


OWN_PAGES = {f"document-{file.stem}{ending}.html" for file in FILES for ending in ("", ".zh")}


def test_each_has_a_page_in_both_languages_that_the_overview_links_to(pages):
    assert set(pages) == {*PAGES, *OWN_PAGES}
    links = {each.attributes.get("href") for each in pages["index.html"].elements}
    assert {f"document-{file.stem}.html" for file in FILES} <= links


@pytest.mark.parametrize("name", sorted(OWN_PAGES))
def test_a_page_is_whole(pages, name):
    assert pages[name].wrong == []
    ids = [each.attributes["id"] for each in pages[name].elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))


def test_a_page_shows_every_number_and_what_the_slip_gives(folder):
    text = (folder / "document-three_slips.html").read_text("utf-8")
    assert len(re.findall('<tr id="n', text)) == 39
    assert text.count(">contradicted</span>") == 4  # one of them in the summary
    assert "slip: halved." in re.sub("<[^>]*>", "", text)
    assert "<strong>-0.0736137" in text


def test_the_texts_of_a_chinese_page_stay_as_they_are(folder):
    text = (folder / "document-batch.zh.html").read_text("utf-8")
    assert "<h2" in text
    assert "of 0.5904 and 0.5184, so 0.0544 for the bias; say 7 units" in text
    assert "与精确值相符" in text


def test_the_run_in_a_site_has_them_and_can_be_built_from_again(folder, tmp_path):
    again = run(tmp_path / "again", "--run", folder / "run")
    assert again.exit_code == 0
    assert {path.name for path in (tmp_path / "again").glob("*.html")} == {*PAGES, *OWN_PAGES}
    twice = run(tmp_path / "twice", "--run", folder / "run", "--document", FILES[0])
    assert twice.exit_code == 0
    ledgers = [
        json.loads((path / "run" / "ledger.json").read_text("utf-8"))
        for path in (folder, tmp_path / "twice")
    ]
    of_file = [
        [each for each in ledger["numbers"] if each["document"] == "three_slips"]
        for ledger in ledgers
    ]
    assert of_file[0] == of_file[1]
    assert len(of_file[0]) == 39
    assert "numpy" in of_file[0][-1]["frameworks"]


@pytest.mark.parametrize(
    ("stems", "message"),
    [
        (["a b", "a-b"], "two pages would be called document-a-b.html: rename a document's file"),
        (["x", "x.zh"], "two pages would be called document-x.zh.html: rename a document's file"),
    ],
)
def test_two_pages_of_one_name_are_refused(stems, message, small_run, tmp_path):
    options = []
    for stem in stems:
        (tmp_path / f"{stem}.toml").write_text(FILES[1].read_text("utf-8"), encoding="utf-8")
        options += ["--document", tmp_path / f"{stem}.toml"]
    result = run(tmp_path / "site", "--run", small_run, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "site").exists()


def test_a_malformed_file_is_refused_before_anything_is_run(tmp_path):
    (tmp_path / "notes.toml").write_text("titel = ''", encoding="utf-8")
    result = run(tmp_path / "site", "--document", tmp_path / "notes.toml")
    assert result.exit_code == 2
    assert result.stderr == "notes.toml, line 1, titel: unknown key: did you mean title?\n"
