"""The glossary has the same terms in both languages, and the README links to them."""

import re
from pathlib import Path

import pytest

from crosscheck.documents.statements.statement import StatementVerdict
from crosscheck.documents.verdicts import Verdict
from crosscheck.report.languages import translate

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE = (
    (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("glossary.md", "glossary.zh.md")
)
# These the README explains where it uses them, or uses in their everyday sense.
PLAIN = {"document", "framework", "fails", "holds", "reference", "weights"}


def entries(text):
    """The text of every entry, by its heading."""
    return {
        head.strip(): body.strip()
        for head, body in re.findall(r"^### ([^\n]*)\n(.*?)(?=^#|\Z)", text, flags=re.M | re.S)
    }


TERMS = list(entries(ENGLISH))


def test_both_languages_have_the_same_terms_in_the_same_order():
    headings = list(entries(CHINESE))
    assert len(headings) == len(TERMS)
    for term, heading in zip(TERMS, headings, strict=True):
        assert heading.startswith(f"{term} ")
        assert re.search(r"[一-鿿]", heading.removeprefix(term))


def test_every_term_is_explained_in_both():
    for text in (ENGLISH, CHINESE):
        assert all(entries(text).values())


@pytest.mark.parametrize("word", ["slip", *Verdict, *StatementVerdict])
def test_a_word_of_the_ledger_is_called_in_chinese_as_on_the_pages(word):
    assert f"{word} {translate(word, 'zh')}" in entries(CHINESE)


def prose(text):
    """A page without its code, its tables of the ledger and its links' addresses."""
    text = re.sub(r"<!-- begin (\w+).*?<!-- end \1 -->", "", text, flags=re.S)
    text = re.sub(r"^    .*$|`[^`]*`", "", text, flags=re.M)
    return re.sub(r"\]\([^)]*\)", "]", text).lower()


@pytest.mark.parametrize("term", TERMS)
def test_a_term_of_the_readme_is_plain_or_linked(term):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if term not in PLAIN and re.search(rf"\b{re.escape(term)}s?\b", prose(readme)):
        assert f"(docs/glossary.md#{anchor(term)})" in readme


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
