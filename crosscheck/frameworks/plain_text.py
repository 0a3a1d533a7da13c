"""Text of unknown origin, made safe to be shown: one line, without anything that steers a terminal.

The messages, names and versions of a framework are whatever its author wrote. An escape sequence
in them would be obeyed by the terminal, and half a surrogate pair cannot be written to any file.
"""

import re

LONGEST = 2000
# What steers a terminal: control characters but for tab and line break, what changes the direction
# of writing, separators of lines; and half a surrogate pair, which is no text.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The text in one line: what cannot be printed is written as Python would, `\\x1b`.

    White space of any kind becomes one space, and of a very long text the end is left out.
    """
    line = " ".join(text[: 2 * LONGEST].split())
    if len(text) > 2 * LONGEST or len(line) > LONGEST:
        line = f"{line[:LONGEST]} ... ({len(text):,} characters)"
    return "".join(each if each.isprintable() else _escaped(each) for each in line)


def harmless(text: str) -> str:
    """The text in its lines, where what steers a terminal is written as Python would, `\\x1b`."""
    return STEERING.sub(lambda found: _escaped(found.group()), text)


def in_words(error: BaseException) -> str:
    """An exception as "ValueError: message"; its type alone if its message cannot be had."""
    return f"{plain(type(error).__name__)}: {message_of(error)}".removesuffix(": ")


def message_of(error: BaseException) -> str:
    """The message of an exception; none if it cannot be had."""
    try:
        return plain(str(error))
    except BaseException:  # the message is made by whoever wrote the exception
        return ""


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
