"""Which frameworks a run is about: those that can be judged, and why the others cannot."""

from collections.abc import Iterable
from dataclasses import dataclass

from crosscheck.frameworks.entries import announced
from crosscheck.frameworks.registry import (
    Broken,
    Framework,
    NotInstalled,
    OtherContract,
    load,
    registry,
)
from crosscheck.verification.result import Outcome, Status


@dataclass(frozen=True)
class Selection:
    """The frameworks of a run.

    Attributes:
        frameworks: Those that can be judged.
        others: The status of every other one, by its name: not installed, written for another
            version of the contract, or wrong, because it is broken or was asked for and is missing.
        names: Of all of them, in the order in which they are shown.
        skipped: A line for each entry point that cannot be used, and why.
    """

    frameworks: tuple[Framework, ...]
    others: dict[str, Status]
    names: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def select(
    extra: Iterable[str] = (), required: Iterable[str] = (), only: Iterable[str] = ()
) -> Selection:
    """Load the frameworks of a run.

    Args:
        extra: Further packages to judge, by their import names.
        required: Names of frameworks whose absence is a failure, as is that of `extra` and `only`.
        only: Judge these alone, by name or package; none takes all there are.

    Raises:
        UnknownFrameworkError: If a name of `extra` or `only` is neither known nor importable.
    """
    chosen, asked_for = set(only), {*extra, *required, *only}
    packages = {
        name: package
        for name, package in registry([*extra, *chosen]).items()
        if not chosen or {name, package} & chosen
    }
    loaded = {name: load(name, package) for name, package in packages.items()}
    others = {n: _status(each) for n, each in loaded.items() if not isinstance(each, Framework)}
    for name in sorted(asked_for):
        known = next((key for key in packages if name in (key, packages[key])), None)
        if known is None:
            others[name] = Status(None, Outcome.NOT_INSTALLED, ["not a known framework"])
        status = others.get(known or name)
        if status is not None and status.status is Outcome.NOT_INSTALLED:
            status.blame("asked for, but not installed")
    return Selection(
        tuple(each for each in loaded.values() if isinstance(each, Framework)),
        others,
        tuple(dict.fromkeys([*packages, *others])),
        () if chosen else announced().skipped,
    )


def _status(loaded: NotInstalled | Broken) -> Status:
    if isinstance(loaded, NotInstalled):
        return Status(None, Outcome.NOT_INSTALLED, [loaded.reason])
    other = isinstance(loaded, OtherContract)
    outcome = Outcome.OTHER_CONTRACT if other else Outcome.WRONG
    return Status(loaded.version, outcome, list(loaded.problems))
