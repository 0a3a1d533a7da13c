"""A small run to build sites from, and what stands on the pages of one."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

from crosscheck.cli.gathering import environment
from crosscheck.conventions import everything, stock
from crosscheck.documents.ledger import ledger, ledger_as_json
from crosscheck.documents.transcription import DOCUMENTS
from crosscheck.frameworks.registry import MODULES, installed
from crosscheck.training.runs.configuration import Configuration
from crosscheck.verification import discrimination
from crosscheck.verification.agreement import condense
from crosscheck.verification.cases.examples import framework_values
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.conditions.matrix import Cell
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.selection import select
from crosscheck.verification.verify import verify_everything

NAMES = (
    "index",
    *(f"document-{number}" for number in DOCUMENTS),
    "worked",
    *(f"code-{module}" for module in MODULES),
    *("conventions", "sharpness", "training"),
)
PAGES = tuple(f"{name}{ending}.html" for name in NAMES for ending in ("", ".zh"))
# Of the Chinese pages one of each kind: they are built as the English ones.
LOOKED_AT = tuple(
    page
    for page in PAGES
    if ".zh." not in page or not re.search(r"-00[0134]|code-(?!gradients)", page)
)
# Of the conditions one of each kind, made up.
CELLS = (
    Cell("mlp.forward", "layers: 3", True, by="tanh-squared_error"),
    Cell("activations.tanh", "layers: 3", False, excused="it knows no layers"),
    Cell("mlp.forward", "value: subnormal", True, excused="the bound is larger"),
    Cell("activations.tanh", "value: subnormal", True, by="tanh alone"),
)
FEW = 12  # cases of each group: a page shows the worst of a group, however many there are
PICTURE = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30">
 <text x="1" y="9">numpy, number of test images</text><!-- a remark -->
 <text x="1" y="29" transform="rotate(-9 1 29)" style="fill: #123456">loss by epoch</text>
</svg>
"""


def make(folder: Path) -> Path:
    """Of NumPy, five mistakes and one stock framework; with a training made up."""
    numpy = installed(["numpy"])
    few = {name: cases[:: len(cases) // FEW or 1] for name, cases in groups().items()}
    chosen = [case for cases in few.values() for case in cases]
    with mock.patch.object(discrimination, "groups", return_value=few):
        caught = discrimination.discriminate(catalogue()[:5])
    found = [finding.as_json() for finding in everything.findings(("sklearn",))]
    absent = {"framework": "absent", "holds": None, "difference": None, "missing": "absent"}
    parts = {
        "verification": condense(verify_everything(select(only=["numpy"]), cases=chosen)),
        "ledger": ledger_as_json(
            ledger(number, framework_values(number, numpy)) for number in DOCUMENTS
        ),
        "mistakes": discrimination.as_json(caught, CELLS),
        "conventions": {
            "versions": {"sklearn": stock.FRAMEWORKS["sklearn"].version},
            "findings": [*found, found[0] | absent],
        },
        "training": trained(),
        "environment": environment(),
    }
    for name, content in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "curves.svg").write_bytes(PICTURE)
    return folder


def trained():
    """A training as the report has it, made up."""
    epoch = {"loss": 0.5, "train_accuracy": 0.25, "test_accuracy": 0.2, "seconds": 0.001}
    names = ("numpy", "torch")
    return {
        "configuration": Configuration().as_json(),
        "runs": [{"framework": name, "epochs": [epoch, epoch]} for name in names],
        "drift": [{"epoch": 1, "difference": 1.1e-16, "ulps": 1.0}],
    }


VOID = {"meta", "link", "br", "input", "img", "hr", "wbr"}
BLOCKS = {"div", "p", "ul", "ol", "dl", "table", "section", "figure", "h1", "h2", "h3", "form"}


@dataclass
class Element:
    """What stands on a page: `within` are the ids of all that it stands in."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    began: int
    text: str = ""


class Page(HTMLParser):
    """A page read strictly: every tag is closed where it must be, whatever browsers forgive."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.wrong: list[str] = []
        self.seen = ""
        self.feed(text)
        self.close()
        self.wrong += [f"<{each.tag}> is never closed" for each in self.open]

    def all(self, tag=None, of_class=None):
        """The elements of a tag or of a class, in their order."""
        return [
            each
            for each in self.elements
            if tag in (None, each.tag)
            and (of_class is None or of_class in each.attributes.get("class", "").split())
        ]

    def blame(self, what):
        self.wrong.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag, attributes):
        around = self.open[-1] if self.open else None
        if tag in BLOCKS and any(each.tag == "p" for each in self.open):
            self.blame(f"<{tag}> inside <p>")
        if len(attributes) > len(dict(attributes)):
            self.blame(f"<{tag}> has an attribute twice")
        within = () if around is None else around.within
        if around is not None and "id" in around.attributes:
            within = (*within, around.attributes["id"])
        element = Element(tag, dict(attributes), within, len(self.seen))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        if not any(each.tag in ("math", "svg") for each in self.open):
            self.blame(f"<{tag}/> in HTML")
        self.elements.append(Element(tag, dict(attributes), (), len(self.seen)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1].tag != tag:
            self.blame(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
            return
        element = self.open.pop()
        element.text = " ".join(self.seen[element.began :].split())

    def handle_data(self, data):
        self.seen += data


def read(folder: Path) -> dict[str, Page]:
    """Every page of a site by its name."""
    return {path.name: parsed(path.read_text("utf-8")) for path in sorted(folder.glob("*.html"))}


@lru_cache(200)
def parsed(text: str) -> Page:
    """A page by its text, which several files of tests look at: it is read once."""
    return Page(text)


def links_of(page: Page) -> Iterator[str]:
    """Every address that a page names."""
    for each in page.elements:
        for name in ("href", "src", "srcset", "action", "data", "poster"):
            if name in each.attributes:
                yield each.attributes[name]
