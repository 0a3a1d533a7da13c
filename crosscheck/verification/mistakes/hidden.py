"""Mistakes of every layer, in the form in which only the hidden layers have them.

Whoever writes out the layers one by one may get the output layer right and the others wrong.
"""

from dataclasses import replace

from crosscheck.verification.mistakes import gradients
from crosscheck.verification.mistakes.forward import APPLIED
from crosscheck.verification.mistakes.gradients import BELOW, BIAS, DELTA, WEIGHT, Z
from crosscheck.verification.mistakes.mistake import Mistake

# Where a layer is hidden, in the loop in which each of these lines stands.
BACKWARD, GRADIENTS = "index < len(params) - 1", "len(grads) < len(params) - 1"
HIDDEN = {DELTA: BACKWARD, Z: BACKWARD, WEIGHT: GRADIENTS, BIAS: GRADIENTS}
# Which activation's slope each of these is.
SLOPES = {
    gradients.SIGMOID: "sigmoid",
    gradients.TANH: "tanh",
    gradients.RELU: "relu",
    gradients.SOFTPLUS: "softplus",
}
# These distinguish the layers themselves.
LEFT_OUT = (
    "missing activation derivative in the output layer",
    "missing activation derivative in the hidden layers",
    "missing activation derivative",
    "last layer skipped",
    "first layer skipped",
)


def _hidden(mistake: Mistake) -> Mistake | None:
    """A mistake of backpropagation where it touches the hidden layers alone, if it has such."""
    (old, new), *others = mistake.changes
    if others or mistake.name in LEFT_OUT:
        return None
    if old in SLOPES:
        return _slope(SLOPES[old], mistake.name, new)
    if old not in HIDDEN:
        return None
    left, _, right = old.partition(" = ")
    wrong = new.removeprefix(f"{left} = ")
    change = (old, f"{left} = ({wrong}) if {HIDDEN[old]} else ({right})")
    return replace(mistake, name=f"{mistake.name}, in the hidden layers", changes=(change,))


def _slope(activation: str, name: str, wrong: str) -> Mistake:
    """A wrong slope of one activation, in `delta`."""
    hidden = f'{BACKWARD} and activations[index] == "{activation}"'
    change = (DELTA, f"delta = ({wrong}) if {hidden} else ({DELTA.removeprefix('delta = ')})")
    name = f"{name}, in the hidden layers"
    return Mistake(name, "gradient", "deltas", "gradients", (change,))


def _below(name: str, activations: str) -> Mistake:
    """Weights' gradients from something else than the activations below."""
    change = (BELOW, BELOW.replace("trace.activations[:-1]", activations))
    name = f"weights' gradient from {name}, in the hidden layers"
    return Mistake(name, "gradient", "gradients", "gradients", (change,))


def _forward(name: str, wrong: str) -> Mistake:
    line = "z = linear(layer, outputs[-1])"
    hidden = "len(outputs) < len(params)"
    change = (line, f"z = {wrong} if {hidden} else linear(layer, outputs[-1])")
    return Mistake(f"{name}, in the hidden layers", "forward", "forward", "mlp", (change,))


MISTAKES = [
    _forward("bias forgotten", "outputs[-1] @ layer.weight.T"),
    _forward("weight not transposed", "outputs[-1] @ layer.weight + layer.bias"),
    _forward(
        "float32 inside the matrix product",
        'linear(layer, outputs[-1].astype("float32").astype(inputs.dtype))',
    ),
    Mistake(
        "no activation on the hidden layers",
        "forward",
        "forward",
        "mlp",
        ((APPLIED, "outputs.append(z if len(outputs) < len(params) else ACTIVATIONS[name](z))"),),
    ),
    _slope("softmax", "softmax treated as elementwise", "cotangent * a * (1 - a)"),
    _slope("gelu", "gelu derivative without its density", "cotangent * erfc(-z / sqrt(2)) / 2"),
    _below("the activation above", "(*trace.activations[1:-1], trace.activations[-2])"),
    _below(
        "z instead of a", "(inputs, *trace.pre_activations[:-2], *trace.activations[1:-1][-1:])"
    ),
    *(found for mistake in gradients.MISTAKES if (found := _hidden(mistake)) is not None),
]
