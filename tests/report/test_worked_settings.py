"""The settings of the worked example: the documents', addresses, the fields, and worksheets."""

import json
import random
import shlex
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from worked_browser import as_text, browser, drawn, watched, without_chromium, written

from crosscheck.cli.main import main
from crosscheck.documents import transcription
from crosscheck.report.site.worked_settings import OPTIMIZERS, PRESETS, hyperparameters, setting_of

pytestmark = without_chromium

USUAL = {name: hyperparameters(name) for name in OPTIMIZERS}
LONGEST = 40  # characters of an address that are said again
OWN = (
    "setting=own&inputs=1,2&targets=0.5&weights1=0.1,-0.2&biases1=0.3&weights2=1e-3&biases2=0"
    "&activations=tanh,sigmoid&loss=squared_error&optimizer=sgd&update=last&learning_rate=0.1"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return written(tmp_path_factory.mktemp("worked"))[0]


@pytest.fixture(scope="module")
def tab():
    with browser() as driver:
        yield driver.new_page()


@pytest.fixture
def opened(tab, made):
    """Open the page with an address; any complaint of the page fails the test."""
    with watched(tab) as go:
        yield lambda address: go(made, address)


def hash_of(page):
    """The address as it is now; `page.url` may be a moment late."""
    return unquote(page.evaluate("location.hash"))


# ----- addresses -----


def test_an_address_gives_the_setting_and_the_step_back(opened):
    page, draw = opened(""), random.Random(7)
    for _ in range(20):
        setting = as_text(drawn(draw, USUAL))
        address, again = page.evaluate(
            """(given) => {
                const address = setting.address(given);
                const data = JSON.parse(document.getElementById("worked-data").textContent);
                return [address, setting.read(`${address}&step=6`, data, 8)];
            }""",
            setting,
        )
        assert numbers(again.pop("given")) == numbers(setting), address
        assert again == {"preset": "own", "step": 6, "problem": ""}, address


def test_the_address_follows_what_is_shown(opened):
    page = opened("setting=002-published&step=2")
    page.locator("#worked-next").click()
    assert hash_of(page).endswith("#setting=002-published&step=3")
    page.locator("#worked-setting").select_option("003")
    assert hash_of(page).endswith("#setting=003&step=3")
    page.locator("#worked-numbers summary").click()
    page.locator("#inputs-1").fill("-2.5")
    assert page.locator("#worked-setting").input_value() == "own"
    url = hash_of(page)
    assert "#setting=own&inputs=1,-2.5&" in url
    assert url.endswith(
        "&biases=none&activations=sigmoid,sigmoid&loss=half_squared_error"
        "&optimizer=sgd&update=all&learning_rate=0.1&step=3"
    )
    shown = page.locator("#worked-live").inner_text()
    page.reload()
    assert page.locator("#worked-live").inner_text() == shown


def test_a_link_to_a_step_of_document_002_still_leads_there(opened):
    page = opened("update-published")
    assert hash_of(page).endswith("#setting=002-published&step=7")
    assert page.locator("#worked-status").inner_text() == "7 of 8. Update"


def test_a_place_on_the_page_is_no_setting(opened, tab, made):
    page = opened("setting=003&step=4")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/worked.html#main")
    assert page.locator("#worked-problem").is_hidden()
    assert page.locator("#worked-status").inner_text().startswith("4 of 8.")
    tab.goto("about:blank")
    tab.goto(f"{made.as_uri()}#main")
    assert tab.locator("#worked-problem").is_hidden()
    assert tab.locator("#worked-setting").input_value() == PRESETS[0][0]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("setting=005", "setting “005” is unknown"),
        ("nonsense", "“nonsense” is not of the form key=value"),
        ("setting=<img src=x onerror=document.title='taken'>", "is not of the form key=value"),
        ("n" * 1000, f"“{'n' * LONGEST}…” is not of the form key=value"),
        ("setting=<img src>", "setting “<img src>” is unknown"),
        ("setting=002-sgd&step=9", "step “9” is not from 1 to 8"),
        ("setting=002-sgd&step=1e0", "step “1e0” is not from 1 to 8"),
        ("setting=002-sgd&step=1&step=2", "“step” stands there twice"),
        ("setting=002-sgd&inputs=1", "“inputs” does not belong there"),
        ("setting=%E0%A4%A", "it has a % that stands for nothing"),
        ("setting=own", "“inputs” is missing"),
        (OWN.replace("inputs=1,2", "inputs=1,2,3,4,5"), "“inputs” has more than 4 numbers"),
        (OWN.replace("inputs=1,2", "inputs=1,1e400"), "inputs-1 is too large for a float64"),
        (OWN.replace("inputs=1,2", "inputs=1,"), "inputs-1 is empty"),
        (OWN.replace("inputs=1,2", "inputs=1,2x"), "inputs-1 is not a number"),
        (OWN.replace("weights1=0.1,-0.2", "weights1=0.1"), "“weights1” does not fit"),
        (OWN.replace("weights2=1e-3", "weights2=1;2"), "“weights2” does not fit"),
        (OWN.replace("biases1=0.3", "biases1=0.3,1"), "“biases1” has 2 numbers for 1 units"),
        (OWN.replace("tanh,sigmoid", "tanh,toString"), "are not two that are known"),
        (
            OWN.replace("squared", "binary_cross")
            .replace("_error", "_entropy")
            .replace("tanh,sigmoid", "tanh,tanh"),
            "the loss needs outputs",
        ),
        (OWN.replace("sgd", "constructor"), "optimizer “constructor” is unknown"),
        (OWN.replace("loss=squared", "loss=cubed"), "loss “cubed_error” is unknown"),
        (OWN.replace("rate=0.1", "rate=-1"), "learning_rate must not be negative"),
        (OWN.replace("squared_error", "softmax_cross_entropy"), "targets must add up to 1"),
        (OWN + "&b1=0.9", "“b1” does not belong there"),
        (OWN.replace("sgd", "lion"), "“b1” is missing"),
    ],
)
def test_a_malformed_address_is_said_to_be_one_and_gives_the_default(opened, address, message):
    page = opened(address)
    problem = page.locator("#worked-problem")
    assert problem.is_visible()
    assert message in problem.inner_text()
    assert PRESETS[0][1] in problem.inner_text()
    assert page.locator("#worked-setting").input_value() == PRESETS[0][0]
    assert page.locator("#worked img").count() == 0
    assert page.title().startswith("Worked")
    opened(OWN)
    assert problem.is_hidden()


# ----- fields -----


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("inputs-0", "", "is empty"),
        ("weight-0-1-2", "one", "is not a number"),
        ("bias-1-0", "1e400", "is too large for a float64"),
        ("inputs-0", "1e-400", "is too small for a float64"),
        ("targets-0", "0x10", "is not a number"),
        ("targets-0", "Infinity", "is not a number"),
        ("weight-1-0-0", "1" * 41, "has more than 40 characters"),
        ("learning_rate", "-0.1", "must not be negative"),
        ("b1", "1", "must be less than 1"),
    ],
)
def test_what_is_wrong_with_a_number_is_said_beside_it(opened, field, text, message):
    page = opened("setting=002-published&step=1")
    page.locator("#worked-numbers").evaluate("each => { each.open = true; }")
    before = page.locator("#worked-live").inner_text()
    entry, fault = page.locator(f"#{field}"), page.locator(f"#{field}-fault")
    entry.fill(text)
    assert fault.inner_text() == message
    assert entry.get_attribute("aria-invalid") == "true"
    assert entry.get_attribute("aria-describedby") == f"{field}-fault"
    assert page.locator(".unshown").is_visible()
    assert page.locator("#worked-live").inner_text() == before
    entry.fill("0.25")
    assert fault.inner_text() == ""
    assert page.locator(".unshown").is_hidden()


def test_a_loss_that_does_not_fit_is_said_to_be_one_beside_it(opened):
    page = opened("setting=002-sgd&step=1")
    page.locator("#worked-numbers").evaluate("each => { each.open = true; }")
    page.locator("[data-choice=activation1]").select_option("tanh")
    page.locator("#the-loss").select_option("binary_cross_entropy")
    assert "sigmoid or softmax" in page.locator("#the-loss-fault").inner_text()
    assert page.locator("#the-loss").get_attribute("aria-invalid") == "true"
    assert "loss=squared_error" in hash_of(page)
    page.locator("#targets-0").fill("2")
    assert page.locator("#targets-0-fault").inner_text() == (
        "must be from 0 to 1 for binary_cross_entropy"
    )


def test_every_choice_can_be_changed(opened):
    page = opened("setting=002-sgd&step=1")
    page.locator("#worked-numbers").evaluate("each => { each.open = true; }")
    choices = page.locator("[data-choice]")
    for index in range(choices.count()):
        choice = choices.nth(index)
        if choice.get_attribute("type") == "checkbox":
            choice.uncheck()
            continue
        for option in choice.locator("option").all_inner_texts():
            choice.select_option(label=option)
    # Of losses and optimizers the last ones are chosen; the targets must fit the loss.
    for unit, text in enumerate(("1", "0", "0")):
        page.locator(f"#targets-{unit}").fill(text)
    for part in (
        "inputs=2,1,1,1",
        "targets=1,0,0",
        "biases=none",
        "activations=gelu,gelu",
        "loss=softmax_cross_entropy",
        "optimizer=lion",
        "update=all",
    ):
        assert f"&{part}" in hash_of(page)
    assert page.locator("#worked-live svg circle").count() == 8 * (4 + 3 + 3 + 1)


def test_the_setting_of_a_document_stays_what_it_is(opened):
    page = opened("setting=002-sgd&step=1")
    page.locator("#worked-numbers").evaluate("each => { each.open = true; }")
    page.locator("#weight-0-0-0").fill("7")
    assert "weights1=7," in hash_of(page)
    page.locator("#worked-setting").select_option("002-sgd")
    assert page.locator("#weight-0-0-0").input_value() == "0.2"
    assert page.locator("#worked-live .line").first.inner_text().startswith("z⁽¹⁾₁ = 0.2·2 +")


def test_numbers_are_read_as_people_write_them(opened):
    page = opened("")
    texts = [" 0.5 ", "\u22121", "+2", ".5", "5.", "1E+5", "-.5e-3", "007"]
    tidy = page.evaluate("texts => texts.map(setting.tidy)", texts)
    assert tidy == ["0.5", "-1", "2", "0.5", "5", "1e5", "-0.5e-3", "007"]
    assert page.evaluate("texts => texts.map(each => setting.fault(each))", texts) == [""] * 8


# ----- worksheets -----


@pytest.mark.parametrize("name", [name for name, *_ in PRESETS])
def test_the_command_that_makes_a_worksheet_runs(opened, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = opened(f"setting={name}")
    page.locator("#worked-worksheet").evaluate("each => { each.open = true; }")
    with page.expect_download() as download:
        page.locator("#worked-file").click()
    download.value.save_as(download.value.suggested_filename)
    assert page.locator("#worked-toml").text_content() == (tmp_path / "my-numbers.toml").read_text()
    program, *arguments = shlex.split(page.locator("#worked-command").inner_text())
    assert program == "crosscheck"
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "my-worksheet" / "worksheet.html").exists()


def test_a_document_s_file_has_the_same_numbers(opened, tmp_path):
    page, draw = opened(""), random.Random(11)
    for index in range(8):
        setting = as_text(drawn(draw, USUAL))
        file = tmp_path / f"numbers{index}.toml"
        file.write_text(page.evaluate("given => documentFile.toml(given)", setting), "utf-8")
        document = transcription.read(file)
        (run,) = document.example.runs
        # The lists of the one are tuples in the other.
        assert numbers(json.loads(json.dumps(setting_of(document, run.name)))) == numbers(setting)


def numbers(setting):
    """A setting with floats, which one writes in several ways."""
    if isinstance(setting, dict):
        return {key: numbers(each) for key, each in setting.items()}
    if isinstance(setting, list):
        return [numbers(each) for each in setting]
    try:
        return setting if isinstance(setting, bool) else float(setting)
    except ValueError:  # a name
        return setting
