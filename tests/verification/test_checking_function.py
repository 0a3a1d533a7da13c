"""One function of somebody's own: identified, or located and named, or not understood."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from crosscheck.frameworks.understanding.function import understand_function
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.function import check_function
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.running import check_files

FILE = Path(__file__).parents[1] / "submissions" / "functions.py"
SPEC = importlib.util.spec_from_file_location("functions_of_somebody", FILE)
FUNCTIONS = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(FUNCTIONS)


def report_of(name, namespace=None, **stated):
    return judge(vars(FUNCTIONS) if namespace is None else namespace, name, name, Options(**stated))


def line_of(report, quantity):
    return next(line for line in report.lines if line.quantity == quantity)


@pytest.mark.parametrize(
    ("name", "activation", "slope"),
    [
        ("sigmoid", "sigmoid", "given a"),
        ("sigmoid_derivative", "sigmoid", "given a"),
        ("my_sigmoid", "sigmoid", "given z"),
        ("d_tanh", "tanh", "given z"),
        ("tanh_derivative", "tanh", "given a"),
        ("relu_prime", "relu", "given z"),
        ("scalar_sigmoid", "sigmoid", None),
        ("my_softmax", "softmax", None),
        ("softmax_of_one", "softmax", "the Jacobian"),
        ("shifted_softmax", "softmax", "only the diagonal of the Jacobian, given a"),
        ("stable_softplus", "softplus", None),
        ("cached_relu", "relu", "a backward pass"),
        ("KeptReLU", "relu", "a backward pass"),
        ("Tanh", "tanh", "a backward pass"),
    ],
)
def test_a_right_activation_is_identified_with_its_slope(name, activation, slope):
    report = report_of(name)
    assert report.outcome == Outcome.RIGHT, report
    assert activation in report.understood
    if slope is None:
        assert not any(line.quantity == "slope" for line in report.lines)
    else:
        assert line_of(report, "slope").text == slope


@pytest.mark.parametrize(
    ("name", "loss", "factor"),
    [
        ("MSE", "squared error", "the mean over the batch and the outputs"),
        ("cross_entropy_loss", "cross-entropy of probabilities", "the mean over the batch"),
        ("clipped_bce", "binary cross-entropy", "the mean over the batch"),
        ("guarded_bce", "(targets, outputs)", "the mean over the batch and the outputs"),
        ("nll_of_labels", "the number of a class", "the mean over the batch"),
        ("logits_cross_entropy", "cross-entropy of logits", "the mean over the batch"),
        ("bce_of_columns", "samples as columns", "the mean over the batch"),
        ("squared_error", "squared error", "not summed or averaged"),
        ("PerSampleCrossEntropy", "targets of which one is 1", "not summed or averaged"),
        ("CrossEntropyOfSoftmax", "cross-entropy of probabilities", "the mean over the batch"),
        ("HalfOfEach", "squared error", "half, not summed or averaged"),
        ("loss_and_slope", "which returns its slope too", "the mean over the batch"),
    ],
)
def test_a_right_loss_is_identified_with_its_factor_and_its_order(name, loss, factor):
    report = report_of(name)
    assert report.outcome == Outcome.RIGHT, report
    assert loss in report.understood
    assert line_of(report, "value").text == factor


def test_softplus_that_is_linear_above_20_as_pytorch_s_is_is_right():
    torch = pytest.importorskip("torch", reason="it is PyTorch's softplus")
    text = "def softplus(x): return np.where(x > {}, x, np.logaddexp(x, 0))"
    namespace = {"np": np, "torch": torch}
    exec("def softplus(x): return torch.nn.functional.softplus(x)", namespace)
    report = report_of("softplus", namespace)
    assert report.outcome == Outcome.RIGHT, report
    assert line_of(report, "value at z of 40").text == line_of(report, "slope at z of 40").text
    assert "as PyTorch's softplus is" in line_of(report, "value at z of 40").text
    for above, outcome in ((20, Outcome.RIGHT), (14, Outcome.WRONG)):
        exec(text.format(above), namespace)
        assert report_of("softplus", namespace).outcome == outcome
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Softplus(), torch.nn.Linear(4, 2))
    report = judge({"net": net}, None, "net", Options())
    assert report.outcome == Outcome.RIGHT, report
    assert "as PyTorch's softplus is" in line_of(report, "forward at z of 40").text


@pytest.mark.parametrize(
    ("name", "quantity", "mistake"),
    [
        ("softmax_over_batch", "value", "softmax over the batch"),
        ("gelu_by_tanh", "value", "gelu by tanh"),
        ("tanh_by_exponentials", "value", "tanh by exponentials"),
        ("naive_softplus", "value", "softplus not stable"),
        ("TanhWithoutSquare", "slope", "tanh derivative without the square"),
        ("all_pairs", "value", "squared error of all pairs"),
        ("negative_bce", "value", "the sign is turned round"),
        ("half_mse_prime", "slope", "the sign is turned round"),
        ("rounds_to_float32", "value", None),
        ("sigmoid_by_tanh", "value", "sigmoid by tanh"),
        ("HalfOfTheSlope", "slope", "binary cross-entropy without its second term"),
        ("sigmoid_bce_of_logits", "value at z of 40", None),
        ("sigmoid_by_tanh_in_the_tail", "value at z of 40", None),
        ("sigmoid_in_half_precision", "value in float32", None),
        ("squeezed_tanh", "value of one sample", None),
        ("loses_samples", "value of one sample", None),
    ],
)
def test_a_wrong_function_is_located_and_the_known_mistake_named(name, quantity, mistake):
    report = report_of(name)
    assert report.outcome == Outcome.WRONG
    first = report.first_wrong
    assert first.quantity == quantity
    assert {each.startswith(mistake or "none") for each in first.mistakes} == (
        {True} if mistake else set()
    )


@pytest.mark.parametrize(
    "name", ["swish", "leaky_relu", "huber", "relu_and_more", "sigmoid_without_its_minus", "raises"]
)
def test_what_is_none_of_ours_is_not_understood(name):
    assert report_of(name).outcome == Outcome.NOT_UNDERSTOOD


def test_the_first_departure_says_where_and_by_how_much():
    text = line_of(report_of("tanh_by_exponentials"), "value").text
    assert text.startswith("first at z = 1e-8: 9.9999")
    assert "times what rounding allows" in text


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("softmax_not_shifted", "softmax not shifted"),
        ("clipped_bce", "log of a clipped probability"),
        ("scalar_sigmoid", "raises OverflowError"),
        ("my_relu", "it writes into the array"),
        ("logistic", "slope at z of 800"),
    ],
)
def test_what_no_data_reach_is_advice(name, advice):
    report = report_of(name)
    assert report.outcome == Outcome.RIGHT
    assert any(advice in each for each in report.advice)


@pytest.mark.parametrize(
    ("name", "convention"),
    [
        ("relu", "the slope at exactly 0 is not 0"),
        ("softmax_of_one", "one sample at a time"),
        ("guarded_bce", "moved by 1e-08"),
        ("CrossEntropyOfSoftmax", "by the logits behind"),
        ("MSE", None),
    ],
)
def test_a_convention_is_said_and_is_no_mistake(name, convention):
    found = report_of(name).conventions
    assert any(convention in each for each in found) if convention else not found


@pytest.mark.parametrize(
    ("name", "stated", "outcome"),
    [
        ("leaky_relu", {"activations": ("relu",)}, Outcome.WRONG),
        ("sigmoid_without_its_minus", {"activations": ("sigmoid",)}, Outcome.WRONG),
        ("sigmoid", {"activations": ("tanh",)}, Outcome.WRONG),
        ("tanh", {"activations": ("tanh",)}, Outcome.RIGHT),
        ("mse_prime", {"loss": "mean_squared_error"}, Outcome.RIGHT),
        ("mse_prime", {"loss": "binary_cross_entropy"}, Outcome.WRONG),
        ("huber", {"loss": "squared_error"}, Outcome.WRONG),
        ("clipped_bce", {"loss": "binary_cross_entropy"}, Outcome.WRONG),
        ("cross_entropy_loss", {"loss": "softmax_cross_entropy"}, Outcome.RIGHT),
    ],
)
def test_what_is_stated_is_held(name, stated, outcome):
    assert report_of(name, **stated).outcome == outcome


def test_a_stated_loss_of_another_factor_is_a_factor():
    line = line_of(report_of("MSE", loss="squared_error"), "value")
    assert line.verdict == Verdict.FACTOR
    assert line.text == "the mean over the batch and the outputs, not the mean over the batch"


def test_a_stated_name_that_does_not_fit_is_refused():
    understood = understand_function(vars(FUNCTIONS), "sigmoid")
    with pytest.raises(ValueError, match="one activation, not"):
        check_function(understood, activations=("relu", "relu"))
    with pytest.raises(ValueError, match="of one array"):
        check_function(understood, loss="squared_error")


def test_the_slope_of_a_torch_function_is_that_of_its_tape():
    torch = pytest.importorskip("torch")
    namespace = {"__name__": "somebody", "torch": torch}
    text = (
        "def gelu(x): return torch.nn.functional.gelu(x, approximate='tanh')\n"
        "def ce(logits, y): return torch.nn.functional.cross_entropy(logits, y)\n"
        "class BadTanh(torch.autograd.Function):\n"
        "    @staticmethod\n"
        "    def forward(ctx, x):\n"
        "        a = torch.tanh(x); ctx.save_for_backward(a); return a\n"
        "    @staticmethod\n"
        "    def backward(ctx, grad):\n"
        "        (a,) = ctx.saved_tensors; return grad * (1 - a)\n"
        "bce = torch.nn.BCEWithLogitsLoss()\n"
    )
    exec(text, namespace)
    assert report_of("gelu", namespace).first_wrong.mistakes[0].startswith("gelu by tanh")
    assert report_of("BadTanh", namespace).first_wrong.quantity == "slope"
    for name in ("ce", "bce"):
        report = report_of(name, namespace)
        assert report.outcome == Outcome.RIGHT
        assert line_of(report, "slope at z of 40").verdict == Verdict.RIGHT


def test_the_slope_of_a_jax_function_is_that_of_its_transformation():
    jax = pytest.importorskip("jax")
    namespace = {"__name__": "somebody", "jax": jax}
    exec("@jax.jit\ndef softplus(x): return jax.numpy.logaddexp(x, 0.0)", namespace)
    report = report_of("softplus", namespace)
    assert report.outcome == Outcome.RIGHT
    assert line_of(report, "slope").text == "by the tape of its framework"


def test_a_function_is_checked_by_its_name_in_a_file():
    (report,) = check_files([f"{FILE}:gelu_by_tanh"], Options())
    assert (report.kind, report.outcome) == ("function", Outcome.WRONG)
    assert report.first_wrong.mistakes[0].startswith("gelu by tanh")
