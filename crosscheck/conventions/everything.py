"""Execute every statement about the stock frameworks; each framework computes all of it at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions.table import function_check
from crosscheck.conventions.optimizers.trials import optimizer_check
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
        progress: Called with the title of each framework that is done.

    Raises:
        KeyError: If there is no framework of such a name.
    """
    registry.prepare()  # JAX computes in float64 only if that is set before it is imported
    names = list(stock.FRAMEWORKS if frameworks is None else frameworks)
    in_subprocess = [name for name in names if stock.FRAMEWORKS[name].environment]
    by_framework: dict[str, list[Finding]] = {}
    with ThreadPoolExecutor() as pool:  # the subprocesses compute while this process does
        waiting = {name: pool.submit(_check_framework, name, optimizer) for name in in_subprocess}
        for name in sorted(names, key=lambda name: name in in_subprocess):
            ready = waiting[name].result() if name in waiting else _check_framework(name, optimizer)
            by_framework[name] = ready
            progress(stock.FRAMEWORKS[name].title)
    return [finding for name in names for finding in by_framework[name]]


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


def _check_framework(framework: str, optimizer: str | None) -> list[Finding]:
    checks = [optimizer_check(framework, optimizer)]
    if optimizer is None:
        checks.append(function_check(framework))
    jobs = [job for check in checks for job in check.jobs]
    missing = stock.FRAMEWORKS[framework].missing
    results: list[Any] = [{"missing": missing}] * len(jobs)
    if missing is None:
        results = stock.run_jobs(framework, jobs)
    rest, all_findings = iter(results), []
    for check in checks:
        all_findings += check.read([next(rest) for _ in check.jobs])
    return all_findings
