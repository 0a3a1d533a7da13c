"""A step over many samples, a loss that takes an activation twice, a clipping of its own."""

import numpy as np
import pytest

from crosscheck.frameworks.adapters import Understood
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.network import check_network


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Singly:
    """Takes one sample at a time; `of_w` and `of_b` are by what it steps."""

    sizes, one_by_one = (3, 2), True
    of_w = of_b = 1.0

    def set_params(self, params):
        ((self.w, self.b),) = params

    def forward(self, inputs):
        return inputs @ self.w.T + self.b

    def gradients(self, inputs, targets):
        delta = (self.forward(inputs) - targets) / len(inputs)
        return [(delta.T @ inputs, delta.sum(axis=0))]

    def update(self, inputs, targets, rate):
        ((w, b),) = self.gradients(inputs, targets)
        rates = rate * self.factor(self.of_w, inputs), rate * self.factor(self.of_b, inputs)
        return [(self.w - rates[0] * w, self.b - rates[1] * b)]

    def factor(self, own, inputs):
        return len(inputs) if own == "sum" else own


@pytest.mark.parametrize(
    ("of_w", "of_b", "verdict", "text"),
    [
        (1.0, 1.0, Verdict.RIGHT, ""),
        ("sum", "sum", Verdict.FACTOR, "a step by the sum over the batch"),
        (1.0, "sum", Verdict.WRONG, "W1 by the mean over the batch; b1 by the sum over the"),
        (-1.0, 1.0, Verdict.WRONG, "W1 by minus the mean over the batch; b1 by the mean"),
        (1.0, 0.9, Verdict.WRONG, "b1 by 0.9 times that"),
        (1.0, np.nan, Verdict.WRONG, "b1 after a step"),
        (np.nan, 1.0, Verdict.WRONG, "W1 after a step"),
        (np.nan, np.nan, Verdict.WRONG, "W1, b1 after a step"),
        (1.0, np.inf, Verdict.WRONG, "b1 after a step"),
    ],
)
def test_a_step_is_that_of_the_gradients_or_of_a_constant_times_them(of_w, of_b, verdict, text):
    network = type("Own", (Singly,), {"of_w": of_w, "of_b": of_b})
    report = check_network(Understood("network", "", network), "mine")
    line = next(line for line in report.lines if line.quantity == "update")
    assert line.verdict == verdict
    assert text in line.text


class Twice(Singly):
    """The loss takes what the network has taken already."""

    last = staticmethod(softmax)

    def forward(self, inputs):
        return self.last(inputs @ self.w.T + self.b)

    def loss(self, inputs, targets):
        return -(targets * np.log(softmax(self.forward(inputs)))).sum() / len(inputs)

    gradients = update = None


class SigmoidTwice(Twice):
    last = staticmethod(sigmoid)

    def loss(self, inputs, targets):
        a = sigmoid(self.forward(inputs))
        return -(targets * np.log(a) + (1 - targets) * np.log(1 - a)).sum() / len(inputs)


class Once(SigmoidTwice):
    last = staticmethod(lambda z: z)


@pytest.mark.parametrize(
    ("network", "named"),
    [(Twice, ("softmax twice",)), (SigmoidTwice, ("sigmoid twice",)), (Once, ())],
)
def test_an_activation_that_is_taken_twice_is_named(network, named):
    report = check_network(Understood("network", "", network), "mine")
    line = next(line for line in report.lines if line.quantity == "loss")
    assert line.mistakes == named
    assert line.verdict == (Verdict.WRONG if named else Verdict.RIGHT)


class Clipped:
    """SGD with a clipping of its own."""

    def __init__(self, lr=0.05, max_norm=1.0):
        self.lr, self.max_norm = lr, max_norm

    def step(self, params, grads):
        for key in params:
            params[key] = params[key] - self.lr * self.clipped(grads[key], grads)

    def clipped(self, grad, grads):
        norm = np.sqrt(sum((each**2).sum() for each in grads.values()))
        return grad * min(1.0, self.max_norm / (norm + 1e-6))


class ClippedByEach(Clipped):
    def clipped(self, grad, grads):
        return super().clipped(grad, {0: grad})


class ClippedByLargest(Clipped):
    """By no law that is known: that of the largest entry."""

    def clipped(self, grad, grads):
        largest = max(np.abs(each).max() for each in grads.values())
        return grad * min(1.0, self.max_norm / largest) if largest else grad


class LargeAreLost(Clipped):
    """No clipping at all, but a mistake that shows in large gradients alone."""

    def __init__(self, lr=0.05):
        self.lr = lr

    def clipped(self, grad, grads):
        return np.where(np.abs(grad) > 3, 0.0, grad)


@pytest.mark.parametrize(
    ("optimizer", "outcome", "said"),
    [
        (Clipped, Outcome.RIGHT, "to a norm of 1 over all arrays"),
        (ClippedByEach, Outcome.RIGHT, "to a norm of 1 of each array"),
        (ClippedByLargest, Outcome.NOT_UNDERSTOOD, "what max_norm does to larger ones is not"),
        (LargeAreLost, Outcome.WRONG, "departs from"),
    ],
)
def test_clipping_is_a_law_that_gives_every_step(optimizer, outcome, said):
    report = judge({"Own": optimizer}, "Own", "mine", Options())
    assert report.outcome == outcome, report
    assert said in "\n".join([*report.conventions, *(line.text for line in report.lines)])
