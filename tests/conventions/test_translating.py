"""One framework's optimizer is written as another's only where it is one, and says why not."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner

from crosscheck.cli.main import main
from crosscheck.conventions import stock
from crosscheck.conventions.optimizers import claims, translating
from crosscheck.conventions.optimizers.claims import GRADS, START
from crosscheck.conventions.optimizers.parsing import CallError, parsed
from crosscheck.conventions.optimizers.rows import ArgumentError
from crosscheck.conventions.optimizers.specs import differences, expected
from crosscheck.conventions.optimizers.table import ROWS
from crosscheck.conventions.optimizers.translating import pairs, translate
from crosscheck.numerics.exact.balls import UndecidedError

# Of those in a process of their own, a few seconds each, the pairs are tried with Keras alone.
QUICK = [name for name, each in stock.FRAMEWORKS.items() if not each.environment]


def need(*names):
    for name in names:
        missing = stock.FRAMEWORKS[name].missing
        if missing:
            pytest.skip(f"{missing} is not installed")


def row_of(call, framework=None):
    return next(r for r in ROWS if r.call == call and framework in (None, r.framework))


@cache
def run(*arguments):
    return CliRunner().invoke(main, arguments)


# ----- pairs -----


def test_what_is_equal_in_words_is_equal_in_numbers_and_only_that():
    found = [pair for pair in pairs([*QUICK, "keras-jax"]) if pair.difference is not None]
    if not found:
        pytest.skip("fewer than two stock frameworks are installed")
    assert [p.as_json() for p in found if not p.mismatch and not p.within] == []
    equal = [p for p in found if p.equal]
    assert {(p.source.framework, p.target.framework) for p in equal} >= {
        (a, b)
        for a in ("torch", "optax")
        for b in ("torch", "optax")
        if a != b and not stock.FRAMEWORKS[a].missing and not stock.FRAMEWORKS[b].missing
    }
    # In what a float32 number hides, two that differ in words may look equal: only there.
    for pair in found:
        if pair.mismatch and pair.within:
            assert any(row.off and row.off.powers for row in (pair.source, pair.target))


def test_specs_that_simplify_to_one_differ_in_nothing():
    dampened = row_of("mlx.optimizers.SGD").read(
        {"learning_rate": 0.2, "momentum": 0.9, "dampening": 0.5}
    )
    smaller = row_of("torch.optim.SGD").read({"lr": 0.1, "momentum": 0.9})
    assert differences(dampened, smaller) == {}
    inside = row_of("optax.adagrad").read({"learning_rate": 0.1, "eps": 0.01})
    summed = row_of("torch.optim.Adagrad").read(
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
    found = translate(call, to)
    assert found.equal
    assert found.as_json()["target"] == EQUAL[call, to]
    assert found.difference <= found.bound < 1e-12


def test_where_there_is_no_equal_call_the_nearest_is_given_with_the_reason():
    need("torch", "optax")
    found = translate("torch.optim.Adam(lr=0.01, amsgrad=True)", "optax")
    assert not found.equal
    assert found.mismatch == {"maximum_of": ("raw", "none")}
    assert found.difference > found.bound
    found = translate("torch.optim.SGD(lr=0.1, momentum=0.9, dampening=0.5)", "optax")
    assert {"dampening", "dampen_first"} <= found.mismatch.keys()
    # But for the first step it is a smaller rate, which is nearer than none.
    assert found.arguments == {"learning_rate": 0.05, "momentum": 0.9}
    found = translate("torch.optim.Adagrad()", "optax")
    assert found.mismatch == {"eps_place": ("outside", "inside")}


def test_under_what_two_are_equal_is_said():
    need("torch", "optax", "mlx")
    said = {
        ("torch.optim.RMSprop(momentum=0.9)", "optax"): "only as long as the learning rate stays",
        ("torch.optim.Adagrad(eps=0)", "optax"): "with an eps of 0, an entry whose gradient is 0",
        ("torch.optim.AdamW()", "mlx"): "the powers of its betas are float32",
        ("torch.optim.SGD()", "mlx"): "MLX rounds learning_rate to float32",
    }
    for (call, to), proviso in said.items():
        found = translate(call, to)
        assert found.equal
        assert any(proviso in each for each in found.provisos), call
        assert found.as_json()["provisos"] == found.provisos
    assert translate("torch.optim.Adam()", "optax").provisos == []


def test_the_advice_on_a_decay_inside_the_gradient_is_right():
    need("torch", "optax")
    found = translate("torch.optim.Adam(weight_decay=0.1)", "optax")
    assert found.mismatch == {"decoupled": (False, True)}
    assert "optax.chain(optax.add_decayed_weights(0.1), ...)" in found.provisos[0]
    import jax.numpy as jnp
    import optax

    theirs = run_in_torch("torch.optim.Adam", weight_decay=0.1)
    optimizer = optax.chain(optax.add_decayed_weights(0.1), optax.adam(1e-3))
    theta = jnp.asarray(START)
    state = optimizer.init(theta)
    for grad in GRADS:
        updates, state = optimizer.update(jnp.asarray(grad), state, theta)
        theta = optax.apply_updates(theta, updates)
    exact = expected(found.spec, (1e-3,) * len(GRADS), START, GRADS)
    assert np.all(np.abs(np.asarray(theta) - theirs[-1]) <= 2 * exact.bounds[-1])


def run_in_torch(call, **arguments):
    row = row_of(call)
    rates = (row.read(arguments).learning_rate,) * len(GRADS)
    (steps,) = stock.computed("torch", [claims.job(row, arguments, rates)])
    return np.array(steps)


def test_where_there_are_no_exact_steps_nothing_is_called_equal(monkeypatch):
    need("torch", "optax")

    def undecided(*arguments):
        raise UndecidedError("0/0")

    monkeypatch.setattr(translating, "expected", undecided)
    found = translate("torch.optim.Adam()", "optax")
    assert (found.equal, found.problem) == (None, "there are no exact steps to compare with")
    json.dumps(found.as_json(), allow_nan=False)


def test_what_should_be_equal_and_cannot_be_run_is_not_called_equal():
    need("torch", "optax")
    found = translate("torch.optim.SGD(nesterov=True)", "optax")
    assert found.equal is None
    assert "Nesterov momentum requires a momentum" in found.problem
    found = translate("torch.optim.Adam(eps=1e308, lr=1e308)", "optax")
    assert (found.equal, found.problem) == (None, "the steps do not stay finite")
    json.dumps(found.as_json(), allow_nan=False)
    assert run("translate", "torch.optim.SGD(nesterov=True)", "--to", "optax").exit_code == 3


def test_without_the_other_framework_there_is_a_call_and_no_proof(monkeypatch):
    need("torch")
    absent = stock.Stock("optax", ("a_package_that_is_not_there",))
    monkeypatch.setitem(stock.FRAMEWORKS, "optax", absent)
    found = translate("torch.optim.Adam()", "optax")
    assert (found.difference, found.equal) == (None, None)
    assert "a_package_that_is_not_there is not installed" in found.problem


BAD = {
    "torch.optim.Adm()": "unknown optimizer 'torch.optim.Adm': did you mean torch.optim.Adam?",
    "Adam()": "'Adam' is several: keras.optimizers.Adam, mlx.optimizers.Adam",
    "torch.optim.Adam": "is no call: write it as torch.optim.Adam(lr=0.001)",
    "torch.optim.Adam(": "is no call",
    "": "is no call",
    "(lambda: 0)()": "is no call",
    "torch.optim.Adam(lr=f(x))": "'f(x)' is no number, True, False, None or tuple of these",
    "torch.optim.Adam(lr=__import__('os').getcwd())": "is no number",
    "torch.optim.Adam(**options)": "cannot be read, or is given twice",
    "torch.optim.Adam(0.1, lr=0.1)": "cannot be read, or is given twice",
    "torch.optim.SGD(rate=0.1)": "has no argument 'rate': known are lr, momentum, dampening",
    "torch.optim.SGD(maximize=True)": "maximize=True of torch.optim.SGD is not related to a",
    "optax.adam()": "optax.adam needs learning_rate",
    "optax.adadelta()": "learning_rate=None of optax.adadelta is not related to a reference",
    "optax.adam(0.1, 0.9)": "write the arguments of optax.adam with their names, but for the",
    "autograd.misc.optimizers.sgd(0.1)": "write the arguments of autograd.misc.optimizers.sgd with",
    f"torch.optim.Adam(lr={'9' * 400})": "is too large a number",
    "torch.optim.Adam(lr='fast')": "learning_rate must be a number, not 'fast'",
    "torch.optim.Adam(lr=-1.0)": "learning_rate must be in [0.0, inf), not -1.0",
    "torch.optim.Adam(betas=0.9)": "betas must be 2 numbers, not 0.9",
    "torch.optim.SGD(momentum=1.5)": "momentum must be in [0.0, 1.0), not 1.5",
    "torch.optim.SGD(lr=1e999)": "learning_rate must be in [0.0, inf), not inf",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_call_of_a_known_optimizer_is_a_clear_error(text):
    with pytest.raises((CallError, ArgumentError)) as refused:
        translate(text, "torch" if text.startswith("optax") else "optax")
    assert BAD[text] in str(refused.value)


def test_a_name_may_be_the_end_of_the_full_one():
    row, given = parsed("nn.optim.AdamW(0.01, weight_decay=0.1)")
    assert (row.call, given) == ("tinygrad.nn.optim.AdamW", {"lr": 0.01, "weight_decay": 0.1})
    row, given = parsed("torch.optim.AdamW(0.01, betas=[0.9, 0.95], weight_decay=-0.1)")
    assert given == {"lr": 0.01, "betas": (0.9, 0.95), "weight_decay": -0.1}


def test_a_translation_is_shown_with_its_proof():
    need("torch", "optax")
    result = run("translate", "torch.optim.RMSprop(lr=0.01, momentum=0.9)", "--to", "optax")
    assert result.exit_code == 0, result.stderr
    shown = " ".join(result.stdout.split())
    assert "optax.rmsprop(learning_rate=0.01, decay=0.99, eps_in_sqrt=False" in shown
    assert "largest difference of the parameters over twelve steps" in shown
    result = run("translate", "torch.optim.Adam(weight_decay=0.1)", "--to", "optax", "--json", "-")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["mismatch"] == {"decoupled": [False, True]}
    assert found["difference"] > 1e-4
    assert run("translate", "os.system('ls')", "--to", "optax").exit_code == 2
    deep = f"torch.optim.Adam(lr={'-' * 3000}1)"
    assert run("translate", deep, "--to", "optax").exit_code == 2
