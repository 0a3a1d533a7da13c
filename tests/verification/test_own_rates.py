"""A rate that stands in the step is taken as the rate; every other factor is a mistake."""

import linecache

import pytest
from own_networks import Net

from crosscheck.frameworks.adapters import Understood
from crosscheck.frameworks.submissions import load
from crosscheck.frameworks.understanding.kept import KeptAdapter
from crosscheck.frameworks.understanding.understand import understand
from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.network import check_network

# In each text {factor} stands before the slope of the loss, and {step} is one of each parameter.
LOOP = """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
W1, b1 = rng.normal(size=(3, 4)), np.zeros(4)
W2, b2 = rng.normal(size=(4, 1)), np.zeros(1)
{top}
for epoch in range(3):
    a1 = np.tanh(X @ W1 + b1)
    out = a1 @ W2 + b2
    d_out = {factor}2 * (out - y){mean}
    dW2, db2 = a1.T @ d_out, d_out.sum(axis=0)
    d_a1 = d_out @ W2.T * (1 - a1**2)
    dW1, db1 = X.T @ d_a1, d_a1.sum(axis=0)
    {step}
"""
CLASS = """
import numpy as np
{top}
class Net:
    def __init__(self, n_in=3, n_hidden=4, n_out=1, speed=0.1):
        self.W1, self.b1 = np.random.randn(n_in, n_hidden), np.zeros(n_hidden)
        self.W2, self.b2 = np.random.randn(n_hidden, n_out), np.zeros(n_out)
        self.speed = speed
    def forward(self, X):
        self.a1 = np.tanh(X @ self.W1 + self.b1)
        return self.a1 @ self.W2 + self.b2
    def loss(self, X, y):
        return np.sum((self.forward(X) - y) ** 2) / len(X)
    def train_step(self, X, y):
        d_out = {factor}2 * (self.forward(X) - y){mean}
        dW2, db2 = self.a1.T @ d_out, d_out.sum(axis=0)
        d_a1 = d_out @ self.W2.T * (1 - self.a1**2)
        dW1, db1 = X.T @ d_a1, d_a1.sum(axis=0)
        {step}
"""
FUNCTIONS = """
import numpy as np
{top}
def init_params():
    return {{"W1": np.random.randn(3, 4), "b1": np.zeros(4),
             "W2": np.random.randn(4, 1), "b2": np.zeros(1)}}
def forward(params, X):
    a1 = np.tanh(X @ params["W1"] + params["b1"])
    return a1 @ params["W2"] + params["b2"], a1
def train_step(params, X, y):
    out, a1 = forward(params, X)
    d_out = {factor}2 * (out - y){mean}
    d_a1 = d_out @ params["W2"].T * (1 - a1**2)
    grads = {{"dW1": X.T @ d_a1, "db1": d_a1.sum(axis=0)}}
    grads |= {{"dW2": a1.T @ d_out, "db2": d_out.sum(axis=0)}}
    {step}
"""
ZIPPED = """for p, g in zip((self.W1, self.b1, self.W2, self.b2), (dW1, db1, dW2, db2)):
            p -= 0.1 * g"""
COMPREHENSION = "return {k: params[k] - 0.1 * grads['d' + k] for k in params}"
BY_NAME = "return {k: move(params[k], grads['d' + k], 0.1) for k in params}"
MOVE = "def move(w, g, h):\n    return w - h * g"
UPDATED = """for k in params:
        params[k] -= learning_rate * grads["d" + k]
    return params"""
# The text, the step (of which % is each parameter), what stands above, and the rate.
HONEST = {
    "subtracted": (LOOP, "% -= 0.1 * d%", "", "0.1"),
    "assigned": (LOOP, "% = % - 0.1 * d%", "", "0.1"),
    "added": (LOOP, "% += -0.1 * d%", "", "0.1"),
    "reversed": (LOOP, "% = -0.1 * d% + %", "", "0.1"),
    "divided": (LOOP, "% -= d% / 10", "", "0.1"),
    "named": (LOOP, "% -= h0 * d%", "h0 = 1e-2", "0.01"),
    "numpy": (LOOP, "% = np.subtract(%, 0.1 * d%)", "", "0.1"),
    "product": (LOOP, "% -= 0.1 * 2 * d%", "", "0.2"),
    "attribute": (CLASS, "self.% -= self.speed * d%", "", "0.1"),
    "constant": (CLASS, "self.% -= LEARNING_RATE * d%", "LEARNING_RATE = 1e-2", "0.01"),
    "settings": (CLASS, "self.% -= CFG['speed'] * d%", "CFG = {'speed': 0.03}", "0.03"),
    "local": (CLASS, "lr = 0.05; self.% -= lr * d%", "", "0.05"),
    "variable": (CLASS, "step = 0.1 * d%; self.% -= step", "", "0.1"),
    "zipped": (CLASS, ZIPPED, "", "0.1"),
    "comprehension": (FUNCTIONS, COMPREHENSION, "", "0.1"),
    "argument": (FUNCTIONS, BY_NAME, MOVE, "0.1"),
    "updated": (FUNCTIONS, UPDATED, "learning_rate = 0.05", "0.05"),
}


def written(text, step, top="", factor="", mean=" / len(X)"):
    """A file with a step of every parameter, for which % stands."""
    names = ("W1", "b1", "W2", "b2") if "%" in step else ("",)
    steps = "; ".join(step.replace("%", name) for name in names)
    return text.format(step=steps, top=top, factor=factor, mean=mean)


def report_of(text, tmp_path, monkeypatch):
    path = tmp_path / "homework.py"
    path.write_text(text)
    linecache.clearcache()  # each of these files has the same name
    monkeypatch.chdir(tmp_path)
    return check_network(understand(load(path)), "mine")


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", HONEST)
def test_a_number_in_the_step_is_its_rate_and_a_factor_beside_it_is_a_mistake(
    name, tmp_path, monkeypatch
):
    text, step, top, rate = HONEST[name]
    right = report_of(written(text, step, top), tmp_path, monkeypatch)
    assert right.outcome == Outcome.RIGHT, right.message
    assert right.conventions[-1].endswith(f"the learning rate of its steps is taken as {rate}")
    wrong = report_of(written(text, step, top, "0.3 * "), tmp_path, monkeypatch)
    assert wrong.outcome == Outcome.WRONG, wrong.message
    assert wrong.first_wrong.text.startswith("every entry is 0.")
    again = report_of(written(text, step, top, "0.1 * "), tmp_path, monkeypatch)
    assert again.outcome == Outcome.WRONG, again.message  # as if the rate were taken twice


@pytest.mark.parametrize(
    ("step", "top"),
    [
        ("d% *= 0.3; self.% -= 0.1 * d%", ""),
        ("d% = scale * d%; self.% -= 0.1 * d%", "scale = 0.3"),
        ("self.% -= 0.1 * d%", "lr = 0.03"),  # which nothing reads
        ("self.% -= 0.1 * d%", "def old(W1, dW1):\n    W1 -= 0.03 * dW1"),  # which nothing calls
        ("self.% -= d%", ""),
    ],
)
def test_a_number_elsewhere_is_no_rate(step, top, tmp_path, monkeypatch):
    factor = "" if "0.3" in step or "scale" in step else "0.3 * "
    report = report_of(written(CLASS, step, top, factor), tmp_path, monkeypatch)
    assert report.outcome == Outcome.WRONG, report.message


def test_a_number_of_samples_in_the_step_makes_a_mean_of_a_sum(tmp_path, monkeypatch):
    step = "self.% -= 0.1 * d% / len(X)"
    report = report_of(written(CLASS, step, mean=""), tmp_path, monkeypatch)
    assert report.outcome == Outcome.RIGHT, report.message
    assert report.conventions == ["the learning rate of its steps is taken as 0.1"]
    report = report_of(written(CLASS, "self.% -= 0.1 * d% / 64", mean=""), tmp_path, monkeypatch)
    assert report.outcome == Outcome.RIGHT, report.message
    assert "sum over the batch" in report.conventions[0]
    wrong = written(CLASS, "self.% -= 0.1 * d% / 64", factor="0.3 * ", mean="")
    assert report_of(wrong, tmp_path, monkeypatch).outcome == Outcome.WRONG


@pytest.mark.parametrize("factor", ["", "0.3 * "])
def test_a_rate_that_nobody_finds_is_not_judged(factor, tmp_path, monkeypatch):
    top = "def speed_at(step):\n    return 0.1 * 0.5**step"
    text = written(CLASS, "self.% -= speed_at(3) * d%", top, factor)
    report = report_of(text, tmp_path, monkeypatch)
    assert report.outcome == Outcome.NOT_UNDERSTOOD
    assert any("nobody can tell whether that is the rate" in each.text for each in report.lines)


class Scaled(Net):
    """An adapter that says by which rate its gradients are a difference, and scales them."""

    difference_rate = 1.0

    def gradients(self, x, y):
        return [(0.1 * dw, 0.1 * db) for dw, db in super().gradients(x, y)]


def test_an_adapter_that_states_its_rate_has_no_other():
    adapted = Understood("network", "a class", lambda: KeptAdapter(Scaled()))
    report = check_network(adapted, "mine")
    assert report.outcome == Outcome.WRONG
    assert report.first_wrong.text == "every entry is 0.1 times what it should be"
