"""What a comparison is given: the network, the batch and the parameters, and the two sets."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck.documents.entries import fields, flag, list_of, one_of
from crosscheck.documents.faults import Fault, TranscriptionError
from crosscheck.documents.transcription import read_table_of
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks.regular_files import read_regular
from crosscheck.frameworks.tensor_files import StoredTensor, read_tensors, stored_tensors
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.difference.naming import (
    NamedTensors,
    Names,
    NamingError,
    check_complete,
    layer_sizes,
    layers_of,
    named,
    parameter_shapes,
    shapes_of,
)
from reference_numpy.mlp import forward

# So many products of two numbers a pass may take, forward: exactly they take most of a minute.
MOST_PRODUCTS = 10**8
# A file, or its content by name.
Given = str | os.PathLike[str] | Mapping[str, Any]


class GivenError(ValueError):
    """Something that a comparison is given cannot be used; the message says what and why."""


@dataclass(frozen=True)
class Kind:
    """A network without its numbers.

    Attributes:
        activations: One for each layer.
        loss: Its name in the contract.
        biases: Whether it has biases.
    """

    activations: tuple[str, ...]
    loss: str
    biases: bool = True


@dataclass(frozen=True)
class Start:
    """Where both computations began.

    Attributes:
        case: The network with its batch and its parameters, in float64, which holds them exactly.
        biases: Whether it has biases.
        notes: What was taken for transposed.
    """

    case: NetworkCase
    biases: bool
    notes: tuple[str, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The units of each row, the inputs first."""
        return (self.case.inputs.shape[1], *(len(layer[1]) for layer in self.case.params))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of all tensors of the pass."""
        return shapes_of(self.sizes, len(self.case.inputs), self.biases)


def read_kind(given: Given) -> Kind:
    """The activations and the loss of a network.

    Args:
        given: A TOML file in the documents' format, of whose `network` the numbers may be left
            out; or a mapping with `activations`, `loss` and perhaps `biases`.

    Raises:
        GivenError: If it cannot be read, or names something unknown.
    """
    try:
        if isinstance(given, Mapping):
            return _kind(given)
        table, source = read_table_of(given)
        if not isinstance(table.get("network"), dict):
            raise TranscriptionError([Fault((), "has no table [network]")], source)
        try:
            return _kind(table["network"])
        except TranscriptionError as error:
            raise TranscriptionError(error.faults, source) from None
    except (TranscriptionError, OSError) as error:
        raise GivenError(str(error)) from None


def _kind(table: Mapping[str, Any]) -> Kind:
    lists = {
        key: list(value) if isinstance(value, tuple) else value for key, value in table.items()
    }
    # The numbers of a worked example are not those of the comparison, which has its own.
    ignored = dict.fromkeys(("params", "inputs", "targets"), lambda where, value: None)
    readers = {"activations": list_of(one_of(ACTIVATIONS)), "loss": one_of(LOSSES)}
    found = fields(("network",), lists, readers, {"biases": flag, **ignored})
    if not found["activations"]:
        raise TranscriptionError([Fault(("network", "activations"), "has no layer")])
    return Kind(found["activations"], found["loss"], found.get("biases", True))


def read_names(given: Sequence[str] | Mapping[str, str | Sequence[str]]) -> Names:
    """The names in the files, by the names here.

    Args:
        given: Texts, each NAME=THEIRS or the path of a JSON file with an object of such names; or
            a mapping. THEIRS may end in .T where the array is transposed.

    Raises:
        GivenError: If a text is neither, or a file cannot be read.
    """
    if isinstance(given, Mapping):
        return _names(given, "names")
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        name, equals, theirs = text.partition("=")
        if equals and name and theirs:
            one: Names = {name: (theirs,)}
        elif not equals:
            one = _names_in(Path(text))
        else:
            raise GivenError(f"{text!r} is not NAME=THEIRS, as z1=dense/z")
        for key, values in one.items():
            found[key] = (*found.get(key, ()), *values)
    return found


def _names_in(path: Path) -> Names:
    try:
        content = json.loads(read_regular(path))
    except OSError as error:
        raise GivenError(f"{path} is neither NAME=THEIRS nor a file: {error}") from None
    except (ValueError, RecursionError) as error:
        raise GivenError(f"{path} is no JSON: {error}") from None
    return _names(content, str(path))


def _names(content: Any, where: str) -> Names:
    if not isinstance(content, Mapping):
        raise GivenError(f"{where} must be an object: names here, each with the one in your files")
    found = {}
    for name, theirs in content.items():
        several = (theirs,) if isinstance(theirs, str) else theirs
        if not isinstance(several, list | tuple) or not all(isinstance(e, str) for e in several):
            raise GivenError(f"{where}: {name} must be a name or a list of names, not {theirs!r}")
        found[name] = tuple(several)
    return found


def read_set(given: Given, label: str) -> tuple[dict[str, StoredTensor], str]:
    """The tensors of a file or a mapping, and what it is called in a message.

    Raises:
        TensorFileError: If they cannot be read.
    """
    if isinstance(given, Mapping):
        return stored_tensors(given), label
    return read_tensors(Path(given)), os.fspath(given)


def read_start(given: Given, kind: Kind, names: Names) -> Start:
    """The batch and the parameters from which both began.

    Args:
        given: A safetensors file, or arrays by name: `inputs`, `targets`, `params.0.weight` ...
        kind: The network.
        names: The names in the files by those here.

    Raises:
        NamingError, TensorFileError, GivenError: If something is missing or does not fit.
    """
    found, where = read_set(given, "inputs")
    sizes, batch = layer_sizes(found, len(kind.activations), kind.biases, names, where)
    products = batch * sum(below * above for below, above in pairwise(sizes))
    if products > MOST_PRODUCTS:
        raise GivenError(
            f"{where}: a pass has {products:,} products: at most {MOST_PRODUCTS:,} are computed "
            "exactly; take fewer samples"
        )
    shapes = {
        "inputs": (batch, sizes[0]),
        "targets": (batch, sizes[-1]),
        **parameter_shapes("params", sizes, kind.biases),
    }
    result = named(found, shapes, names, where)
    check_complete(result.tensors, shapes, where)
    for name, (value, _) in result.tensors.items():
        if not np.isfinite(value).all():
            raise GivenError(f"{where}: {name} has entries that are not finite")
    return Start(_case(result, kind, where), kind.biases, tuple(result.notes))


def _case(given: NamedTensors, kind: Kind, where: str) -> NetworkCase:
    params = layers_of(given.tensors, "params", len(kind.activations))
    inputs, targets = (given.tensors[n].value.astype("float64") for n in ("inputs", "targets"))
    if kind.loss.endswith("cross_entropy") and not ((targets >= 0) & (targets <= 1)).all():
        raise GivenError(f"{where}: {kind.loss} needs targets in [0, 1]")
    if kind.loss == "binary_cross_entropy":
        layers = tuple(Layer(*layer) for layer in params)
        outputs = forward(layers, inputs, activations=kind.activations).outputs  # type: ignore[arg-type]
        if not ((outputs >= 0) & (outputs <= 1)).all():
            raise GivenError(f"{kind.loss} needs outputs in [0, 1]: end in sigmoid or softmax")
    return NetworkCase("own", "your network", params, inputs, targets, kind.activations, kind.loss)


def check_names(names: Names, start: Start) -> None:
    """Check that what is mapped is something here.

    Raises:
        NamingError: If a name is unknown.
    """
    known = ["inputs", "targets", *parameter_shapes("params", start.sizes, start.biases)]
    known += start.shapes
    for name in names:
        if name not in known:
            raise NamingError(f"--map: there is no {name!r}; the names are {', '.join(known)}")
