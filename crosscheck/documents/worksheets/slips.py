"""What goes wrong in such computations: for each quantity the wrong steps that people take.

Every slip is an expression in place of the right one. It is computed on the numbers that a student
wrote before, so that what it gives can be told from what he inherited.
"""

import re
from collections.abc import Iterator

from crosscheck.documents.working_network import SLOPES, Point
from crosscheck.documents.worksheets.update_slips import SlipOf, slips_in

OF_ANYTHING = ("of the wrong sign", "halved", "doubled")
PLACE = re.compile(r"\w+\[(\d+)\](?:\.(weight|bias))?\[(\d+)(?:, (\d+))?\]")
MOVED = re.compile(r"(state\.\w+|params)(\[.*)")


def slips_of(before: Point, after: Point, quantity: str, step: str) -> Iterator[SlipOf]:
    """The wrong expressions for one quantity; the first that gives a number names it.

    Args:
        before, after: The pass before the step of the optimizer, and the one after it.
        quantity: What is computed, by its name.
        step: Its right expression.
    """
    yield from _of_place(before, after, quantity, step)
    yield from zip(OF_ANYTHING, (f"-({step})", f"({step}) / 2", f"2 * ({step})"), strict=True)


def _of_place(before: Point, after: Point, quantity: str, step: str) -> Iterator[SlipOf]:
    is_after = quantity.startswith(after.prefix)
    kind, point = quantity.removeprefix(after.prefix), after if is_after else before
    moved = MOVED.fullmatch(kind) if is_after else None
    if kind == "loss":
        yield from _of_loss(point, step)
    elif moved is not None:
        name, leaf = moved.groups()
        yield from slips_in(step, after.prefix.removesuffix("."), leaf, name != "params")
    else:
        layer, part, unit, below = _indices(kind)
        if kind.startswith("pre_activations"):
            yield from _of_sum(point, layer, below)
            if is_after:
                yield "the parameters before the update", _with_old_params(before, after, step)
        elif kind.startswith("activations"):
            yield from _of_activation(point, layer - 1, below)
        elif kind.startswith("outputs"):
            yield from _of_activation(point, len(point.network.params) - 1, unit)
        elif kind.startswith("deltas"):
            yield from _of_error(point, layer, below)
        elif part == "weight":
            yield from _of_weight(point, layer, unit, below)
        else:
            yield "the activation below is multiplied in", f"{step} * {point.a(layer - 1, 0, 0)}"


def _indices(kind: str) -> tuple[int, str | None, int, int]:
    """The layer, "weight" or "bias", and two indices; of outputs[0, 1] the last is the unit."""
    if kind.startswith("outputs"):
        return 0, None, int(kind.rpartition(", ")[2].removesuffix("]")), 0
    found = PLACE.fullmatch(kind)
    assert found is not None, kind
    layer, part, first, second = found.groups()
    return int(layer), part, int(first), int(second or 0)


def _with_old_params(before: Point, after: Point, step: str) -> str:
    return step.replace(f"{after.prefix}params", f"{before.prefix}params")


def _of_sum(point: Point, layer: int, unit: int) -> Iterator[SlipOf]:
    step, own = point.weighted_sum(layer, 0, unit), point.params(layer, f"bias[{unit}]")
    without = step.removesuffix(f" + {own}")
    if point.network.biases:
        yield "the bias is left out", without
        yield "the bias is subtracted", f"{without} - {own}"
    for other in point.units(layer):
        if other != unit:
            yield "the weights of another unit", point.weighted_sum(layer, 0, other)
    below = point.units(layer - 1)
    if below == point.units(layer):
        terms = (
            f"{point.params(layer, f'weight[{i}, {unit}]')} * {point.a(layer - 1, 0, i)}"
            for i in below
        )
        bias = f" + {own}" if point.network.biases else ""
        yield "the weights are transposed", " + ".join(terms) + bias


def _of_activation(point: Point, layer: int, unit: int) -> Iterator[SlipOf]:
    z, own = point.z(layer, 0, unit), point.network.activations[layer]
    if own != "identity":
        yield "the activation is left out", z
    for name in ("sigmoid", "tanh", "relu"):
        if name != own:
            yield f"{name} in its place", f"{name}({z})"
    if own == "softmax":
        yield "exp without the division", f"exp({z})"


def _of_loss(point: Point, step: str) -> Iterator[SlipOf]:
    outputs = point.outputs(0)
    if "squared" in point.network.loss:
        yield "not squared", " + ".join(f"({a} - {y})" for a, y, _ in outputs)
    if len(outputs) > 1:
        yield "the mean over the outputs", f"({step}) / {len(outputs)}"
        yield "the sum over the outputs", f"({step}) * {len(outputs)}"


def _of_error(point: Point, layer: int, unit: int) -> Iterator[SlipOf]:
    name, z, a = point.network.activations[layer], point.z(layer, 0, unit), point.a(layer, 0, unit)
    is_last = layer == len(point.network.params) - 1
    own = point.output_errors(0)[unit] if is_last else point.passed_down(layer, 0, unit)
    if name != "identity":
        yield "the slope of the activation is left out", own
    if name in SLOPES:
        at_a = SLOPES[name].format(z=a, a=f"{name}({a})")
        yield "the slope is taken at a, not at z", f"{own} * {at_a}"
        yield "the slope takes z for a", f"{own} * {SLOPES[name].format(z=z, a=z)}"
        yield "the activation for its slope", f"{own} * {a}"
    if name == "sigmoid":
        yield "the slope a (1 + a)", f"{own} * {a} * (1 + {a})"
    if name == "tanh":
        yield "the slope 1 - a, without the square", f"{own} * (1 - {a})"
    if name == "softmax":
        yield "softmax treated as elementwise", f"{own} * {a} * (1 - {a})"
    if not is_last:
        slope = f" * {SLOPES[name].format(z=z, a=a)}" if name in SLOPES else ""
        ahead = " + ".join(point.delta(layer + 1, 0, above) for above in point.units(layer + 1))
        yield "not carried back through the weights", f"({ahead}){slope}"
        for other in point.units(layer):
            if other != unit:
                passed = point.passed_down(layer, 0, other)
                yield "the weights of another unit", f"{passed}{slope}"


def _of_weight(point: Point, layer: int, unit: int, below: int) -> Iterator[SlipOf]:
    delta, own = point.delta(layer, 0, unit), point.a(layer - 1, 0, below)
    weight = point.params(layer, f"weight[{unit}, {below}]")
    yield "delta alone, without the activation below", delta
    yield "the weight in place of the activation", f"{delta} * {weight}"
    yield "the activation above", f"{delta} * {point.a(layer, 0, unit)}"
    if layer > 0:
        yield "z in place of the activation", f"{delta} * {point.z(layer - 1, 0, below)}"
    for other in point.units(layer - 1):
        if other != below:
            yield "the activation of another unit", f"{delta} * {point.a(layer - 1, 0, other)}"
    for other in point.units(layer):
        if other != unit:
            yield "delta of another unit", f"{point.delta(layer, 0, other)} * {own}"
