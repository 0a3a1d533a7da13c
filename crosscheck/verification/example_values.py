"""What the built-in frameworks compute of the documents' examples, each in a worker of its own."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from crosscheck.frameworks.compiled import jax_cache
from crosscheck.frameworks.registry import BUILT_IN, MEMORY, Framework, load_unguarded
from crosscheck.frameworks.worker import Worker
from crosscheck.verification.cases.examples import framework_values

# The float that a framework computes: by document, framework and quantity.
Values = dict[str, dict[str, dict[str, float]]]
# Seconds for all documents, with the import: a slow disk may take long over PyTorch.
LIMIT = 300.0


def example_values(documents: Sequence[str]) -> Values:
    """The values of every built-in framework that is installed, side by side on all cores.

    Raises:
        EndedError, RaisedError: If a framework does not come to its end.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {name: pool.submit(_in_a_worker, name, documents) for name in BUILT_IN}
        found = {name: values.result() for name, values in running.items()}
    return {
        document: {name: values[document] for name, values in found.items() if values is not None}
        for document in documents
    }


def _in_a_worker(name: str, documents: Sequence[str]) -> Any:
    package = BUILT_IN[name]
    with closing(Worker(MEMORY, jax_cache(package))) as worker:
        return worker.call(f"{__name__}:values_here", name, package, documents, limit=LIMIT)


def values_here(
    name: str, package: str, documents: Sequence[str]
) -> dict[str, dict[str, float]] | None:
    """In a worker: the values of one framework, by document; None if it cannot be used."""
    framework = load_unguarded(name, package)
    if not isinstance(framework, Framework):
        return None
    return {each: framework_values(each, [framework])[name] for each in documents}
