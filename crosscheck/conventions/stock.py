"""The stock frameworks: whether they are installed, and how a job is run in them.

Some frameworks read their settings once, when they are imported (Keras its backend, tinygrad its
device). These run in a worker, so that their settings and those of this process stay apart.
"""

import importlib
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
            runs in a worker.
    """

    title: str
    packages: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)

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
DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "tensorflow": "tensorflow-cpu",
    "paddle": "paddlepaddle",
}

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
    # A level of 2 keeps its notes on every promotion of a dtype away.
    "paddle": StockFramework("PaddlePaddle", ("paddle",), {"GLOG_minloglevel": "2"}),
}

# What people call some of them.
ALIASES = {
    "pytorch": "torch",
    "keras": "keras-jax",
    "tf": "tensorflow",
    "scikit-learn": "sklearn",
    "example_libraries": "jax",
    "paddlepaddle": "paddle",
}


def framework_named(name: str) -> str:
    """The name in `FRAMEWORKS` of a framework that may be called by another name.

    Keras is the same on every backend: the first one that is installed is taken.

    Raises:
        ValueError: If there is no such framework.
    """
    known = ALIASES.get(name.lower(), name.lower())
    if (
        name.lower() == "keras"
        and FRAMEWORKS[known].missing
        and not FRAMEWORKS["keras-torch"].missing
    ):
        return "keras-torch"
    if known not in FRAMEWORKS:
        names = ", ".join([*FRAMEWORKS, *ALIASES])
        raise ValueError(f"unknown framework {name!r}: known are {names}")
    return known


# How many seconds a framework may take for all of its jobs.
SECONDS = 300
# What a worker is asked for.
RUN = f"{__name__}:run_here"


def run_jobs(framework: str, jobs: Sequence[Job]) -> list[Any]:
    """Run jobs in a framework; if it needs a worker, in one that is kept for the next jobs.

    Args:
        framework: A name in `FRAMEWORKS`.
        jobs: What to run.

    Returns:
        The result of each job, of types that JSON has. The result of a job that raises is
        {"error": "..."}, and so is that of every job if the worker ends.
    """
    stock = FRAMEWORKS[framework]
    if not stock.environment:
        return run_here(framework, jobs)
    # Not for those who only read the table.
    from crosscheck.frameworks.compiled import jax_cache
    from crosscheck.frameworks.kept import call_kept
    from crosscheck.frameworks.worker import EndedError, RaisedError

    variables = stock.environment | jax_cache(f"stock-{framework}")
    try:
        return call_kept(framework, variables, RUN, framework, list(jobs), limit=SECONDS)
    except (EndedError, RaisedError) as error:
        return _ended(stock, jobs, error)


def run_side_by_side(
    jobs: Mapping[str, Sequence[Job]], progress: Callable[[str], None] = lambda name: None
) -> dict[str, list[Any]]:
    """Run the jobs of several frameworks, each in a worker, as many at a time as there are cores.

    Args:
        jobs: What to run, by the name of the framework.
        progress: Called with the name of each framework when its worker has begun.

    Returns:
        The results by framework, each as of `run_jobs`.
    """
    # Not for those who only read the table.
    from crosscheck.frameworks.compiled import jax_cache
    from crosscheck.frameworks.processes import cores
    from crosscheck.frameworks.worker import EndedError, RaisedError, Workers

    def run(name: str) -> Any:
        stock = FRAMEWORKS[name]
        try:
            worker = workers.start(environment=stock.environment | jax_cache(f"stock-{name}"))
            progress(name)
            return worker.call(RUN, name, jobs[name], limit=SECONDS)
        except (EndedError, RaisedError) as error:
            return _ended(stock, jobs[name], error)

    # Those that need a worker in any case take the longest, and begin first.
    in_turn = sorted(jobs, key=lambda name: not FRAMEWORKS[name].environment)
    with ThreadPoolExecutor(cores()) as pool, Workers() as workers:
        return dict(zip(in_turn, pool.map(run, in_turn), strict=True))


def run_here(framework: str, jobs: Sequence[Job]) -> list[Any]:
    """`run_jobs` in this process."""
    return [_run_job(framework, *job) for job in jobs]


def _ended(stock: StockFramework, jobs: Sequence[Job], error: Exception) -> list[Any]:
    return [{"error": f"{stock.title} cannot be run: it {error}"}] * len(jobs)


def _run_job(framework: str, module: str, job: dict[str, Any]) -> Any:
    try:
        return importlib.import_module(module).run(framework, job)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
