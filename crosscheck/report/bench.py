"""The tables of `crosscheck bench`."""

import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_info

from crosscheck.training.bench.growing import Grown
from crosscheck.training.bench.measuring import GOALS, Measured, achieved


def show(console: Console, measured: Sequence[Measured], grown: Sequence[Grown]) -> None:
    """Milliseconds per epoch, the goals, and how time grows."""
    console.print(", ".join(f"{name} {number}" for name, number in versions().items()))
    for library in libraries():
        console.print(f"BLAS: {library}")
    for task in dict.fromkeys(found.task for found in measured):
        sizes = "-".join(map(str, task.layers))
        table = Table(
            title=f"{sizes}, {task.samples:,} samples, batch {task.batch_size}, {task.dtype}, "
            f"{task.optimizer}"
        )
        for column in ("", "", "ms per epoch", "us per step", "first epoch, s"):
            table.add_column(column, justify="right" if "e" in column else "left")
        steps = -(-task.samples // task.batch_size)
        for found in measured:
            if found.task != task:
                continue
            numbers = (
                [
                    f"{1e3 * found.median:.1f}",
                    f"{1e6 * found.median / steps:.1f}",
                    f"{found.first:.1f}",
                ]
                if found.seconds
                else ["not measured", "", ""]
            )
            table.add_row(found.variant.name, found.variant.kind, *numbers)
        console.print(table)
    for name, why in dict.fromkeys((f.variant.name, f.missing) for f in measured if f.missing):
        console.print(f"{name}: not measured: {why.splitlines()[0]}", markup=False)
    goals = Table(title="Goals: ratios of medians, float32")
    for column in ("reference", "against", "batch", "optimizer", "goal", "measured", ""):
        goals.add_column(column)
    for goal in GOALS:
        ratio = achieved(goal, measured)
        if ratio is None:
            continue
        sign = "at most" if goal.at_most else "at least"
        where = (goal.against, str(goal.batch_size), goal.optimizer)
        word = "[green]reached[/]" if goal.reached_by(ratio) else "[yellow]missed[/]"
        goals.add_row(goal.variant, *where, f"{sign} {goal.ratio:g}", f"{ratio:.2f}", word)
    if goals.row_count:
        console.print(goals)
    if grown:
        table = Table(title="Growth: exponent of the power law that fits best")
        for column in ("", "along", "sizes", "exponent"):
            table.add_column(column)
        for fit in grown:
            sizes = ", ".join(map(str, fit.sizes))
            table.add_row(fit.variant, fit.along, sizes, f"{fit.exponent:.2f}")
        console.print(table)


def versions() -> dict[str, str]:
    """Of Python, and of what is measured and is installed."""
    found = {"Python": platform.python_version()}
    for name in ("numpy", "torch", "jax", "optax", "scikit-learn"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def libraries() -> list[str]:
    """Each BLAS that is loaded, and the processor that it takes this one for, where it says."""
    found = (pool for pool in threadpool_info() if pool["user_api"] == "blas")
    return list(
        dict.fromkeys(
            f"{pool['internal_api']} {pool['version']} of {_owner(pool['filepath'])}, "
            f"kernels for {pool.get('architecture', 'an unnamed processor')}"
            for pool in found
        )
    )


def _owner(file: str) -> str:
    """The package beside which a wheel has put its libraries, as numpy.libs; or the folder."""
    return Path(file).parent.name.removesuffix(".libs")


def as_json(
    measured: Sequence[Measured],
    grown: Sequence[Grown],
    finite: Callable[[float | None], float | None],
) -> dict[str, Any]:
    """All of it in the form that other programs read."""
    return {
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "blas": libraries(),
            "versions": versions(),
        },
        "measured": [
            {
                "variant": found.variant.name,
                "kind": found.variant.kind,
                "layers": list(found.task.layers),
                "samples": found.task.samples,
                "batch_size": found.task.batch_size,
                "dtype": found.task.dtype,
                "optimizer": found.task.optimizer,
                "seconds": list(found.seconds),
                "median": finite(found.median),
                "first": found.first,
                "missing": found.missing,
            }
            for found in measured
        ],
        "goals": [
            {
                "reference": goal.variant,
                "against": list(goal.rivals),
                "batch_size": goal.batch_size,
                "optimizer": goal.optimizer,
                "goal": goal.ratio,
                "at_most": goal.at_most,
                "measured": achieved(goal, measured),
            }
            for goal in GOALS
        ],
        "growth": [
            {
                "variant": found.variant,
                "along": found.along,
                "sizes": list(found.sizes),
                "seconds": list(found.seconds),
                "exponent": found.exponent,
            }
            for found in grown
        ],
    }
