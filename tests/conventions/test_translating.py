"""A call is translated to an equal one of another framework, or the reason is given why not."""

import json
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.conventions.optimizers import translation
from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.probes import GRADS, START
from crosscheck.conventions.optimizers.simplifying import differences
from crosscheck.conventions.optimizers.specs import trajectory
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.translating import translate_defaults, translate_optimizer
from crosscheck.conventions.optimizers.trials import steps_job
from crosscheck.conventions.optimizers.wide import START as WIDE
from crosscheck.conventions.optimizers.wide import STEPS

# Those that run in this process. Of those in a subprocess, which takes seconds, only Keras is run.
QUICK = [name for name, each in stock.FRAMEWORKS.items() if not each.environment]


def need(*names):
    for name in names:
        missing = stock.FRAMEWORKS[name].missing
        if missing:
            pytest.skip(f"{missing} is not installed")


def stock_optimizer(name):
    return next(each for each in STOCK_OPTIMIZERS if each.name == name)


@cache
def run(*arguments):
    return CliRunner().invoke(main, arguments)


# ----- all optimizers at their defaults -----


@pytest.mark.sampled(2)
@pytest.mark.parametrize("optimizer", sorted({each.optimizer for each in STOCK_OPTIMIZERS}))
def test_two_optimizers_make_equal_steps_if_and_only_if_their_keywords_say_so(optimizer):
    translations = translate_defaults([*QUICK, "keras-jax"], optimizer)
    found = [each for each in translations if each.difference is not None]
    if not found:
        pytest.skip("fewer than two stock frameworks are installed")
    assert [p.as_json() for p in found if not p.mismatch and not p.within_bound] == []
    # Only the rounding of powers to float32 may hide that the keywords differ.
    for each in found:
        if each.mismatch and each.within_bound:
            pair = [parse_call(call).optimizer for call in (each.source, each.target)]
            assert any(one.deviation and one.deviation.powers for one in pair)


def test_some_are_equal_at_their_defaults():
    need("torch", "optax")
    equal = [each for each in translate_defaults(["torch", "optax"], "adam") if each.equal]
    pairs = {(each.source_framework, each.target_framework) for each in equal}
    assert pairs == {("torch", "optax"), ("optax", "torch")}


def test_specs_that_simplify_to_one_differ_in_nothing():
    dampened = stock_optimizer("mlx.optimizers.SGD").spec(
        {"learning_rate": 0.2, "momentum": 0.9, "dampening": 0.5}
    )
    smaller = stock_optimizer("torch.optim.SGD").spec({"lr": 0.1, "momentum": 0.9})
    assert differences(dampened, smaller) == {}
    inside = stock_optimizer("optax.adagrad").spec({"learning_rate": 0.1, "eps": 0.01})
    summed = stock_optimizer("torch.optim.Adagrad").spec(
        {"lr": 0.1, "initial_accumulator_value": 0.11, "eps": 0.0}
    )
    assert differences(inside, summed) == {}
    assert differences(inside, replace(summed, learning_rate=0.2)) == {"learning_rate": (0.1, 0.2)}


# ----- translating -----

EQUAL = {
    ("torch.optim.RMSprop(lr=0.01, momentum=0.9)", "optax"): "optax.rmsprop(learning_rate=0.01, "
    "decay=0.99, eps_in_sqrt=False, momentum=0.9)",
    ("torch.optim.Adam()", "optax"): "optax.adam(learning_rate=0.001)",
    (
        "torch.optim.AdamW(0.01, betas=(0.9, 0.95))",
        "optax",
    ): "optax.adamw(learning_rate=0.01, b2=0.95, weight_decay=0.01)",
    ("autograd.misc.optimizers.sgd()", "torch"): "torch.optim.SGD(lr=0.009999999999999998, "
    "momentum=0.9)",
    ("torch.optim.SGD(lr=0.1, momentum=0.9)", "autograd"): "autograd.misc.optimizers.sgd("
    "step_size=1.0000000000000004)",
    ("torch.optim.RAdam(betas=(0.9, 0.5))", "optax"): "optax.radam(learning_rate=0.001, b2=0.5)",
    ("optax.adagrad(0.1)", "torch"): "torch.optim.Adagrad(lr=0.1, "
    "initial_accumulator_value=0.10000010000000001, eps=0.0)",
}


@pytest.mark.parametrize(("call", "to"), EQUAL)
def test_a_call_is_written_as_another_that_is_equal(call, to):
    need("torch", "optax", "autograd")
    found = translate_optimizer(call, to=to)
    assert found.equal
    assert found.target == EQUAL[call, to]
    assert found.difference <= found.bound < 1e-12


def test_where_there_is_no_equal_call_the_nearest_is_given_with_the_reason():
    need("torch", "optax")
    found = translate_optimizer("torch.optim.Adam(lr=0.01, amsgrad=True)", to="optax")
    assert not found.equal
    assert found.mismatch == {"maximum_of": ("raw", "none")}
    assert found.difference > found.bound
    found = translate_optimizer("torch.optim.SGD(lr=0.1, momentum=0.9, dampening=0.5)", to="optax")
    assert {"dampening", "dampen_first"} <= found.mismatch.keys()
    # From the second step on a smaller learning rate is equal.
    assert found.target == "optax.sgd(learning_rate=0.05, momentum=0.9)"
    found = translate_optimizer("torch.optim.Adagrad()", to="optax")
    assert found.mismatch.keys() == {"eps_place", "eps"}


def test_what_paddle_rounds_and_where_it_deviates_is_said_without_it():
    remarks = {
        "torch.optim.AdamW(lr=0.5)": "PaddlePaddle rounds weight_decay to float32",
        "torch.optim.AdamW(lr=0.5, weight_decay=0.25)": None,  # a number of float32
        "torch.optim.Adam()": None,
        "torch.optim.Adamax(lr=0.5)": "in PaddlePaddle eps is added to the old maximum",
    }
    for call, remark in remarks.items():
        provisos = translate_optimizer(call, to="paddle").provisos
        assert any(remark in each for each in provisos) if remark else not provisos, call


def test_the_conditions_under_which_two_are_equal_are_given():
    need("torch", "optax", "mlx")
    conditions = {
        ("torch.optim.RMSprop(momentum=0.9)", "optax"): "only if the learning rate does not change",
        ("torch.optim.Adagrad(eps=0)", "optax"): "whose gradient is 0 from the start is 0/0 in Py",
        ("torch.optim.AdamW()", "mlx"): "the powers of its betas are float32",
        ("torch.optim.SGD()", "mlx"): "MLX rounds learning_rate to float32",
    }
    for (call, to), proviso in conditions.items():
        found = translate_optimizer(call, to=to)
        assert found.equal is ("Adagrad" not in call)  # NaN in the one, a parameter in the other
        assert any(proviso in each for each in found.provisos), call
        assert found.as_json()["provisos"] == list(found.provisos)
    # None that does not apply: 0.5 is a float32 number, uncorrected Adam has no powers, and an
    # accumulator that does not start at 0 never divides by it.
    for call, to in {
        "torch.optim.Adam()": "optax",
        "torch.optim.SGD(lr=0.5)": "mlx",
        "mlx.optimizers.Adam(0.5, betas=(0.0, 0.99))": "torch",
        "optax.adagrad(0.1, eps=0.0)": "torch",
    }.items():
        assert translate_optimizer(call, to=to).provisos == (), call


def test_the_advice_on_a_decay_inside_the_gradient_is_right():
    need("torch", "optax")
    found = translate_optimizer("torch.optim.Adam(weight_decay=0.1)", to="optax")
    assert found.mismatch == {"decoupled": (False, True)}
    chain = "optax.chain(optax.add_decayed_weights(0.1), optax.adam(learning_rate=0.001))"
    assert found.provisos == (f"{chain} has it in the gradient",)
    import jax.numpy as jnp
    import optax

    in_torch = run_in_torch("torch.optim.Adam", weight_decay=0.1)
    optimizer = optax.chain(optax.add_decayed_weights(0.1), optax.adam(1e-3))
    theta = jnp.asarray(START)
    state = optimizer.init(theta)
    for grad in GRADS:
        updates, state = optimizer.update(jnp.asarray(grad), state, theta)
        theta = optax.apply_updates(theta, updates)
    spec = parse_call(found.source).spec()
    exact = trajectory(spec, (1e-3,) * len(GRADS), START, GRADS)
    assert np.all(np.abs(np.asarray(theta) - in_torch[-1]) <= 2 * exact.bounds[-1])


def run_in_torch(name, **arguments):
    optimizer = stock_optimizer(name)
    rates = (optimizer.spec(arguments).learning_rate,) * len(GRADS)
    (steps,) = stock.run_jobs("torch", [steps_job(optimizer, arguments, rates)])
    return np.array(steps)


def test_where_there_are_no_exact_steps_nothing_is_called_equal(monkeypatch):
    need("torch", "optax")

    def unknown(call, changing):
        return np.full((len(STEPS), *WIDE.shape), np.nan)

    monkeypatch.setattr(translation, "call_bounds", unknown)
    found = translate_optimizer("torch.optim.Adam()", to="optax")
    assert (found.equal, found.problem) == (None, "there are no exact steps to compare with")
    json.dumps(found.as_json(), allow_nan=False)


def test_two_that_should_be_equal_and_cannot_be_run_are_not_called_equal():
    need("torch", "optax")
    found = translate_optimizer("torch.optim.Adam(eps=1e308, lr=1e308)", to="optax")
    assert (found.equal, found.problem) == (None, "the steps do not stay finite")
    json.dumps(found.as_json(), allow_nan=False)
    assert run("translate", "torch.optim.Adam(eps=1e308, lr=1e308)", "--to", "optax").exit_code == 3


def test_without_the_other_framework_there_is_a_call_without_a_proof(monkeypatch):
    need("torch")
    absent = stock.StockFramework("optax", ("a_package_that_is_not_there",))
    monkeypatch.setitem(stock.FRAMEWORKS, "optax", absent)
    found = translate_optimizer("torch.optim.Adam()", to="optax")
    assert (found.difference, found.equal) == (None, None)
    assert "a_package_that_is_not_there is not installed" in found.problem


def test_a_translation_is_shown_with_its_proof():
    need("torch", "optax")
    result = run("translate", "torch.optim.RMSprop(lr=0.01, momentum=0.9)", "--to", "optax")
    assert result.exit_code == 0, result.stderr
    shown = " ".join(result.stdout.split())
    assert "optax.rmsprop(learning_rate=0.01, decay=0.99, eps_in_sqrt=False" in shown
    assert "largest difference of the parameters over twelve steps" in shown
    result = run("translate", "torch.optim.Adagrad()", "--to", "optax", "--json", "-")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["mismatch"].keys() == {"eps_place", "eps"}
    assert found["difference"] > found["bound"]
    assert found["expression"] == "adagrad(learning_rate=0.01)"
    assert found["reference"].endswith(f"\noptimizer = {found['expression']}")
    assert run("translate", "os.system('ls')", "--to", "optax").exit_code == 2
    deep = f"torch.optim.Adam(lr={'-' * 3000}1)"
    assert run("translate", deep, "--to", "optax").exit_code == 2


# ----- the public function -----


def test_a_translation_has_typed_fields_and_cannot_be_changed():
    need("torch", "optax")
    found = translate_optimizer("torch.optim.RMSprop(0.01, momentum=0.9)", to="optax")
    assert found.source == "torch.optim.RMSprop(lr=0.01, momentum=0.9)"
    assert found.expression == (
        "rmsprop(learning_rate=0.01, decay=0.99, momentum=0.9, rate_inside=False)"
    )
    names: dict = {}
    exec(found.reference, names)  # it is code that leaves an optimizer
    assert set(names["optimizer"]._fields) == {"init", "update"}
    assert (found.source_framework, found.target_framework) == ("torch", "optax")
    assert found.target.startswith("optax.rmsprop(learning_rate=0.01, decay=0.99, ")
    assert (found.equal, found.mismatch, found.problem) == (True, {}, None)
    assert 0 < found.difference <= found.bound < 1e-12
    assert len(found.provisos) == 1
    with pytest.raises(FrozenInstanceError):
        found.target = "optax.adam()"


@pytest.mark.parametrize(
    ("call", "to", "message"),
    [
        ("torch.optim.Adam()", "nosuch", "unknown framework 'nosuch': known are torch, optax, "),
        ("torch.optim.Adam(speed=1)", "optax", "torch.optim.Adam has no argument 'speed'"),
        ("optax.lion(0.1)", "torch", "PyTorch has no lion"),
    ],
)
def test_every_refusal_is_a_value_error_with_its_reason(call, to, message):
    with pytest.raises(ValueError, match=message):
        translate_optimizer(call, to=to)


def test_the_public_function_computes_in_float64_in_a_process_that_did_not_prepare_jax():
    need("optax", "jax")
    code = (
        "from crosscheck.conventions.optimizers.translating import translate_optimizer\n"
        "found = translate_optimizer('optax.adam(0.001)', to='jax')\n"
        "assert found.equal, found\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "JAX_ENABLE_X64"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
