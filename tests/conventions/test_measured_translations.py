"""What a translation says is what stock frameworks do, at every magnitude and as rates change."""

from importlib import import_module

import numpy as np
import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.optimizers.calls import SCHEDULES, Call
from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.probes import MAGNITUDES
from crosscheck.conventions.optimizers.translating import translate_optimizer
from crosscheck.conventions.optimizers.translation import compare_calls
from crosscheck.conventions.optimizers.trials import steps_job
from crosscheck.conventions.optimizers.wide import ROWS, START, STEPS
from crosscheck.conventions.schedules import running


def need(*names):
    for name in names:
        missing = stock.FRAMEWORKS[name].missing
        if missing:
            pytest.skip(f"{missing} is not installed")


def run(call):
    """The parameters after every step of a stock optimizer, by magnitude of the gradients."""
    job = steps_job(call.optimizer, call.arguments, call.handed_rates(), START, STEPS)
    (steps,) = stock.run_jobs(call.framework, [job])
    return np.array(steps)[:, :ROWS]


def apart(one, other):
    return np.max(np.abs(run(parse_call(one)) - run(parse_call(other))), axis=(0, 2))


# ----- the nearest -----


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("call", "to", "keyword"),
    [
        ("torch.optim.RMSprop(lr=0.01, eps=0.01)", "optax", None),
        ("torch.optim.RMSprop(lr=0.01, eps=0.01)", "jax", "eps"),
        ("optax.rmsprop(0.01)", "torch", "eps"),
        ("torch.optim.Adagrad(eps=0.01)", "optax", "eps"),
        ("torch.optim.RAdam(eps=0.01, betas=(0.9, 0.9))", "optax", "eps"),
    ],
)
def test_the_nearest_is_nearer_than_any_other_eps(call, to, keyword):
    need("torch", "optax", "jax")
    found = translate_optimizer(call, to=to)
    assert found.equal is (keyword is None)
    if keyword is None:
        return
    target = parse_call(found.target)
    assert found.difference == pytest.approx(apart(call, found.target).max(), rel=1e-12)
    eps = parse_call(call).spec().keywords["eps"]
    for other in (eps, eps**2, eps**0.5, 0.5 * target.arguments[keyword]):
        changed = Call(target.optimizer, target.arguments | {keyword: other})
        assert found.difference <= 1.03 * apart(call, changed.text).max(), other


def test_the_difference_is_given_at_every_magnitude_of_the_gradient():
    need("torch", "optax")
    found = translate_optimizer("optax.rmsprop(0.01)", to="torch")
    assert tuple(found.by_magnitude) == MAGNITUDES == tuple(10.0**e for e in range(-6, 3))
    assert list(found.by_magnitude.values()) == list(apart("optax.rmsprop(0.01)", found.target))
    # At gradients of 1 it would reassure: the worst is elsewhere, and a thousand times as large.
    assert found.difference > 100 * found.by_magnitude[1.0]
    # With the same eps the two are 8.6 times the learning rate apart at small gradients.
    same = "torch.optim.RMSprop(lr=0.01, alpha=0.9)"
    assert apart("optax.rmsprop(0.01)", same)[0] == pytest.approx(0.085, rel=0.2)


# ----- equal, under other names and with other arguments -----

EQUAL = [
    (
        "torch.optim.Adadelta(weight_decay=0.1)",
        "optax.adadelta(learning_rate=1.0, weight_decay=0.1)",
    ),
    (
        "torch.optim.NAdam(weight_decay=0.01, decoupled_weight_decay=True, momentum_decay=1e6)",
        "optax.nadamw(learning_rate=0.002, weight_decay=0.01)",
    ),
    (
        "keras.optimizers.Adamax(0.1, weight_decay=0.01, epsilon=0.0)",
        "optax.adamaxw(learning_rate=0.1, eps=0.0, weight_decay=0.01)",
    ),
    (
        "optax.rmsprop(0.1, eps_in_sqrt=False, bias_correction=True)",
        "torch.optim.Adam(lr=0.1, betas=(0.0, 0.9))",
    ),
    ("mlx.optimizers.Adam(0.5, betas=(0.0, 0.5))", "torch.optim.RMSprop(lr=0.5, alpha=0.5)"),
    ("mlx.optimizers.RMSprop(0.5)", "torch.optim.RMSprop(lr=0.5)"),
    ("torch.optim.NAdam(betas=(0.0, 0.5))", "optax.adam(learning_rate=0.002, b1=0.0, b2=0.5)"),
    (
        "torch.optim.Adam(betas=(0.9, 0.0))",
        "jax.example_libraries.optimizers.adam(step_size=0.001, b2=0.0)",
    ),
    ("optax.adamax(0.1, b1=0.0, b2=0.0)", "mlx.optimizers.RMSprop(learning_rate=0.1, alpha=0.0)"),
    (
        "optax.signum(0.1, beta=0.5)",
        "keras.optimizers.Lion(learning_rate=0.1, beta_1=0.5, beta_2=0.5)",
    ),
    ("optax.adam(0.1, nesterov=True)", "optax.nadam(0.1)"),
    ("optax.adam(0.1, nesterov=True)", "torch.optim.NAdam(lr=0.1, momentum_decay=1000000.0)"),
    ("optax.adam(0.1, eps=0.0, eps_root=0.01)", None),
    (
        "optax.rmsprop(0.1, nesterov=True)",
        "keras.optimizers.RMSprop(learning_rate=0.1, epsilon=1e-08)",
    ),
    ("optax.adadelta()", "torch.optim.Adadelta(lr=1.0, maximize=True)"),
    ("torch.optim.Adadelta(maximize=True)", "optax.adadelta(learning_rate=None)"),
    (
        "torch.optim.SGD(lr=1, momentum=0.5, maximize=True)",
        "optax.sgd(learning_rate=-1.0, momentum=0.5)",
    ),
    (
        "torch.optim.AdamW(maximize=True)",
        "optax.adamw(learning_rate=-0.001, weight_decay=-0.01)",
    ),
    (
        "torch.optim.Adagrad(lr_decay=0.1, initial_accumulator_value=0.1, eps=0)",
        "optax.adagrad(learning_rate=lambda step: 0.01 / (1 + 0.1 * step), eps=0.0)",
    ),
    (
        "torch.optim.Adagrad(lr_decay=0.1, initial_accumulator_value=0.1, eps=0)",
        "keras.optimizers.Adagrad(learning_rate="
        "keras.optimizers.schedules.InverseTimeDecay(0.01, 1, 0.1), epsilon=0.0)",
    ),
    ("optax.sgd(1)", "keras.optimizers.SGD(learning_rate=1.0)"),
    ("optax.adamw(0.1)", "torch.optim.AdamW(lr=0.1, weight_decay=0.0001)"),
    (
        "keras.optimizers.AdamW(epsilon=0.0)",
        "torch.optim.AdamW(lr=0.001, eps=0.0, weight_decay=0.004)",
    ),
]


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("call", "target"), EQUAL)
def test_an_equal_call_is_found_under_whatever_name_it_has(call, target):
    framework = (
        "torch"
        if target is None
        else next(
            name for name in ("torch", "optax", "jax", "mlx", "keras") if target.startswith(name)
        )
    )
    framework = stock.framework_named(framework)
    need("torch", parse_call(call).framework, framework)
    if parse_call(call).framework == framework:  # two names of one framework
        (found,) = compare_calls([(parse_call(call), parse_call(str(target)))])
        assert found.equal
        return
    found = translate_optimizer(call, to=framework)
    assert found.equal is (target is not None), found
    assert found.difference is not None
    if target is not None:
        assert found.target == target
        assert found.difference <= 1e-6


def test_a_schedule_that_is_written_for_a_decay_of_the_rate_is_that_schedule():
    need("keras-jax", "torch")
    rates = [0.01 / (1 + 0.1 * step) for step in range(5)]
    text = SCHEDULES["optax"](0.01, 0.1)
    assert [eval(text)(step) for step in range(5)] == rates
    job = {"code": SCHEDULES["keras-jax"](0.01, 0.1), "updates": 5, "dtypes": ["float64"]}
    (found,) = stock.run_jobs("keras-jax", [(running.__name__, job | {"base_rate": 1.0})])
    assert found["float64"] == pytest.approx(rates, rel=1e-6)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "call",
    [
        "torch.optim.SGD(lr=0.1, weight_decay=0.1)",
        "torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.1)",
        "torch.optim.RMSprop(weight_decay=0.1)",
        "keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1)",
    ],
)
def test_a_decay_that_has_no_argument_is_advised_on_rightly(call):
    need("optax", parse_call(call).framework)
    optax, jnp = import_module("optax"), import_module("jax.numpy")
    found = translate_optimizer(call, to="optax")
    assert not found.equal
    (advice,) = [each for each in found.provisos if "add_decayed_weights" in each]
    chain = eval(advice[: advice.rindex("))") + 2], {"optax": optax})
    theta, steps = jnp.asarray(START), []
    state = chain.init(theta)
    for grad in STEPS:
        updates, state = chain.update(jnp.asarray(grad), state, theta)
        theta = optax.apply_updates(theta, updates)
        steps.append(np.asarray(theta)[:ROWS])
    wanted = run(parse_call(call))
    assert np.max(np.abs(np.array(steps) - wanted) / np.maximum(np.abs(wanted), 1)) < 1e-13


@pytest.mark.parametrize(
    ("call", "to", "advice"),
    [
        ("torch.optim.Adam(weight_decay=0.1)", "jax", "add 0.1 times the parameter to every grad"),
        ("torch.optim.Adam(weight_decay=0.1)", "keras", "keras.regularizers.L2(0.05) in every la"),
        ("torch.optim.AdamW(weight_decay=0.1)", "jax", "multiply every parameter by 0.9999"),
    ],
)
def test_how_a_decay_is_written_elsewhere_is_said(call, to, advice):
    need("torch", "optax")
    assert any(advice in each for each in translate_optimizer(call, to=to).provisos)


def test_what_holds_at_one_learning_rate_alone_is_measured_at_one_that_changes():
    need("torch", "optax")
    found = translate_optimizer("torch.optim.RMSprop(momentum=0.9)", to="optax")
    assert (found.equal, found.as_rate_changes) == (True, False)
    assert "quartered after six steps, the parameters differ by 0.4" in found.provisos[0]
    found = translate_optimizer("torch.optim.SGD(momentum=0.9)", to="optax")
    assert (found.equal, found.as_rate_changes, found.provisos) == (True, True, ())


def test_where_zeros_are_treated_otherwise_nothing_is_called_equal():
    need("torch", "optax", "jax")
    found = translate_optimizer("torch.optim.Adagrad(eps=0)", to="optax")
    assert (found.mismatch, found.within_bound, found.equal) == ({}, True, False)
    assert found.provisos == (
        "an entry whose gradient is 0 from the start is 0/0 in PyTorch, and stays as it is in "
        "optax",
    )
    # Both are 0/0 there.
    assert translate_optimizer("torch.optim.Adam(eps=0)", to="optax").equal
