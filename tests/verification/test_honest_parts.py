"""Parts of a file that are right, or another thing than their name says, are not called wrong."""

import io

import pytest
from own_parts import MOMENTUM, NETWORK, SIGMOID, SIGNS, SIGNUM, judged, names_of
from rich.console import Console

from crosscheck.frameworks.submissions import load
from crosscheck.report.check import show_report
from crosscheck.verification.checking.activation_tails import LOST_OF_SLOPE
from crosscheck.verification.checking.claims import is_another_rule
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.running import check_files


def part(tmp_path, text):
    """The report of the one part of a file; None if it is not judged."""
    report = judged(tmp_path, text)
    parts = report.others or [report]
    assert len(parts) == 1
    return None if parts[0].outcome == Outcome.NOT_UNDERSTOOD else parts[0]


SOFTMAX = """
def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
"""
TANH_GELU = """
def gelu(z):
    return z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
"""
DIGITS = [
    "def tanh(z):\n    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))\n",
    "def tanh(z):\n    return 2 / (1 + np.exp(-2 * z)) - 1\n",
    "def softplus(z):\n    return np.log(1 + np.exp(z))\n",
    "def sigmoid(z):\n    return (1 + np.tanh(z / 2)) / 2\n",
]


@pytest.mark.parametrize("text", DIGITS)
def test_an_activation_that_loses_digits_is_right_and_they_are_mentioned(tmp_path, text):
    report = part(tmp_path, text)
    assert report.outcome == Outcome.RIGHT
    assert any("loses digits" in each for each in report.advice)
    wrong = part(tmp_path, text.replace("return ", "return 1e-12 + "))
    assert wrong.outcome == Outcome.WRONG


def test_the_slope_of_one_that_loses_digits_is_judged(tmp_path):
    slope = "def tanh_prime(z):\n    return 1 - tanh(z) ** 2\n"
    right = part(tmp_path, DIGITS[0] + slope)
    assert [e.verdict for e in right.lines if e.quantity == "slope"] == [Verdict.RIGHT]
    by_tanh = SIGMOID.replace("sigmoid(z) * (1 - sigmoid(z))", "(1 - np.tanh(z / 2) ** 2) / 4")
    lossy = part(tmp_path, by_tanh)
    assert (lossy.outcome, lossy.advice) == (Outcome.RIGHT, [LOST_OF_SLOPE])
    assert part(tmp_path, by_tanh.replace(" / 4", " / 4 + 1e-12")).outcome == Outcome.WRONG
    assert part(tmp_path, DIGITS[0] + slope.replace(" ** 2", "")).outcome == Outcome.WRONG


def test_another_form_of_an_activation_is_not_judged(tmp_path):
    assert part(tmp_path, TANH_GELU) is None


def test_a_softmax_of_columns_is_one_where_nothing_says_rows(tmp_path):
    columns = part(tmp_path, SOFTMAX.replace("axis=-1", "axis=0"))
    assert columns.outcome == Outcome.RIGHT
    assert columns.understood.endswith("samples as columns")


@pytest.mark.parametrize(
    "slope",
    ["s.reshape(-1, 1)", "softmax(s).reshape(-1, 1)"],
)
def test_the_jacobian_of_a_softmax_may_be_given_either(tmp_path, slope):
    text = f"def softmax_prime(s):\n    a = {slope}\n    return np.diagflat(a) - a @ a.T\n"
    assert part(tmp_path, SOFTMAX + text).outcome == Outcome.RIGHT
    wrong = text.replace("- a @", "+ a @")
    assert part(tmp_path, SOFTMAX + wrong).outcome == Outcome.WRONG


HANDS_ON = """
class Softmax:
    def forward(self, z):
        return softmax(z)
    def backward(self, grad):
        return grad
"""


def test_a_softmax_whose_slope_is_in_its_loss_is_right_but_for_that(tmp_path):
    reports = judged(tmp_path, SOFTMAX + HANDS_ON).others
    assert [each.outcome for each in reports] == [Outcome.RIGHT] * 2
    assert reports[1].lines[-1].verdict == Verdict.SKIPPED
    twice = judged(tmp_path, SOFTMAX + HANDS_ON.replace("return grad", "return 2 * grad"))
    assert twice.outcome == Outcome.WRONG
    beside = judged(tmp_path, NETWORK + SOFTMAX + HANDS_ON + SIGMOID)
    assert beside.outcome == Outcome.RIGHT
    stream = io.StringIO()
    show_report(Console(file=stream, width=200), beside)
    assert "slope    not checked    it hands on what it is given" in stream.getvalue()
    assert "also right: softmax, sigmoid\n" in stream.getvalue()
    named = judge(load(tmp_path / "own.py").namespace, "Softmax", "", Options())
    assert named.outcome == Outcome.WRONG


LOSS = """
def cross_entropy(A, Y):
    return -np.sum(Y * np.log(A + 2.3e-16)) / len(A)
"""


def test_a_loss_of_arguments_called_as_a_rate_is_judged(tmp_path):
    report = part(tmp_path, LOSS)
    assert report.outcome == Outcome.RIGHT
    assert any("1e-4" in each for each in report.advice)  # so small a guard shows only there
    assert part(tmp_path, LOSS.replace("2.3e-16", "2.3e-16 * A")).outcome == Outcome.RIGHT
    assert part(tmp_path, LOSS.replace("2.3e-16", "1e-9 * A")).outcome == Outcome.WRONG


OF_LOGITS = (
    SOFTMAX
    + """
def softmax_loss(X, t):
    return -np.mean(np.log(softmax(X)[np.arange(len(t)), t.argmax(1)] + 1e-7))
"""
)


def test_a_guard_in_a_loss_of_logits_is_a_convention(tmp_path):
    report = judged(tmp_path, OF_LOGITS.replace("softmax_loss", "softmax_cross_entropy"))
    assert report.outcome == Outcome.RIGHT
    assert names_of(report) == ["softmax", "softmax_cross_entropy"]
    assert judged(tmp_path, OF_LOGITS).outcome == Outcome.RIGHT
    assert judged(tmp_path, OF_LOGITS.replace("np.mean(", "1.01 * np.mean(")).outcome != "right"


KEPT = (
    SOFTMAX
    + """
def cross_entropy_forward(z, y):
    p = softmax(z)
    return -np.mean(np.sum(y * np.log(p), axis=1)), p
def cross_entropy_backward(p, y):
    return (p - y) / len(y)
"""
)


def test_the_slope_of_a_loss_of_logits_may_be_given_their_probabilities(tmp_path):
    assert judged(tmp_path, KEPT).outcome == Outcome.RIGHT
    assert judged(tmp_path, KEPT.replace("(p - y)", "(p + y)")).outcome == Outcome.WRONG


REVERSED = """
import torch

class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)
    @staticmethod
    def backward(ctx, g):
        return -g
"""


@pytest.mark.parametrize("forward", ["x.view_as(x)", "(x > 0).double()"])
def test_a_backward_pass_for_its_own_sake_is_not_judged(tmp_path, forward):
    pytest.importorskip("torch", reason="it is a function of PyTorch")
    assert part(tmp_path, REVERSED.replace("x.view_as(x)", forward)) is None


WITH_MORE = MOMENTUM.replace("self.v[i] + g", "self.v[i] + g + 1e-3 * np.sign(p)")
QUASI = MOMENTUM.replace("self.lr * self.v[i]", "self.lr * (g + self.v[i]) / 2")
QUASI = QUASI.replace("Momentum", "QHM").replace("lr, beta", "lr=0.1, beta")


def test_an_optimizer_whose_name_says_more_than_a_rule_is_not_judged(tmp_path):
    assert part(tmp_path, WITH_MORE).outcome == Outcome.WRONG
    assert part(tmp_path, WITH_MORE.replace("Momentum", "MomentumL1")) is None
    assert part(tmp_path, QUASI) is None
    uphill = MOMENTUM.replace("Momentum", "MomentumL1").replace("p -= ", "p += ")
    assert part(tmp_path, uphill).outcome == Outcome.WRONG  # a known mistake of that rule


NADAM = """
class NAdam:
    def __init__(self, lr=0.002, b1=0.9, b2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.t = lr, b1, b2, eps, 0
    def step(self, params, grads):
        if self.t == 0:
            self.m, self.v = ([np.zeros_like(p) for p in params] for _ in range(2))
        self.t += 1
        for p, g, m, v in zip(params, grads, self.m, self.v):
            m *= self.b1
            m += (1 - self.b1) * g
            v *= self.b2
            v += (1 - self.b2) * g**2
            ahead = (self.b1 * m + (1 - self.b1) * g) / (1 - self.b1**self.t)
            p -= self.lr * ahead / (np.sqrt(v / (1 - self.b2**self.t)) + self.eps)
"""


def test_a_rule_of_which_several_forms_are_published_is_not_accused(tmp_path):
    assert part(tmp_path, NADAM) is None
    assert part(tmp_path, NADAM.replace("NAdam", "Adam")).outcome == Outcome.WRONG


@pytest.mark.parametrize("name", ["AdamWithWarmup", "ProximalSGD", "AdaMod", "Yogi", "adam_l1"])
def test_a_name_may_say_that_it_is_another_rule(name):
    assert is_another_rule(name)


@pytest.mark.parametrize(
    "name", ["Adam", "MyAdam", "Optimizer_Adam", "sgd_momentum", "update_parameters_with_gd", "Net"]
)
def test_a_plain_name_says_no_more_than_its_rule(name):
    assert not is_another_rule(name)


NUMBERS = """
def update_with_momentum(parameters, grads, v, beta, learning_rate):
    for k in parameters:
        v["d" + k] = beta * v["d" + k] + (1 - beta) * grads["d" + k]
        parameters[k] = parameters[k] - learning_rate * v["d" + k]
    return parameters, v
"""


def test_a_number_that_an_optimizer_must_be_given_is_the_usual_one(tmp_path):
    report = part(tmp_path, NUMBERS)
    assert report.outcome == Outcome.RIGHT
    assert report.understood.endswith("; made with learning_rate=0.01; made with beta=0.9")


LAYER = """
def relu_forward(x):
    return np.maximum(x, 0), x
def relu_backward(dout, x):
    return dout * (x > 0)
"""


def test_a_forward_and_a_backward_function_are_one_part(tmp_path):
    assert names_of(judged(tmp_path, LAYER)) == ["relu_forward"]
    assert judged(tmp_path, LAYER.replace("x > 0", "x < 0")).outcome == Outcome.WRONG


def test_a_part_sees_the_constants_that_its_file_computes(tmp_path):
    path = tmp_path / "own.py"
    text = f"import numpy as np\nONE = np.exp(0.0)\n{SIGMOID.replace('1 /', 'ONE /')}"
    path.write_text(text + "def cube(x):\n    return x**3\n", "utf-8")
    (report,) = check_files([str(path)], Options())
    assert names_of(report) == ["sigmoid"]
    assert report.outcome == Outcome.NOT_UNDERSTOOD


def test_a_descent_by_signs_is_right_under_its_own_name_alone(tmp_path):
    signs = part(tmp_path, SIGNS.replace("Sgd", "SignDescent"))
    assert (signs.outcome, signs.lines[0].text) == (
        Outcome.RIGHT,
        "= lion(learning_rate=0.1, b1=0.0, b2=0.99)",
    )
    found = part(tmp_path, SIGNUM)
    assert found.lines[0].text.endswith("b1=0.9, b2=0.9)")
    assert any("optax.signum" in each for each in found.conventions)
    for text in (SIGNS, SIGNUM.replace("Signum", "Momentum")):
        assert "and goes by signs alone" in part(tmp_path, text).first_wrong.text
    assert "no mean" in part(tmp_path, SIGNS.replace("Sgd", "Lion")).first_wrong.text
