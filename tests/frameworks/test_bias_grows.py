"""A bias that a step over a batch makes grow: one sample at a time is meant, or it is wrong."""

import re
import sys

import numpy as np
import pytest

from crosscheck.frameworks.adapters import GradientShapeError
from crosscheck.frameworks.submissions import load
from crosscheck.frameworks.understanding.understand import understand

NET = """
import numpy as np


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1, self.b1 = np.ones((n_in, n_hidden)), np.zeros((1, n_hidden))
        self.W2, self.b2 = np.ones((n_hidden, n_out)), np.zeros((1, n_out))

    def forward(self, X):
        self.h = np.tanh(X @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def backward(self, X, y, lr):
        delta = (self.forward(X) - y) / len(X)
        below = delta @ self.W2.T * (1 - self.h**2)
        self.W2 -= lr * self.h.T @ delta
        self.b2 = self.b2 - lr * delta
        self.W1 -= lr * X.T @ below
        self.b1 = self.b1 - lr * below
"""
IN_PLACE = re.sub(r"= self.(b\d) -", "-=", NET)
# Neither text speaks of many samples, and only one file gives them one by one.
SINGLE = NET.replace(" / len(X)", "")
LOOP = "\n\ndef train(net, xs, ys):\n    for x, y in zip(xs, ys):\n        net.backward(x, y, 1)\n"


@pytest.fixture
def understood(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "submission", raising=False)

    def of(text):
        (tmp_path / "homework.py").write_text(text, encoding="utf-8")
        return understand(load(tmp_path / "homework.py"))

    return of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (NET, "samples in rows"),
        (IN_PLACE, "samples in rows"),
        (SINGLE, "samples in rows"),
        (SINGLE + LOOP, "one sample at a time, as a row"),
    ],
)
def test_one_sample_at_a_time_is_meant_where_the_text_says_so(understood, text, form):
    assert form in understood(text).words


def test_the_gradient_of_a_bias_that_grows_has_the_shape_of_the_batch(understood):
    (_, first), (_, second) = understood(NET).make().gradients(np.ones((5, 4)), np.ones((5, 2)))
    assert (first.shape, second.shape) == ((5, 3), (5, 2))


def test_a_bias_that_cannot_grow_raises_and_both_shapes_are_said(understood):
    adapter = understood(IN_PLACE).make()
    message = re.escape("the gradient of a bias of shape (1,2) has shape (5,2), and so backward")
    with pytest.raises(GradientShapeError, match=message):
        adapter.gradients(np.ones((5, 4)), np.ones((5, 2)))
