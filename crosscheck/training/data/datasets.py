"""Handwritten digits to train on: `digits`, which scikit-learn has, and `mnist`.

Every row of the inputs is a sample whose pixels are floats in [0, 1]. Labels are the digits 0 to 9;
as targets they are one-hot.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crosscheck.training.data.download import fetch
from crosscheck.training.data.idx import DataError, parse_idx, read_bytes

CLASSES = 10
FOLDER_VARIABLE = "CROSSCHECK_MNIST_DIR"

# The four files, with the sha256 of their uncompressed content.
MNIST = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@dataclass(frozen=True)
class Split:
    """The samples that are trained on, or those that are tested on.

    Attributes:
        inputs: (samples, pixels). In [0, 1].
        labels: (samples,). The digits.
    """

    inputs: np.ndarray
    labels: np.ndarray

    @property
    def targets(self) -> np.ndarray:
        """The labels one-hot, (samples, 10), in the dtype of the inputs."""
        return np.eye(CLASSES, dtype=self.inputs.dtype)[self.labels]


@dataclass(frozen=True)
class Dataset:
    """A data set: the samples to train on, and those that are held back to test with.

    Attributes:
        name: Its name in DATASETS.
        train, test: The two parts.
    """

    name: str
    train: Split
    test: Split


def digits(dtype: str = "float64") -> Dataset:
    """The 1,797 handwritten digits of 8 x 8 pixels in scikit-learn; every fifth is held back.

    Args:
        dtype: Of the inputs: "float64" or "float32".

    Raises:
        DataError: If scikit-learn is not installed.

    Source: Alpaydin and Kaynak (1998), optical recognition of handwritten digits, test part.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise DataError(
            "the digits come with scikit-learn, which is not installed: "
            "pip install 'backprop-crosscheck[data]'"
        ) from None
    bunch = load_digits()
    inputs, labels = (bunch.data / 16).astype(dtype), bunch.target
    held_back = np.arange(len(labels)) % 5 == 4
    return Dataset(
        "digits",
        Split(inputs[~held_back], labels[~held_back]),
        Split(inputs[held_back], labels[held_back]),
    )


def mnist(dtype: str = "float64") -> Dataset:
    """The 60,000 and 10,000 images of 28 x 28 pixels, from the folder in CROSSCHECK_MNIST_DIR.

    Where the variable is not set they are downloaded once and kept in the user's cache.

    Args:
        dtype: Of the inputs: "float64" or "float32".

    Raises:
        DataError: If a file is missing, truncated, altered or not an IDX file.

    Source: LeCun, Bottou, Bengio and Haffner (1998).
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    arrays = {
        name: _read(_in_folder(Path(folder), name) if folder else fetch(name, sha256), sha256)
        for name, sha256 in MNIST.items()
    }
    names = {"train": "train", "t10k": "test"}
    splits = {
        split: _split(
            arrays[f"{name}-images-idx3-ubyte"], arrays[f"{name}-labels-idx1-ubyte"], dtype
        )
        for name, split in names.items()
    }
    return Dataset("mnist", **splits)


DATASETS: dict[str, Callable[..., Dataset]] = {"digits": digits, "mnist": mnist}


def _in_folder(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise DataError(f"{folder}: has neither {name} nor {name}.gz ({FOLDER_VARIABLE} names it)")


def _read(path: Path, sha256: str) -> np.ndarray:
    content = read_bytes(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        parse_idx(content, str(path))  # raises an error that says more, if it is no IDX file
        raise DataError(f"{path}: its content is not that of the original (sha256 differs)")
    return parse_idx(content, str(path))


def _split(images: np.ndarray, labels: np.ndarray, dtype: str) -> Split:
    pixels = images.reshape(len(images), -1).astype(dtype) / np.asarray(255, dtype)
    return Split(pixels, labels.astype(np.int64))
