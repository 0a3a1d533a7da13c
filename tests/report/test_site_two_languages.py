"""The pages in two languages: the same numbers and verdicts, and links from one to the other."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.report.languages import translate

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from site_run import NAMES, PAGES, links_of, read

from crosscheck.report.site import documents
from crosscheck.report.site.building import build
from crosscheck.report.site.editions import ENGLISH
from crosscheck.report.site.headings import sections
from crosscheck.report.site.words import is_english

CHINESE = Path(documents.__file__).parent / "chinese"


def texts_of(ledger, number):
    """Every text of one document that a page shows, but for its own Chinese and its formulas."""
    yield ledger["documents"][number]
    for each in (each for each in ledger["numbers"] if each["document"] == number):
        if each["verdict"] == "illustration":
            yield each["quantity"]
        if is_english(each["line"]):
            yield each["line"]
        if each["slip"] is not None:
            yield from (each["slip"]["name"], each["slip"]["explanation"])
    for each in (each for each in ledger["statements"] if each["document"] == number):
        yield from (each["statement"], *each["readings"])
        if each["correct"]:
            yield each["correct"]


@pytest.mark.parametrize("number", DOCUMENTS)
def test_every_text_of_the_ledger_is_said_in_chinese_and_no_other(run, number):
    said = json.loads((CHINESE / f"{number}.json").read_text("utf-8"))
    assert set(said) == set(texts_of(run.parts["ledger"], number))
    for english, chinese in said.items():
        assert sorted(re.findall("[0-9]+", chinese)) == sorted(re.findall("[0-9]+", english))
        assert chinese.strip()


@pytest.mark.parametrize("number", DOCUMENTS)
def test_a_page_follows_the_sections_of_its_document(run, pages, number):
    entries = (*run.parts["ledger"]["numbers"], *run.parts["ledger"]["statements"])
    filed = {each["section"] for each in entries if each["document"] == number}
    named = [name for *_, names in sections()[number] for name in names]
    assert len(named) == len(set(named))
    assert set(named) == filed
    own = [heading for heading, *_ in sections()[number]]
    both = [f"{english} {heading}" for heading, english, _ in sections()[number]]
    for edition, headings in ((ENGLISH, both), (ENGLISH.other, own)):
        shown = [each.text for each in pages[edition.file(documents.name_of(number))].all("h2")]
        assert shown == [edition.say("What is wrong"), edition.say("Summary"), *headings]


def test_the_heading_of_a_document_stands_beside_its_english(pages):
    small = pages["document-002.html"].all("small")
    assert [each.text for each in small] == [heading for heading, *_ in sections()["002"]]
    assert {each.attributes["lang"] for each in small} == {"zh-Hans"}


@pytest.mark.parametrize("number", DOCUMENTS)
def test_both_languages_have_the_same_numbers_and_verdicts(pages, number):
    english, chinese = (
        pages[edition.file(documents.name_of(number))] for edition in (ENGLISH, ENGLISH.other)
    )
    for name in ("math", "code", "strong"):
        assert len(english.all(name)) == len(chinese.all(name))
    rows = [each.attributes.get("id") for each in english.all("tr")]
    assert rows == [each.attributes.get("id") for each in chinese.all("tr")]
    for name in ("td", "math"):
        figures, same = (
            [each.text for each in page.all(name) if name == "math" or is_number(each)]
            for page in (english, chinese)
        )
        # In a statement the two languages may say the same formulas in another order.
        assert figures == same if name == "td" else sorted(figures) == sorted(same)
    verdicts, same = (page.all(of_class="verdict") for page in (english, chinese))
    assert [each.text for each in same] == [translate(each.text, "zh") for each in verdicts]
    assert [each.attributes["class"] for each in same] == [
        each.attributes["class"] for each in verdicts
    ]


def is_number(element):
    return "number" in element.attributes.get("class", "")


def test_the_plain_names_are_in_the_language_that_is_asked_for(run, tmp_path):
    written = build(tmp_path / "site", run, "zh")
    made = read(tmp_path / "site")
    assert written[0] == tmp_path / "site" / "index.html"
    assert set(made) == {page.replace(".zh.", ".en.") for page in PAGES}
    for name, page in made.items():
        language = "en" if ".en." in name else "zh-Hans"
        assert page.all("html")[0].attributes["lang"] == language
        for link in links_of(page):
            target = urlsplit(link).path
            is_other = next(e for e in page.elements if link in e.attributes.values()).attributes
            if target.endswith(".html") and is_other.get("id") != "other-language":
                assert (".en." in target) == (".en." in name), link


@pytest.mark.parametrize("name", NAMES)
def test_a_link_leads_to_the_same_page_in_the_other_language(pages, name):
    for file, other, language in (
        (f"{name}.html", f"{name}.zh.html", "zh-Hans"),
        (f"{name}.zh.html", f"{name}.html", "en"),
    ):
        (link,) = [e for e in pages[file].all("a") if e.attributes.get("id") == "other-language"]
        assert link.attributes["href"] == other
        assert link.attributes["lang"] == link.attributes["hreflang"] == language
