"""What stands in the places of a text is found in bounded time, whoever wrote the text."""

import time

import pytest

from crosscheck.report import languages, patterns
from crosscheck.report.patterns import Pattern

SOON = 1.0  # seconds; a regular expression takes minutes, and this some hundredths
KINDS = {"COUNT": r"[\d,]+", "place": "[^:]+?", "status": "not (?:written|installed)|done"}
THREE = "{a} is {b}, expected {c} (exact {d})"
HOSTILE = {
    "every way to divide it": "x is x, expected x (exact " * 1000,
    "and its end": "x is x, expected x (exact " * 150 + "!)",
    "long": "x" * 100_000,
    "long, and its end": "x is " + "y, expected " * 10_000 + ")",
    "a pattern": THREE,
    "clauses": "; ".join(f"not {number}" for number in range(20_000)),
    "braces": "{0.__class__} is {a!r}, expected {{ (exact }})",
}


@pytest.mark.parametrize(
    ("pattern", "text", "pieces"),
    [
        ("{a} of {b}", "1 of 2", {"a": "1", "b": "2"}),
        ("{a} of {b}", "1 of 2 of 3", {"a": "1", "b": "2 of 3"}),
        ("{a} of {b}.", "a\nb of 3.", {"a": "a\nb", "b": "3"}),
        ("{a} of {b}", " of  of ", None),
        ("{a} of {b}", " of 1", None),
        ("{a} of {b}", "1 of ", None),
        ("{a} of {b}!", "1 of 2", None),
        ("no place", "no place", {}),
        ("no place", "no placebo", None),
        ("{a} {b}", "", None),
        ("{a}: {COUNT} of {b}", "x: y: 1,234 of z", {"a": "x: y", "COUNT": "1,234", "b": "z"}),
        ("{a} {COUNT} {b}", "x 1y 2 z", {"a": "x 1y", "COUNT": "2", "b": "z"}),
        ("{status} {b}", "not written yet", {"status": "not written", "b": "yet"}),
        ("{place}: {b}", "a b: c: d", {"place": "a b", "b": "c: d"}),
        ("{place} {COUNT}", "a: b 1", None),
        ("{a}, {COUNT}", "a, 1, 2", {"a": "a, 1", "COUNT": "2"}),
    ],
)
def test_the_pieces_are_as_short_as_they_can_be_from_left_to_right(pattern, text, pieces):
    found = Pattern(pattern, KINDS).fullmatch(text)
    assert (found and found.groupdict()) == pieces


@pytest.mark.parametrize("pattern", ["{a}{b}", "{a} and {a}"])
def test_places_that_cannot_be_told_apart_are_refused(pattern):
    with pytest.raises(ValueError, match="cannot be told apart"):
        Pattern(pattern)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_takes_long(hostile):
    pattern = Pattern(THREE, {"d": "[0-9]+"})
    begun = time.process_time()
    assert pattern.fullmatch(HOSTILE[hostile]) is None
    assert time.process_time() - begun < SOON


def test_after_many_tries_or_in_a_long_text_nothing_fits():
    pattern = Pattern("{a} {COUNT}", KINDS)
    assert pattern.fullmatch("x " * (patterns.MOST // 4) + "1")
    assert pattern.fullmatch("x " * (patterns.MOST + 1) + "1") is None
    assert Pattern("{a}!").fullmatch("x" * (patterns.LONGEST - 1) + "!")
    assert Pattern("{a}!").fullmatch("x" * patterns.LONGEST + "!") is None


@pytest.fixture
def catalogue(monkeypatch):
    entries = {
        THREE: "{a} \u662f {b}\uff0c{c}\uff08{d}\uff09",
        "not {x}": "\u975e{x}",
        "wrong": "\u9519",
    }
    monkeypatch.setattr(languages, "catalogue", lambda: entries)
    for kept in (languages._patterns, languages._chinese):
        kept.cache_clear()
    yield entries
    for kept in (languages._patterns, languages._chinese):
        kept.cache_clear()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_shown_soon_and_with_nothing_in_it_executed(catalogue, hostile):
    begun = time.process_time()
    found = languages.translated(HOSTILE[hostile])
    assert time.process_time() - begun < SOON
    if hostile == "braces":
        assert found == "{0.__class__} \u662f {a!r}\uff0c{{\uff08}}\uff09"
    elif hostile not in ("and its end", "a pattern"):  # which fit
        assert found == HOSTILE[hostile]


def test_pieces_of_pieces_are_translated_but_not_without_end(catalogue):
    assert languages.translated("not not wrong") == "\u975e\u975e\u9519"
    deep = languages.translated("not " * 900 + "wrong")
    assert deep == "\u975e" * (languages.DEEPEST + 1) + "not " * (899 - languages.DEEPEST) + "wrong"
