"""Every statement about the stock frameworks, executed: each framework computes all in one go."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crosscheck.conventions import stock
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions import table
from crosscheck.conventions.optimizers import claims
from crosscheck.frameworks import registry as references


def findings(
    frameworks: Iterable[str] | None = None,
    optimizer: str | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Finding]:
    """What comes of every statement about these frameworks, in their order.

    Args:
        frameworks: Names in `stock.FRAMEWORKS`; None takes all.
        optimizer: Only the rows of this one, by its name in `specs.KEYWORDS`.
        progress: Called with the name of each framework that is done.

    Raises:
        KeyError: If there is no framework of such a name.
    """
    references.prepare()  # JAX computes in float64 only if told before it is imported
    names = list(stock.FRAMEWORKS if frameworks is None else frameworks)
    apart = [name for name in names if stock.FRAMEWORKS[name].environment]
    found: dict[str, list[Finding]] = {}
    with ThreadPoolExecutor() as pool:  # while processes of their own compute, so does this one
        waiting = {name: pool.submit(_of_framework, name, optimizer) for name in apart}
        for name in sorted(names, key=lambda name: name in apart):
            ready = waiting[name].result() if name in waiting else _of_framework(name, optimizer)
            found[name] = ready
            progress(stock.FRAMEWORKS[name].title)
    return [finding for name in names for finding in found[name]]


def as_json(findings: Iterable[Finding], frameworks: Iterable[str]) -> dict[str, Any]:
    """Findings in the form that other programs read, with the versions that are installed."""
    return {
        "versions": {
            name: stock.FRAMEWORKS[name].version
            for name in frameworks
            if not stock.FRAMEWORKS[name].missing
        },
        "findings": [finding.as_json() for finding in findings],
    }


def _of_framework(framework: str, optimizer: str | None) -> list[Finding]:
    parts = [claims.claimed(framework, optimizer)]
    if optimizer is None:
        parts.append(table.stated(framework))
    jobs = [job for of_part, _ in parts for job in of_part]
    missing = stock.FRAMEWORKS[framework].missing
    results: list[Any] = [{"missing": missing}] * len(jobs)
    if missing is None:
        results = stock.computed(framework, jobs)
    done, all_found = 0, []
    for of_part, found in parts:
        all_found += found(results[done : done + len(of_part)])
        done += len(of_part)
    return all_found
