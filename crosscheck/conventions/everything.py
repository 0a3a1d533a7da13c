"""Execute every statement about the stock frameworks; each framework computes all of it at once."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.estimators.statements import estimator_check
from crosscheck.conventions.findings import Check, Finding
from crosscheck.conventions.functions.trials import function_check
from crosscheck.conventions.optimizers.long_runs import long_check
from crosscheck.conventions.optimizers.trials import optimizer_check
from crosscheck.conventions.schedules.trials import schedule_check
from crosscheck.frameworks import registry


def findings(
    frameworks: Iterable[str] | None = None,
    optimizer: str | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Finding]:
    """Check every statement about these frameworks, and return the findings in their order.

    Args:
        frameworks: Names in `stock.FRAMEWORKS`; None takes all.
        optimizer: Check only the statements about this one, by its name in `specs.KEYWORDS`.
        progress: Called with the name of each framework that begins; of those that are installed.

    Raises:
        KeyError: If there is no framework of such a name.
    """
    registry.prepare()  # JAX computes in float64 only if that is set before it is imported
    names = list(stock.FRAMEWORKS if frameworks is None else frameworks)
    checks = {name: _checks(name, optimizer) for name in names}
    missing = {name: stock.FRAMEWORKS[name].missing for name in names}
    jobs = {name: [job for check in checks[name] for job in check.jobs] for name in names}
    results: dict[str, list[Any]] = {
        name: [{"missing": missing[name]}] * len(jobs[name]) for name in names
    }
    present = {name: jobs[name] for name in names if missing[name] is None}
    results |= stock.run_side_by_side(present, progress)
    return [finding for name in names for finding in _read(checks[name], results[name])]


def statements(framework: str) -> list[Any]:
    """Every statement about a framework as plain data: what it runs, and what must come of it.

    Args:
        framework: A name in `stock.FRAMEWORKS`.
    """
    rows: list[Any] = []
    for check in (each for each in _checks(framework, None) if each.jobs):
        untried = check.read([{"missing": "it was not asked"}] * len(check.jobs))
        rows.append([check.jobs, [finding.as_json() for finding in untried]])
    return rows


def as_json(checked: Iterable[Finding], frameworks: Iterable[str]) -> dict[str, Any]:
    """Findings in the form that other programs read, with the versions that are installed."""
    return {
        "versions": {
            name: stock.FRAMEWORKS[name].version
            for name in frameworks
            if not stock.FRAMEWORKS[name].missing
        },
        "findings": [finding.as_json() for finding in checked],
    }


def _checks(framework: str, optimizer: str | None) -> list[Check]:
    checks = [optimizer_check(framework, optimizer), long_check(framework, optimizer)]
    if optimizer is None:
        checks += [schedule_check(framework), function_check(framework)]
        checks.append(estimator_check(framework))
    return checks


def _read(checks: Iterable[Check], results: Iterable[Any]) -> Iterator[Finding]:
    """The findings of some checks, from the results of all their jobs."""
    rest = iter(results)
    for check in checks:
        yield from check.read([next(rest) for _ in check.jobs])
