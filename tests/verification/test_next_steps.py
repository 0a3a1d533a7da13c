"""What `check` says to write next, where it does not understand a file or not all of it."""

import re

import pytest
from chinese_console import chinese
from english import english

from crosscheck.frameworks.submissions import load
from crosscheck.report.check import show_report
from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.judging import Options, judge

FORWARD = """
import numpy as np

rng = np.random.default_rng(0)
W1, b1, W2, b2 = rng.normal(size=(3, 4)), np.zeros(4), rng.normal(size=(4, 2)), np.zeros(2)


def forward(X):
    return ACTIVATION(X @ W1 + b1) @ W2 + b2
"""
TANH = FORWARD.replace("ACTIVATION", "np.tanh")
BACKWARD = """
def loss(X, y):
    return np.mean(np.sum(np.abs(forward(X) - y) ** POWER, axis=1))


def backward(X, y):
    h = np.tanh(X @ W1 + b1)
    error = h @ W2 + b2 - y
    delta = POWER * np.sign(error) * np.abs(error) ** (POWER - 1) / len(X)
    below = delta @ W2.T * (1 - h**2)
    return X.T @ below, below.sum(axis=0), h.T @ delta, delta.sum(axis=0)
"""
RAISES = "\ndef backward(X, y):\n    return undefined\n"
NEXT = {
    "x = 1\n": r"call the functions forward\(X\), loss\(X, y\) and backward\(X, y\), and the par.*"
    "complete the adapter above.*`crosscheck check .*homework.py:Adapter`",
    TANH: r"write backward\(X, y\), which returns the gradients in the order of the parameters",
    TANH + RAISES: "call it by itself, as the line says, until it no longer raises",
    FORWARD.replace("ACTIVATION", "np.sin"): "as --activations tanh,identity; known are identity,",
    TANH + BACKWARD.replace("POWER", "3"): "as --loss half_squared_error; known are squared_error,",
}


def report_of(tmp_path, text):
    path = tmp_path / "homework.py"
    path.write_text(text, encoding="utf-8")
    return judge(load(path).namespace, None, str(path), Options())


@pytest.mark.parametrize("text", NEXT, ids=["nothing", "forward", "raises", "sine", "cubes"])
def test_what_is_not_understood_is_followed_by_what_to_write(tmp_path, text):
    report = report_of(tmp_path, text)
    assert report.outcome == Outcome.NOT_UNDERSTOOD
    assert re.search(NEXT[text], report.next_step)
    assert report.message.endswith(f"next: {report.next_step}")
    assert report.as_json()["next_step"] == report.next_step
    *_, last = chinese(lambda console: show_report(console, report), width=400).split("下一步：")
    names = {"forward", "loss", "backward", "homework", "py", "crosscheck", "check", "half"}
    assert english(last.replace(str(tmp_path), ""), names | set(NAMES)) == []


NAMES = "activations tanh identity sigmoid relu softmax softplus gelu squared error mean binary"
NAMES = [*NAMES.split(), "cross", "entropy", "dW1", "db1", "dW2", "db2", "Adapter"]


def test_functions_that_are_called_as_it_says_are_understood(tmp_path):
    report = report_of(tmp_path, TANH + BACKWARD.replace("POWER", "2"))
    assert report.outcome == Outcome.RIGHT
    assert report.next_step is None
