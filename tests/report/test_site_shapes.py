"""What the parts of a run look like: one that was altered is refused at its place."""

import json
import re

import pytest
from site_run import trained

from crosscheck.report.site.run import KEYS, PARTS, RunError, load
from crosscheck.report.site.shapes import SHAPES, faults

LEDGER = {
    "documents": {"000": "The first", "my own": "Mine"},
    "numbers": [
        {"document": "000", "section": "1", "line": "x = 1", "quantity": "x", "printed": "1",
         "exact": "1.0", "verdict": "confirmed", "slip": None, "frameworks": {"numpy": 1}},
    ],
    "statements": [],
}  # fmt: skip


def altered(part, path, value):
    """A copy of a part in which the value at a path is another, or, where it is ..., is missing."""
    content = json.loads(json.dumps(part))
    *above, last = path
    holder = content
    for key in above:
        holder = holder[key]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return content


def test_every_part_has_a_shape_and_asks_for_what_must_be_there():
    assert tuple(sorted(SHAPES)) == tuple(sorted(PARTS))
    for name, keys in KEYS.items():
        assert set(keys) <= set(SHAPES[name])


@pytest.mark.parametrize(("name", "part"), [("training", trained()), ("ledger", LEDGER)])
def test_what_is_as_it_was_written_has_no_faults(name, part):
    assert list(faults(name, json.loads(json.dumps(part)))) == []


@pytest.mark.parametrize(
    ("name", "path", "value", "fault"),
    [
        ("training", ("runs",), 7, "runs must be a list, not 7"),
        ("training", ("runs",), ..., "runs is missing"),
        ("training", ("runs", 1, "epochs"), [], "runs[1].epochs must be a list that is not empty"),
        ("training", ("runs", 1, "epochs", 0, "loss"), "1", "runs[1].epochs[0].loss must be a num"),
        ("training", ("runs", 0, "framework"), ..., "runs[0].framework is missing"),
        ("training", ("drift", 0, "ulps"), True, "drift[0].ulps must be a number, not True"),
        ("training", ("drift", 0, "epoch"), 10**20, "drift[0].epoch must be a whole number"),
        ("training", ("configuration", "layers", 1), 1.5, "configuration.layers[1] must be"),
        ("training", ("configuration", "data"), None, "configuration.data must be a text"),
        ("training", ("drift", 0, "epoch"), "\x1b[2J", r"must be a whole number, not '\x1b[2J'"),
        ("training", ("drift", 0, "ulps"), 10**400, "drift[0].ulps must be a number"),
        ("ledger", ("documents",), {"../x": ""}, "documents must be an object whose keys have no"),
        ("ledger", ("documents",), {"a\nb": ""}, "documents must be an object whose keys have no"),
        ("ledger", ("documents", "000"), [], "documents['000'] must be a text, not []"),
        ("ledger", ("numbers", 0, "exact"), "one", "numbers[0].exact must be a number as a text"),
        ("ledger", ("numbers", 0, "exact"), "nan", "numbers[0].exact must be a number as a text"),
        ("ledger", ("numbers", 0, "verdict"), "good", "numbers[0].verdict must be one of"),
        ("ledger", ("numbers", 0, "document"), "a/b", "numbers[0].document must be a text without"),
    ],
)  # fmt: skip
def test_what_was_altered_is_named_at_its_place(name, path, value, fault):
    part = {"training": trained(), "ledger": LEDGER}[name]
    found = next(faults(name, altered(part, path, value)))
    assert fault in found
    assert "\x1b" not in found


def test_a_part_may_say_why_there_is_nothing():
    assert list(faults("training", {"missing": "no time"})) == []
    found = list(faults("training", {}))
    assert found == ["configuration is missing", "runs is missing", "drift is missing"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"frameworks": NaN}', "cannot be read: NaN is no JSON"),
        (json.dumps(dict.fromkeys(KEYS["verification"])), "is no part of a run: frameworks must"),
    ],
)
def test_a_run_with_such_a_part_is_not_loaded(tmp_path, text, message):
    path = tmp_path / "verification.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=re.escape(f"{path} {message}")):
        load(tmp_path)
