"""Every link of the README and of docs/ leads to something that is there."""

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import unquote

import pytest
from doc_blocks import PAGES, ROOT, tokens

SCHEME = re.compile(r"([a-z]+):")
HTML = re.compile(r'(?:src|href|srcset)="([^"]+)"')


def links(page):
    """What a page links to, and the pictures that it shows."""
    for token in tokens(page):
        for part in [token, *(token.children or ())]:
            if part.type in ("html_block", "html_inline"):
                yield from HTML.findall(part.content)
            elif part.type in ("link_open", "image"):
                yield part.attrs.get("href") or part.attrs.get("src")


def anchors(page):
    """The names that GitHub gives to the headings of a page."""
    parts, seen = tokens(page), Counter()
    for opening, inline in pairwise(parts):
        if opening.type == "heading_open":
            shown = "".join(part.content for part in inline.children if part.type != "html_inline")
            name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
            yield f"{name}-{seen[name]}" if seen[name] else name
            seen[name] += 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    for link in links(page):
        scheme = SCHEME.match(link)
        if scheme:  # pages: is what `crosscheck site` writes beside the documentation
            assert scheme[1] in ("https", "http", "pages"), link
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}"
        assert target.is_relative_to(ROOT.resolve()), f"{page.name} links outside: {link}"
        if anchor:
            assert unquote(anchor) in set(anchors(target)), f"{page.name} links to {link}"


def test_what_crosscheck_site_writes_is_linked_by_a_page_that_it_writes():
    site_run = pytest.importorskip("site_run", reason="what a site is made with is missing")
    linked = {link for page in PAGES for link in links(page) if link.startswith("pages:")}
    assert linked
    assert {link.removeprefix("pages:") for link in linked} <= set(site_run.PAGES)


def test_names_of_headings_are_those_of_github(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `b_c`: d, e-f?\n## Mean\n## Mean\n", encoding="utf-8")
    assert list(anchors(page)) == ["a-b_c-d-e-f", "mean", "mean-1"]
