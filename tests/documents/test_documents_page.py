"""docs/documents.md: its example was run, and it names whatever a file may hold."""

import re
from pathlib import Path

import pytest

from crosscheck.documents import example_reading, line_reading, transcription
from crosscheck.documents.expressions import FUNCTIONS
from crosscheck.documents.ledger import ledger
from crosscheck.documents.transcription import read
from crosscheck.documents.verdicts import Verdict
from crosscheck.report import markdown

PAGE = Path(__file__).parents[2].joinpath("docs", "documents.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.S)


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "notes.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return read(path)


def test_the_example_gives_what_the_page_shows(document):
    shown = PAGE.split("<!-- begin example -->\n")[1].split("<!-- end example -->")[0]
    assert markdown.summary([ledger(document)]) == shown


def test_what_the_page_says_of_the_example_is_so(document):
    verdicts = {each.number.quantity: each.verdict for each in ledger(document).numbers}
    wrong = [quantity for quantity, verdict in verdicts.items() if verdict == "contradicted"]
    assert wrong == ["deltas[0][0, 0]"]
    inherited = [quantity for quantity, verdict in verdicts.items() if verdict == "inherited"]
    gradient, weight = "grads[0].weight[0, 0]", "sgd.params[0].weight[0, 0]"
    assert inherited == [gradient, f"-{gradient}", weight]


def test_the_page_names_every_key_function_and_verdict():
    tables = [
        *transcription.FILE_READERS,
        *example_reading.NETWORK_READERS,
        *example_reading.RUN_READERS,
        example_reading.LAYER_READERS,
        *line_reading.LINE_READERS,
        *line_reading.NUMBER_READERS,
        line_reading.SLIP_READERS,
        line_reading.TABLE_READERS,
        line_reading.COLUMN_READERS,
    ]
    for name in {key for table in tables for key in table}:
        assert re.search(rf"`{name}( = false)?`", PAGE), name
    for name in FUNCTIONS:
        assert re.search(rf"`{name}[`(]", PAGE), name
    for verdict in set(Verdict) - {Verdict.ILLUSTRATION}:
        assert f"*{verdict}*" in PAGE
