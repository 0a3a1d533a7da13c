"""Which frameworks a run is about, by name, before any is imported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosscheck.frameworks.entries import announced
from crosscheck.frameworks.registry import registry


@dataclass(frozen=True)
class Selection:
    """The frameworks of a run.

    Attributes:
        packages: The package of each, by its name, in the order in which they are shown.
        asked_for: Names and packages whose absence is a failure.
        skipped: A line for each entry point that cannot be used, and why.
    """

    packages: Mapping[str, str]
    asked_for: frozenset[str] = frozenset()
    skipped: tuple[str, ...] = ()

    @property
    def unknown(self) -> list[str]:
        """What was asked for, and is the name or the package of no known framework."""
        return sorted(self.asked_for - {*self.packages, *self.packages.values()})


def select(
    extra: Iterable[str] = (), required: Iterable[str] = (), only: Iterable[str] = ()
) -> Selection:
    """Look the frameworks of a run up.

    Args:
        extra: Further packages to judge, by their import names.
        required: Names of frameworks whose absence is a failure, as is that of `extra` and `only`.
        only: Judge these alone, by name or package; none takes all there are.

    Raises:
        UnknownFrameworkError: If a name of `extra` or `only` is neither known nor importable.
    """
    chosen, extra = list(only), list(extra)
    packages = {
        name: package
        for name, package in registry([*extra, *chosen]).items()
        if not chosen or {name, package} & set(chosen)
    }
    asked_for = frozenset({*extra, *required, *chosen})
    return Selection(packages, asked_for, () if chosen else announced().skipped)
