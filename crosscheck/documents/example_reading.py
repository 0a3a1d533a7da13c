"""Reading the worked example of a transcription: what its tables must and may hold."""

from decimal import Decimal
from typing import Any

from crosscheck.documents.entries import (
    Reader,
    TranscriptionError,
    decimal,
    fields,
    flag,
    hyperparameter,
    list_of,
    matrix,
    table_of,
    text,
    vector,
    whole_number,
)
from crosscheck.documents.examples import Network, OptimizerRun, Picture, Surface
from crosscheck.numerics.trees import Layer

RATE = "learning_rate"


def _layer(where: str, value: Any) -> Layer:
    return Layer(**fields(where, value, {"weight": matrix, "bias": vector}))


def _network(where: str, value: Any) -> Network:
    required: dict[str, Reader] = {
        "params": list_of(_layer),
        "inputs": matrix,
        "targets": matrix,
        "activations": list_of(text),
        "loss": text,
    }
    return Network(**fields(where, value, required, {"biases": flag}))


def _run(where: str, value: Any) -> OptimizerRun:
    required: dict[str, Reader] = {
        "name": text,
        "optimizer": text,
        "hyperparameters": table_of(hyperparameter),
        "layers": list_of(whole_number),
    }
    found = fields(where, value, required, {"moments": list_of(text)})
    rate = found["hyperparameters"].pop(RATE, None)
    if not isinstance(rate, Decimal):
        raise TranscriptionError(f"{where}, hyperparameters: {RATE!r} must be there, and a number")
    return OptimizerRun(learning_rate=rate, **found)


def _surface(where: str, value: Any) -> Surface:
    return Surface(**fields(where, value, {"coefficients": vector, "point": vector}))


def _picture(where: str, value: Any) -> Picture:
    return Picture(**fields(where, value, {"side": decimal}))


# By the keys of the file, which are the fields of `Example`.
READERS: dict[str, Reader] = {
    "layer_sizes": list_of(whole_number),
    "picture": _picture,
    "surface": _surface,
    "network": _network,
    "runs": list_of(_run),
}
