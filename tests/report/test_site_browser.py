"""The site as a reader meets it in a browser: wide, narrow, light, dark, by keyboard, printed."""

import json
import shutil

import pytest

pytest.importorskip("jinja2", reason="jinja2, which a site is made with, is missing")
pytest.importorskip("pygments", reason="pygments, which a site is made with, is missing")
pytest.importorskip("latex2mathml", reason="latex2mathml, which a site is made with, is missing")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright, which drives the browser, is missing"
)
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright",
    reason="axe-playwright-python, which knows what can be read, is missing",
)

from site_run import LOOKED_AT  # noqa: E402

from crosscheck.conventions.functions.trials import function_check  # noqa: E402
from crosscheck.conventions.optimizers.trials import optimizer_check  # noqa: E402
from crosscheck.conventions.stock import FRAMEWORKS  # noqa: E402
from crosscheck.report.site.building import build  # noqa: E402
from crosscheck.report.site.run import SiteRun, load  # noqa: E402

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
FLAGS += ("--disable-background-networking", "--disable-component-update")
WIDTHS = (1280, 375)
# One page of each kind always, and some of the others.
KINDS = ("index", "document-002", "worked", "code-gradients", "conventions", "sharpness")
KINDS += ("training",)
SOME = [
    name
    if name.removesuffix(".html") in KINDS
    else pytest.param(name, marks=pytest.mark.sampled(3))
    for name in LOOKED_AT
]
# Leaves out every row, item and section that is built as one before it, of the same tags and
# classes: looking at all of them takes minutes, and finds nothing more.
THIN = """() => {
    const seen = new Set();
    for (const each of document.querySelectorAll("tr, li, section")) {
        const inside = [each, ...each.querySelectorAll("*")];
        const built = [...new Set(inside.map((one) => one.tagName + one.className))].sort().join();
        if (seen.has(built)) each.remove();
        seen.add(built);
    }
}"""
# Everything that the Tab key has to reach.
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def watched(browser):
    """A page, and a list of what it complains of or asks for elsewhere."""
    page, complaints = browser.new_page(), []
    page.set_default_timeout(10_000)
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: complaints.append(request.url) if far(request) else None)
    return page, complaints


def far(request):
    return not request.url.startswith(("file:", "data:"))


@pytest.fixture
def opened(watched, site):
    """Open a page of the site, wide and on a screen; any complaint fails the test."""
    page, complaints = watched
    complaints.clear()
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(media="screen", color_scheme="light")

    def go(name):
        page.goto((site / name).as_uri())
        return page

    yield go
    assert complaints == []


def violations(page, **options):
    """What axe finds that is serious: each rule with the first elements that break it."""
    # Not to read the style sheets again: scripts may not, from file://.
    options |= {"resultTypes": ["violations"], "preload": False}
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.Axe().axe_script)
    found = page.evaluate("(options) => axe.run(options)", options)
    return {
        each["id"]: [node["html"][:120] for node in each["nodes"][:3]]
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    }


@pytest.mark.parametrize("name", SOME)
def test_a_page_fits_and_can_be_read(opened, name):
    page = opened(name)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate(
            """() => {
                const root = document.documentElement;
                return root.scrollWidth - root.clientWidth;
            }"""
        )
        assert wide <= 0, f"{wide} pixels too wide at {width}"
    page.evaluate(THIN)
    assert violations(page) == {}  # narrow, where most has to scroll
    page.emulate_media(color_scheme="dark")
    assert violations(page, runOnly=["color-contrast"]) == {}


@pytest.mark.parametrize("name", ["training.html", "training.zh.html"])
def test_a_browser_draws_the_picture_of_either_language(opened, name):
    script = """async () => {
        const image = document.querySelector("figure img");
        image.loading = "eager";
        await image.decode();
        return image.naturalWidth;
    }"""
    assert opened(name).evaluate(script) > 0


def test_dark_is_dark(opened):
    page = opened("index.html")
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        grounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


@pytest.mark.parametrize("name", SOME)
def test_everything_can_be_reached_by_keyboard_and_is_seen_to_be(opened, name):
    page = opened(name)
    count = page.evaluate(
        """(selector) => {
            const all = [...document.querySelectorAll(selector)];
            window.waiting = all.filter((each) => each.checkVisibility() && !each.disabled);
            return window.waiting.length;
        }""",
        FOCUSABLE,
    )
    assert count > 10
    for _ in range(2 * count):  # a browser may stop at more: at whatever scrolls
        if page.evaluate("window.waiting.length") == 0:
            break
        page.keyboard.press("Tab")
        unseen = page.evaluate(
            """() => {
                const active = document.activeElement;
                window.waiting = window.waiting.filter((each) => each !== active);
                const style = getComputedStyle(active);
                const width = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
                return width >= 2 ? null : active.outerHTML.slice(0, 120);
            }"""
        )
        assert unseen is None, "the focus is not seen"
    left = page.evaluate("window.waiting.map((each) => each.outerHTML.slice(0, 120))")
    assert left == []


def test_the_skip_link_is_seen_when_it_is_reached_and_leads_to_the_page(opened):
    page = opened("index.html")
    skip = page.locator(".skip")
    assert skip.bounding_box()["x"] < 0
    page.keyboard.press("Tab")
    assert skip.evaluate("(each) => each === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html#main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def shown(page, table):
    rows = page.locator(f"#{table} tbody tr")
    return rows.evaluate_all("(all) => all.filter((row) => row.checkVisibility()).length")


def test_the_statements_are_filtered_and_counted(opened, small_run):
    found = json.loads((small_run / "conventions.json").read_text("utf-8"))["findings"]
    page = opened("conventions.html")
    page.get_by_text("statements", exact=False).and_(page.locator("summary")).click()
    said = page.get_by_role("status")

    def expect(kept):
        assert shown(page, "findings") == len(kept)
        of = "" if len(kept) == len(found) else f"{len(kept)} of "
        assert said.inner_text() == f"{of}{len(found)} statements"

    expect(found)
    page.get_by_label("framework").select_option("absent")
    expect([each for each in found if each["framework"] == "absent"])
    page.get_by_label("framework").select_option("")
    kind = found[-2]["kind"]
    page.get_by_label("kind").select_option(kind)
    expect([each for each in found if each["kind"] == kind])
    page.get_by_label("containing").fill("NOTHING of that name")
    expect([])
    page.get_by_label("containing").fill(found[-2]["component"].upper())
    expect([e for e in found if e["kind"] == kind and found[-2]["component"] in e["component"]])


def test_the_mistakes_are_filtered_and_counted(opened, small_run):
    made = json.loads((small_run / "mistakes.json").read_text("utf-8"))["mistakes"]
    page = opened("sharpness.html")
    page.locator("#every summary").click()
    assert (shown(page, "mistakes"), page.get_by_role("status").inner_text()) == (5, "5 mistakes")
    page.get_by_label("containing").fill(made[1]["name"])
    assert (shown(page, "mistakes"), page.get_by_role("status").inner_text()) == (
        1,
        "1 of 5 mistakes",
    )
    page.keyboard.press("Enter")  # does not load the page again
    assert shown(page, "mistakes") == 1


def test_an_answer_of_the_matrix_opens_what_it_rests_on(opened):
    page = opened("conventions.html")
    heading = page.locator("#sklearn-eps")
    assert not heading.is_visible()
    page.locator("#matrix a[href='#sklearn-eps']").click()
    heading.wait_for()


@pytest.fixture(scope="module")
def stated(small_run, tmp_path_factory):
    """The page of every statement about every framework, none of them run."""
    run = load(small_run)
    checks = [make(name) for name in FRAMEWORKS for make in (optimizer_check, function_check)]
    rows = [row for check in checks for row in check.read([{"missing": "all"}] * len(check.jobs))]
    part = {"versions": {}, "findings": [row.as_json() for row in rows]}
    folder = tmp_path_factory.mktemp("stated") / "site"
    build(folder, SiteRun(run.parts | {"conventions": part}, ()))
    return folder / "conventions.html"


def test_the_conventions_are_short_before_anything_is_opened(opened, stated):
    page = opened("index.html")
    page.goto(stated.as_uri())
    assert page.locator("#matrix tbody tr").count() == len(FRAMEWORKS)
    assert page.evaluate("document.documentElement.scrollHeight") < 6000


@pytest.mark.parametrize("name", ["conventions.html", "sharpness.html"])
def test_a_phone_shows_whole_rows_once_everything_is_opened(opened, name):
    page = opened(name)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    beside = page.evaluate(
        """() => [...document.querySelectorAll("#matrix a, .statements .verdict, #mistakes *")]
            .filter((each) => each.checkVisibility())
            .filter((each) => each.getBoundingClientRect().right > innerWidth)
            .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert beside == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.evaluate(THIN)
    assert violations(page) == {}
    page.emulate_media(color_scheme="dark")
    assert violations(page, runOnly=["color-contrast"]) == {}


@pytest.mark.parametrize("name", SOME)
def test_what_is_printed_has_no_navigation(opened, name):
    page = opened(name)
    page.emulate_media(media="print")
    for selector in ("nav", "header", "form", ".skip"):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    assert page.locator("h1").is_visible()


def test_a_picture_is_drawn_and_a_formula_is_one(opened):
    page = opened("training.html")
    page.locator("img").scroll_into_view_if_needed()
    assert page.evaluate(
        "async () => { const all = [...document.images];"
        " await Promise.all(all.map((each) => each.decode()));"
        " return all.every((each) => each.naturalWidth > 0) }"
    )
    page = opened("code-activations.html")
    fraction = page.locator("[id='activations.sigmoid'] mfrac").bounding_box()
    assert fraction["height"] > 1.5 * page.locator("math mi").first.bounding_box()["height"]
