"""What the built-in frameworks compute of the documents' examples, each in a worker of its own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crosscheck.documents.document import Document
from crosscheck.frameworks.compiled import jax_cache
from crosscheck.frameworks.processes import cores
from crosscheck.frameworks.registry import BUILT_IN, Framework, load_unguarded
from crosscheck.frameworks.worker import Workers
from crosscheck.verification.cases.examples import framework_values

# One of the five by its number, or a document of one's own.
Documents = Sequence[str | Document]
# The float that a framework computes: by document, framework and quantity.
Values = dict[str, dict[str, dict[str, float]]]
# Seconds for all documents, with the import: a slow disk may take long over PyTorch.
LIMIT = 300.0


def example_values(documents: Documents) -> Values:
    """The values of every built-in framework that is installed, side by side on all cores.

    Raises:
        EndedError, RaisedError: If a framework does not come to its end.
    """

    def values_of(name: str) -> Any:
        package = BUILT_IN[name]
        worker = workers.start(environment=jax_cache(package))
        return worker.call(f"{__name__}:values_here", name, package, documents, limit=LIMIT)

    with ThreadPoolExecutor(cores()) as pool, Workers() as workers:
        found = dict(zip(BUILT_IN, pool.map(values_of, BUILT_IN), strict=True))
    return {
        number: {name: values[number] for name, values in found.items() if values is not None}
        for number in map(number_of, documents)
    }


def number_of(document: str | Document) -> str:
    """What a document is called."""
    return document.number if isinstance(document, Document) else document


def values_here(
    name: str, package: str, documents: Documents
) -> dict[str, dict[str, float]] | None:
    """In a worker: the values of one framework, by document; None if it cannot be used."""
    framework = load_unguarded(name, package)
    if not isinstance(framework, Framework):
        return None
    return {number_of(each): framework_values(each, [framework])[name] for each in documents}
