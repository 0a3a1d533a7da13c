"""The pages say first what is wrong: cards that lead to it, counts, and what is in order folded."""

from copy import deepcopy

import pytest

from crosscheck.documents.findings import findings
from crosscheck.documents.transcription import DOCUMENTS

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")


from crosscheck.report.site.cards import cards
from crosscheck.report.site.documents import IN_ORDER, name_of, page_values
from crosscheck.report.site.editions import ENGLISH, Edition
from crosscheck.report.site.mathml import symbol

CHINESE = Edition("zh")
NOTHING_WRONG = "No number that this document prints contradicts its own line."


def card_links(page):
    """Where the cards lead, in their order."""
    links = [each.attributes["href"] for each in page.all("a") if "href" in each.attributes]
    return [link for link in links if "#n" in link]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_opens_with_a_card_for_every_finding(pages, run, language):
    found = findings(run.parts["ledger"]["numbers"])
    for number in DOCUMENTS:
        page = pages[Edition(language).file(name_of(number))]
        expected = [
            f"{Edition(language).file(name_of(each.document))}#n{each.index}"
            for each in found
            if each.document == number
        ]
        assert card_links(page) == expected
        assert page.all("h2")[0].text == Edition(language).say("What is wrong")
        assert (Edition(language).say(NOTHING_WRONG) in page.seen) == (not expected)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_how_many_statements_fail_is_said_with_what_is_wrong(pages, run, language):
    for number in DOCUMENTS:
        entries = run.parts["ledger"]["statements"]
        fails = [e for e in entries if (e["document"], e["verdict"]) == (number, "fails")]
        page = pages[Edition(language).file(name_of(number))]
        expected = Edition(language).say("Statements that fail: %(count)s", count=len(fails))
        said = [each.text for each in page.all("a") if each.attributes.get("href") == "#fails"]
        assert (expected in said) == bool(fails)


def test_the_overview_opens_with_them_all_worst_first(pages, run):
    page, found = pages["index.html"], findings(run.parts["ledger"]["numbers"])
    assert card_links(page) == [f"document-{each.document}.html#n{each.index}" for each in found]
    assert page.all("h2")[0].text == "What is wrong in the documents"
    said = next(each.text for each in page.all("li") if "-0.0287" in each.text)
    assert said.startswith("Document 002, section 4 ")
    assert said.endswith("printed -0.0287; exact -0.0575; halved")


def test_a_card_says_in_chinese_what_the_slip_gives_instead(run):
    files = {number: CHINESE.file(name_of(number)) for number in DOCUMENTS}
    said = [each["why"] for each in cards(run.parts["ledger"], files, CHINESE, "002")]
    assert "误乘以二分之一（照此得 -0.0571）" in said
    ledger = deepcopy(run.parts["ledger"])
    for each in ledger["numbers"]:
        each["slip"] = None
    assert {each["why"] for each in cards(ledger, files, CHINESE)} == {"未找到能得出它的失误"}


def test_the_overview_counts_each_verdict_of_a_document_and_links_to_it(pages, run):
    ledger = run.parts["ledger"]
    links = {
        each.attributes["href"]: each.text for each in pages["index.html"].all(of_class="count")
    }
    for number in DOCUMENTS:
        given = [
            each["verdict"]
            for each in (*ledger["numbers"], *ledger["statements"])
            if each["document"] == number
        ]
        for name in set(given):
            href = f"document-{number}.html#{name.replace(' ', '-')}"
            assert links.pop(href) == f"{given.count(name)} {name}"
    assert links == {}


@pytest.mark.parametrize("number", DOCUMENTS)
def test_what_is_in_order_is_folded_and_the_rest_is_worst_first(run, number):
    values = page_values(run.parts["ledger"], run.parts["verification"], number, ENGLISH)
    for section in values["sections"]:
        for kind in ("numbers", "statements"):
            opened = [each["verdict"] for each in section[kind]["open"]]
            folded = [each["verdict"] for each in section[kind]["folded"]]
            assert not set(opened) & set(IN_ORDER)
            assert set(folded) <= set(IN_ORDER)
            bad = [each in ("contradicted", "fails") for each in opened]
            assert bad == sorted(bad, reverse=True)


def test_a_framework_has_a_column_only_where_it_differs_from_an_exact_value(run):
    ledger, verification = deepcopy(run.parts["ledger"]), run.parts["verification"]
    values = page_values(ledger, verification, "002", ENGLISH)
    assert (values["frameworks"], values["same"]) == ([], ["numpy"])
    number = next(
        each for each in ledger["numbers"] if each["document"] == "002" and each["frameworks"]
    )
    number["frameworks"]["numpy"] += 1e-6
    values = page_values(ledger, verification, "002", ENGLISH)
    assert (values["frameworks"], values["same"]) == (["numpy"], [])
    assert page_values(ledger, verification, "003", ENGLISH)["frameworks"] == []


def test_a_quantity_has_its_symbol_beside_the_name_of_the_contract(pages):
    assert "<mfrac>" in str(symbol("grads[1].weight[0, 0]"))
    assert symbol("parameter_count") is None
    page = pages["document-002.html"]
    cells = [each.text for each in page.all("td") if "grads[1].weight[0, 0]" in each.text]
    assert cells
    assert all(cell.startswith("∂") for cell in cells)
