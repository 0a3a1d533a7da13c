"""The JSON Schema of a document's file says what the reader says."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from malformed_files import CHANGES, GOOD

from crosscheck.cli.main import main
from crosscheck.documents import example_reading, line_reading, transcription
from crosscheck.documents.document import Inputs
from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES

SCHEMA = json.loads((files("crosscheck.documents") / "schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TABLES = {
    "network": example_reading.NETWORK_READERS,
    "layer": (example_reading.LAYER_READERS, {}),
    "run": example_reading.RUN_READERS,
    "surface": (example_reading.SURFACE_READERS, {}),
    "picture": (example_reading.PICTURE_READERS, {}),
    "line": line_reading.LINE_READERS,
    "number": line_reading.NUMBER_READERS,
    "slip": (line_reading.SLIP_READERS, {}),
    "table": (line_reading.TABLE_READERS, {}),
    "column": (line_reading.COLUMN_READERS, {}),
}


def test_it_is_a_schema_and_the_command_prints_it():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(CliRunner().invoke(main, ["document", "schema"]).stdout) == SCHEMA


def test_it_names_exactly_the_keys_that_the_reader_knows():
    tables = {None: SCHEMA} | {name: SCHEMA["$defs"][name] for name in TABLES}
    of_reader = {None: transcription.FILE_READERS} | TABLES
    for name, table in tables.items():
        required, optional = of_reader[name]
        assert set(table["properties"]) == {*required, *optional}, name
        assert set(table["required"]) == set(required), name
        assert table["additionalProperties"] is False
    others = {"decimal", "expression", "vector", "matrix"}
    assert set(SCHEMA["$defs"]) == {*TABLES, *others}


def test_it_names_exactly_the_words_that_the_reader_knows():
    network, run = SCHEMA["$defs"]["network"]["properties"], SCHEMA["$defs"]["run"]["properties"]
    assert network["activations"]["items"]["enum"] == list(ACTIVATIONS)
    assert network["loss"]["enum"] == list(LOSSES)
    assert run["optimizer"]["enum"] == list(STATES)
    assert run["steps"]["maximum"] == example_reading.MOST_STEPS
    assert SCHEMA["$defs"]["column"]["properties"]["inputs"]["enum"] == list(Inputs)


FILES = [
    *(files("crosscheck.documents") / f"{number}.toml" for number in DOCUMENTS),
    *Path(__file__).parent.joinpath("own").glob("*.toml"),
]


PAGE = Path(__file__).parents[2] / "docs" / "documents.md"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_document_keeps_it(file):
    VALIDATOR.validate(tomllib.loads(file.read_text("utf-8")))


def test_the_example_of_the_page_keeps_it():
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)
    VALIDATOR.validate(tomllib.loads(example))


@pytest.mark.parametrize("change", CHANGES[:20], ids=lambda change: change[1])
def test_wrong_keys_and_types_and_names_break_it(change):
    old, new, message = change
    content = tomllib.loads(GOOD.replace(old, new, 1))
    in_hyperparameters = "hyperparameters.centered" in message  # which only the optimizer knows
    assert VALIDATOR.is_valid(content) == in_hyperparameters
