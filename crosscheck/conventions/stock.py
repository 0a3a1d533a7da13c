"""The stock frameworks: whether they are installed, and how a job is run in them.

Some frameworks read their settings once, when they are imported (Keras its backend, tinygrad its
device). These run in a subprocess, so that their settings and those of this process stay apart.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

# A module's name, and the argument `job` for its function `run(framework, job)`.
Job = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class StockFramework:
    """A framework as it is distributed.

    Attributes:
        title: Its name for readers.
        packages: The packages that it needs; the first is the framework itself.
        environment: The environment variables that it reads on import. A framework that has some
            runs in a subprocess.
    """

    title: str
    packages: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> str | None:
        """The package that is not installed, or None."""
        return next((name for name in self.packages if find_spec(name) is None), None)

    @property
    def version(self) -> str:
        """The version of the framework itself; "unknown" if its distribution is not found."""
        try:
            return version(DISTRIBUTIONS.get(self.packages[0], self.packages[0]))
        except PackageNotFoundError:
            return "unknown"


# The distributions whose name is not that of their package.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "tensorflow": "tensorflow-cpu"}

FRAMEWORKS: dict[str, StockFramework] = {
    "torch": StockFramework("PyTorch", ("torch",)),
    "optax": StockFramework("optax", ("optax",)),
    "jax": StockFramework("jax.example_libraries", ("jax",)),
    "sklearn": StockFramework("scikit-learn", ("sklearn",)),
    "autograd": StockFramework("HIPS autograd", ("autograd",)),
    "mlx": StockFramework("MLX", ("mlx",)),
    "keras-jax": StockFramework(
        "Keras on JAX", ("keras", "jax"), {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "true"}
    ),
    "keras-torch": StockFramework(
        "Keras on PyTorch", ("keras", "torch"), {"KERAS_BACKEND": "torch"}
    ),
    "tensorflow": StockFramework("TensorFlow", ("tensorflow",), {"TF_CPP_MIN_LOG_LEVEL": "3"}),
    "tinygrad": StockFramework(
        "tinygrad",
        ("tinygrad",),
        # The interpreter needs no compiler. PARALLEL=0 keeps it from starting a process per core.
        {"DEV": "PYTHON", "PARALLEL": "0", "OPTIM_DTYPE": "float64", "DEFAULT_FLOAT": "float64"},
    ),
}

# How long a subprocess may take for all of its jobs.
SECONDS = 300


def run_jobs(framework: str, jobs: Sequence[Job]) -> list[Any]:
    """Run jobs in a framework, in a subprocess if it needs one.

    Args:
        framework: A name in `FRAMEWORKS`.
        jobs: What to run.

    Returns:
        The result of each job, of types that JSON has. The result of a job that raises is
        {"error": "..."}, and so is that of every job if the subprocess fails.
    """
    stock = FRAMEWORKS[framework]
    if not stock.environment:
        return [_run_job(framework, *job) for job in jobs]
    try:
        process = subprocess.run(
            [sys.executable, "-P", "-m", __name__, framework],
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            env=os.environ | dict(stock.environment),
            timeout=SECONDS,
            check=True,
        )
        results: list[Any] = json.loads(process.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        error = f"{stock.title} cannot be run: it took more than {SECONDS} seconds"
    except subprocess.CalledProcessError as failure:
        error = f"{stock.title} cannot be run: {failure.stderr.strip()[-500:]}"
    except (IndexError, ValueError):
        error = f"{stock.title} cannot be run: it gave no results"
    else:
        return results
    return [{"error": error}] * len(jobs)


def _run_job(framework: str, module: str, job: dict[str, Any]) -> Any:
    try:
        return importlib.import_module(module).run(framework, job)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    _, name = sys.argv
    print(json.dumps([_run_job(name, *job) for job in json.load(sys.stdin)]))
