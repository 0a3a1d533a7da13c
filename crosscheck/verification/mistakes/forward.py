"""Mistakes of the forward pass: activations, losses, the network."""

from crosscheck.verification.mistakes.mistake import Mistake


def _forward(name: str, file: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(name, "forward", "forward", file, changes)


SIGMOID = "return 1 / (1 + np.exp(-z))"
TANH = "return np.tanh(z)"
SOFTMAX = "powers = np.exp(z - z.max(axis=-1, keepdims=True))"
LOG_SOFTMAX = "shifted = z - z.max(axis=-1, keepdims=True)"
SOFTPLUS = "return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))"
GELU = "return z / 2 * erfc(-z / math.sqrt(2))"
ERF = "np.vectorize(math.erf, otypes=[z.dtype])(z / math.sqrt(2))"
RELU = "return np.maximum(z, 0)\n"
SQUARED = "return terms.sum() / len(predictions)"
HALF = "return terms.sum() / (2 * len(predictions))"
MEAN = "return value / predictions.shape[1]"
SQUARES = "_weighted((predictions - targets) ** 2, weights, normalizer)"
OF_ALL_PAIRS = (
    "_weighted(((predictions[:, None] - targets) ** 2).mean(axis=0), weights, normalizer)"
)
LOGITS = "terms = targets * softplus(-predictions) + (1 - targets) * softplus(predictions)"
PROBABILITIES = "    yes ="
CROSS_ENTROPY = "return -terms.sum() / len(predictions)"
YES = "targets * np.log(np.where(targets > 0, predictions, 1.0))"
NO = "(1 - targets) * np.log1p(-np.where(targets < 1, predictions, 0.0))"
LINEAR = "return inputs @ layer.weight.T + layer.bias"
APPLIED = "outputs.append(ACTIVATIONS[name](z))"

MISTAKES = [
    _forward("sigmoid by tanh", "activations", (SIGMOID, "return (1 + np.tanh(z / 2)) / 2")),
    _forward(
        "sigmoid by tanh, as an activation alone",
        "activations",
        ('"sigmoid": sigmoid', '"sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2'),
    ),
    _forward(
        "float32 inside sigmoid",
        "activations",
        (SIGMOID, 'return 1 / (1 + np.exp(-z).astype("float32").astype(z.dtype))'),
    ),
    _forward("tanh by exponentials", "activations", (TANH, "return 1 - 2 / (1 + np.exp(2 * z))")),
    _forward("relu leaks", "activations", (RELU, "return np.maximum(z, z / 100)\n")),
    _forward(
        "softmax over the batch",
        "activations",
        (SOFTMAX, SOFTMAX.replace("axis=-1", "axis=0")),
        (
            "return powers / powers.sum(axis=-1, keepdims=True)",
            "return powers / powers.sum(axis=0, keepdims=True)",
        ),
    ),
    _forward(
        "softmax shifted by the batch's largest entry",
        "activations",
        (SOFTMAX, "powers = np.exp(z - z.max())"),
    ),
    _forward(
        "softmax clipped at -64",
        "activations",
        (SOFTMAX, "powers = np.exp(np.maximum(z - z.max(axis=-1, keepdims=True), -64))"),
    ),
    _forward("softmax not shifted", "activations", (SOFTMAX, "powers = np.exp(z)")),
    _forward("log softmax not shifted", "activations", (LOG_SOFTMAX, "shifted = z")),
    _forward(
        "log softmax shifted by the batch's largest entry",
        "activations",
        (LOG_SOFTMAX, "shifted = z - z.max()"),
    ),
    _forward(
        "log of softmax",
        "activations",
        (
            "return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))",
            "return np.log(softmax(z))",
        ),
    ),
    _forward(
        "softplus linear above 20",
        "activations",
        (SOFTPLUS, "return np.where(z > 20, z, np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))"),
    ),
    _forward(
        "softplus by log, not log1p",
        "activations",
        (SOFTPLUS, "return np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z)))"),
    ),
    _forward(
        "softplus by log(1 + exp) in the lower tail",
        "activations",
        (
            SOFTPLUS,
            f"{SOFTPLUS.replace('return ', 'return np.where(z < -10, np.log(1 + np.exp(z)), ')})",
        ),
    ),
    _forward("softplus not stable", "activations", (SOFTPLUS, "return np.log(1 + np.exp(z))")),
    _forward(
        "gelu by tanh",
        "activations",
        (GELU, "return z / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))"),
    ),
    _forward("gelu by 1 + erf", "activations", (GELU, f"return z / 2 * (1 + {ERF})")),
    _forward(
        "gelu by 1 + erf in the lower tail",
        "activations",
        (GELU, f"return z / 2 * np.where(z < -3, 1 + {ERF}, erfc(-z / math.sqrt(2)))"),
    ),
    _forward(
        "squared error summed over the batch",
        "losses",
        (SQUARED, "return terms.sum()"),
    ),
    _forward(
        "squared error of all pairs of samples",
        "losses",
        (f"{SQUARES}\n    {SQUARED}", f"{OF_ALL_PAIRS}\n    {SQUARED}"),
    ),
    _forward(
        "squared error averaged twice",
        "losses",
        (SQUARED, "return terms.sum() / len(predictions) ** 2"),
    ),
    _forward(
        "half squared error without its half",
        "losses",
        (HALF, SQUARED),
    ),
    _forward(
        "mean squared error averaged over the batch only",
        "losses",
        (MEAN, "return value"),
    ),
    _forward(
        "mean squared error of all pairs of samples",
        "losses",
        (MEAN, f"return {OF_ALL_PAIRS}.mean()"),
    ),
    _forward("0 log 0 in the first term", "losses", (YES, "targets * np.log(predictions)")),
    _forward(
        "0 log 0 in the second term", "losses", (NO, "(1 - targets) * np.log1p(-predictions)")
    ),
    _forward(
        "logits clipped",
        "losses",
        (LOGITS, "predictions = np.clip(predictions, -30, 30)\n    " + LOGITS),
    ),
    _forward(
        "log of a clipped probability",
        "losses",
        (PROBABILITIES, f"    predictions = np.clip(predictions, 1e-7, 1 - 1e-7)\n{PROBABILITIES}"),
    ),
    _forward(
        "log of 1 - p, not log1p of -p",
        "losses",
        (
            "np.log1p(-np.where(targets < 1, predictions, 0.0))",
            "np.log(1 - np.where(targets < 1, predictions, 0.0))",
        ),
    ),
    _forward(
        "cross-entropy averaged over the classes",
        "losses",
        (CROSS_ENTROPY, "return -terms.mean()"),
    ),
    _forward("bias forgotten", "mlp", (LINEAR, "return inputs @ layer.weight.T")),
    _forward("weight not transposed", "mlp", (LINEAR, "return inputs @ layer.weight + layer.bias")),
    _forward(
        "float32 inside the matrix product",
        "mlp",
        (
            LINEAR,
            'return inputs.astype("float32").astype(inputs.dtype) @ layer.weight.T + layer.bias',
        ),
    ),
    Mistake(
        "class of the whole batch, argmax without its axis",
        "forward",
        "conduct",
        "mlp",
        (("argmax(1)", "argmax()"),),
    ),
    _forward(
        "no activation on the output layer",
        "mlp",
        (APPLIED, "outputs.append(z if len(outputs) == len(params) else ACTIVATIONS[name](z))"),
    ),
    _forward(
        "activation of the wrong layer",
        "mlp",
        ("zip(params, activations, strict=True)", "zip(params, activations[::-1], strict=True)"),
    ),
]
