"""Reading the worked example of a document: what its tables must and may hold, and what fits."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from crosscheck.documents.entries import (
    Reader,
    decimal,
    fields,
    flag,
    hyperparameter,
    list_of,
    matrix,
    one_of,
    table_of,
    text,
    vector,
    whole_number,
)
from crosscheck.documents.examples import Network, OptimizerRun, Picture, Surface, to_floats
from crosscheck.documents.expressions import FUNCTIONS
from crosscheck.documents.faults import Fault, Faults, Path, TranscriptionError, refusal, suggestion
from crosscheck.documents.naming import UNREAD
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.hyperparameters import default_keywords, known_keywords
from crosscheck.numerics.trees import Layer
from reference_numpy import checks, optimizers

RATE = "learning_rate"
# The exact rules are sums over all steps before, so that their work grows with the third power.
MOST_STEPS = 50
# What a run may not be called, since the quantities of the example have these names.
TAKEN = (
    *("params", "inputs", "targets", "pre_activations", "activations", "outputs", "loss"),
    *("deltas", "grads", "layer_sizes", "parameter_count", "picture", "surface"),
    *FUNCTIONS,
)

LAYER_READERS: dict[str, Reader] = {"weight": matrix, "bias": vector}


def _layer(where: Path, value: Any) -> Layer:
    return Layer(**fields(where, value, LAYER_READERS))


NETWORK_READERS: tuple[dict[str, Reader], dict[str, Reader]] = (
    {
        "params": list_of(_layer),
        "inputs": matrix,
        "targets": matrix,
        "activations": list_of(one_of(ACTIVATIONS)),
        "loss": one_of(LOSSES),
    },
    {"biases": flag},
)


def _network(where: Path, value: Any) -> Network:
    network = Network(**fields(where, value, *NETWORK_READERS))
    faults = [Fault((*where, *path), message) for path, message in _misfits(network)]
    if not faults:
        try:
            checks.target_domain(network.loss, to_floats(network.targets))
        except ValueError as error:
            faults.append(Fault((*where, "targets"), str(error)))
    if faults:
        raise TranscriptionError(faults)
    return network


def _misfits(network: Network) -> Iterator[tuple[Path, str]]:
    """The shapes that do not fit each other: the place, and what is wrong."""
    if not network.params:
        yield ("params",), "has no layer"
        return
    widths = [len(network.inputs[0]), *(len(layer.weight) for layer in network.params)]
    below = ["inputs", *(f"params[{index}].weight" for index in range(len(network.params)))]
    of_below = ["columns", *["rows"] * len(network.params)]
    for index, (layer, width) in enumerate(zip(network.params, widths, strict=False)):
        columns, rows = len(layer.weight[0]), len(layer.weight)
        if columns != width:
            yield (
                ("params", index, "weight"),
                f"has {columns} columns, but network.{below[index]} has {width} {of_below[index]}",
            )
        if len(layer.bias) != rows:
            yield ("params", index, "bias"), f"has {len(layer.bias)} entries for {rows} rows"
        if not network.biases and any(Decimal(each) for each in layer.bias):
            yield ("params", index, "bias"), "must be 0 where biases = false"
    if len(network.activations) != len(network.params):
        yield (
            ("activations",),
            f"has {len(network.activations)} names for {len(network.params)} layers",
        )
    if len(network.targets) != len(network.inputs):
        yield (
            ("targets",),
            f"has {len(network.targets)} rows, but inputs has {len(network.inputs)}",
        )
    if len(network.targets[0]) != widths[-1]:
        yield (
            ("targets",),
            f"has {len(network.targets[0])} columns, but the last layer has {widths[-1]} units",
        )


RUN_READERS: tuple[dict[str, Reader], dict[str, Reader]] = (
    {
        "name": text,
        "optimizer": one_of(tuple(STATES)),
        "hyperparameters": table_of(hyperparameter),
        "layers": list_of(whole_number),
    },
    {"moments": list_of(text), "steps": whole_number},
)


def read_run(where: Path, value: Any) -> OptimizerRun:
    """The steps of one optimizer."""
    found = fields(where, value, *RUN_READERS)
    optimizer, keywords = found["optimizer"], found["hyperparameters"]
    faults = Faults()
    for reader, key in (
        (_name, "name"),
        (_steps, "steps"),
        (partial(_moments, optimizer), "moments"),
        (partial(_keywords, optimizer), "hyperparameters"),
    ):
        if key in found:
            faults.read(reader, (*where, key), found[key])
    faults.end()
    rate = keywords.pop(RATE)
    return OptimizerRun(learning_rate=rate, **found)


def _name(where: Path, name: str) -> None:
    if not name.isidentifier() or name in TAKEN:
        what = "the name of something else" if name in TAKEN else "no name of letters and digits"
        raise refusal(where, f"{name!r} is {what}")


def _steps(where: Path, steps: int) -> None:
    if not 1 <= steps <= MOST_STEPS:
        raise refusal(where, f"must be from 1 to {MOST_STEPS}, not {steps}")


def _moments(optimizer: str, where: Path, moments: tuple[str, ...]) -> None:
    known = [key for key in STATES[optimizer] if key not in ("step", "momentum_product")]
    for index, moment in enumerate(moments):
        if moment not in known:
            end = suggestion(moment, known) if known else ""
            raise refusal((*where, index), f"{optimizer} has no {moment!r}{end}")


def _keywords(optimizer: str, where: Path, given: dict[str, Any]) -> None:
    """Whether the hyperparameters are those of the optimizer, and in the range that it takes."""
    if not isinstance(given.get(RATE), Decimal):
        raise refusal(where, f"{RATE!r} must be there, and a number")
    known, faults = (RATE, *known_keywords(optimizer)), Faults()
    for key in given:
        if key not in known:
            message = f"{optimizer} has no {key!r}{suggestion(key, known)}"
            faults.append(Fault((*where, key), message))
        else:
            faults.read(partial(_in_range, optimizer, key), (*where, key), given[key])
    faults.end()


def _in_range(optimizer: str, key: str, where: Path, value: Any) -> None:
    """Let NumPy's reference refuse a hyperparameter that it does not take."""
    number = float(value) if isinstance(value, Decimal) else value
    given = {RATE: 0.1, key: number}
    built = optimizers.OPTIMIZERS["sgd"](0.1)
    try:
        if key != RATE and key not in default_keywords(optimizer):  # it is one of DECAY
            optimizers.decayed(built, **({"weight_decay": 0.1, RATE: 0.1} | given))
        else:
            optimizers.OPTIMIZERS[optimizer](**given)
    except (TypeError, ValueError) as error:
        raise refusal(where, str(error)) from None


def name_of(run: Any, others: Iterable[OptimizerRun]) -> str:
    """The name of a run that could not be read; UNREAD if it is that which is wrong."""
    name = run.get("name") if isinstance(run, dict) else None
    taken = (*TAKEN, *(other.name for other in others))
    return name if isinstance(name, str) and name.isidentifier() and name not in taken else UNREAD


def check_runs(network: Network | None, runs: dict[int, OptimizerRun]) -> Iterator[Fault]:
    """What does not fit between the runs, and between them and the network.

    Args:
        network: The network; None if it could not be read.
        runs: Those that could be read, by their index; one of a name that is taken is removed.
    """
    names: set[str] = set()
    for index, run in [*runs.items()]:
        if run.name in names:
            yield Fault(("runs", index, "name"), f"there is a run {run.name!r} already")
            del runs[index]
        names.add(run.name)
        if network is None:
            continue
        last = len(network.params) - 1
        for place, layer in enumerate(run.layers):
            if not 0 <= layer <= last or layer in run.layers[:place]:
                what = "stands there twice" if layer in run.layers[:place] else "is no layer"
                message = f"{layer} {what}: the layers are 0 to {last}"
                yield Fault(("runs", index, "layers", place), message)


SURFACE_READERS: dict[str, Reader] = {"coefficients": vector, "point": vector}
PICTURE_READERS: dict[str, Reader] = {"side": decimal}


def _surface(where: Path, value: Any) -> Surface:
    surface = Surface(**fields(where, value, SURFACE_READERS))
    if len(surface.point) != len(surface.coefficients):
        raise refusal(
            (*where, "point"),
            f"has {len(surface.point)} entries for {len(surface.coefficients)} coefficients",
        )
    return surface


def _picture(where: Path, value: Any) -> Picture:
    return Picture(**fields(where, value, PICTURE_READERS))


# By the keys of the file, which are fields of `Example`; its `runs` are read one by one.
READERS: dict[str, Reader] = {
    "layer_sizes": list_of(whole_number),
    "picture": _picture,
    "surface": _surface,
    "network": _network,
}
