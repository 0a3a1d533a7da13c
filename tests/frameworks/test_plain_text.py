"""Texts of unknown origin: one line each, that steers no terminal."""

import pytest

from crosscheck.frameworks.messages import pack, unpack
from crosscheck.frameworks.plain_text import LONGEST, in_words, message_of, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("中文 é", "中文 é"),
        ("two\nlines\tand \x0b more", "two lines and more"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\ud800", "\\ud800"),
        ("\u202eabc", "\\u202eabc"),
        ("x" * 5000, "x" * LONGEST + " ... (5,000 characters)"),
        (" " * 10_000, " ... (10,000 characters)"),
    ],
)
def test_a_text_is_one_line_that_steers_nothing(text, shown):
    assert plain(text) == shown
    assert unpack(pack({text[:9]: text})) == {plain(text[:9]): shown}


def test_an_exception_in_words_whatever_it_does():
    class SilentError(BaseException):
        def __str__(self):
            raise self

    assert in_words(ValueError("a\nb")) == "ValueError: a b"
    assert in_words(ValueError()) == "ValueError"
    assert in_words(SilentError()) == "SilentError"
    assert message_of(SilentError()) == ""
