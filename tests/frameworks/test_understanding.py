"""What somebody's own network is understood to be: every file in `submissions`."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from needed import skip_unless_installed

from crosscheck.frameworks.adapters import NetworkAdapter, NotUnderstoodError
from crosscheck.frameworks.submissions import load
from crosscheck.frameworks.understanding.understand import understand
from reference_numpy.gradients import value_and_grad
from reference_numpy.losses import LOSSES
from reference_numpy.mlp import forward
from reference_numpy.params import Layer

FOLDER = Path(__file__).parents[1] / "submissions"
ANSWERS = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))
UNDERSTOOD = [name for name, answer in ANSWERS.items() if answer["understood"]]
# Those whose loss and gradients are the reference's as they are found. The others have a constant,
# a guard, a decay or logarithms, which the judge finds out: test_judged_submissions has them all.
RAW = [name for name in UNDERSTOOD if ANSWERS[name].get("raw", True)]
# Of logits, and what their owner applies it to.
OF_PROBABILITIES = {"softmax_cross_entropy": "softmax"}


@pytest.fixture(autouse=True)
def _leave_no_trace(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.delitem(sys.modules, "submission", raising=False)


def found_in(name, **how):
    only = ANSWERS.get(name, {}).get("definitions_only", False)
    return understand(load(FOLDER / name, definitions_only=only), **how)


def case(sizes, batch=5, seed=0):
    rng = np.random.default_rng(seed)
    params = tuple(
        Layer(rng.normal(size=(units, before)), rng.normal(size=units))
        for before, units in pairwise(sizes)
    )
    targets = np.eye(sizes[-1])[rng.integers(sizes[-1], size=batch)]
    return params, rng.normal(size=(batch, sizes[0])), targets


def without_missing(params, adapter):
    """The parameters as the network has them: no bias is a bias of zero."""
    return tuple(
        Layer(layer.weight, layer.bias if has else np.zeros_like(layer.bias))
        for layer, has in zip(params, adapter.biases, strict=True)
    )


def expected(answer, params, inputs, targets):
    """Value and gradients by NumPy's reference."""
    activations = list(answer["activations"])
    if OF_PROBABILITIES.get(answer["loss"]) == activations[-1]:
        activations[-1] = "identity"
    return value_and_grad(params, inputs, targets, activations=activations, loss=answer["loss"])


def test_every_file_has_an_answer():
    files = {path.name for path in FOLDER.iterdir() if path.suffix in (".py", ".ipynb")}
    assert files == {*ANSWERS}


@pytest.mark.sampled(14)
@pytest.mark.parametrize("name", RAW)
def test_outputs_and_gradients_are_read_where_they_are(name):
    skip_unless_installed(FOLDER / name)
    answer = ANSWERS[name]
    adapter = found_in(name).make()
    assert isinstance(adapter, NetworkAdapter)
    params, inputs, targets = case(adapter.sizes)
    adapter.set_params(params)
    params = without_missing(params, adapter)
    trace = forward(params, inputs, activations=tuple(answer["activations"]))
    np.testing.assert_allclose(adapter.forward(inputs), trace.outputs, rtol=1e-12, atol=1e-14)
    if answer["loss"] is None:
        assert not hasattr(adapter, "loss")
        if not hasattr(adapter, "gradients"):
            return
        answer = answer | {"loss": "half_squared_error", "scale": "batch"}  # by its tape
    value, grads = expected(answer, params, inputs, targets)
    scale = len(inputs) if answer["scale"] == "batch" else answer["scale"]
    same = []
    for _ in range(2):  # the first call leaves nothing behind
        for found, right in zip(adapter.gradients(inputs, targets), grads, strict=True):
            pairs = [(a, b) for a, b in zip(found, right, strict=True) if a is not None]
            same += [
                a.shape == b.shape and np.allclose(a, scale * b, 1e-9, 1e-12) for a, b in pairs
            ]
    assert all(same) == (answer["mistake"] is None)
    if hasattr(adapter, "loss") and answer["first_wrong"] != "loss":
        assert np.isclose(adapter.loss(inputs, targets) / scale, value, rtol=1e-12, atol=0)


@pytest.mark.sampled(14)
@pytest.mark.parametrize("name", RAW)
def test_hidden_activations_and_deltas_are_what_they_are_called(name):
    skip_unless_installed(FOLDER / name)
    answer = ANSWERS[name]
    adapter = found_in(name).make()
    params, inputs, targets = case(adapter.sizes)
    adapter.set_params(params)
    params = without_missing(params, adapter)
    if hasattr(adapter, "hidden"):
        trace = forward(params, inputs, activations=tuple(answer["activations"]))
        for found, right in zip(adapter.hidden(inputs), trace.activations[1:], strict=True):
            np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-14)
    if hasattr(adapter, "deltas"):
        shapes = [each.shape for each in adapter.deltas(inputs, targets)]
        assert shapes == [(len(inputs), units) for units in adapter.sizes[1:]]


@pytest.mark.parametrize(
    "name", ["rows_two_layers.py", "course_functions.py", "updates_at_once.py"]
)
def test_an_update_is_a_step_of_its_own_gradient(name):
    skip_unless_installed(FOLDER / name)
    adapter = found_in(name).make()
    params, inputs, targets = case(adapter.sizes)
    adapter.set_params(params)
    grads = adapter.gradients(inputs, targets)
    for new, old, grad in zip(adapter.update(inputs, targets, 0.25), params, grads, strict=True):
        for after, before, gradient in zip(new, old, grad, strict=True):
            np.testing.assert_allclose(after, before - 0.25 * gradient, rtol=1e-12, atol=1e-14)


def test_what_is_not_understood_shows_the_adapter_to_write():
    with pytest.raises(NotUnderstoodError) as error:
        found_in("not_a_network.py")
    message = str(error.value)
    assert "no arrays that are the weights of layers" in message
    for line in ("class Adapter:", "def set_params", "def forward", "self.net.feedforward(inputs)"):
        assert line in message


def test_gradients_by_a_difference_are_said_to_be():
    words = found_in("updates_at_once.py").words
    assert "gradients from the difference of the parameters that backward makes" in words


def test_a_loss_of_torch_is_applied_where_a_module_has_none():
    pytest.importorskip("torch", reason="it is PyTorch's loss")
    adapter = found_in("torch_sequential.py").make()
    params, inputs, targets = case(adapter.sizes)
    adapter.set_params(params)
    params = without_missing(params, adapter)
    answer = {"activations": ["tanh", "sigmoid"], "loss": "mean_squared_error"}
    value, grads = expected(answer, params, inputs, targets)
    mine, found = adapter.gradients_of("mse_loss")(inputs, targets)
    assert np.isclose(mine, value)
    assert np.allclose(found[0][0], grads[0].weight)
    assert found[1][1] is None
    with pytest.raises(ValueError, match="no loss 'hinge' here; known: mse_loss"):
        adapter.gradients_of("hinge")


def test_a_numpy_file_loads_neither_torch_nor_jax():
    code = (
        "import sys; from pathlib import Path;"
        "from crosscheck.frameworks.submissions import load;"
        "from crosscheck.frameworks.understanding.understand import understand;"
        f"understand(load(Path({str(FOLDER / 'rows_two_layers.py')!r}))).make();"
        "print({'torch', 'jax'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_the_losses_of_the_answers_are_known():
    assert {answer.get("loss") for answer in ANSWERS.values()} - {None} <= {*LOSSES}


def written(tmp_path, text):
    path = tmp_path / "homework.py"
    path.write_text(text, encoding="utf-8")
    return path


FUNCTIONS = """
import math
import numpy as np


def swish(x):
    return x / (1 + np.exp(-x))


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


def error(y_true, y_pred):
    return np.mean((y_true - 2 * y_pred) ** 2)


def three(a, b, c):
    return a
"""


def test_one_function_is_an_activation_or_a_loss(tmp_path):
    path = written(tmp_path, FUNCTIONS)
    z = np.array([[-1.0, 0.5]])
    swish = understand(load(path), "swish")
    assert swish.kind == "function"
    assert swish.words == "the function swish(x), an activation; no slope was found"
    assert not hasattr(swish.make(), "slope")
    sigmoid = understand(load(path), "sigmoid").make()  # of numbers, by `math`
    a = sigmoid.value(z)
    np.testing.assert_allclose(sigmoid.slope(z), a * (1 - a), rtol=1e-14)
    error = understand(load(path), "error")  # outputs come first for whoever calls the adapter
    assert "a loss (targets first)" in error.words
    assert error.make().value(np.full((2, 2), 1.0), np.full((2, 2), 3.0)) == 1.0
    with pytest.raises(NotUnderstoodError):
        understand(load(path), "three")


LOOPS = """
import numpy as np


class Net:
    def __init__(self, n_in=2, n_hidden=3, n_out=1):
        self.W1 = np.ones((n_in, n_hidden))
        self.W2 = np.ones((n_hidden, n_out))

    def forward(self, X):
        return np.tanh(X @ self.W1) @ self.W2

    def train(self, X, y):
        for i in range(10**9):
            h = np.tanh(X @ self.W1)
            self.W2 -= 0.01 * h.T @ (h @ self.W2 - y)
"""


def test_what_trains_for_ever_is_cut_off_and_said_to_be(tmp_path, monkeypatch):
    monkeypatch.setattr("crosscheck.frameworks.understanding.calling.LIMIT", 0.2)
    # Where JAX was imported, nothing is cut off.
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    found = understand(load(written(tmp_path, LOOPS))).found
    assert "no gradients were found (a method such as backward(X, y))" in found
    assert any("train: TakesLongError" in each for each in found)


def test_a_backward_pass_that_raises_is_quoted(tmp_path):
    text = (FOLDER / "rows_two_layers.py").read_text(encoding="utf-8")
    path = written(tmp_path, text.replace("delta2 @ self.W2.T", "delta2 @ self.W2"))
    found = understand(load(path)).found
    assert any(each.startswith("backward(X, y, output) raises ValueError") for each in found)


def test_gradients_of_another_shape_are_given_as_they_are(tmp_path):
    text = (FOLDER / "rows_two_layers.py").read_text(encoding="utf-8")
    wrong = text.replace("np.sum(delta2, axis=0, keepdims=True)", "delta2")
    wrong = wrong.replace("self.a1.T @ delta2", "delta2.T @ self.a1")
    adapter = understand(load(written(tmp_path, wrong))).make()
    params, inputs, targets = case(adapter.sizes)
    adapter.set_params(params)
    weight, bias = adapter.gradients(inputs, targets)[1]
    assert (weight.shape, bias.shape) == ((3, 2), (5, 2))
