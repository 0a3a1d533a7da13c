"""The pages in Chinese in a browser: the link to the other language, and what scripts say."""

import re

import pytest
from worked_browser import browser, watched, without_chromium, written

from crosscheck.report.site.worked_settings import PRESETS

pytestmark = without_chromium

OWN = (
    "setting=own&inputs=1,2&targets=1,0&weights1=0.1,0.2;0.3,-0.4&biases1=0,0&weights2=0.1,-2;0.3,0.4&biases2=0,0"
    "&activations=relu,softmax&loss=binary_cross_entropy&optimizer=momentum&update=all"
    "&learning_rate=0.1&momentum=0.9&nesterov=false"
)
# What is read of the page: neither code nor what is said to be English, and what is not seen, too.
TEXT = """() => {
    const copy = document.getElementById("main").cloneNode(true);
    const code = copy.querySelectorAll("code, pre, script, template, [lang=en], option");
    for (const each of code) each.remove();
    const labels = [...copy.querySelectorAll("[aria-label]")].map((each) => each.ariaLabel);
    const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) labels.push(walker.currentNode.data);
    return labels.join(" ");
}"""
# Functions, optimizers and frameworks, which have no other name in Chinese.
NAMES = {
    *("SGD", "Adam", "sigmoid", "numpy", "torch", "jax", "max", "ln", "exp", "log", "float", "NaN"),
    *("softmax", "Nesterov", "sqrt", "eps", "erfc"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return written(tmp_path_factory.mktemp("worked"))[0]


@pytest.fixture(scope="module")
def started():
    with browser() as driver:
        yield driver


@pytest.fixture(scope="module")
def tab(started):
    return started.new_page()


@pytest.fixture
def opened(tab, made):
    """Open the page in Chinese with an address; any complaint of the page fails the test."""
    with watched(tab) as go:
        yield lambda address: go(made.with_name("worked.zh.html"), address)


def english_on(page):
    return {*re.findall("[A-Za-z]{2,}", page.evaluate(TEXT))} - NAMES


@pytest.mark.parametrize("address", [*(f"setting={name}" for name, *_ in PRESETS), OWN])
def test_no_step_says_anything_in_english(opened, address):
    page = opened(address)
    assert page.locator("#worked-live > section").count() == 8
    assert english_on(page) == set()


def test_the_stepper_speaks_chinese(opened):
    page = opened("setting=002-sgd&step=2")
    status = page.locator("#worked-status")
    assert status.inner_text() == "第 2 步，共 8 步：前向传播：输出层"
    page.locator("#worked-next").click()
    assert status.inner_text() == "第 3 步，共 8 步：损失"
    assert [page.locator(f"#worked-{name}").inner_text() for name in ("back", "next")] == [
        "上一步",
        "下一步",
    ]


def test_a_wrong_number_and_a_wrong_address_are_said_in_chinese(opened):
    page = opened(OWN)
    page.locator("#worked-numbers summary").click()
    for text, message in (
        ("", "为空"),
        ("one", "不是数"),
        ("1e999", "太大，float64 无法表示"),
        ("1e-999", "太小，float64 无法表示"),
    ):
        page.locator("#inputs-0").fill(text)
        assert page.locator("#inputs-0-fault").inner_text() == message
    page.locator("#momentum").fill("1")
    assert page.locator("#momentum-fault").inner_text() == "必须小于 1"
    for address, message in (
        ("setting=own", "缺少“inputs”"),
        ("setting=nobody", "设置“nobody”未知"),
        ("setting=002-sgd&step=9", "步骤“9”不在 1 到 8 之间"),
        (OWN.replace("rate=0.1", "rate=x"), "learning_rate 不是数"),
    ):
        page = opened(address)
        assert page.locator("#worked-problem").inner_text() == (
            f"无法读取本页的网址：{message}。现改为显示：文档 002 的原文数值，用 SGD。"
        )
        assert english_on(page) <= {"inputs", "nobody", "learning", "rate"}


def test_the_link_keeps_the_setting_and_the_step_both_ways(opened):
    page = opened(f"{OWN}&step=5")
    numbers = page.locator("#worked-live > section:visible strong").all_inner_texts()
    assert numbers
    for name in ("worked.html", "worked.zh.html"):
        page.locator("#other-language").click()
        page.wait_for_url(f"**/{name}#*")
        assert page.url.partition("#")[2] == f"{OWN}&step=5"
        shown = page.locator("#worked-live > section:visible")
        assert shown.get_attribute("id") == "step-5"
        assert shown.locator("strong").all_inner_texts() == numbers


def test_the_link_keeps_the_place_when_it_is_followed_by_keyboard(opened):
    page = opened("setting=002-adam&step=3")
    page.locator("#other-language").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/worked.html#setting=002-adam&step=3")


def test_the_link_keeps_filters_and_places_of_the_other_pages(tab, site):
    page = tab
    page.goto((site / "conventions.html").as_uri())
    page.locator("summary", has_text="statements").click()
    page.get_by_label("containing").fill("sgd")
    page.get_by_label("kind").select_option("optimizer")
    said = page.get_by_role("status").inner_text().split()
    page.locator("#other-language").click()
    page.wait_for_url("**/conventions.zh.html?kind=optimizer&text=sgd")
    assert page.get_by_label("包含文字").input_value() == "sgd"
    assert page.get_by_role("status").inner_text() == f"{said[2]} 条论断中的 {said[0]} 条"
    assert page.locator("#findings").is_visible()
    page.get_by_label("包含文字").fill("")
    page.get_by_label("类别").select_option("")
    assert page.evaluate("location.search") == ""
    page.goto((site / "document-002.zh.html").as_uri() + "#contradicted")
    page.locator("#other-language").click()
    page.wait_for_url("**/document-002.html#contradicted")
    assert page.locator("[data-verdict=confirmed]:visible").count() == 0
