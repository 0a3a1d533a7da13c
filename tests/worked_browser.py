"""The page of the worked example alone, in a browser; and random settings of it."""

import random
import shutil
from contextlib import contextmanager
from itertools import pairwise

import pytest

# So that what imports this is skipped without them, and not an error.
for library in ("jinja2", "pygments", "latex2mathml"):
    pytest.importorskip(library, reason=f"{library}, which a site is made with, is missing")

from crosscheck.cli.gathering import environment
from crosscheck.documents.ledger import ledger, ledger_as_json
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES

CHROMIUM = shutil.which("chromium")
without_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
FLAGS = ["--no-sandbox", "--disable-gpu"]
WIDTHS = (1280, 375)
# Opens an address, and waits until the page has followed it.
FOLLOW = """(address) => new Promise((done) => {
    history.replaceState(null, "", "#");
    addEventListener("hashchange", done, { once: true });
    location.hash = address;
}).then(() => null)"""


@contextmanager
def browser():
    """Chromium; skipped where what drives it is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright, which drives the browser, is missing"
    )
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@contextmanager
def watched(tab):
    """What opens a page in a tab with an address; at the end there must be no complaint."""
    complaints = []

    def complain(error):
        complaints.append(str(error))

    def go(path, address):
        if tab.url.partition("#")[0] != path.as_uri():
            tab.goto(path.as_uri())
        tab.set_viewport_size({"width": WIDTHS[0], "height": 900})
        tab.emulate_media(media="screen", color_scheme="light")
        if address:
            tab.evaluate(FOLLOW, address)
        return tab

    tab.on("pageerror", complain)
    yield go
    tab.remove_listener("pageerror", complain)
    assert complaints == []


def written(folder):
    """The page in both languages with what it loads, in a folder; and its printed numbers."""
    for library in ("jinja2", "pygments", "latex2mathml"):
        pytest.importorskip(library, reason=f"{library}, which a site is made with, is missing")
    from crosscheck.report.site import building, worked
    from crosscheck.report.site.assets import assets
    from crosscheck.report.site.editions import ENGLISH
    from crosscheck.report.site.run import SiteRun
    from crosscheck.report.site.templating import template_environment

    found = ledger_as_json([ledger("002"), ledger("003")])
    run = SiteRun({"ledger": found, "environment": environment()}, ())
    for edition in (ENGLISH, ENGLISH.other):
        values = worked.page_values(run, edition)
        page = building.Page("worked", "worked.html", edition.say("Worked example"), values)
        text = building.render(template_environment(edition), page, run, edition)
        (folder / edition.file("worked")).write_text(text, "utf-8")
    for name, asset in assets().items():
        (folder / name).write_text(asset, "utf-8")
    return folder / "worked.html", found["numbers"]


def drawn(draw: random.Random, optimizers, far=False):
    """A setting as the page has it, with floats; activations and loss fit each other.

    Args:
        draw: The source of random numbers.
        optimizers: The usual hyperparameters of each, as decimals and flags.
        far: Whether a loss of logits is also taken far in its tails.
    """
    sizes = [draw.randint(1, 4), draw.randint(1, 3), draw.randint(1, 3)]
    # The softmax of one unit is 1, whatever its z is; it has no bound.
    loss = draw.choice([name for name in LOSSES if sizes[-1] > 1 or "softmax" not in name])
    last = ["sigmoid", "softmax"] if loss == "binary_cross_entropy" else list(ACTIVATIONS)
    activations = [
        draw.choice([name for name in names if units > 1 or name != "softmax"])
        for units, names in zip(sizes[1:], (list(ACTIVATIONS), last), strict=True)
    ]
    optimizer = draw.choice(list(optimizers))
    largest = draw.choice([30, 10_000 if far and "x_c" in loss else 30])

    def decimals(count, largest=30):
        return [draw.randint(-largest, largest) / 10 for _ in range(count)]

    targets = decimals(sizes[-1])
    if loss.endswith("cross_entropy"):
        targets = [draw.randint(0, 10) / 10 for _ in range(sizes[-1])]
    if loss == "softmax_cross_entropy":
        targets = [0.0] * sizes[-1]
        targets[draw.randrange(sizes[-1])] = 1.0
    biases = draw.random() < 0.8
    hyperparameters = {
        key: draw.random() < 0.5 if isinstance(value, bool) else float(value)
        for key, value in optimizers[optimizer].items()
    }
    return {
        "inputs": decimals(sizes[0], largest),
        "targets": targets,
        "layers": [
            {
                "weight": [decimals(below) for _ in range(above)],
                "bias": decimals(above) if biases else [0.0] * above,
            }
            for below, above in pairwise(sizes)
        ],
        "activations": activations,
        "loss": loss,
        "biases": biases,
        "optimizer": optimizer,
        "hyperparameters": hyperparameters | {"learning_rate": draw.choice([0.01, 0.1, 1.0])},
        "update": draw.choice(["last", "all"]),
    }


def as_text(setting):
    """The same setting with its numbers as decimals, as the page keeps them."""
    if isinstance(setting, dict):
        return {key: as_text(each) for key, each in setting.items()}
    if isinstance(setting, list):
        return [as_text(each) for each in setting]
    return repr(setting) if isinstance(setting, float) else setting
