"""Mistakes of backpropagation."""

from crosscheck.verification.mistakes.mistake import Mistake


def _deltas(name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "gradient", "deltas", "gradients", changes)


def _grads(name: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "gradient", "gradients", "gradients", changes)


COTANGENT = "cotangent = LOSS_GRADIENTS[loss](trace.outputs, targets)"
DELTA = "delta = ACTIVATION_VJPS[activations[index]](cotangent, z, a)"
Z = "z, a = trace.pre_activations[index], trace.activations[index + 1]"
DOWN = "cotangent = delta @ params[index].weight"
WEIGHT = "of_weight = np.dot(delta.T, below, out=weight)"
BIAS = "of_bias = delta.sum(axis=0, out=bias)"
# The weight of the layer whose gradients are next.
OWN = "params[len(grads)].weight"
BELOW = "zip(errors, trace.activations[:-1], places, strict=True)"
RETURN = "return tuple(reversed(errors))"
RELU = "cotangent * (z > 0)"
SIGMOID = "cotangent * (a * (1 - a))"
TANH = "cotangent * (1 - a * a)"
SOFTPLUS = "cotangent * sigmoid(z)"
SOFTMAX = "return a * (cotangent - (cotangent * a).sum(axis=-1, keepdims=True))"

MISTAKES = [
    # ----- BP1 and BP2: the errors -----
    _deltas("missing activation derivative", (DELTA, "delta = cotangent")),
    _deltas(
        "missing activation derivative in the output layer",
        (DELTA, f"{DELTA} if index < len(params) - 1 else cotangent"),
    ),
    _deltas(
        "missing activation derivative in the hidden layers",
        (DELTA, f"{DELTA} if index == len(params) - 1 else cotangent"),
    ),
    _deltas(
        "activation derivative of the wrong layer",
        (DELTA, "delta = ACTIVATION_VJPS[activations[index - 1]](cotangent, z, a)"),
    ),
    _deltas(
        "derivative at the z of the wrong layer",
        (Z, "z, a = trace.pre_activations[index - 1], trace.activations[index]"),
    ),
    _deltas(
        "derivative at a instead of z",
        (
            Z,
            "z, a = trace.activations[index + 1], "
            "ACTIVATIONS[activations[index]](trace.activations[index + 1])",
        ),
    ),
    _deltas("sigmoid derivative at z without the sigmoid", (SIGMOID, "cotangent * (z * (1 - z))")),
    _deltas("sigmoid derivative a (1 + a)", (SIGMOID, "cotangent * (a * (1 + a))")),
    _deltas("tanh derivative without the square", (TANH, "cotangent * (1 - a)")),
    _deltas("tanh derivative of z without the tanh", (TANH, "cotangent * (1 - z**2)")),
    _deltas("relu derivative 1 at 0", (RELU, "cotangent * (z >= 0)")),
    _deltas(
        "relu derivative one half at 0",
        (RELU, "cotangent * (1 + np.sign(z)) / 2"),
    ),
    _deltas("relu derivative by the sign of a", (RELU, "cotangent * np.sign(z)")),
    _deltas("relu derivative without the error above", (RELU, "(z > 0).astype(z.dtype)")),
    _deltas("relu derivative missing", (RELU, "cotangent")),
    _deltas("softmax treated as elementwise", (SOFTMAX, "return cotangent * a * (1 - a)")),
    _deltas("softplus derivative mirrored", (SOFTPLUS, "cotangent * sigmoid(-z)")),
    _deltas("gelu derivative without its density", (" / 2 + z * density", " / 2")),
    _deltas(
        "error passed down before the derivative",
        (DOWN, "cotangent = cotangent @ params[index].weight"),
    ),
    _deltas("transposed weight", (DOWN, "cotangent = delta @ params[index].weight.T")),
    _deltas(
        "wrong layer's weight, as document 004 prints it",
        (DOWN, "cotangent = delta @ params[index - 1].weight"),
    ),
    _deltas(
        "not propagated through the weight",
        (DOWN, "cotangent = delta @ np.ones_like(params[index].weight)"),
    ),
    _deltas(
        "error not propagated below the output layer",
        (DOWN, "cotangent = np.zeros_like(trace.activations[index])"),
    ),
    _deltas("layers swapped, as in document 004's code", (RETURN, "return tuple(errors)")),
    _deltas("missing batch average", (COTANGENT, f"{COTANGENT} * len(targets)")),
    _deltas("averaged twice", (COTANGENT, f"{COTANGENT} / len(targets)")),
    _deltas(
        "averaged over the inputs, not the samples",
        (COTANGENT, f"{COTANGENT} * len(targets) / trace.activations[0].shape[1]"),
    ),
    _deltas("averaged over the outputs too", (COTANGENT, f"{COTANGENT} / targets.shape[1]")),
    _deltas("sign of the error", (COTANGENT, f"{COTANGENT} * -1")),
    _deltas("half of everything", (COTANGENT, f"{COTANGENT} / 2")),
    _deltas(
        "half dropped",
        ('"half_squared_error": lambda a, y: (a', '"half_squared_error": lambda a, y: 2 * (a'),
    ),
    _deltas(
        "half doubled",
        ('    "squared_error": lambda a, y: 2 * (a', '    "squared_error": lambda a, y: (a'),
    ),
    _deltas(
        "mean squared error's gradient not averaged over the outputs",
        ("2 * (a - y) / a.size", "2 * (a - y) / len(a)"),
    ),
    _deltas(
        "binary cross-entropy without its second term",
        ("return (no - yes) / len(p)", "return -yes / len(p)"),
    ),
    _deltas(
        "0 / 0 in the slope of binary cross-entropy",
        ("yes = t / np.where(t > 0, p, 1)", "yes = t / p"),
    ),
    _deltas(
        "error against the mean of the targets, as of all pairs of samples",
        (
            '    "squared_error": lambda a, y: 2 * (a - y)',
            '    "squared_error": lambda a, y: 2 * (a - y.mean(axis=0))',
        ),
    ),
    _deltas(
        "derivative of the sigmoid kept beside its cross-entropy",
        ("(sigmoid(z) - t) / len(z)", "(sigmoid(z) - t) * sigmoid(z) * sigmoid(-z) / len(z)"),
    ),
    _deltas(
        "cross-entropy of logits by softmax alone",
        (
            "return (np.exp(log_softmax(z)) * t.sum(axis=1, keepdims=True) - t) / len(z)",
            "return (np.exp(log_softmax(z)) * (1 - t)) / len(z)",
        ),
    ),
    _deltas(
        "float32 inside the error",
        (DELTA, DELTA.replace("(cotangent", '(cotangent.astype("float32").astype(z.dtype)')),
    ),
    # ----- BP3 and BP4: the gradients -----
    _grads(
        "half of the weights only, as document 002 has it",
        (WEIGHT, WEIGHT.replace("delta.T", "delta.T / 2")),
    ),
    _grads("sign of the weights' gradient", (WEIGHT, WEIGHT.replace("delta.T", "-delta.T"))),
    _grads("transposed gradient", (WEIGHT, WEIGHT.replace("delta.T, below", "below.T, delta"))),
    _grads(
        "weights' gradient averaged once more",
        (WEIGHT, WEIGHT.replace("delta.T", "delta.T / len(delta)")),
    ),
    _grads(
        "outer product of the first sample",
        (WEIGHT, WEIGHT.replace("delta.T, below", "delta[:1].T, below[:1]")),
    ),
    _grads(
        "weights' gradient from the activation above",
        (BELOW, BELOW.replace("[:-1]", "[1:]")),
    ),
    _grads(
        "weights' gradient from z instead of a",
        (BELOW, BELOW.replace("trace.activations[:-1]", "(inputs, *trace.pre_activations[:-1])")),
    ),
    _grads(
        "weights' gradient of the weight, not of the activation below",
        (WEIGHT, f"of_weight = np.multiply(delta.sum(axis=0)[:, None], {OWN}, out=weight)"),
    ),
    _grads("bias gradient missing", (BIAS, BIAS.replace("delta", "(0 * delta)"))),
    _grads("bias gradient averaged", (BIAS, BIAS.replace("sum", "mean"))),
    _grads("bias gradient summed over the units", (BIAS, BIAS.replace("axis=0", "axis=1"))),
    _grads(
        "bias gradient summed over everything",
        (BIAS, "of_bias = np.add(0 * delta[0], delta.sum(), out=bias)"),
    ),
    _grads("bias gradient with the batch axis kept", (BIAS, f"{BIAS}[None]")),
    _grads(
        "bias gradient from the rows of the weights' gradient",
        (BIAS, "of_bias = of_weight.sum(axis=1, out=bias)"),
    ),
    _grads("bias gradient of the first sample", (BIAS, BIAS.replace("delta", "delta[:1]"))),
    _grads(
        "last layer skipped",
        (WEIGHT, WEIGHT.replace("delta.T", "delta.T * (below is not trace.activations[-2])")),
    ),
    _grads(
        "first layer skipped",
        (WEIGHT, WEIGHT.replace("delta.T", "delta.T * (below is not inputs)")),
    ),
    _grads(
        "float32 inside the gradient",
        (WEIGHT, WEIGHT.replace("delta.T", 'delta.T.astype("float32").astype(inputs.dtype)')),
    ),
    _grads(
        "loss beside the gradient of another batch size",
        (
            "targets, weights=factors), tuple(grads)",
            "targets, weights=factors) * len(targets), tuple(grads)",
        ),
    ),
    _grads(
        "inputs changed in place",
        ("    grads = []\n", "    inputs -= inputs.mean(axis=0)\n    grads = []\n"),
    ),
]
