"""Mistakes of samples that have weights: what multiplies, what divides, and in which order."""

from crosscheck.verification.mistakes.mistake import Mistake
from crosscheck.verification.mistakes.training import MEAN, SHARE, TOTAL, UPDATE


def _weights(stage: str, file: str, name: str, *changes: tuple[str, str]) -> Mistake:
    kind = {"forward": "forward", "deltas": "gradient", "gradients": "gradient"}
    return Mistake(name, kind.get(stage, "training"), stage, file, changes)


BY_COUNT = 'if weights is None or normalizer == "count":\n        return weights\n'
OF_COUNT = 'if weights is None or normalizer == "count":\n        return 1\n'
FACTORS = "factors = scaled(weights, normalizer)"
TERMS = "return terms if factors is None else factors[:, None] * terms"
NOT_ZERO = "return weights / (mean + (mean == 0))"
SQUARED = "terms = _weighted((predictions - targets) ** 2, weights, normalizer)"
SQUARED_RETURN = "return terms.sum() / len(predictions)"
WEIGHTED = "cotangent = factors[:, None] * cotangent"
VALUE = "LOSSES[loss](trace.outputs, targets, weights=factors)"
PASSED = "return unchecked_value_and_grad(params, inputs, targets, activations, loss, factors)"
CHOSEN = "w = None if weights is None else weights[batch]"
GATHERED = "sharded(of_shard, x, y, scaled(w, normalizer), workers)"
PIECE = "w = None if factors is None else factors[start : start + size]"
# Each piece is divided by its own weights, and not by those of the batch.
OF_EACH_PIECE = (
    (GATHERED, GATHERED.replace("scaled(w, normalizer)", "w")),
    (
        "of_piece = partial(_of_piece, params, activations, loss, memory)",
        "whole_piece = partial(_of_piece, params, activations, loss, memory)\n"
        "        of_piece = lambda x, y, w: whole_piece(x, y, scaled(w, normalizer))",
    ),
)
IGNORED = "if w is not None and not w.any():"
LOOP = "    for batch in batches:\n"

MISTAKES = [
    # ----- what divides -----
    _weights(
        "forward",
        "losses",
        "weighted mean divided by the samples, never by the weights",
        (BY_COUNT, "if True:\n        return weights\n"),
        (OF_COUNT, "if True:\n        return 1\n"),
    ),
    _weights(
        "forward",
        "losses",
        "weighted mean divided by the weights, never by the samples",
        (BY_COUNT, "if weights is None:\n        return weights\n"),
        (OF_COUNT, "if weights is None:\n        return 1\n"),
    ),
    # ----- what multiplies -----
    _weights("forward", "losses", "weights forgotten in the loss", (TERMS, "return terms")),
    _weights(
        "forward",
        "losses",
        "weights squared in the loss",
        (TERMS, TERMS.replace("factors[:, None] *", "factors[:, None] ** 2 *")),
    ),
    _weights(
        "forward",
        "losses",
        "error weighted before it is squared",
        (
            f"{SQUARED}\n    {SQUARED_RETURN}",
            "factors = scaled(weights, normalizer)\n"
            "    errors = _weighted(predictions - targets, weights, normalizer)\n"
            f"    terms = errors**2\n    {SQUARED_RETURN}",
        ),
    ),
    _weights("deltas", "gradients", "weights forgotten in the gradient", (WEIGHTED, "pass")),
    _weights(
        "deltas",
        "gradients",
        "weights squared in the gradient",
        (WEIGHTED, WEIGHTED.replace("[:, None]", "[:, None] ** 2")),
    ),
    _weights(
        "gradients",
        "gradients",
        "weights forgotten in the loss beside the gradient",
        (VALUE, VALUE.replace(", weights=factors", "")),
    ),
    _weights(
        "gradients",
        "gradients",
        "gradient divided by the samples, the deltas by the weights",
        (PASSED, f"factors = weights\n    {PASSED}"),
    ),
    # ----- which samples, in training -----
    _weights(
        "trajectory",
        "epochs",
        "weights in the order of the data, not of the batch",
        (LOOP, f"    first = 0\n{LOOP}"),
        (CHOSEN, CHOSEN.replace("[batch]", "[first : first + len(batch)]")),
        (TOTAL, f"{TOTAL}\n        first += len(batch)"),
    ),
    _weights(
        "trajectory",
        "epochs",
        "weights of the first batch in every batch",
        (CHOSEN, CHOSEN.replace("[batch]", "[batches[0][: len(batch)]]")),
    ),
    _weights(
        "trajectory",
        "epochs",
        "batch divided by the mean weight of all samples",
        (
            GATHERED,
            GATHERED.replace(
                "scaled(w, normalizer)",
                "w if w is None else w / mean_weight(weights, normalizer)",
            ),
        ),
    ),
    _weights(
        "trajectory",
        "epochs",
        "mean of the pieces' weighted means, by their samples",
        *OF_EACH_PIECE,
    ),
    _weights(
        "trajectory",
        "epochs",
        "mean of the pieces' weighted means, all pieces alike",
        *OF_EACH_PIECE,
        (SHARE, "share = 1 / -(-samples // size)"),
    ),
    _weights(
        "trajectory",
        "epochs",
        "weights of the first piece in every piece",
        (PIECE, PIECE.replace("start : start + size", ": len(x)")),
    ),
    _weights(
        "trajectory",
        "losses",
        "0 / 0 in a batch that is ignored",
        (NOT_ZERO, "return weights / mean"),
    ),
    _weights(
        "trajectory",
        "epochs",
        "no update where a batch is ignored",
        (
            UPDATE,
            f"if w is not None and not w.any():\n                continue\n            {UPDATE}",
        ),
    ),
    _weights(
        "trajectory",
        "epochs",
        "loss of an epoch averaged over the samples, not by their weights",
        (TOTAL, "total += float(value) * len(batch)"),
        (MEAN, "return params, state, total / len(inputs)"),
    ),
    _weights(
        "trajectory",
        "epochs",
        "weights forgotten in training",
        (CHOSEN, "w = None"),
    ),
]
