"""Classes of layers, activations and losses are put together, and what is left out is said."""

import os
import sys

import numpy as np
import pytest

from crosscheck.frameworks.adapters import NotUnderstoodError
from crosscheck.frameworks.submissions import load
from crosscheck.frameworks.understanding.understand import understand

DENSE = """
import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        back = grad @ self.W.T
        self.W -= lr * self.x.T @ grad
        self.b -= lr * grad.sum(axis=0, keepdims=True)
        return back
"""
TANH = """

class Tanh:
    def forward(self, x):
        self.a = np.tanh(x)
        return self.a

    def backward(self, grad):
        return grad * (1 - self.a**2)
"""
MSE = """

class MSE:
    def forward(self, y_pred, y_true):
        self.difference = y_pred - y_true
        return (self.difference**2).mean()

    def backward(self):
        return 2 * self.difference / self.difference.size
"""
HELD = """

class Net:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
"""
SLOPE_OF_Z = """

class Sine:
    def __call__(self, z):
        return np.sin(z)

    def gradient(self, z):
        return np.cos(z)
"""
# Gradients that are left, and not taken at once.
LEFT = DENSE.replace("grad, lr", "grad").replace("self.W -= lr *", "self.dW =")
LEFT = LEFT.replace("self.b -= lr *", "self.db =")
OWN_RATE = DENSE.replace("grad, lr", "grad").replace("lr *", "0.5 *")


@pytest.fixture(autouse=True)
def _leave_no_trace(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "submission", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())


def understood(folder, text, name=None):
    path = folder / "homework.py"
    path.write_text(text, encoding="utf-8")
    return understand(load(path), name)


@pytest.mark.parametrize(
    ("text", "words", "left_out"),
    [
        (DENSE + TANH + MSE, "Dense, Tanh, Dense with MSE, put together", None),
        (LEFT + TANH + MSE, "as backward leaves them in layers[0].dW, layers[0].db", None),
        (DENSE + TANH, "Dense, Tanh, Dense, put together", None),
        (DENSE, "Dense, Dense, put together", None),
        (LEFT + TANH + MSE + HELD, "Net of Dense, Tanh, Dense with MSE", None),
        (DENSE + MSE + SLOPE_OF_Z, "Dense, Dense with MSE", "Sine"),
        (DENSE + TANH + MSE + "\n\nclass Data:\n    pass\n", "Dense, Tanh, Dense", "Data"),
    ],
)
def test_parts_are_put_together(tmp_path, text, words, left_out):
    found = understood(tmp_path, text)
    assert words in found.words
    assert ", ".join(found.others) == (left_out or "")
    adapter = found.make()
    rng = np.random.default_rng(0)
    # A little more of each weight raises the loss, or half the sum of squares, by its gradient.
    params = [
        (rng.normal(size=(b, a)), rng.normal(size=b))
        for a, b in zip(adapter.sizes[:-1], adapter.sizes[1:], strict=True)
    ]
    inputs, targets = rng.normal(size=(5, adapter.sizes[0])), rng.normal(size=(5, 2))
    adapter.set_params(params)
    grads = adapter.gradients(inputs, targets)
    moved = [tuple(1e-6 * rng.normal(size=part.shape) for part in layer) for layer in params]

    def loss(sign):
        own = [(w + sign * a, b + sign * c) for (w, b), (a, c) in zip(params, moved, strict=True)]
        adapter.set_params(own)
        if hasattr(adapter, "loss"):
            return adapter.loss(inputs, targets)
        return ((adapter.forward(inputs) - targets) ** 2).sum() / 2

    rise = sum(
        float((g * step).sum())
        for own, layer in zip(grads, moved, strict=True)
        for g, step in zip(own, layer, strict=True)
    )
    assert np.isclose((loss(1) - loss(-1)) / 2, rise, rtol=1e-5)


def test_a_layer_is_judged_by_its_name_alone(tmp_path):
    words = understood(tmp_path, DENSE + TANH, "Dense").words
    assert words.startswith("Dense, put together for this check, the slope of whose loss is taken")


def test_a_layer_that_goes_together_with_nothing_is_not_taken_for_the_whole(tmp_path):
    broken = DENSE.replace("return back", "raise ValueError")
    with pytest.raises(NotUnderstoodError) as error:
        understood(tmp_path, broken + TANH + MSE)
    assert "the class Dense is one layer of a network" in str(error.value)
    assert "goes together with Tanh, MSE was not found" in str(error.value)


def test_a_rate_that_stands_inside_is_said_to_be_out_of_reach(tmp_path):
    assert "whose rate cannot be set" in understood(tmp_path, OWN_RATE + TANH + MSE).words
