"""The stock frameworks: where they are installed, and how something is run in them.

Some read their settings once, on import (Keras its backend, tinygrad its device): these are run in
a process of their own, so that they change nothing here and are not changed by what runs here.
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

# A module whose `run(framework, job)` makes the result, and what it is given.
Job = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Stock:
    """A framework as people use it.

    Attributes:
        title: What it is called.
        packages: What must be importable; the first is the framework itself.
        environment: What it reads on import. Where there is something, it runs by itself.
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
        """Of the framework itself; "unknown" where its distribution has another name."""
        try:
            return version(DISTRIBUTIONS.get(self.packages[0], self.packages[0]))
        except PackageNotFoundError:
            return "unknown"


# Where the distribution has another name than the package.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "tensorflow": "tensorflow-cpu"}

FRAMEWORKS: dict[str, Stock] = {
    "torch": Stock("PyTorch", ("torch",)),
    "optax": Stock("optax", ("optax",)),
    "jax": Stock("jax.example_libraries", ("jax",)),
    "sklearn": Stock("scikit-learn", ("sklearn",)),
    "autograd": Stock("HIPS autograd", ("autograd",)),
    "mlx": Stock("MLX", ("mlx",)),
    "keras-jax": Stock(
        "Keras on JAX", ("keras", "jax"), {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "true"}
    ),
    "keras-torch": Stock("Keras on PyTorch", ("keras", "torch"), {"KERAS_BACKEND": "torch"}),
    "tensorflow": Stock("TensorFlow", ("tensorflow",), {"TF_CPP_MIN_LOG_LEVEL": "3"}),
    "tinygrad": Stock(
        "tinygrad",
        ("tinygrad",),
        # Without a compiler; PARALLEL would start a process for each core all the same.
        {"DEV": "PYTHON", "PARALLEL": "0", "OPTIM_DTYPE": "float64", "DEFAULT_FLOAT": "float64"},
    ),
}

# No framework may take more time than this to compute everything that it is asked for.
SECONDS = 300


def computed(framework: str, jobs: Sequence[Job]) -> list[Any]:
    """What a framework makes of each job, in JSON's terms.

    What a job raises is its result, as {"error": "..."}; so is the end of a process of its own.
    """
    stock = FRAMEWORKS[framework]
    if not stock.environment:
        return [_result(framework, *job) for job in jobs]
    try:
        process = subprocess.run(
            [sys.executable, "-m", __name__, framework],
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
    except subprocess.CalledProcessError as ended:
        error = f"{stock.title} cannot be run: {ended.stderr.strip()[-500:]}"
    except (IndexError, ValueError):
        error = f"{stock.title} cannot be run: it gave no results"
    else:
        return results
    return [{"error": error}] * len(jobs)


def _result(framework: str, module: str, job: dict[str, Any]) -> Any:
    try:
        return importlib.import_module(module).run(framework, job)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    _, name = sys.argv
    found = [_result(name, *job) for job in json.load(sys.stdin)]
    print(json.dumps(found))
