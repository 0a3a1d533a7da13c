"""Texts with places in them, and what stands in the places: found in bounded time.

A regular expression with several `.+?` tries every way to divide a text that does not fit, which
takes minutes where somebody else's message is long. Here a place that failed is not tried again,
and after `MOST` tries, or in a text longer than `LONGEST`, nothing fits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACE = re.compile(r"\{(\w+)\}")
LONGEST = 4_000  # characters; twice what is shown of somebody else's message
MOST = 500  # tries of one text; our own texts need one or two for each place


@dataclass(frozen=True)
class Match:
    """What stands in the places of a pattern."""

    pieces: Mapping[str, str]

    def groupdict(self) -> dict[str, str]:
        """The pieces by the names of their places, as of a match of a regular expression."""
        return dict(self.pieces)


class Pattern:
    """A text with places, as "{count} comparisons, {differing} differ"."""

    def __init__(self, text: str, kinds: Mapping[str, str] | None = None) -> None:
        """Take a text apart.

        Args:
            text: The text; every place has a name of its own.
            kinds: Regular expressions of what may stand in the places of these names; in all
                others there may be anything but nothing.

        Raises:
            ValueError: If two places have the same name, or nothing stands between two.
        """
        parts = PLACE.split(text)  # text and names in turns
        self._start, self._between, self._names = parts[0], parts[2::2], parts[1::2]
        if len(set(self._names)) < len(self._names) or not all(self._between[:-1]):
            raise ValueError(f"the places of {text!r} cannot be told apart")
        self._kinds = [
            re.compile(kinds[name], re.DOTALL) if kinds and name in kinds else None
            for name in self._names
        ]

    def fullmatch(self, text: str) -> Match | None:
        """What stands in the places of a text: as little as possible, from left to right.

        Args:
            text: Any text, of whatever origin.

        Returns:
            None if it does not fit, is too long, or would take too many tries.
        """
        if not self._names:
            return Match({}) if text == self._start else None
        end = self._between[-1]
        if not (text.startswith(self._start) and text.endswith(end) and len(text) <= LONGEST):
            return None
        found = self._divided(text, len(self._start), len(text) - len(end))
        return None if found is None else Match(dict(zip(self._names, found, strict=True)))

    def _divided(self, text: str, start: int, end: int) -> list[str] | None:
        """The pieces of a text between two positions."""
        starts, tried = [start], [start]  # of every piece so far, and from where its end is sought
        failed: set[tuple[int, int]] = set()  # places, and starts from which the rest does not fit
        for _ in range(MOST):
            place = len(starts) - 1
            is_last = place == len(self._names) - 1
            stop = end if is_last else text.find(self._between[place], tried[-1] + 1, end)
            if is_last and tried[-1] != starts[-1]:
                stop = -1  # it has been tried
            if stop <= starts[-1]:  # nowhere, or nothing would stand in the place
                failed.add((place, starts.pop()))
                tried.pop()
                if not starts:
                    return None
                continue
            tried[-1] = stop
            kind = self._kinds[place]
            following = stop if is_last else stop + len(self._between[place])
            if kind is not None and not kind.fullmatch(text, starts[-1], stop):
                continue
            if is_last:
                bounds = [*starts, end + len(self._between[-1])]
                return [
                    text[one : other - len(between)]
                    for one, other, between in zip(bounds, bounds[1:], self._between, strict=False)
                ]
            if (place + 1, following) not in failed:
                starts.append(following)
                tried.append(following)
        return None
