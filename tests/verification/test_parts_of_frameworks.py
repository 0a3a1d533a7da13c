"""Of a file of functions, of PyTorch or of JAX, every part is judged too."""

import io

import pytest
from own_parts import NETWORK, judged, names_of
from rich.console import Console

from crosscheck.report.check import show_report
from crosscheck.verification.checking.findings import Outcome, Verdict

FUNCTIONS = """
import numpy as np
def init_params():
    rng = np.random.default_rng(0)
    return {"W1": rng.normal(size=(3, 4)), "b1": np.zeros((3, 1)),
            "W2": rng.normal(size=(2, 3)), "b2": np.zeros((2, 1))}
def forward(X, params):
    A1 = np.tanh(params["W1"] @ X + params["b1"])
    return params["W2"] @ A1 + params["b2"], A1
def backward(params, X, Y):
    A2, A1 = forward(X, params)
    d2 = A2 - Y
    d1 = params["W2"].T @ d2 * (1 - A1**2)
    return {"dW1": d1 @ X.T, "db1": d1.sum(1, keepdims=True),
            "dW2": d2 @ A1.T, "db2": d2.sum(1, keepdims=True)}
"""
MOMENTUM_FUNCTION = """
def update_parameters_with_momentum(params, grads, v, beta=0.9, learning_rate=0.01):
    for k in params:
        v["d" + k] = beta * v["d" + k] + grads["d" + k]
        params[k] = params[k] - learning_rate * v["d" + k]
    return params, v
"""
SOFTMAX = """
def softmax(Z):
    e = np.exp(Z - Z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
"""


def test_an_optimizer_beside_the_functions_of_a_network_is_judged(tmp_path):
    right = judged(tmp_path, FUNCTIONS + MOMENTUM_FUNCTION)
    assert (right.outcome, names_of(right)) == (Outcome.RIGHT, ["update_parameters_with_momentum"])
    wrong = judged(tmp_path, FUNCTIONS + MOMENTUM_FUNCTION.replace("] + grads", "] - grads"))
    assert wrong.outcome == Outcome.WRONG


def test_an_optimizer_that_is_not_understood_is_named(tmp_path):
    fails = MOMENTUM_FUNCTION.replace("for k in params", "for k in params['layers']")
    report = judged(tmp_path, FUNCTIONS + fails)
    assert report.understood.endswith("; not judged: update_parameters_with_momentum")


def test_a_softmax_of_columns_is_right_unless_the_network_has_rows(tmp_path):
    assert judged(tmp_path, FUNCTIONS + SOFTMAX).outcome == Outcome.RIGHT
    alone = judged(tmp_path, SOFTMAX)
    assert alone.outcome == Outcome.RIGHT
    assert alone.others[0].understood.endswith("; softmax, samples as columns")
    assert judged(tmp_path, NETWORK + SOFTMAX).outcome == Outcome.WRONG


def test_a_convention_of_a_part_that_is_right_is_said(tmp_path):
    stream = io.StringIO()
    whole = SOFTMAX.replace("e.sum(axis=0, keepdims=True)", "e.sum()")
    show_report(Console(file=stream, width=200), judged(tmp_path, FUNCTIONS + whole))
    assert "convention: it takes one sample at a time" in stream.getvalue()


def test_the_usual_approximation_of_gelu_is_named_and_not_accused(tmp_path):
    form = "0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))"
    report = judged(tmp_path, NETWORK + f"def gelu(x):\n    return {form}\n")
    assert report.outcome == Outcome.RIGHT
    assert report.understood.endswith("; not judged: gelu")


TAPE = """
import torch

class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.tanh(x)
        ctx.save_for_backward(y)
        return y
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1 - y * y)

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = torch.nn.Linear(4, 8), torch.nn.Linear(8, 3)
    def forward(self, x):
        return self.last(Own.apply(self.first(x)))
"""


def test_a_backward_pass_of_one_s_own_is_judged_where_a_module_has_no_loss(tmp_path):
    pytest.importorskip("torch", reason="it is a module of PyTorch")
    right = judged(tmp_path, TAPE)
    assert right.outcome == Outcome.RIGHT
    assert names_of(right) == ["Own"]
    wrong = judged(tmp_path, TAPE.replace("y * y", "y"))
    assert wrong.first_wrong.quantity == "gradient of W1"
    assert wrong.others[0].lines[-1].verdict == Verdict.WRONG


def test_a_rule_of_one_s_own_for_jax_is_judged(tmp_path):
    pytest.importorskip("jax", reason="it is a function of JAX")
    text = """
import jax, jax.numpy as jnp
@jax.custom_vjp
def my_tanh(x):
    return jnp.tanh(x)
def ahead(x):
    return jnp.tanh(x), jnp.tanh(x)
def back(y, g):
    return (g * (1 - y * y),)
my_tanh.defvjp(ahead, back)
"""
    assert names_of(judged(tmp_path, text)) == ["my_tanh"]
    assert judged(tmp_path, text.replace("y * y", "y")).outcome == Outcome.WRONG
