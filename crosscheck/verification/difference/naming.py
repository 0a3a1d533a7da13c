"""What the tensors of a pass are called here, and in somebody's own files.

The order is that of the computation: z1, a1, z2, a2 ..., the loss, delta from the last layer down,
and the gradients. Layers of z, a and delta count from 1, those of parameters from 0.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from crosscheck.frameworks.tensor_files import StoredTensor
from crosscheck.numerics.trees import Layer

TRANSPOSED = ".T"
Shapes = dict[str, tuple[int, ...]]
# The names in somebody's files, by the names here.
Names = Mapping[str, Sequence[str]]


class NamingError(ValueError):
    """Tensors do not have the names or the shapes that they must have."""


def shapes_of(sizes: Sequence[int], batch: int, biases: bool = True) -> Shapes:
    """The shape of every tensor of a pass by its name, in the order of the computation.

    Args:
        sizes: The units of each row, the inputs first.
        batch: How many samples there are.
        biases: Whether the network has biases.
    """
    layers = range(1, len(sizes))
    found: Shapes = {}
    for layer in layers:
        found[f"z{layer}"] = found[f"a{layer}"] = (batch, sizes[layer])
    found["loss"] = ()
    found |= {f"delta{layer}": (batch, sizes[layer]) for layer in reversed(layers)}
    return found | parameter_shapes("grad", sizes, biases)


def parameter_shapes(of_what: str, sizes: Sequence[int], biases: bool = True) -> Shapes:
    """The shapes of what has the form of the parameters: "grad.0.weight", "grad.0.bias" ..."""
    found: Shapes = {}
    for index, (below, above) in enumerate(pairwise(sizes)):
        found[f"{of_what}.{index}.weight"] = (above, below)
        if biases:
            found[f"{of_what}.{index}.bias"] = (above,)
    return found


@dataclass
class NamedTensors:
    """Tensors by the names here.

    Attributes:
        tensors: Each in the shape that it has here.
        notes: What was taken for transposed, and how it could be said otherwise.
    """

    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def named(
    found: Mapping[str, StoredTensor], shapes: Shapes, names: Names, where: str
) -> NamedTensors:
    """The tensors of one file by the names here, each in the shape that it has here.

    A matrix that has the transposed shape is transposed. A square one shows nothing by its shape:
    it is taken to be as the weights beside it are, unless its name is mapped.

    Args:
        found: The tensors by their names in the file.
        shapes: The shapes of those that may be there.
        names: The names in the files by those here.
        where: What the file is called in a message.

    Raises:
        NamingError: If a name is unknown or stands for two tensors, or a shape does not fit.
    """
    chosen = _chosen(found, shapes, names, where)
    result = NamedTensors()
    turned: list[str] = []
    for name, (own, is_transposed) in chosen.items():
        value, dtype = found[own]
        if is_transposed:
            value = value.T
        elif value.shape != shapes[name] and value.shape[::-1] == shapes[name]:
            value = value.T
            turned.append(name)
        if value.shape != shapes[name]:
            raise NamingError(
                f"{where}: {own!r} must have shape {shapes[name]}, not {found[own].value.shape}"
            )
        result.tensors[name] = StoredTensor(value, dtype)
    if turned:
        result.notes.append(f"{where}: transposed, as their shapes say: {', '.join(turned)}")
    if any(name.endswith("weight") for name in turned):
        _turn_square_weights(result, chosen, names, where)
    return result


def _turn_square_weights(
    result: NamedTensors, chosen: Mapping[str, tuple[str, bool]], names: Names, where: str
) -> None:
    """Transpose the square weights too whose names are not mapped, and say so."""
    for name, (own, _) in chosen.items():
        value, dtype = result.tensors[name]
        if name.endswith("weight") and name not in names and len(set(value.shape)) == 1:
            result.tensors[name] = StoredTensor(value.T, dtype)
            result.notes.append(
                f"{where}: {name} is square and taken to be transposed as the others are; "
                f"--map {name}={own} says that it is not"
            )


def layer_sizes(
    found: Mapping[str, StoredTensor], layers: int, biases: bool, names: Names, where: str
) -> tuple[tuple[int, ...], int]:
    """The units of each row, the inputs first, and the number of samples.

    Args:
        found: The inputs, the targets and the parameters, by their names in the file.
        layers: How many layers there are.
        biases: Whether there are biases.
        names: The names in the files by those here.
        where: What the file is called in a message.

    Raises:
        NamingError: If something is missing or unknown, or no shapes fit each other.
    """
    expected = ["inputs", "targets"]
    for index in range(layers):
        parts = ("weight", "bias") if biases else ("weight",)
        expected += [f"params.{index}.{part}" for part in parts]
    chosen = _chosen(found, expected, names, where)
    check_complete(chosen, expected, where)
    shape = {}
    for name, (own, is_transposed) in chosen.items():
        shape[name] = found[own].value.shape[:: -1 if is_transposed else 1]
        wanted = 1 if name.endswith("bias") else 2
        if len(shape[name]) != wanted or 0 in shape[name]:
            raise NamingError(f"{where}: {own!r} has shape {shape[name]}, not {wanted} axes")
    batch, width = shape["inputs"]
    sizes = [width]
    for index in range(layers):
        of_weight = shape[f"params.{index}.weight"]
        if sizes[-1] not in of_weight:
            raise NamingError(
                f"{where}: params.{index}.weight has shape {of_weight}, but {sizes[-1]} units are "
                "below it"
            )
        above, below = of_weight
        sizes.append(above if below == sizes[-1] else below)
    return tuple(sizes), batch


def _chosen(
    found: Mapping[str, StoredTensor], expected: Collection[str], names: Names, where: str
) -> dict[str, tuple[str, bool]]:
    """The name in the file, and whether it is marked as transposed, by the name here, in order."""
    chosen: dict[str, tuple[str, bool]] = {}
    used = set()
    for name in expected:
        candidates = {own: False for own in names.get(name, ()) if own in found}
        candidates |= {
            bare: True
            for own in names.get(name, ())
            if own not in found and (bare := own.removesuffix(TRANSPOSED)) in found
        }
        if not candidates and name in found:
            candidates = {name: False}
        if len(candidates) > 1:
            raise NamingError(f"{where}: {name} is mapped to {' and '.join(candidates)}: name one")
        for own, is_transposed in candidates.items():
            if own in used:
                raise NamingError(f"{where}: {own!r} is mapped twice")
            used.add(own)
            chosen[name] = own, is_transposed
    if unknown := [name for name in found if name not in used]:
        raise NamingError(
            f"{where}: unknown {_listed(unknown)}; the names here are {', '.join(expected)}, "
            "and --map NAME=THEIRS gives another one"
        )
    return chosen


def _listed(names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(map(repr, names[:most]))
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def check_complete(found: Iterable[str], expected: Iterable[str], where: str) -> None:
    """Check that nothing is missing.

    Raises:
        NamingError: If something is.
    """
    present = set(found)
    if missing := [name for name in expected if name not in present]:
        raise NamingError(f"{where}: {_listed(missing)} is missing")


def layers_of(tensors: Mapping[str, StoredTensor], of_what: str, count: int) -> tuple[Layer, ...]:
    """What has the form of the parameters, as layers in float64; a bias that is not there is 0."""

    def layer(index: int) -> Layer:
        weight = tensors[f"{of_what}.{index}.weight"].value.astype("float64")
        bias = tensors.get(f"{of_what}.{index}.bias")
        zeros = np.zeros(len(weight))
        return Layer(weight, zeros if bias is None else bias.value.astype("float64"))

    return tuple(map(layer, range(count)))
