"""The step of a network's own training is judged at every step, and not at the first alone."""

import pytest

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.own_steps import FIRST_ALONE, UNEVEN
from crosscheck.verification.checking.spared_biases import BIASES_PLAIN

NETWORK = """
import numpy as np

class Net:
    def __init__(self, sizes=(4, 3, 2), lr=0.1, optimizer="momentum"):
        rng = np.random.default_rng(0)
        self.p = {"W1": rng.normal(size=sizes[:2]), "b1": np.zeros(sizes[1]),
                  "W2": rng.normal(size=sizes[1:]), "b2": np.zeros(sizes[2])}
        self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.lr, self.optimizer, self.t = lr, optimizer, 0
    def forward(self, X):
        self.a1 = np.tanh(X @ self.p["W1"] + self.p["b1"])
        return self.a1 @ self.p["W2"] + self.p["b2"]
    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)
    def backward(self, X, y):
        d2 = self.forward(X) - y
        d1 = d2 @ self.p["W2"].T * (1 - self.a1**2)
        return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": self.a1.T @ d2, "b2": d2.sum(0)}
    def update(self, grads):
        self.t += 1
        for k, g in grads.items():
            if self.optimizer == "adam":
                self.m[k] = 0.9 * self.m[k] + 0.1 * g
                self.v[k] = 0.999 * self.v[k] + 0.001 * g**2
                m, v = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
                self.p[k] -= self.lr * m / (np.sqrt(v) + 1e-8)
            elif self.optimizer == "momentum":
                self.m[k] = 0.9 * self.m[k] + g
                self.p[k] -= self.lr * self.m[k]
            elif self.optimizer == "sgd":
                self.p[k] -= self.lr * g
"""


def judged(tmp_path, text):
    path = tmp_path / "own.py"
    path.write_text(text, "utf-8")
    return judge(load(path).namespace, None, "own.py", Options())


def update_of(report):
    return next(line for line in report.lines if line.quantity == "update")


def test_a_rule_with_a_state_is_known_by_its_later_steps(tmp_path):
    report = judged(tmp_path, NETWORK)
    assert update_of(report).text == "= momentum(learning_rate=0.25, momentum=0.9)"
    others = {each.target.partition(":")[2]: each for each in report.others}
    assert list(others) == ["Net(optimizer='adam')", "Net(optimizer='sgd')"]
    assert report.outcome == Outcome.RIGHT
    assert update_of(others["Net(optimizer='adam')"]).text.startswith("= adam(")
    assert update_of(others["Net(optimizer='sgd')"]).text == ""


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("= 0.9 * self.m[k]", "= (0.9 if 'W' in k else -0.9) * self.m[k]", "and array 1 does not"),
        ("self.p[k] -= self.lr * self.m[k]", "self.p[k] += self.lr * self.m[k]", "update"),
        ("np.sqrt(v)", "v", "Net(optimizer='adam')"),
        ("(1 - 0.999**self.t)", "(1 - 0.9**self.t)", "Net(optimizer='adam')"),
        ("+ g\n", "+ g * (1 + (k == 'W2') * (self.t > 1))\n", UNEVEN),
    ],
)
def test_a_mistake_in_a_later_step_or_another_rule_is_found(tmp_path, right, wrong, named):
    report = judged(tmp_path, NETWORK.replace(right, wrong))
    assert report.outcome == Outcome.WRONG
    assert named in report.message


def test_a_rule_that_nobody_knows_is_not_accused(tmp_path):
    own = NETWORK.replace("0.9 * self.m[k] + g\n", "self.m[k] / (1 + self.t) + g\n")
    report = judged(tmp_path, own)
    assert report.outcome == Outcome.RIGHT
    assert FIRST_ALONE in report.conventions


def test_another_rule_of_nobody_s_is_named_and_not_accused(tmp_path):
    own = NETWORK.replace('"adam"', '"signsgd"').replace("m / (np.sqrt(v) + 1e-8)", "np.sign(g)")
    report = judged(tmp_path, own)
    assert report.outcome == Outcome.RIGHT
    assert report.understood.endswith("; not judged: Net(optimizer='signsgd')")


LEFT = NETWORK.replace(
    'return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": self.a1.T @ d2, "b2": d2.sum(0)}',
    "self.dW1, self.db1, self.dW2, self.db2 = X.T @ d1, d1.sum(0), self.a1.T @ d2, d2.sum(0)",
).replace(
    "for k, g in grads.items():", "for k, g in [(k, getattr(self, 'd' + k)) for k in self.p]:"
)
LEFT = LEFT.replace("def update(self, grads)", "def update(self)")


def test_gradients_that_a_step_removes_are_no_mistake(tmp_path):
    removed = "            setattr(self, 'd' + k, None)\n"
    for text in (LEFT, LEFT + removed):
        report = judged(tmp_path, text)
        assert update_of(report).text == "= momentum(learning_rate=0.25, momentum=0.9)"


def test_gradients_that_only_the_step_shows_are_not_held_to_another_rule(tmp_path):
    text = NETWORK.replace('"momentum"):', '"sgd"):').replace('return {"W1"', 'self.g = {"W1"')
    text = text.replace("def update(self, grads)", "def update(self)")
    text = text.replace("in grads.items()", "in self.g.items()")
    report = judged(tmp_path, text + "        self.g = dict.fromkeys(self.g)\n")
    assert "the difference of the parameters" in report.understood
    assert report.outcome == Outcome.RIGHT
    assert "not judged: Net(optimizer='adam')" in report.understood


@pytest.mark.parametrize("given", ["X, y", ""])
def test_a_step_that_computes_its_gradients_again_is_not_accused(tmp_path, given):
    again = NETWORK.replace(
        "def backward(self, X, y):", "def backward(self, X, y):\n        self.k = X, y"
    )
    again = again.replace("def update(self, grads)", f"def update(self, {given})")
    again = again.replace("in grads.items()", "in self.backward(*self.k).items()")
    report = judged(tmp_path, again)
    assert report.outcome == Outcome.RIGHT
    assert update_of(report).text == ""


def test_of_a_momentum_of_the_weights_alone_it_is_said_what_biases_do(tmp_path):
    own = NETWORK.replace("0.9 * self.m[k]", "0.9 * ('W' in k) * self.m[k]")
    report = judged(tmp_path, own)
    assert report.outcome == Outcome.RIGHT
    assert update_of(report).text == (
        f"= momentum(learning_rate=0.25, momentum=0.9); {BIASES_PLAIN}"
    )
