"""Training: which samples in which order, when it stops, and that all frameworks do the same."""

import shutil
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from crosscheck.frameworks.contract import STATES
from crosscheck.frameworks.registry import NotInstalled, load
from crosscheck.verification.cases import network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.training import TrainingCase
from crosscheck.verification.judging import against_exact, attempt, compared

KIND = {"activations": ("tanh", "sigmoid"), "loss": "half_squared_error"}
SAMPLES = 10


def problem(framework):
    rng = np.random.default_rng(5)
    arrays = framework.params
    params = arrays.init_params((3, 4, 2), seed=1)
    inputs = arrays.from_numpy(rng.standard_normal((SAMPLES, 3)))
    targets = arrays.from_numpy(rng.random((SAMPLES, 2)))
    return params, inputs, targets


@cache
def sgd(framework):
    """One object for all tests: JAX compiles an epoch anew for every other one."""
    return framework.optimizers.sgd(0.5)


@cache
def adam(framework):
    return framework.optimizers.adam(0.01)


def train(framework, optimizer=None, max_epochs=3, **keywords):
    params, inputs, targets = problem(framework)
    optimizer = optimizer or sgd(framework)
    stop = keywords.pop("stop", None) or framework.training.StopRule(max_epochs=max_epochs)
    return framework.training.train(
        params, inputs, targets, optimizer, stop=stop, **KIND, **keywords
    )


def leaves(framework, params):
    return np.concatenate(
        [leaf.ravel() for layer in framework.params.to_numpy(params) for leaf in layer]
    )


@pytest.mark.parametrize("batch_size", [None, 1, 4, 10, 32])
def test_training_is_the_documented_procedure(framework, batch_size):
    # 10 samples in batches of 4: the last batch has 2, and is averaged over 2. What is expected
    # was trained in ball arithmetic, in the documented order.
    case = TrainingCase(f"batches of {batch_size}", batch_size=batch_size, seed=9)
    found = compared(case, framework)
    assert [c.message for c in found if not c.holds] == []
    assert {c.place.quantity for c in found} == {
        "epochs and reason to stop",
        "numbers of the epochs",
        "params",
        "params that are returned",
        "losses",
    }


@pytest.mark.parametrize("case", groups()["training"], ids=lambda case: case.name)
def test_training_is_the_exact_one_in_every_framework(framework, case):
    found = compared(case, framework)
    assert [c.message for c in found if not c.holds] == []


def test_another_seed_gives_another_order(framework):
    one, other = (train(framework, batch_size=1, seed=seed) for seed in (0, 1))
    assert not np.array_equal(leaves(framework, one.params), leaves(framework, other.params))


def test_a_run_can_be_resumed_to_the_last_bit(framework):
    whole = train(framework, adam(framework), max_epochs=5, batch_size=4)
    half = train(framework, adam(framework), max_epochs=2, batch_size=4)
    _, inputs, targets = problem(framework)
    rest = framework.training.train(
        half.params,
        inputs,
        targets,
        adam(framework),
        stop=framework.training.StopRule(max_epochs=3),
        state=half.state,
        start_epoch=2,
        batch_size=4,
        **KIND,
    )
    assert np.array_equal(leaves(framework, whole.params), leaves(framework, rest.params))
    assert whole.losses == half.losses + rest.losses


def test_the_loss_of_training_falls(framework):
    losses = train(framework, max_epochs=20).losses
    assert all(later < earlier for earlier, later in pairwise(losses))


def test_numpy_refuses_to_compile():
    numpy = load("numpy", "reference_numpy")
    with pytest.raises(ValueError, match=r"^NumPy has no compiler: leave compile at None$"):
        train(numpy, compile=True)


# torch.compile imports torch.jit, whose own code uses what torch deprecates, and its tracer looks
# at the .grad of tensors that have none.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "compile"), [("jax", False), ("jax", True), ("torch", False), ("torch", True)]
)
def test_compiled_or_not_training_is_the_same(name, compile, monkeypatch):
    framework = load(name, f"reference_{name}")
    if isinstance(framework, NotInstalled):
        pytest.skip(f"{name} is not installed: {framework.reason}")
    if (name, compile) == ("torch", True) and not shutil.which("g++"):
        pytest.skip("torch.compile needs a C++ compiler, and there is no g++")
    if name == "torch":
        monkeypatch.setattr(framework.epochs, "RUN", 2)  # which is quick to compile
    case = TrainingCase("compiled or not", batch_size=5, compile=compile)
    made = attempt(case, framework)
    assert made.failure is None
    assert [c.message for c in against_exact(case, made) if not c.holds] == []


def test_torch_records_also_for_a_caller_who_has_switched_the_tape_off():
    framework = load("torch", "reference_torch")
    if isinstance(framework, NotInstalled):
        pytest.skip(f"torch is not installed: {framework.reason}")
    import torch

    cases = [TrainingCase("the tape switched off"), network.worked()[0]]
    with torch.no_grad():
        for case in cases:
            assert [c.message for c in compared(case, framework) if not c.holds] == []
        assert not torch.is_grad_enabled()


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
def test_whatever_number_of_steps_torch_compiles_as_one_every_batch_is_used(steps, monkeypatch):
    framework = load("torch", "reference_torch")
    if isinstance(framework, NotInstalled):
        pytest.skip(f"torch is not installed: {framework.reason}")
    monkeypatch.setattr("torch.compile", lambda **options: lambda function: function)  # slower
    monkeypatch.setattr(framework.epochs, "RUN", steps)
    case = TrainingCase("runs of steps", batch_size=3, compile=True)  # batches of 3, 3, 3 and 1
    made = attempt(case, framework)
    assert made.failure is None
    assert [c.message for c in against_exact(case, made) if not c.holds] == []


@pytest.mark.parametrize("name", STATES)
def test_all_layers_as_one_vector_are_trained_as_each_by_itself(framework, name):
    if framework.name not in ("numpy", "torch"):
        pytest.skip("it keeps the layers apart; NumPy and PyTorch join them, to save calls")
    # The same operations on the same numbers, only more of them at a time: the same to the last
    # bit, as much of it as the state is.
    optimizer = framework.optimizers.OPTIMIZERS[name](0.05)
    assert isinstance(optimizer, framework.optimizers.Elementwise)
    plain = framework.optimizers.Optimizer(*optimizer)
    whole, each = (train(framework, o, batch_size=4) for o in (optimizer, plain))
    assert np.array_equal(leaves(framework, whole.params), leaves(framework, each.params))
    assert whole.losses == each.losses
    assert type(whole.state) is type(each.state)
    for one, other in zip(whole.state, each.state, strict=True):
        if isinstance(one, tuple):
            assert np.array_equal(leaves(framework, one), leaves(framework, other))
        else:
            assert one == other != 0  # the step, and NAdam's product


def test_a_state_of_another_shape_is_an_error_also_where_layers_are_joined(framework):
    params, *_ = problem(framework)
    optimizer = adam(framework)
    state = optimizer.init(params)
    turned = tuple(layer._replace(weight=layer.weight.T) for layer in state.first_moment)
    joined = r"state layer 0 weight has shape \(3, 4\), but params layer 0 weight has shape"
    apart = r"grads layer 0 weight has shape \(4, 3\), but first_moment layer 0 weight has shape"
    with pytest.raises(ValueError, match=f"^({joined}|{apart})"):
        train(framework, optimizer, state=state._replace(first_moment=turned))


@pytest.mark.parametrize("rule", ["sgd", "plain"])
def test_tensors_that_ask_for_a_gradient_get_none_of_this(rule):
    torch = load("torch", "reference_torch")
    if isinstance(torch, NotInstalled):
        pytest.skip(f"torch is not installed: {torch.reason}")
    params, inputs, targets = problem(torch)
    asking = (inputs, *(leaf for layer in params for leaf in layer))
    for tensor in asking:
        tensor.requires_grad_()
    stop = torch.training.StopRule(max_epochs=1)
    optimizer = sgd(torch) if rule == "sgd" else torch.optimizers.Optimizer(*sgd(torch))
    result = torch.training.train(params, inputs, targets, optimizer, stop=stop, **KIND)
    assert all(tensor.grad is None for tensor in asking)
    assert not any(leaf.requires_grad for layer in result.params for leaf in layer)
