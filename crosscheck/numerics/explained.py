"""What is known of how a failure came about, in words."""

from dataclasses import dataclass

# So many mistakes are named; there may be more.
SHOWN = 3


@dataclass(frozen=True)
class Explained:
    """What is known of how a failure came about.

    Attributes:
        mistakes: The names of the known mistakes that give the same wrong values, here and in
            `cases` of the `failing` cases of the framework, and fail no case that holds.
        cases, failing: These two numbers.
        excluded: Mistakes that would do the same, but would also fail a case that holds, each with
            that case.
    """

    mistakes: tuple[str, ...]
    cases: int = 0
    failing: int = 0
    excluded: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """One clause."""
        if self.mistakes:
            shown = ", ".join(repr(name) for name in self.mistakes[:SHOWN])
            more = f" and {len(self.mistakes) - SHOWN} more" if len(self.mistakes) > SHOWN else ""
            cases = f"{self.cases} of {self.failing} failing case{'s' * (self.failing != 1)}"
            return f"reproduced by the known mistake {shown}{more} ({cases})"
        but = [f"it is like {name!r}, which would also fail {case}" for name, case in self.excluded]
        return "; ".join(["no known mistake explains it", *but])
