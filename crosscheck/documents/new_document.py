"""The file of a new document: a worked example whose numbers are to be filled in."""

import random
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from crosscheck.documents.examples import Example, Network, OptimizerRun
from crosscheck.documents.faults import suggestion
from crosscheck.documents.writing import as_toml
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.numerics.digits import counted
from crosscheck.numerics.trees import Layer

# What the activations of the last layer must be, so that its outputs are probabilities.
PROBABILITIES = ("sigmoid", "softmax")


HEAD = """\
# A worked example to be filled in. Put the given numbers (inputs, targets, params, hyperparameters)
# in the place of those below, and between the quotes of every `printed` what the notes print, with
# the notes' own digits. Lines that the notes do not have may go, and texts may be changed: {}
# stands for a printed number. Then: crosscheck errata THIS_FILE
"""


class NewDocumentError(ValueError):
    """Such a document cannot be written; the message says why."""


@dataclass(frozen=True)
class Choices:
    """What a new document works out.

    Attributes:
        layer_sizes: Units of each row, the inputs first.
        activations: One for each layer above them.
        loss: Its name in the contract.
        optimizer: Its name in the contract; None for a gradient alone.
        learning_rate: Of the optimizer, as a decimal.
        steps: How many steps it takes.
        samples: How many there are in the batch.
        seed: From which the given numbers are drawn.
    """

    layer_sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str = "squared_error"
    optimizer: str | None = "sgd"
    learning_rate: str = "0.1"
    steps: int = 1
    samples: int = 1
    seed: int = 0


def drawn_example(choices: Choices) -> Example:
    """A worked example whose given numbers are short decimals.

    Args:
        choices: What it works out.

    Raises:
        NewDocumentError: If the choices do not fit each other.
    """
    _check(choices)
    draw, sizes = random.Random(choices.seed), choices.layer_sizes

    def decimals(count: int) -> tuple[str, ...]:
        tenths = (draw.choice([*range(-9, 0), *range(1, 10)]) for _ in range(count))
        return tuple(str(Decimal(each) / 10) for each in tenths)

    params = tuple(
        Layer(tuple(decimals(below) for _ in range(above)), decimals(above))
        for below, above in pairwise(sizes)
    )
    inputs = tuple(
        tuple(str(draw.choice((-2, -1, 1, 2, 3))) for _ in range(sizes[0]))
        for _ in range(choices.samples)
    )
    targets = tuple(_target(draw, choices) for _ in range(choices.samples))
    network = Network(params, inputs, targets, choices.activations, choices.loss)
    if choices.optimizer is None:
        return Example(network=network)
    run = OptimizerRun(
        name=choices.optimizer,
        optimizer=choices.optimizer,
        learning_rate=Decimal(choices.learning_rate),
        hyperparameters={},
        layers=tuple(range(len(params))),
        steps=choices.steps,
    )
    return Example(network=network, runs=(replace(run, hyperparameters=run.keywords),))


def _check(choices: Choices) -> None:
    layers = len(choices.layer_sizes) - 1
    if len(choices.activations) != layers:
        need = f"{counted(layers, 'layer')} {'needs' if layers == 1 else 'need'}"
        raise NewDocumentError(
            f"{need} {counted(layers, 'activation')}, not {len(choices.activations)}"
        )
    optimizers = () if choices.optimizer is None else (choices.optimizer,)
    for kind, names, known in (
        ("activation", choices.activations, ACTIVATIONS),
        ("loss", (choices.loss,), LOSSES),
        ("optimizer", optimizers, tuple(STATES)),
    ):
        for name in names:
            if name not in known:
                raise NewDocumentError(f"{kind} {name!r} is unknown{suggestion(name, known)}")
    if choices.loss == "binary_cross_entropy" and choices.activations[-1] not in PROBABILITIES:
        raise NewDocumentError(f"{choices.loss} needs outputs in [0, 1]: end in sigmoid or softmax")


def _target(draw: random.Random, choices: Choices) -> tuple[str, ...]:
    """1 for one of several outputs and 0 for the others; 0 or 1 for a single one."""
    outputs = choices.layer_sizes[-1]
    if outputs == 1:
        return ("1" if choices.loss == "softmax_cross_entropy" else str(draw.randrange(2)),)
    right = draw.randrange(outputs)
    return tuple(str(int(unit == right)) for unit in range(outputs))


def new_document(choices: Choices, title: str) -> str:
    """The text of a new document's file, in which every printed number is empty.

    Args:
        choices: What it works out.
        title: Of the document.

    Raises:
        NewDocumentError: If the choices do not fit each other.
    """
    return HEAD + as_toml(title, drawn_example(choices))
