"""How well a network recognises digits."""

import numpy as np


def accuracy(predicted: np.ndarray, labels: np.ndarray) -> float:
    """The share of samples whose predicted class is their label.

    Args:
        predicted: (samples,). Classes.
        labels: (samples,). The right classes.

    Returns:
        A number in [0, 1].
    """
    return float(np.mean(predicted == labels))


def confusion(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Count the samples of every class by the class that was predicted for them.

    Args:
        predicted: (samples,). Classes.
        labels: (samples,). The right classes.
        classes: How many classes there are.

    Returns:
        (classes, classes). Rows are the right classes, columns the predicted ones.
    """
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts
