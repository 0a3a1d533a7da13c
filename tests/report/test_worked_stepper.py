"""The steps of the worked example in a browser: arithmetic, diagram, paper, both widths."""

import math
import random
import re

import pytest
from worked_browser import WIDTHS, as_text, browser, drawn, watched, without_chromium, written

from crosscheck.documents import transcription
from crosscheck.documents.expressions import resolve
from crosscheck.documents.worked_examples import exact_names
from crosscheck.numerics.exact.balls import to_decimal, working_precision
from crosscheck.report.site.worked_formulas import equations
from crosscheck.report.site.worked_settings import OPTIMIZERS, PRESETS, hyperparameters

pytestmark = without_chromium

STEPS = 8
# A setting as wide as one can be: the most units, long numbers, an optimizer with many lines.
WIDE = {
    "inputs": "-1.2345678e-100,-1.2345678e-100,1234567.8,-0.00012345678",
    "targets": "0.123456789,0.12345678,0.123456789",
    "weights1": ";".join(["-0.00012345678,-1.2345678e-100,-1234567.8,1e-30"] * 3),
    "biases1": "-1.2345678e-100,-1.2345678e-100,-1234567.8",
    "weights2": ";".join(["-0.00012345678,-1.2345678e-100,-1234567.8"] * 3),
    "biases2": "-1.2345678e-100,-1.2345678e-100,-1234567.8",
    "activations": "gelu,softmax",
    "loss": "mean_squared_error",
    "optimizer": "adamw",
    "update": "all",
    **hyperparameters("adamw"),
}
WIDE_ADDRESS = "setting=own&" + "&".join(f"{key}={value}" for key, value in WIDE.items())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return written(tmp_path_factory.mktemp("worked"))


@pytest.fixture(scope="module")
def started():
    with browser() as driver:
        yield driver


@pytest.fixture(scope="module")
def tab(started, made):
    return started.new_page()


@pytest.fixture
def opened(tab, made):
    """Open the page with an address, wide and light; any complaint of the page fails the test."""
    with watched(tab) as go:
        yield lambda address: go(made[0], address)


def preset(name, step=1):
    return f"setting={name}&step={step}"


# ----- arithmetic -----

FUNCTIONS = {
    "e": math.e,
    "ln": lambda x: math.log(x) if x > 0 else math.nan,  # of 1 - 1, to 8 digits
    "max": max,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "Φ": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
    "φ": lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
}
DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def worked_out(text):
    """The value of a line of arithmetic, and about how large the numbers are that it adds up."""
    text = text.partition(", since")[0]
    text = re.sub("·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "E" + m[1].translate(DIGITS), text)
    text = text.replace("²", "**2").replace("½", "0.5").replace("·", "*").replace("e^", "e**")
    text = re.sub(r"√([\d.]+)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text).replace("−", "-")
    size = re.sub("(?<!E)-", "+", text)
    return tuple(eval(each, {"__builtins__": {}}, FUNCTIONS) for each in (text, size))


def test_every_line_of_arithmetic_gives_its_number(opened):
    draw = random.Random(5)
    usual = {name: hyperparameters(name) for name in OPTIMIZERS}
    settings = [drawn(draw, usual) for _ in range(40)]
    blocks = opened("").evaluate(
        "settings => settings.flatMap(each => walk.stepsOf(each, 'run').flatMap(s => s.blocks))",
        settings,
    )
    counted = 0
    for block in blocks:
        for line in block["lines"]:
            # 1 - 0.9999… loses the digits that are left out.
            if not line["arithmetic"] or "0.9999" in line["arithmetic"]:
                continue
            value, size = worked_out(line["arithmetic"])
            if math.isnan(value):
                continue
            # The numbers are written to 8 digits; those of an exponent lose as many as it has.
            tolerance = {"rel_tol": 1e-5, "abs_tol": 1e-6 * abs(size)}
            assert math.isclose(value, line["value"], **tolerance), line
            counted += 1
    assert counted > 1200
    named = set(equations())
    used = {block["equation"] for block in blocks}
    assert used <= named
    # What is drawn too seldom: softmax needs several units, and a part of the networks has biases.
    assert len(used) > 0.9 * len(named)


def test_as_a_document_prints_it_every_wrong_number_is_red_with_the_exact_one_beside(opened, made):
    wrong, shown = {}, set()
    for each in made[1]:
        if each["verdict"] == "contradicted" and each["document"] == "002":
            wrong[each["printed"].replace("-", "−")] = float(each["exact"])
    assert len(wrong) == 5
    for name in ("002-prints-sgd", "002-prints-adam"):
        page = opened(preset(name))
        for tspan in page.locator("#worked-live svg .wrong").all():
            text = re.search(r"(−?[\d.]+) ✗$", tspan.inner_html())[1]
            beside = tspan.evaluate("each => each.nextSibling.textContent")
            shown.add(text)
            exact = float(beside.removeprefix("exact ").replace("−", "-"))
            assert math.isclose(exact, wrong[text], rel_tol=5e-3)  # it has 3 digits
            assert tspan.evaluate("each => getComputedStyle(each).fill") == "rgb(163, 24, 29)"
        said = page.locator("#worked-live .line .bad").all_inner_texts()
        assert all("contradicted" in each for each in page.locator(".line .bad").all_inner_texts())
        assert said or name != "002-prints-sgd"
    assert shown == set(wrong)


@pytest.mark.parametrize("name", ["002-sgd", "002-adam", "002-published", "003"])
def test_the_settings_of_the_documents_show_what_their_example_gives(opened, name):
    number, run = next((n, r) for preset, _, n, r, _ in PRESETS if preset == name)
    page = opened(preset(name, STEPS))
    with working_precision():
        names = exact_names(transcription.load(number))
        exact = float(to_decimal(resolve(f"{run}.loss", names), digits=8))
    line = page.locator(".step:visible .line").last.inner_text()
    assert f" = {exact:.8g}".rstrip("0") in line


# ----- the diagram -----


@pytest.mark.parametrize("width", WIDTHS)
def test_no_diagram_moves_between_steps(opened, width):
    for address in (preset("002-prints-adam"), WIDE_ADDRESS):
        page = opened(address)
        page.set_viewport_size({"width": width, "height": 900})
        boxes = []
        for step in range(1, STEPS + 1):
            boxes.append(page.locator(".step:visible svg.network").bounding_box())
            if step < STEPS:
                page.locator("#worked-next").click()
        assert len({tuple(box.values()) for box in boxes}) == 1, boxes
        assert boxes[0]["width"] > 300


# The texts of a diagram that overlap, or are cut at its edge.
CROWDED = """(svg) => {
    const all = [...svg.querySelectorAll("text:not(.name)")];
    const boxes = all.map((each) => each.getBoundingClientRect());
    const edge = svg.getBoundingClientRect();
    const apart = (one, two) => one.right <= two.left || two.right <= one.left
        || one.bottom <= two.top || two.bottom <= one.top;
    const inside = (one) => one.left >= edge.left && one.right <= edge.right
        && one.top >= edge.top && one.bottom <= edge.bottom;
    const cut = all.filter((_, i) => !inside(boxes[i])).map((text) => [text.textContent]);
    return cut.concat(all.flatMap((text, i) => all
        .filter((_, j) => j > i && !apart(boxes[i], boxes[j]))
        .map((other) => [text.textContent, other.textContent])));
}"""


def test_no_numbers_of_the_diagram_overlap_or_are_cut(opened):
    draw, usual = random.Random(3), {name: hyperparameters(name) for name in OPTIMIZERS}
    page = opened("")
    drawn_ones = [
        page.evaluate("(given) => setting.address(given)", as_text(drawn(draw, usual)))
        for _ in range(10)
    ]
    for address in (*(preset(name) for name, *_ in PRESETS), *drawn_ones):
        page = opened(address)
        for step in range(1, STEPS + 1):
            page.evaluate("(step) => document.getElementById(`step-${step}`).hidden = false", step)
            svg = page.locator(f"#step-{step} svg.network")
            assert svg.evaluate(CROWDED) == [], (address, step)


def test_the_diagram_is_dark_where_the_page_is(opened):
    page = opened(preset("002-sgd"))
    page.emulate_media(color_scheme="dark")
    colours = page.locator(".step:visible svg").evaluate(
        """(svg) => [svg, ...["circle", "text:not(.name)"].map((each) => svg.querySelector(each))]
            .map((each) => {
            const style = getComputedStyle(each);
            return each === svg ? style.backgroundColor : style.fill;
        })"""
    )
    assert colours == ["rgba(0, 0, 0, 0)", "rgb(31, 36, 43)", "rgb(231, 234, 238)"]


# ----- widths, paper, keys -----


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_page(opened, width):
    for address in (WIDE_ADDRESS, preset("002-prints-adam")):
        page = opened(address)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for step in range(1, STEPS + 1):
            too_wide = page.evaluate(
                """() => {
                    const root = document.documentElement;
                    return root.scrollWidth - root.clientWidth;
                }"""
            )
            assert too_wide <= 0, step
            if step < STEPS:
                page.locator("#worked-next").click()


def test_every_step_is_on_paper_and_nothing_is_folded(opened):
    page = opened(WIDE_ADDRESS + "&step=3")
    page.emulate_media(media="print")
    assert page.locator("#worked-live .step:visible").count() == STEPS
    titles = page.locator("#worked-live .step h2")
    assert all(box["width"] > 100 for box in (each.bounding_box() for each in titles.all()))
    assert page.locator("#worked-live svg:visible").count() == STEPS
    assert page.locator("#worked-live .line:visible").count() > 200
    for hidden in ("#worked-numbers", "#worked-worksheet", ".stepper"):
        assert page.locator(hidden).is_hidden()


def test_steps_are_walked_by_buttons_and_keys(opened):
    page = opened(preset("002-sgd"))
    back, forward = page.locator("#worked-back"), page.locator("#worked-next")
    status = page.locator("#worked-status")
    assert (back.is_disabled(), forward.is_disabled()) == (True, False)
    seen = [status.inner_text()]
    while forward.is_enabled():
        forward.click()
        assert page.locator("#worked .step:visible").count() == 1
        seen.append(status.inner_text())
    assert len(seen) == len(set(seen)) == STEPS
    page.keyboard.press("ArrowLeft")
    assert status.inner_text() == seen[-2]
    page.keyboard.press("ArrowRight")
    assert status.inner_text() == seen[-1]


def test_without_the_script_all_steps_stand_one_below_the_other(started, made):
    context = started.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(made[0].as_uri())
    assert page.locator("#worked-fixed .step:visible").count() > STEPS
    assert page.locator(".needs-script:visible").count() == 0
    context.close()


def test_the_fields_can_be_read_by_everybody(opened):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python, which knows what can be read, is missing",
    )
    page = opened(preset("002-prints-adam", 7))
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate("document.querySelector('.beyond').remove()")  # the tests of the site look at it
    page.locator("#inputs-0").fill("")
    page.evaluate(axe.Axe().axe_script)
    options = {"resultTypes": ["violations"], "preload": False}
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("(options) => axe.run(options)", options | rules)
        assert [(e["id"], e["nodes"][0]["html"]) for e in found["violations"]] == [], scheme
