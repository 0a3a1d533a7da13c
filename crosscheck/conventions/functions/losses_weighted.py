"""The frameworks' losses with class weights, ignored samples and smoothed labels.

Each is the reference's loss of the targets, weights and normalizer that `weighting` returns.
"""

from functools import partial
from typing import Any

from crosscheck.conventions.functions.factors import MEAN, SAMPLES, SUM
from crosscheck.conventions.functions.losses import BCE, BCE_Z, CE
from crosscheck.conventions.functions.statements import SINGLE, Equals, FunctionStatements
from crosscheck.conventions.weighting import (
    Weighting,
    smooth_binary_labels,
    smooth_labels,
    weigh_classes,
    weigh_positives,
)

CLASS_WEIGHTS = (0.5, 1.0, 3.0)
W = list(CLASS_WEIGHTS)
LABELS, SHARES = "logits of labels", "logits of shares"
BY_WEIGHTS = "divided by the sum of the labels' weights"
BY_COUNT = "divided by the number of samples"
SMOOTHED = "every term has the weight of its class, and the divisor is the sum of the weights of "
"the labels before smoothing"


def of_labels(y: Any, **arguments: Any) -> Weighting:
    """`weigh_classes` of the labels that a matrix has."""
    return weigh_classes(y.argmax(axis=1), **{"classes": y.shape[1]} | arguments)


def all_ignored(y: Any) -> Weighting:
    """Every sample has a label that is ignored."""
    return weigh_classes([-100] * len(y), classes=y.shape[1], ignore_index=-100)


def smoothed(y: Any, wrong: bool = False, binary: bool = False) -> Weighting:
    """Every sample weighs 1, and its targets are smoothed by 0.1."""
    denominator = "wrong classes" if wrong else "classes"
    targets = (
        smooth_binary_labels(y, 0.1) if binary else smooth_labels(y, 0.1, denominator=denominator)
    )
    return Weighting(targets, 0 * targets[:, 0] + 1, "count")


TORCH_WEIGHT = f"weight=torch.tensor({W}, dtype=z.dtype)"
TORCH: FunctionStatements = (
    Equals(
        "torch",
        f"torch.nn.CrossEntropyLoss({TORCH_WEIGHT})(z, y.argmax(1))",
        CE,
        LABELS,
        weighting=partial(of_labels, class_weights=CLASS_WEIGHTS),
        because=f"class weights (0.5, 1, 3) with labels, {BY_WEIGHTS}",
    ),
    Equals(
        "torch",
        f"torch.nn.CrossEntropyLoss({TORCH_WEIGHT})(z, y)",
        CE,
        SHARES,
        weighting=partial(weigh_classes, class_weights=CLASS_WEIGHTS, normalizer="count"),
        because="class weights (0.5, 1, 3) with probabilities: every term has the weight of its "
        f"class, {BY_COUNT}",
    ),
    Equals(
        "torch",
        f"torch.nn.CrossEntropyLoss({TORCH_WEIGHT}, label_smoothing=0.1)(z, y.argmax(1))",
        CE,
        LABELS,
        weighting=partial(of_labels, class_weights=CLASS_WEIGHTS, smoothing=0.1),
        because=SMOOTHED,
    ),
    Equals(
        "torch",
        "torch.nn.CrossEntropyLoss(ignore_index=1)(z, y.argmax(1))",
        CE,
        LABELS,
        weighting=partial(of_labels, ignore_index=1),
        because="label 1 is ignored: its samples have weight 0, and the sum is divided by the "
        "number of the other samples",
    ),
    Equals(
        "torch",
        f"torch.nn.CrossEntropyLoss({TORCH_WEIGHT}, ignore_index=0, label_smoothing=0.1)"
        "(z, y.argmax(1))",
        CE,
        LABELS,
        weighting=partial(of_labels, class_weights=CLASS_WEIGHTS, ignore_index=0, smoothing=0.1),
        because=f"label 0 is ignored; {SMOOTHED}",
    ),
    Equals(
        "torch",
        "torch.nn.CrossEntropyLoss()(z, 0 * y.argmax(1) - 100)",
        CE,
        LABELS,
        weighting=all_ignored,
        because="all samples are ignored: 0/0",
    ),
    Equals(
        "torch",
        "torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0, dtype=z.dtype))(z, y)",
        BCE_Z,
        "one logit",
        weighting=partial(weigh_positives, pos_weight=3.0),
        because="pos_weight p with one output: the weights are 1 + (p - 1) t, the targets p t / "
        "(1 + (p - 1) t)",
    ),
)
OPTAX: FunctionStatements = (
    Equals(
        "optax",
        f"jax.numpy.average(optax.softmax_cross_entropy(z, y), weights=y @ jax.numpy.array({W}))",
        CE,
        LABELS,
        weighting=partial(of_labels, class_weights=CLASS_WEIGHTS),
        because=f"optax has no class weights, so y @ w is the weight of each label, {BY_WEIGHTS}",
    ),
    Equals(
        "optax",
        f"(optax.softmax_cross_entropy(z, y) * (y @ jax.numpy.array({W}))).mean()",
        CE,
        LABELS,
        weighting=partial(of_labels, class_weights=CLASS_WEIGHTS, normalizer="count"),
        because=f"optax has no class weights, so y @ w is the weight of each label, {BY_COUNT}",
    ),
    Equals(
        "optax",
        "optax.softmax_cross_entropy(z, y * 0.9 + (1 - y) * 0.1 / 2)",
        CE,
        LABELS,
        SUM,
        entries=SAMPLES,
        weighting=partial(smoothed, wrong=True),
        because="the smoothing adds a / (K - 1) to the wrong classes alone; no function of optax "
        "does this",
    ),
)
SKLEARN: FunctionStatements = (
    Equals(
        "sklearn",
        f"sklearn.neural_network.MLPClassifier(hidden_layer_sizes=()), y.argmax(1), y @ {W}",
        CE,
        LABELS,
        weighting=partial(of_labels, class_weights=CLASS_WEIGHTS, weighs="the label"),
        because=f"class weights as sample_weight, {BY_WEIGHTS}; the networks have no class_weight",
    ),
)


CROSS_ENTROPY = "keras.losses.CategoricalCrossentropy(from_logits=True"
OF_LABELS = "y @ keras.ops.array([[0.5], [1.0], [3.0]], 'float64')"
KERAS: FunctionStatements = (
    Equals(
        "keras-jax",
        f"{CROSS_ENTROPY})(y, z, {OF_LABELS})",
        CE,
        LABELS,
        weighting=partial(
            of_labels, class_weights=CLASS_WEIGHTS, weighs="the label", normalizer="count"
        ),
        because=f"class_weight gives every sample a weight, {BY_COUNT}",
    ),
    Equals(
        "keras-jax",
        f"{CROSS_ENTROPY}, label_smoothing=0.1)(y, z, {OF_LABELS})",
        CE,
        LABELS,
        weighting=partial(
            of_labels,
            class_weights=CLASS_WEIGHTS,
            weighs="the label",
            normalizer="count",
            smoothing=0.1,
        ),
        because=f"class_weight gives every sample a weight, which smoothing keeps, {BY_COUNT}",
    ),
    Equals(
        "keras-jax",
        "keras.losses.BinaryCrossentropy(label_smoothing=0.1)(y, z)",
        BCE,
        "probabilities",
        MEAN,
        weighting=partial(smoothed, binary=True),
        within=SINGLE,
        because="the targets are t (1 - a) + a / 2, and the mean is computed in float32",
    ),
)
WEIGHTED_LOSS_STATEMENTS: FunctionStatements = (*TORCH, *OPTAX, *SKLEARN, *KERAS)
