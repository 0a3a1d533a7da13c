"""The pages of conventions, sharpness and training: the answer first, and what it rests on."""

import re

import pytest

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")

from site_run import read

from crosscheck.conventions.answers import matrix
from crosscheck.report.site.building import build
from crosscheck.report.site.run import SiteRun
from crosscheck.report.site.templating import decades


def within(page, name):
    """The texts of the links inside an element."""
    return [each for each in page.all("a") if name in each.within]


# ----- conventions -----


def test_every_answer_of_the_matrix_is_a_word_that_leads_to_what_it_rests_on(pages, run):
    page = pages["conventions.html"]
    found = matrix(run.parts["conventions"]["findings"])
    expected = [
        (f"#{framework['name']}-{question}", answer["word"])
        for framework in found["frameworks"]
        for question, answers in framework["cells"].items()
        for answer in answers
    ]
    shown = [
        (each.attributes["href"], re.sub("^[=≠] ", "", each.text))
        for each in within(page, "matrix")
    ]
    assert shown == expected
    assert ("#sklearn-eps", "hat") in shown
    headings = {each.attributes.get("id") for each in page.all("h3")}
    assert {href[1:] for href, _ in shown} == headings


def test_no_answer_is_told_by_its_colour_alone(pages):
    page = pages["conventions.html"]
    for css_class, mark in (("good", "= "), ("care", "≠ ")):
        badges = [e for e in page.all("span", css_class) if "matrix" in e.within]
        assert badges
        assert all(each.text.startswith(mark) for each in badges)


def test_the_evidence_of_an_answer_is_the_rows_that_say_so(pages, run):
    findings = run.parts["conventions"]["findings"]
    found = matrix(findings)
    (sklearn,) = [each for each in found["frameworks"] if each["name"] == "sklearn"]
    (hat,) = sklearn["cells"]["eps"]
    tables = pages["conventions.html"].all("table", "statements")
    statements = [findings[row]["statement"] for row in hat["rows"]]
    assert any(all(each in table.text for each in statements) for table in tables[:-1])


def test_what_fails_stands_first(run, tmp_path):
    findings = [dict(each) for each in run.parts["conventions"]["findings"]]
    part = run.parts["conventions"]
    tried = sum(each["holds"] is not None for each in findings)
    (row, *_) = [e for e in findings if "eps_place='hat'" in e["statement"] and e["holds"]]
    row |= {"holds": False, "difference": 1.0, "problem": "it is off"}
    worse = run.parts | {"conventions": part | {"findings": findings}}
    build(tmp_path / "site", SiteRun(worse, ()))
    page = read(tmp_path / "site")["conventions.html"]
    assert page.all(of_class="banner")[0].text.startswith(f"{tried - 1} of {tried} statements")
    assert "bad" in page.all(of_class="banner")[0].attributes["class"]
    assert page.all("li")[0].text.startswith("fails sklearn,")
    assert page.all("li")[0].text.endswith("it is off")


# ----- sharpness -----


def test_every_mistake_is_shown_by_its_changed_lines_and_its_symptom(pages, run):
    page = pages["sharpness.html"]
    outcomes = run.parts["mistakes"]["mistakes"]
    lines = [each for each in page.all() if each.tag in ("del", "ins") and "every" in each.within]
    expected = [
        sign + " " + line.strip()
        for outcome in outcomes
        for change in outcome["changes"]
        for sign, key in (("-", "before"), ("+", "after"))
        for line in change[key]
    ]
    assert [each.text for each in lines] == [" ".join(line.split()) for line in expected]
    stages = [e.text for e in page.all("span", "verdict") if "mistakes" in e.within]
    assert stages == [each["stage"] for each in outcomes]


def test_the_changed_line_of_an_exercise_is_hidden_and_its_symptom_is_not(site, run):
    text = (site / "sharpness.html").read_text("utf-8")
    section = text.partition('<ol class="exercises">')[2].partition("</ol>")[0]
    hidden = re.findall("<details>.*?</details>", section, re.DOTALL)
    open_text = re.sub("<details>.*?</details>", "", section, flags=re.DOTALL)
    outcomes = {each["name"]: each for each in run.parts["mistakes"]["mistakes"]}
    assert hidden
    assert all("<ins>" in each for each in hidden)
    assert "<ins>" not in open_text
    assert not any(name in open_text for name in outcomes)
    assert open_text.count("times the bound") == len(hidden)


def test_a_margin_of_two_is_far_from_one_of_1e13():
    margins = (0, 0.5, 1, 2, 10, 1e13, 1e16, 1e300)
    assert [decades(each) for each in margins] == [0, 0, 0, 0.3, 1, 13, 16, 16]


def test_a_bar_is_as_long_as_the_margin_has_decades_and_the_number_stands_beside(pages):
    bars = pages["sharpness.html"].all("rect")
    assert [each.attributes["width"] for each in bars[:2]] == ["0.3", "13.0"]


# ----- training -----


def test_no_time_of_a_busy_machine_is_shown(pages):
    page = pages["training.html"]
    assert not re.search(r"\bms\b|seconds|per epoch", page.seen)
    assert "docs/speed.md" in page.seen


def test_a_dark_page_has_dark_pictures(site):
    style = (site / "style.css").read_text("utf-8")
    dark = [block for block in style.split("@media") if "prefers-color-scheme: dark" in block]
    assert any(re.search(r"figure img \{ filter: invert", block) for block in dark)
