"""A network is judged with every activation, loss and penalty that its class offers by name."""

from textwrap import dedent

import pytest

from crosscheck.frameworks.submissions import load
from crosscheck.frameworks.understanding.choices import OTHER, PENALTY, choices_of
from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.judging import Options, judge

NETWORK = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

class Net:
    def __init__(self, sizes=(4, 3, 2), act="tanh", output="sigmoid", loss="mse", l2=0.0):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=sizes[:2]), np.zeros(sizes[1])
        self.W2, self.b2 = rng.normal(size=sizes[1:]), np.zeros(sizes[2])
        self.act, self.out, self.loss_name, self.l2 = act, output, loss, l2
    def f(self, z):
        if self.act == "tanh":
            return np.tanh(z)
        elif self.act == "relu":
            return np.maximum(z, 0)
        raise ValueError(self.act)
    def slope(self, a):
        return 1 - a**2 if self.act == "tanh" else (a > 0) * 1.0
    def forward(self, X):
        self.a1 = self.f(X @ self.W1 + self.b1)
        z = self.a1 @ self.W2 + self.b2
        if self.out == "softmax":
            e = np.exp(z - z.max(1, keepdims=True))
            return e / e.sum(1, keepdims=True)
        return sigmoid(z)
    def loss(self, X, y):
        p, penalty = self.forward(X), self.l2 / 2 * (np.sum(self.W1**2) + np.sum(self.W2**2))
        if self.loss_name == "mse":
            return 0.5 * np.sum((p - y) ** 2) + penalty
        if self.loss_name == "cross_entropy":
            return -np.sum(y * np.log(p)) + penalty
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) + penalty
    def backward(self, X, y):
        p = self.forward(X)
        d2 = p - y
        if self.loss_name == "mse":
            d2 = d2 * p * (1 - p)
        d1 = d2 @ self.W2.T * self.slope(self.a1)
        dW2, dW1 = self.a1.T @ d2 + self.l2 * self.W2, X.T @ d1 + self.l2 * self.W1
        return {"dW1": dW1, "db1": d1.sum(0), "dW2": dW2, "db2": d2.sum(0)}
"""
BINARY = "y * np.log(p) + (1 - y) * np.log(1 - p)"
# What is stated is no choice, and costs no time.
STATED = {"output": "sigmoid", "loss": "mse"}


def judged(tmp_path, text, **settings):
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    return judge(load(path).namespace, None, "own.py", Options(settings=settings))


def outcomes_of(report):
    found = {each.target.partition("(")[2].rstrip(")"): each.outcome for each in report.others}
    return {name: outcome for name, outcome in found.items() if name}


def test_each_choice_is_judged_with_what_it_goes_with(tmp_path):
    report = judged(tmp_path, NETWORK)
    assert report.outcome == Outcome.RIGHT
    # softmax is right with the loss cross_entropy alone, which is none beside a sigmoid.
    assert outcomes_of(report) == dict.fromkeys(
        ("act='relu'", "output='softmax'", "loss='cross_entropy'", f"l2={PENALTY}"), Outcome.RIGHT
    )


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("(a > 0) * 1.0", "(a < 0) * 1.0", "Net(act='relu')"),
        ("np.maximum(z, 0)\n", "np.maximum(z, 0) * 2\n", "act='relu'"),
        ("X.T @ d1 + self.l2 * self.W1", "X.T @ d1 - self.l2 * self.W1", f"Net(l2={PENALTY})"),
    ],
)
def test_a_mistake_in_what_is_not_the_default_is_named(tmp_path, right, wrong, named):
    report = judged(tmp_path, NETWORK.replace(right, wrong), **STATED)
    assert all(line.verdict != "wrong" for line in report.lines)
    assert report.outcome == Outcome.WRONG or f"not judged: Net({named})" in report.message
    assert named in report.message


def test_what_is_stated_is_no_choice(tmp_path):
    assert "act='tanh'" not in outcomes_of(judged(tmp_path, NETWORK, act="relu", **STATED))


@pytest.mark.parametrize("formula", ["z / (1 + np.exp(-z))", "np.where(z > 0, z, z / 100)"])
def test_an_activation_of_nobody_s_is_not_accused(tmp_path, formula):
    other = NETWORK.replace("np.maximum(z, 0)", formula).replace('"relu"', '"leaky_relu"')
    report = judged(tmp_path, other, **STATED)
    assert report.outcome == Outcome.RIGHT
    assert "not judged: Net(act='leaky_relu')" in report.understood


def test_gradients_of_one_choice_that_point_the_other_way_are_wrong(tmp_path):
    text = NETWORK.replace("d2 = p - y\n", "d2 = p - y if self.loss_name == 'mse' else y - p\n")
    report = judged(tmp_path, text, output="sigmoid", act="tanh", l2=0.0)
    assert report.outcome == Outcome.RIGHT  # the loss of this sigmoid is no cross_entropy
    other = text.replace("cross_entropy", "bce").replace("y * np.log(p)) + p", f"{BINARY}) + p")
    report = judged(tmp_path, other, output="sigmoid", act="tanh", l2=0.0)
    assert report.outcome == Outcome.WRONG
    assert report.others[0].target.endswith("Net(loss='bce')")


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("if act == 'tanh': pass\n        elif 'relu' == act.lower(): pass", ("tanh", "relu")),
        ("self.f = 1 if act == 'sigmoid' else 2", (OTHER,)),
        ("self.f = {'sigmoid': 1, 'tanh': 2}[act]", ("tanh",)),
        ("table = {'tanh': 2}\n        self.f = table.get(act)", ("tanh",)),
        ("self.f = TABLE[act]", ("relu", "tanh")),
        ("self.f = getattr(Functions, act)", ("relu",)),
        ("self.f = look_up(act)", ("relu", "tanh")),
        ("self.set(act)", ("elu",)),
        ("self.a, self.b = 1, act", ("softplus",)),
        ("match act:\n            case 'tanh' | 'relu': pass", ("tanh", "relu")),
        ("if act in ('relu', 'tanh'): pass", ("relu", "tanh")),
        ("if self.mode == 'train' or act is None: pass", ()),
    ],
)
def test_the_values_stand_in_the_source(tmp_path, body, values):
    path = tmp_path / "own.py"
    path.write_text(
        dedent(
            f"""
            TABLE = {{"relu": 1, "tanh": 2}}
            class Functions:
                def sigmoid(z): pass
                def relu(z): pass
                def relu_prime(z): pass
            def look_up(name): return TABLE[name]
            class Net:
                def __init__(self, n, act="sigmoid", seed="5"):
                    {body.replace("        ", " " * 20)}
                def set(self, kind):
                    if kind == "elu": pass
                def run(self):
                    if self.b == "softplus": pass
            """
        ),
        "utf-8",
    )
    namespace = load(path).namespace
    assert choices_of(namespace["Net"], namespace) == ({"act": values} if values else {})
