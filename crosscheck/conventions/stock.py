"""The stock frameworks: whether they are installed, and how a job is run in them.

Some frameworks read their settings once, when they are imported (Keras its backend, tinygrad its
device). These run in a subprocess, so that their settings and those of this process stay apart.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    if not FRAMEWORKS[framework].environment:
        return [_run_job(framework, *job) for job in jobs]
    return _run_in_subprocess(framework, jobs, Subprocesses())


def run_side_by_side(
    jobs: Mapping[str, Sequence[Job]], progress: Callable[[str], None] = lambda name: None
) -> dict[str, list[Any]]:
    """Run the jobs of several frameworks, each in a subprocess, as many at a time as cores.

    An interrupt ends the subprocesses at once.

    Args:
        jobs: What to run, by the name of the framework.
        progress: Called with the name of each framework when its subprocess begins.

    Returns:
        The results by framework, each as of `run_jobs`.
    """
    from crosscheck.frameworks.processes import cores  # not for those who only read the table

    def run(framework: str) -> list[Any]:
        progress(framework)
        return _run_in_subprocess(framework, jobs[framework], subprocesses)

    subprocesses = Subprocesses()
    # Those that need a subprocess anyway take the longest, and begin first.
    in_turn = sorted(jobs, key=lambda name: not FRAMEWORKS[name].environment)
    with ThreadPoolExecutor(cores()) as pool:
        try:
            return dict(zip(in_turn, pool.map(run, in_turn), strict=True))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            subprocesses.end()
            raise


class Subprocesses:
    """Subprocesses that several threads begin, and that end together."""

    def __init__(self) -> None:
        self.begun: list[subprocess.Popen[str]] = []
        self.ended = False

    def begin(self, framework: str) -> subprocess.Popen[str]:
        """Begin the subprocess of a framework, which then waits for its jobs."""
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, framework],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | dict(FRAMEWORKS[framework].environment),
        )
        self.begun.append(process)
        if self.ended:  # while this one began
            process.kill()
        return process

    def end(self) -> None:
        """Kill all of them, and any that begins from now on."""
        self.ended = True
        for process in self.begun:
            process.kill()


def _run_in_subprocess(
    framework: str, jobs: Sequence[Job], subprocesses: Subprocesses
) -> list[Any]:
    with subprocesses.begin(framework) as process:
        try:
            output, errors = process.communicate(json.dumps(jobs), timeout=SECONDS)
            if process.returncode:
                problem = errors.strip()[-500:] or f"it ended with {process.returncode}"
            else:
                results: list[Any] = json.loads(output.splitlines()[-1])
                return results
        except subprocess.TimeoutExpired:
            problem = f"it took more than {SECONDS} seconds"
        except (IndexError, ValueError):
            problem = "it gave no results"
        finally:
            process.kill()
    return [{"error": f"{FRAMEWORKS[framework].title} cannot be run: {problem}"}] * len(jobs)


def _run_job(framework: str, module: str, job: dict[str, Any]) -> Any:
    try:
        return importlib.import_module(module).run(framework, job)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    _, name = sys.argv
    print(json.dumps([_run_job(name, *job) for job in json.load(sys.stdin)]))
