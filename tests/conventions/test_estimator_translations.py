"""scikit-learn's networks are written for other frameworks, and trained beside these."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.conventions.estimators import running
from crosscheck.conventions.estimators.estimator import read_estimator
from crosscheck.conventions.estimators.experiment import Experiment, parameter_bounds
from crosscheck.conventions.estimators.translating import translate_estimator
from crosscheck.conventions.optimizers.parsing import CallError, parse_call
from crosscheck.conventions.optimizers.translating import translate_optimizer

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

# The call, the samples, and the frameworks.
EQUAL = [
    ("MLPClassifier()", None, ("torch",)),
    ("MLPClassifier(alpha=0.3, batch_size=8, epsilon=0.01)", 21, ("torch", "optax")),
    ("MLPRegressor(solver='sgd', alpha=0)", 50, ("torch",)),
    ("MLPRegressor(solver='sgd', alpha=0.5, batch_size=300)", 24, ("torch",)),  # one batch of all
    (
        "MLPRegressor(solver='sgd', learning_rate='invscaling', batch_size=8, alpha=0.3, "
        "learning_rate_init=0.05, nesterovs_momentum=False, activation='logistic')",
        21,
        ("torch", "optax"),
    ),
    (
        "MLPRegressor(solver='sgd', learning_rate='invscaling', batch_size=8, alpha=0.3, "
        "momentum=0, activation='tanh')",
        24,
        ("torch", "optax"),
    ),
    (
        "MLPRegressor(solver='sgd', learning_rate='invscaling', batch_size=8, alpha=0.3)",
        24,
        ("keras-jax",),
    ),
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("text", "samples", "to"), [(text, n, to) for text, n, names in EQUAL for to in names]
)
def test_the_code_for_another_framework_trains_as_the_estimator(text, samples, to):
    if stock.FRAMEWORKS[to].missing:
        pytest.skip(f"{to} is not installed")
    found = translate_estimator(text, to=to, samples=samples)
    assert found.problem is None
    assert found.equal is True, found


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ('"weight_decay": 0.0375', '"weight_decay": 0.03751'),
        ('{"params": biases}', '{"params": biases, "weight_decay": 0.001}'),
        ("2 * len(outputs)", "2 * len(outputs) * outputs.shape[1]"),
        ('*= group["lr"] / rate', "*= 1.0"),
        ("(epoch + 1) * 24.0 + 1", "(epoch + 1) * 3.0 + 1"),
    ],
)
def test_code_with_a_mistake_is_not_within_the_bound(own, other):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    assert torch
    text = (
        "MLPRegressor(solver='sgd', learning_rate='invscaling', batch_size=8, alpha=0.3, "
        "learning_rate_init=0.05)"
    )
    found = translate_estimator(text, to="torch", samples=24)
    assert own in found.target
    experiment = Experiment(read_estimator(text, 24), "numbers")
    code = found.target.replace(own, other)
    jobs = [(running.__name__, experiment.job(each)) for each in (found.target, code)]
    right, wrong = (np.array(each["params"]) for each in stock.run_jobs("torch", jobs))
    assert np.any(np.abs(right - wrong) > 2 * parameter_bounds(experiment))


def test_keras_has_one_penalty_for_every_batch():
    if stock.FRAMEWORKS["keras-jax"].missing:
        pytest.skip("Keras is not installed")
    call = "MLPClassifier(alpha=0.1, batch_size=8, epsilon=0.01)"
    found = translate_estimator(call, to="keras", samples=21)
    assert found.equal is False
    assert found.mismatch == {"decay of the last batch": (0.02, 0.0125)}
    assert found.difference > 1e-6


def test_what_the_estimator_itself_refuses_is_invalid():
    with pytest.raises(CallError, match=r"scikit-learn itself refuses it.*max_iter"):
        translate_estimator("MLPClassifier(max_iter=0)", to="torch")


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")  # it diverges
def test_where_a_small_network_diverges_nothing_is_proved_and_nothing_is_refused():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    call = "MLPRegressor(solver='sgd', learning_rate_init=1e200, activation='identity')"
    found = translate_estimator(call, to="torch", samples=6)
    assert found.equal is None
    assert found.problem


def test_an_estimator_is_not_written_for_every_framework():
    with pytest.raises(CallError, match=r"not for mlx.*SGDOptimizer\("):
        translate_estimator("MLPClassifier(solver='sgd')", to="mlx")


def test_too_many_samples_are_not_tried():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    found = translate_estimator("MLPClassifier(batch_size=50000)", to="torch")
    assert found.equal is None
    assert "too many" in found.problem


def test_an_optimizer_is_written_as_the_arguments_of_an_estimator():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    found = translate_optimizer("torch.optim.SGD(lr=0.1, momentum=0.9)", to="sklearn")
    assert found.equal
    call = "MLPClassifier(solver='sgd', learning_rate_init=0.1, nesterovs_momentum=False, alpha=0)"
    assert f"in scikit-learn, write {call}" in found.provisos
    spec = read_estimator(call).optimizer.spec()
    assert spec == parse_call(found.target).spec()


def test_a_decay_inside_the_gradient_is_alpha_times_the_batch_size():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    found = translate_optimizer("torch.optim.SGD(lr=0.1, weight_decay=0.01)", to="sklearn")
    assert "alpha=0.01 * batch_size, for the weights alone" in " ".join(found.provisos)


# Without an eps, scikit-learn's Adam divides 0 by 0 where gradients are 0.
@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")
def test_an_optimizer_that_the_networks_refuse_is_said_to_be_none_of_theirs():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    found = translate_optimizer("torch.optim.Adam(eps=0)", to="sklearn")
    assert "scikit-learn's networks refuse epsilon=0.0" in found.provisos
    found = translate_optimizer("torch.optim.SGD(lr=0.1, maximize=True)", to="sklearn")
    assert "scikit-learn's networks refuse learning_rate_init=-0.1" in found.provisos
    with pytest.raises(CallError, match="scikit-learn refuses epsilon=0"):
        read_estimator("MLPClassifier(epsilon=0)")


# ----- the command -----


def test_the_command_translates_an_estimator():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    call = "MLPRegressor(solver='sgd', batch_size=8)"
    run = CliRunner().invoke(main, ["translate", call, "--to", "torch", "--samples", "24"])
    assert run.exit_code == 0, run.output
    assert (
        'groups = [{"params": weights, "weight_decay": 1.25e-05}, {"params": biases}]' in run.output
    )
    assert "the loss_ that it" in run.output
    run = CliRunner().invoke(main, ["translate", call, "--to", "torch", "--json", "-"])
    found = json.loads(run.stdout)
    assert found["equal"] is True
    compile(found["reference"], "reference", "exec")
    names: dict = {}
    exec(found["reference"], names)
    assert names["optimizer"].update


def test_the_command_says_why_an_estimator_cannot_be_translated():
    run = CliRunner().invoke(main, ["translate", "MLPRegressor((20,))", "--to", "torch"])
    assert run.exit_code == 2
    assert "hidden_layer_sizes=(20,)" in run.output
    call = ["translate", "torch.optim.SGD(lr=0.1)", "--to", "optax", "--samples", "8"]
    run = CliRunner().invoke(main, call)
    assert run.exit_code == 2
    assert "--samples is of MLPClassifier and MLPRegressor" in run.output
