"""The line of everything in a TOML file, compared with lines that are counted by hand."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from crosscheck.documents.numbers import DOCUMENTS
from crosscheck.documents.positions import lines_of

TEXT = '''\
a = 1  # b = 2
"b c".d = "# no [comment]"
'e' = """
x = 1
\\""" still the text"""
f = [
  1,
  [2, 3], { g = """
""", h.i = [1979-05-27 07:32:00] },  # ]
]

[t]
u = \'\'\'
[v]
\'\'\'
[t."w.x"]
y = {}
[[l]]
m = []
[[l.n]]
[[l.n]]
o = -1.5e3
[[l]]
[l.n]
p = true'''
LINES = {
    ("a",): 1,
    ("b c",): 2,
    ("b c", "d"): 2,
    ("e",): 3,
    ("f",): 6,
    ("f", 0): 7,
    ("f", 1): 8,
    ("f", 1, 0): 8,
    ("f", 1, 1): 8,
    ("f", 2): 8,
    ("f", 2, "g"): 8,
    ("f", 2, "h"): 9,
    ("f", 2, "h", "i"): 9,
    ("f", 2, "h", "i", 0): 9,
    ("t",): 12,
    ("t", "u"): 13,
    ("t", "w.x"): 16,
    ("t", "w.x", "y"): 17,
    ("l",): 18,
    ("l", 0): 18,
    ("l", 0, "m"): 19,
    ("l", 0, "n"): 20,
    ("l", 0, "n", 0): 20,
    ("l", 0, "n", 1): 21,
    ("l", 0, "n", 1, "o"): 22,
    ("l", 1): 23,
    ("l", 1, "n"): 24,
    ("l", 1, "n", "p"): 25,
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_key_and_item_has_its_line(newline):
    tomllib.loads(TEXT)
    assert lines_of(TEXT.replace("\n", newline)) == LINES


def paths(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from paths(item, (*path, key))


OWN = [*Path(__file__).parent.joinpath("own").glob("*.toml")]
FILES = [*(files("crosscheck.documents") / f"{number}.toml" for number in DOCUMENTS), *OWN]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_path_of_a_document_has_a_line_that_names_it(file):
    text = file.read_text("utf-8")
    lines, found = text.split("\n"), lines_of(text)
    assert set(found) == set(paths(tomllib.loads(text)))
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1] in lines[line - 1], path
