"""What goes wrong in such computations: for each quantity the wrong steps that people take.

Every slip is an expression in place of the right one. It is computed on the numbers that a student
wrote before, so that what it gives can be told from what he inherited.
"""

import re
from collections.abc import Iterator

from crosscheck.documents.worksheets import update_rules
from crosscheck.documents.worksheets.formulas import SLOPES, Steps
from crosscheck.documents.worksheets.update_rules import SlipOf

PLACE = re.compile(r"\w+\[(\d+)\](?:\.(weight|bias))?\[(\d+)(?:, (\d+))?\]")
STATE = re.compile(r"state\.(\w+)(\[.*)")
OF_ANYTHING = ("of the wrong sign", "halved", "doubled")


def slips_of(steps: Steps, quantity: str, step: str) -> Iterator[SlipOf]:
    """The wrong expressions for one quantity; the first that gives a number names it.

    Args:
        steps: The formulas of the exercise.
        quantity: What is computed, by its name.
        step: Its right expression.
    """
    yield from _of_place(steps, quantity, step)
    yield from zip(OF_ANYTHING, (f"-({step})", f"({step}) / 2", f"2 * ({step})"), strict=True)


def _of_place(steps: Steps, quantity: str, step: str) -> Iterator[SlipOf]:
    run = steps.run.name
    after = quantity.startswith(f"{run}.")
    kind = quantity.removeprefix(f"{run}.")
    if kind == "loss":
        yield from _of_loss(steps, step, after)
    elif of_state := STATE.fullmatch(kind):
        name, leaf = of_state.groups()
        yield from update_rules.slips(steps.run.optimizer, run, leaf, name)
    elif after and kind.startswith("params"):
        leaf = kind.removeprefix("params")
        yield from update_rules.slips(steps.run.optimizer, run, leaf)
    else:
        layer, part, unit, below = _indices(kind)
        if kind.startswith("pre_activations"):
            yield from _of_sum(steps, layer, below, after)
        elif kind.startswith("activations"):
            yield from _of_activation(steps, layer - 1, below, after)
        elif kind.startswith("deltas"):
            yield from _of_error(steps, layer, below)
        elif part == "weight":
            yield from _of_weight(steps, layer, unit, below)
        else:
            yield "the activation below is multiplied in", f"{step} * {steps.a(layer, 0)}"


def _indices(kind: str) -> tuple[int, str | None, int, int]:
    """The layer, "weight" or "bias", and two indices, of which the second may be missing."""
    found = PLACE.fullmatch(kind)
    assert found is not None, kind
    layer, part, first, second = found.groups()
    return int(layer), part, int(first), int(second or 0)


def _of_sum(steps: Steps, layer: int, unit: int, after: bool) -> Iterator[SlipOf]:
    step = steps.weighted_sum(layer, unit, after)
    bias = f" + {steps.b(layer, unit, after)}"
    if steps.network.biases:
        yield "the bias is left out", step.removesuffix(bias)
        yield "the bias is subtracted", f"{step.removesuffix(bias)} - {steps.b(layer, unit, after)}"
    for other in range(steps.sizes[layer + 1]):
        if other != unit:
            yield "the weights of another unit", steps.weighted_sum(layer, other, after)
    below, above = steps.sizes[layer], steps.sizes[layer + 1]
    if below == above:
        transposed = [
            f"{steps.w(layer, i, unit, after)} * {steps.a(layer, i, after)}" for i in range(below)
        ]
        yield "the weights are transposed", " + ".join(transposed) + bias * steps.network.biases
    if after:
        yield (
            "the parameters before the update",
            steps.weighted_sum(layer, unit).replace(steps.a(layer, 0), steps.a(layer, 0, after)),
        )


def _of_activation(steps: Steps, layer: int, unit: int, after: bool) -> Iterator[SlipOf]:
    z, own = steps.z(layer, unit, after), steps.network.activations[layer]
    if own != "identity":
        yield "the activation is left out", z
    for name in ("sigmoid", "tanh", "relu"):
        if name != own:
            yield f"{name} in its place", f"{name}({z})"
    if own == "softmax":
        yield "exp without the division", f"exp({z})"


def _of_loss(steps: Steps, step: str, after: bool) -> Iterator[SlipOf]:
    outputs = steps.outputs(after)
    pairs = [(a, steps.target(unit)) for unit, a in enumerate(outputs)]
    if "squared" in steps.network.loss:
        yield "not squared", " + ".join(f"({a} - {y})" for a, y in pairs)
    if len(outputs) > 1:
        yield "the mean over the outputs", f"({step}) / {len(outputs)}"
        yield "the sum over the outputs", f"({step}) * {len(outputs)}"
        first = step.partition(" + ")[0]
        if first.count("(") == first.count(")"):
            yield "only the first output", first


def _of_error(steps: Steps, layer: int, unit: int) -> Iterator[SlipOf]:
    name, own = steps.network.activations[layer], steps.cotangent(layer, unit)
    z, a = steps.z(layer, unit), steps.a(layer + 1, unit)
    if name != "identity":
        yield "the slope of the activation is left out", own
    if name in SLOPES and name != "identity":
        yield "the slope is taken at a, not at z", f"{own} * {_at(name, a)}"
        yield "the slope takes z for a", f"{own} * {SLOPES[name](z, z)}"
        yield "the activation for its slope", f"{own} * {a}"
    if name == "sigmoid":
        yield "the slope a (1 + a)", f"{own} * {a} * (1 + {a})"
    if name == "tanh":
        yield "the slope 1 - a, without the square", f"{own} * (1 - {a})"
    if name == "softmax":
        yield "softmax treated as elementwise", f"{own} * {a} * (1 - {a})"
    if layer < len(steps.sizes) - 2:
        slope = f" * {steps.slope_of_activation(layer, unit)}" if name in SLOPES else ""
        ahead = [steps.delta(layer + 1, above) for above in range(steps.sizes[layer + 2])]
        yield "not carried back through the weights", f"({' + '.join(ahead)}){slope}"
        yield from (
            ("the weights of another unit", f"{steps.cotangent(layer, other)}{slope}")
            for other in range(steps.sizes[layer + 1])
            if other != unit
        )


def _at(name: str, a: str) -> str:
    """The slope at a in place of z; that of sigmoid and tanh is a formula of f(z)."""
    return SLOPES[name](a, f"{name}({a})")


def _of_weight(steps: Steps, layer: int, unit: int, below: int) -> Iterator[SlipOf]:
    delta = steps.delta(layer, unit)
    yield "delta alone, without the activation below", delta
    yield "the weight in place of the activation", f"{delta} * {steps.w(layer, unit, below)}"
    yield "the activation above", f"{delta} * {steps.a(layer + 1, unit)}"
    if layer > 0:
        yield "z in place of the activation", f"{delta} * {steps.z(layer - 1, below)}"
    for other in range(steps.sizes[layer]):
        if other != below:
            yield "the activation of another unit", f"{delta} * {steps.a(layer, other)}"
    for other in range(steps.sizes[layer + 1]):
        if other != unit:
            yield "delta of another unit", f"{steps.delta(layer, other)} * {steps.a(layer, below)}"
