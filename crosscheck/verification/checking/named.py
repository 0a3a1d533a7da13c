"""Which known mistake gives all of somebody's wrong gradients."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from crosscheck.frameworks.adapters import Array
from crosscheck.numerics.comparison import Tensor
from crosscheck.verification.cases.own import OwnGradients, own_network
from crosscheck.verification.cases.stages import Stage, Stages
from crosscheck.verification.checking.drawn import Drawn
from crosscheck.verification.checking.forward import SAME, in_formulas
from crosscheck.verification.checking.models import Factor, Model
from crosscheck.verification.checking.within import near
from crosscheck.verification.exact_values import ExactPass
from crosscheck.verification.judging import Attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.reproduction import reproduced
from reference_numpy.gradients import ACTIVATION_VJPS, LOSS_GRADIENTS
from reference_numpy.mlp import forward
from reference_numpy.params import Layer

# The gradient of each weight and bias; None for a bias that is not there.
Grads = Sequence[tuple[Array, Array | None]]


UPDATED_FIRST = "the weights are updated before the error is passed down through them"


def names_of(
    model: Model,
    factor: Factor,
    batches: Sequence[Drawn],
    computed: Sequence[Grads],
    rate: float | None,
    one_by_one: bool = False,
) -> tuple[str, ...]:
    """The mistakes that give all the wrong values, on every batch.

    Args:
        model, factor: What the gradients should be.
        batches, computed: On what they were computed, and what.
        rate: That of the step by whose difference they were found; None if they were given.
        one_by_one: Whether they are means of the gradients of single samples.
    """
    names: tuple[str, ...] = ()
    if rate is not None and all(
        _near_all(
            own, _mean([_updated_first(model, each, factor.at(each), rate) for each in parts])
        )
        for drawn, own in zip(batches, computed, strict=True)
        for parts in [_samples(drawn) if one_by_one else [drawn]]
    ):
        names += (UPDATED_FIRST,)
    for form in _forms(model):
        cases = [
            (_case(drawn, form), _attempt(drawn, form, own, factor))
            for drawn, own in zip(batches, computed, strict=True)
        ]
        names += tuple(
            in_formulas(mistake)
            for mistake in catalogue()
            if mistake.kind == "gradient"
            and all("grads" in reproduced(mistake, case, attempt) for case, attempt in cases)
        )
    return tuple(dict.fromkeys(names))


def _samples(drawn: Drawn) -> list[Drawn]:
    """A batch as batches of one."""
    return [
        replace(drawn, inputs=drawn.inputs[at:][:1], targets=drawn.targets[at:][:1])
        for at in range(drawn.batch)
    ]


def _mean(parts: Sequence[Grads]) -> Grads:
    if len(parts) == 1:
        return parts[0]
    return [
        (np.mean([w for w, _ in layer], axis=0), np.mean([b for _, b in layer], axis=0))
        for layer in zip(*parts, strict=True)
    ]


def _updated_first(model: Model, drawn: Drawn, factor: float, rate: float) -> Grads:
    """The gradients of a backward pass that goes down through weights which it has moved.

    Args:
        model: The activations and the loss.
        drawn: The network and the batch.
        factor: The constant by which the loss departs.
        rate: By which each weight is moved before the error passes it.
    """
    form, loss = next(_forms(model))
    layers = tuple(Layer(*map(np.array, layer)) for layer in drawn.params)
    trace = forward(layers, drawn.inputs, activations=form)
    cotangent = factor * LOSS_GRADIENTS[loss](trace.outputs, drawn.targets)
    grads = []
    for index in reversed(range(len(layers))):
        z, a = trace.pre_activations[index], trace.activations[index + 1]
        delta = ACTIVATION_VJPS[form[index]](cotangent, z, a)
        grads.append((delta.T @ trace.activations[index], delta.sum(axis=0)))
        step = np.sign(factor) * rate * grads[-1][0]
        cotangent = delta @ (layers[index].weight - step)
    return grads[::-1]


def _near_all(computed: Grads, expected: Grads) -> bool:
    return all(
        own is None or other is None or near(own, other) < SAME
        for one, another in zip(computed, expected, strict=True)
        for own, other in zip(one, another, strict=True)
    )


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
