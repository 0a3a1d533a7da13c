"""Whether somebody's gradients are those of the loss, and which known mistake gives the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases.own import OwnGradients, own_network
from crosscheck.verification.cases.stages import Stage, Stages
from crosscheck.verification.checking.asking import (
    Make,
    RaisedByOwnCodeError,
    WrongShapeError,
    gradients,
    slack,
)
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.findings import Line, Verdict
from crosscheck.verification.checking.forward import in_formulas
from crosscheck.verification.checking.models import FACTORS, NEGATIVE, Factor, Model, factors_of
from crosscheck.verification.checking.within import Found, within
from crosscheck.verification.exact_values import ExactPass
from crosscheck.verification.judging import Attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.reproduction import reproduced

# The gradient of each weight and bias; None for a bias that is not there.
Grads = Sequence[tuple[Array, Array | None]]


@dataclass(frozen=True)
class Gradients:
    """What is known of somebody's gradients.

    Attributes:
        model: The activations and the loss whose gradients they are compared with.
        factor: The constant by which they depart.
        lines: One for each weight and bias, the last layer first, as they are computed.
        convention: How they depart without being wrong, in words; or None.
    """

    model: Model
    factor: Factor
    lines: tuple[Line, ...]
    convention: str | None = None

    @property
    def right(self) -> int:
        """How many of them are right, or right but for the constant."""
        return sum(line.verdict in (Verdict.RIGHT, Verdict.FACTOR) for line in self.lines)

    @property
    def judged(self) -> int:
        """How many of them could be compared."""
        return sum(line.verdict != Verdict.SKIPPED for line in self.lines)


def judge_gradients(
    make: Make,
    batches: Sequence[Drawn],
    candidates: Sequence[Model],
    factor: Factor | None,
    any_loss: bool = False,
) -> Gradients | Line:
    """Compare gradients with those of the loss, or of each loss that it may be.

    Args:
        make: Makes an adapter.
        batches: The same network on batches of several sizes.
        candidates: The activations with each loss that there may be.
        factor: The constant by which the loss departs from the contract's; None if nobody knows
            the loss.
        any_loss: Whether there is a loss, but none of the contract's: then nobody knows what its
            gradients should be, and only those that are all of another one are judged.

    Returns:
        The judgement under the loss and the constant that leave the fewest of them wrong; or one
        line, if there are none to compare.
    """
    try:
        computed = [gradients(make, drawn) for drawn in batches]
        slacks = [slack(make, drawn) for drawn in batches]
    except WrongShapeError as error:
        return Line("gradients", Verdict.WRONG, str(error), np.inf)
    except RaisedByOwnCodeError as error:
        # Perhaps it is called as it is not meant to be: it runs forwards.
        return Line("gradients", Verdict.SKIPPED, f"raises {error}")
    found = [
        _judged(model, each, factor, batches, computed, slacks)
        for model in candidates
        for each in dict.fromkeys([factor or FACTORS[0], *factors_of(model.loss), *NEGATIVE])
    ]
    best = max(found, key=lambda each: each.right)  # the first of several: the simplest
    if best.right == 0 or (any_loss and best.right < best.judged):
        if factor is None:
            return Line("gradients", Verdict.SKIPPED, "they are those of no loss of the contract")
        best = found[0]
    return _named(best, batches, computed) if best.right < best.judged else best


def _judged(
    model: Model,
    factor: Factor,
    of_loss: Factor | None,
    batches: Sequence[Drawn],
    computed: Sequence[Grads],
    slacks: Sequence[Any],
) -> Gradients:
    exact = [model.exactly(drawn) for drawn in batches]
    lines = []
    for layer in reversed(range(len(batches[0].params))):
        for part, name in enumerate(("W", "b")):
            found = [
                within(
                    own,
                    every.grads[layer][part],
                    factor.at(drawn),
                    0.0 if off is None or off[layer][part] is None else off[layer][part],
                )
                for layers, every, drawn, off in zip(computed, exact, batches, slacks, strict=True)
                if (own := layers[layer][part]) is not None
            ]
            quantity = f"gradient of {name}{layer + 1}"
            if not found:
                if batches[0].params[layer][part].any():  # else the layer has no bias
                    lines.append(Line(quantity, Verdict.SKIPPED, "there is none of its shape"))
                continue
            lines.append(_line(quantity, found, factor, of_loss, batches))
    convention = None
    if of_loss is not None and factor != of_loss:
        convention = f"the gradients are those of {factor.words}, the loss is {of_loss.words}"
    elif of_loss is None:
        convention = f"the gradients are those of {factor.words} of the {model.in_words}"
    return Gradients(model, factor, tuple(lines), convention)


def _line(
    quantity: str,
    found: Sequence[Found],
    factor: Factor,
    of_loss: Factor | None,
    batches: Sequence[Drawn],
) -> Line:
    wrong = next((each for each in found if not each.holds), None)
    if wrong is not None:
        text = _departure(found, batches) or wrong.in_words
        return Line(quantity, Verdict.WRONG, text, wrong.comparison.fraction_of_bound)
    fraction = max(each.comparison.fraction_of_bound for each in found)
    if of_loss is None or factor == of_loss:
        return Line(quantity, Verdict.RIGHT, "", fraction)
    return Line(quantity, Verdict.FACTOR, factor.words, fraction)


# By how much one gradient may depart where the others do not.
DEPARTURES: dict[str, Callable[[Drawn], float]] = {
    "it is divided by the number of samples once too often": lambda drawn: 1 / drawn.batch,
    "it is not divided by the number of samples": lambda drawn: drawn.batch,
    "it is divided by the number of outputs once too often": lambda drawn: 1 / drawn.outputs,
    "it is half of what it should be": lambda drawn: 0.5,
    "it is twice what it should be": lambda drawn: 2.0,
    "it has the opposite sign": lambda drawn: -1.0,
}


def _departure(found: Sequence[Found], batches: Sequence[Drawn]) -> str | None:
    """The constant by which one gradient departs, in words; None if there is none of these."""
    for words, of in DEPARTURES.items():
        if all(
            each.ratio is not None and np.isclose(each.ratio, of(drawn), rtol=1e-9)
            for each, drawn in zip(found, batches, strict=True)
        ):
            return words
    return None


# ----- which known mistake -----


def _named(judged: Gradients, batches: Sequence[Drawn], computed: Sequence[Grads]) -> Gradients:
    """The judgement with the known mistakes that give all its wrong values, on every batch."""
    names: tuple[str, ...] = ()
    for model in _forms(judged.model):
        cases = [
            (_case(drawn, model), _attempt(drawn, model, own, judged.factor))
            for drawn, own in zip(batches, computed, strict=True)
        ]
        names += tuple(
            in_formulas(mistake)
            for mistake in catalogue()
            if mistake.kind == "gradient"
            and all("grads" in reproduced(mistake, case, attempt) for case, attempt in cases)
        )
    names = tuple(dict.fromkeys(names))
    lines = tuple(
        Line(each.quantity, each.verdict, each.text, each.fraction, names)
        if each.verdict == Verdict.WRONG
        else each
        for each in judged.lines
    )
    return Gradients(judged.model, judged.factor, lines, judged.convention)


def _forms(model: Model) -> Iterator[tuple[tuple[str, ...], str]]:
    """The network as it stands and, if it ends in probabilities, with their logits as outputs."""
    *hidden, last = model.activations
    if not (model.loss == "softmax_cross_entropy" and last == "softmax"):
        yield model.activations, model.loss
    if model.loss == "softmax_cross_entropy" and last == "softmax":
        yield (*hidden, "identity"), model.loss
    if model.loss == "binary_cross_entropy" and last == "sigmoid":
        yield (*hidden, "identity"), "sigmoid_binary_cross_entropy"


def _case(drawn: Drawn, form: tuple[tuple[str, ...], str]) -> OwnGradients:
    return OwnGradients(own_network(drawn.params, drawn.inputs, drawn.targets, *form))


def _attempt(
    drawn: Drawn, form: tuple[tuple[str, ...], str], own: Grads, factor: Factor
) -> Attempt:
    """The gradients in the place of a framework's, all else being right."""
    exact: ExactPass = drawn.exactly(*form)
    case = _case(drawn, form).exactly()[Stage.GRADIENTS]
    grads: dict[str, Tensor] = {}
    for index, (weight, bias) in enumerate(own):
        grads[f"[{index}].weight"] = Tensor(_scaled(weight, factor.at(drawn)))
        right = np.asarray(exact.grads[index].bias.value)  # in place of one that is not there
        grads[f"[{index}].bias"] = Tensor(
            right if bias is None else _scaled(bias, factor.at(drawn))
        )
    value = {"": Tensor(np.asarray(exact.loss.value))}
    unchanged = {
        place: Tensor(tensor.value) for place, tensor in case["arguments afterwards"].items()
    }
    stages: Stages = {
        Stage.GRADIENTS: {"loss": value, "grads": grads, "arguments afterwards": unchanged}
    }
    return Attempt("yours", stages)


def _scaled(array: Array, factor: float) -> Array:
    return array if factor == 1 else array / factor
