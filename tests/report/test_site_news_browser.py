"""What is wrong as a reader meets it in a browser: filters, folds, a phone, paper, the dark."""

import shutil
from copy import deepcopy

import pytest

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright, which drives the browser, is missing"
)

from crosscheck.report.site.building import build  # noqa: E402
from crosscheck.report.site.run import SiteRun, load  # noqa: E402

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
PAGES = ("index.html", "document-000.html", "document-002.html", "document-003.zh.html")
VISIBLE = """() => [...document.querySelectorAll("[data-verdict]")]
    .filter((each) => each.checkVisibility({contentVisibilityAuto: true}))
    .filter((each) => each.id || each.tagName === "LI")
    .map((each) => each.dataset.verdict)"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def opened(browser, site):
    """Open a page of the site, with these options of a browser's window."""
    contexts = []

    def go(name, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(f"{site.as_uri()}/{name}")
        return page

    yield go
    for each in contexts:
        each.close()


def filtered(page, name):
    """Wait until the page shows what this count filters; a link is followed after its click."""
    page.locator(f"#{name}[aria-current=true]").wait_for()


def test_a_count_filters_and_stands_in_the_address(opened):
    page = opened("document-002.html")
    assert "confirmed" not in page.evaluate(VISIBLE)  # folded
    for name in ("contradicted", "confirmed", "rounded-inputs", "holds"):
        page.locator(f"#{name}").click()
        filtered(page, name)
        row = page.locator("tr", has=page.locator(f"#{name}"))
        count = int(row.locator(".number").inner_text())
        assert page.evaluate(VISIBLE) == [name] * count
        assert page.url.endswith(f"#{name}")
    assert page.locator("[aria-current=true]").get_attribute("id") == "holds"
    page.go_back()
    filtered(page, "rounded-inputs")
    assert set(page.evaluate(VISIBLE)) == {"rounded-inputs"}
    page.locator("#everything").click()
    filtered(page, "everything")
    assert {"contradicted", "inherited", "fails"} <= set(page.evaluate(VISIBLE))


def test_a_link_from_the_overview_leads_to_the_filtered_page_and_a_card_to_its_row(opened):
    page = opened("index.html")
    page.locator(".count", has_text="contradicted").last.click()
    filtered(page, "contradicted")
    assert page.evaluate(VISIBLE) == ["contradicted"] * 5
    page.locator(".cards a").first.click()
    row = page.locator("tr:target")
    row.wait_for()
    page.locator("a[data-filter][aria-current]").wait_for(state="detached")
    assert "0.8162" in row.inner_text()
    assert "inherited" in page.evaluate(VISIBLE)  # no filter any more


def test_without_javascript_nothing_is_hidden(opened):
    page = opened("document-002.html#contradicted", java_script_enabled=False)
    assert page.locator("[hidden]").count() == 0
    assert page.locator("#contradicted").is_visible()
    page.locator("details", has=page.locator("tr")).first.locator("summary").first.click()
    assert page.locator("[data-verdict=confirmed]").first.is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_every_verdict_is_on_the_screen(opened, name):
    page = opened(name, viewport={"width": 390, "height": 800})
    out = page.evaluate(
        """() => {
            for (const each of document.querySelectorAll("details")) each.open = true;
            return [...document.querySelectorAll("td:first-child .verdict, .count, .figure")]
                .filter((each) => each.getBoundingClientRect().right > innerWidth)
                .map((each) => each.outerHTML);
        }"""
    )
    assert out == []
    if name != "index.html":
        row = page.locator(".numbers tr[id]").first
        cells = row.locator("td").evaluate_all(
            "(all) => all.map((each) => each.getBoundingClientRect().right <= innerWidth)"
        )
        assert all(cells), "a number is off the screen"


def test_on_a_phone_every_error_of_many_frameworks_is_on_the_screen(browser, small_run, tmp_path):
    run = load(small_run)
    verification = deepcopy(run.parts["verification"])
    names = ("numpy", "torch", "jax", "of_ones_own")
    stages = [each | {"frameworks": [n, "exact"]} for each in verification["stages"] for n in names]
    stages += [each | {"frameworks": list(names[2:])} for each in verification["stages"]]
    verification |= {"stages": stages, "holds": False}
    verification["frameworks"] = dict.fromkeys(names, verification["frameworks"]["numpy"])
    build(tmp_path / "site", SiteRun(run.parts | {"verification": verification}, ()))
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "site" / "index.html").as_uri())
    cells = page.locator(".blocks td .verdict")
    assert cells.count() > 50
    assert cells.evaluate_all(
        "(all) => all.every((each) => each.getBoundingClientRect().right <= innerWidth)"
    )
    page.close()


@pytest.mark.parametrize("name", [*PAGES, "conventions.html", "worked.html"])
def test_a_line_of_text_has_some_75_characters(opened, name):
    page = opened(name, viewport={"width": 1280, "height": 800})
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll("main p:not(.banner), main li")].map(
            (each) => {
                const own = each.tagName === "P" || !each.querySelector("p");
                const size = parseFloat(getComputedStyle(each).fontSize);
                return own ? each.getBoundingClientRect().width / size : 0;
            }))"""
    )
    assert longest <= 45  # in ems: letters are about half an em wide


def test_printed_code_keeps_its_lines_and_what_is_folded_is_printed(opened):
    page = opened("document-002.html")
    page.emulate_media(media="print")
    code = page.locator("pre code").first
    lines = code.text_content().count("\n") + 1
    assert lines > 2
    height = code.evaluate("(each) => each.getBoundingClientRect().height")
    line = code.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert height > lines * line
    assert page.evaluate(VISIBLE).count("confirmed") > 100


def test_a_plot_is_not_white_in_the_dark(opened):
    light, dark = (
        opened("training.html", color_scheme=scheme)
        .locator("img")
        .first.evaluate("(each) => getComputedStyle(each).filter")
        for scheme in ("light", "dark")
    )
    assert light == "none"
    assert dark.startswith("invert(")
