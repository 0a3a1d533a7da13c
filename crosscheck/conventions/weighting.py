"""Class weights, ignored samples and smoothed labels, in the words of the references' losses.

A framework's weighted loss is written as the targets, the weights of the samples, and what the
weighted sum is divided by:

    sum_i w_i C(z_i, t_i) / B              normalizer "count"
    sum_i w_i C(z_i, t_i) / sum_i w_i      normalizer "weights"

so that it is the reference's loss of these targets with `weights=` and `normalizer=`. All arrays
are float64 arrays of NumPy.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray
WEIGHED = ("each class", "the label")
NORMALIZERS = ("count", "weights")
DENOMINATORS = ("classes", "wrong classes")


class Weighting(NamedTuple):
    """The targets of a loss, the weights of its samples, and what the weighted sum is divided by.

    Attributes:
        targets: (batch, outputs).
        weights: (batch,). An ignored sample has the weight 0.
        normalizer: "count" or "weights".
    """

    targets: Array
    weights: Array
    normalizer: str


def weigh_classes(
    targets: Any,
    class_weights: Mapping[int, float] | Sequence[float] | None = None,
    *,
    classes: int | None = None,
    weighs: str = "each class",
    normalizer: str = "weights",
    smoothing: float = 0.0,
    ignore_index: int | None = None,
) -> Weighting:
    """A cross-entropy with class weights as one with weights of its samples.

    With targets t that are not labels, sum_c w_c t_c log p_c is the weight W = sum_c w_c t_c times
    the cross-entropy of the targets w_c t_c / W.

    | framework | weighs | normalizer |
    |---|---|---|
    | `torch.nn.CrossEntropyLoss(weight=...)`, of labels | each class | weights |
    | the same, of probabilities | each class | count |
    | Keras' `class_weight` | the label | count |
    | scikit-learn's `sample_weight` of its networks | the label | weights |

    Args:
        targets: Labels, whole numbers of shape (batch,); or probabilities, (batch, classes).
        class_weights: By class; of a dict, the classes that it lacks have the weight 1. None weighs
            every class with 1.
        classes: How many there are, if the targets are labels and there are no class weights.
        weighs: "each class": every term of a sample's loss has the weight of its own class; or "the
            label": the sample has that of its label, or of its largest probability.
        normalizer: "weights": the sum of the weights of the labels, without smoothing; or "count":
            the number of samples, ignored ones too.
        smoothing: As of `smooth_labels`. A sample's label is the one before it.
        ignore_index: The label of samples that do not count, which PyTorch has at -100.

    Raises:
        ValueError: If there is a label outside the classes, a weight is negative or not finite, an
            argument is unknown, probabilities have labels that are to be ignored, or the weights
            of the labels add up to 0 and those of their smoothed targets do not.
    """
    _known("weighs", weighs, WEIGHED)
    _known("normalizer", normalizer, NORMALIZERS)
    targets = np.asarray(targets)
    kept = np.ones(len(targets), bool)
    if targets.ndim == 1:
        labels = _whole(targets)
        if ignore_index is not None:
            kept = labels != ignore_index
        count = _classes(labels[kept], class_weights, classes)
        labels = np.where(kept, labels, 0)
        plain = np.eye(count)[labels]
    elif ignore_index is not None:
        raise ValueError(
            "only labels can be ignored: of probabilities PyTorch refuses ignore_index"
        )
    else:
        plain = targets.astype("float64")
        labels, count = plain.argmax(axis=1), plain.shape[1]
    by_class = _by_class(class_weights, count)
    smooth = smooth_labels(plain, smoothing)
    # PyTorch divides by the weights of the labels, which smoothing does not change.
    divisor = (plain @ by_class if weighs == "each class" else by_class[labels]) * kept
    if weighs == "the label":
        return Weighting(smooth, divisor, normalizer)
    weights = (smooth @ by_class) * kept
    weighted = smooth * by_class
    size = weighted.sum(axis=1, keepdims=True)
    shares = np.where(size > 0, weighted / np.where(size > 0, size, 1.0), smooth)
    if normalizer == "weights" and not np.array_equal(weights, divisor):
        if not divisor.any():
            raise ValueError("the labels' weights add up to 0, and the loss would be divided by it")
        return Weighting(shares, weights * (len(weights) / divisor.sum()), "count")
    return Weighting(shares, weights, normalizer)


def weigh_positives(targets: Any, pos_weight: float) -> Weighting:
    """PyTorch's `BCEWithLogitsLoss(pos_weight=p)` of one output as weights of its samples.

        -p t log s - (1 - t) log(1 - s) = w BCE(t'),  w = 1 + (p - 1) t,  t' = p t / w

    Args:
        targets: (batch,) or (batch, 1), from 0 to 1.
        pos_weight: p, above 0: what multiplies the positive term.

    Raises:
        ValueError: If there are several outputs. A sample has one weight, and its outputs would
            need one each: add up the losses of the outputs, each with its own weights.
    """
    targets = np.asarray(targets, "float64")
    targets = targets[:, np.newaxis] if targets.ndim == 1 else targets
    if targets.shape[1] != 1:
        raise ValueError(
            f"pos_weight of {targets.shape[1]} outputs gives every output of a sample a weight of "
            "its own, and a sample has only one: add up the losses of the outputs, each weighted"
        )
    if not (np.isfinite(pos_weight) and pos_weight > 0):
        raise ValueError(f"pos_weight must be above 0, not {pos_weight}")
    weights = 1 + (pos_weight - 1) * targets
    return Weighting(pos_weight * targets / weights, weights[:, 0], "count")


def balanced_class_weights(labels: Any, classes: int | None = None) -> Array:
    """scikit-learn's class_weight="balanced": n / (K n_c), for n samples, n_c of them of class c.

    Args:
        labels: Whole numbers from 0, of shape (batch,).
        classes: K; None takes one more than the largest label.

    Raises:
        ValueError: If a class has no sample, or a label is outside the classes.
    """
    labels = _whole(np.asarray(labels))
    counts = np.bincount(labels, minlength=_classes(labels, None, classes))
    if not counts.all():
        raise ValueError(f"class {int(np.argmin(counts))} has no sample, and no balanced weight")
    return np.asarray(len(labels) / (len(counts) * counts))


def smooth_labels(targets: Any, smoothing: float, *, denominator: str = "classes") -> Array:
    """Targets of several classes that are drawn towards the uniform ones.

        (1 - a) t + a / K                  denominator "classes": PyTorch, optax, Keras
        (1 - a) t + (1 - t) a / (K - 1)    denominator "wrong classes"

    The second form gives the right class exactly 1 - a. It is the first with a K / (K - 1) for a.

    Args:
        targets: (batch, classes), K of them.
        smoothing: a, from 0 to 1.
        denominator: Which form.

    Raises:
        ValueError: If a is outside its range, the denominator is unknown, or there is one class.
    """
    _known("denominator", denominator, DENOMINATORS)
    targets = np.asarray(targets, "float64")
    a, count = _share(smoothing), targets.shape[1]
    if denominator == "classes":
        return np.asarray(targets * (1 - a) + a / count)
    if count < 2:
        raise ValueError("one class has no wrong ones")
    return np.asarray(targets * (1 - a) + (1 - targets) * (a / (count - 1)))


def smooth_binary_labels(targets: Any, smoothing: float) -> Array:
    """Targets of outputs with a sigmoid, drawn towards 1/2: t (1 - a) + a / 2, as in Keras.

    Args:
        targets: Of any shape, from 0 to 1.
        smoothing: a, from 0 to 1.

    Raises:
        ValueError: If a is outside its range.
    """
    a = _share(smoothing)
    return np.asarray(np.asarray(targets, "float64") * (1 - a) + a / 2)


def _share(smoothing: float) -> float:
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing must be from 0 to 1, not {smoothing}")
    return float(smoothing)


def _known(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"unknown {name} {value!r}: known are {', '.join(map(repr, known))}")


def _whole(labels: Array) -> Array:
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be whole numbers of shape (batch,), not {labels.dtype}")
    return labels


def _classes(
    labels: Array, class_weights: Mapping[int, float] | Sequence[float] | None, classes: int | None
) -> int:
    """How many classes there are."""
    known = classes
    if known is None and class_weights is not None and not isinstance(class_weights, Mapping):
        known = len(class_weights)
    if known is None:
        known = int(max([*labels.tolist(), *(class_weights or ())], default=-1)) + 1
    if np.any((labels < 0) | (labels >= known)):
        raise ValueError(f"labels must be from 0 to {known - 1}, not {labels.tolist()}")
    return known


def _by_class(class_weights: Mapping[int, float] | Sequence[float] | None, count: int) -> Array:
    weights = np.ones(count)
    if isinstance(class_weights, Mapping):
        for label, weight in class_weights.items():
            if not 0 <= label < count:
                raise ValueError(f"there is no class {label}: there are {count}")
            weights[label] = weight
    elif class_weights is not None:
        weights = np.asarray(class_weights, "float64")
    if weights.shape != (count,) or not np.all(np.isfinite(weights) & (weights >= 0)):
        raise ValueError(f"there must be {count} class weights, finite and at least 0: {weights}")
    return weights
