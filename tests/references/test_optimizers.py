"""Optimizers: what their steps obey beside their numbers, which the cases hold."""

import numpy as np
import pytest

from crosscheck.frameworks.hyperparameters import build_optimizer
from crosscheck.verification.cases import histories
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.histories import RATES
from crosscheck.verification.cases.hyperparameters import OPTIMIZER_CASES
from crosscheck.verification.cases.stages import Stage
from crosscheck.verification.judging import compared


def schedule(step):
    return RATES[int(step)]


def run(framework, label, grads, start):
    name, keywords = OPTIMIZER_CASES[label]
    optimizer = build_optimizer(framework, name, keywords, schedule)
    theta, state = start, optimizer.init(start)
    for grad in grads:
        updates, state = optimizer.update(grad, state, theta)
        theta = framework.optimizers.apply_updates(theta, updates)
    return theta


@pytest.mark.sampled(100)
@pytest.mark.parametrize("case", histories.generated(), ids=lambda case: case.name)
def test_every_moment_update_and_parameter_is_within_its_bound(framework, case):
    found = compared(case, framework)
    assert [c.place.stage for c in found] == sorted(
        (stage for stage, quantities in case.exactly().items() for _ in quantities),
        key=Stage,
    )
    assert [c.message for c in found if not c.holds] == []


# What takes all leaves together, or tells weights from biases, needs the tree.
ALONE = [
    label
    for label, (_, keywords) in OPTIMIZER_CASES.items()
    if keywords.get("leaves") != "weights"
    and ("max_norm" not in keywords or keywords.get("per") == "leaf")
]


@pytest.mark.sampled(40)
@pytest.mark.parametrize("label", ALONE)
def test_a_tree_of_layers_moves_as_its_arrays_do(framework, label):
    arrays = framework.params
    rng = np.random.default_rng(3)
    trees = [
        (
            arrays.Layer(rng.standard_normal((2, 3)), rng.standard_normal(2)),
            arrays.Layer(rng.standard_normal((4, 2)), rng.standard_normal(4)),
        )
        for _ in range(6)
    ]
    theta = run(
        framework, label, [arrays.from_numpy(t) for t in trees[1:]], arrays.from_numpy(trees[0])
    )
    for index in range(2):
        for field in range(2):
            leaves = [arrays.from_numpy(tree[index][field]) for tree in trees]
            alone = run(framework, label, leaves[1:], leaves[0])
            moved = arrays.to_numpy(theta)[index][field]
            assert np.array_equal(moved, arrays.to_numpy(alone))


def test_a_schedule_sees_0_on_the_first_update(framework):
    seen = []

    def watched(step):
        seen.append(int(step))
        return 0.1

    optimizer = framework.optimizers.sgd(watched)
    grad = framework.params.from_numpy(np.ones(2))
    state = optimizer.init(grad)
    for _ in range(3):
        _, state = optimizer.update(grad, state)
    assert seen == [0, 1, 2]


def one_step(b1, b2):
    grad = np.array([0.3, -2.0, 1e-4])
    keywords = {"b1": b1, "b2": b2, "eps": 1e-8, "bias_correction": True}
    return DescentCase("made", "one step", "adam", keywords, (0.1,), np.zeros(3), (grad,))


def test_one_bias_corrected_adam_step_does_not_depend_on_the_betas(framework):
    # Why one step verifies nothing about them: m_hat = g and v_hat = g^2, whatever they are. The
    # exact updates are the same numbers; the computed ones differ by no more than their bounds.
    cases = [one_step(0.9, 0.999), one_step(0.5, 0.5)]
    exact = [case.exactly()["update"]["updates"][""] for case in cases]
    assert np.array_equal(exact[0].value, exact[1].value)
    computed = [dict(case.compute(framework))["update"]["updates"][""].value for case in cases]
    assert np.all(np.abs(computed[0] - computed[1]) <= exact[0].bound + exact[1].bound)


def test_where_no_gradient_ever_was_nothing_moves(framework):
    nothing, somewhere = np.zeros(2), np.array([1.0, -2.0])
    for name in framework.optimizers.OPTIMIZERS:
        own = {"weight_decay": 0.0} if name in ("adamw", "lion") else {}
        optimizer = framework.optimizers.OPTIMIZERS[name](0.1, **own)
        grad, theta = map(framework.params.from_numpy, (nothing, somewhere))
        updates, _ = optimizer.update(grad, optimizer.init(theta), theta)
        assert framework.params.to_numpy(updates).tolist() == [0, 0], name


@pytest.mark.parametrize("b2", [0.0, 0.5, 0.6])
def test_radam_never_divides_where_rho_never_passes_4(framework, b2):
    """rho is below rho_inf = 2 / (1 - b2) - 1, here at most 4; at exactly 4 its r is 0/0."""
    optimizer = framework.optimizers.radam(0.125, b1=0.0, b2=b2)
    grad = framework.params.from_numpy(np.array([3.0, -0.25]))
    state = optimizer.init(grad)
    for _ in range(20):
        updates, state = optimizer.update(grad, state)
        assert framework.params.to_numpy(updates).tolist() == [-0.375, 0.03125]  # -rate g


def test_radam_divides_as_soon_as_rho_passes_4(framework):
    """At b2 = 0.65, where rho_inf is between 4 and 5, that is late.

    The gradient is always the same, so that m_hat is it, and m_hat / sqrt(v_hat) its sign.
    """
    b2, rate = 0.65, 0.125
    optimizer = framework.optimizers.radam(rate, b2=b2)
    grad = framework.params.from_numpy(np.array([-2.0]))
    state = optimizer.init(grad)
    rho_inf = 2 / (1 - b2) - 1
    divided = []
    for t in range(1, 21):
        updates, state = optimizer.update(grad, state)
        rho = rho_inf - 2 * t * b2**t / (1 - b2**t)
        divided.append(rho > 4)
        factor = 2.0
        if rho > 4:
            square = (rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)
            factor = square**0.5
        # rho - 4 cancels a few digits, and eps = 1e-8 stands beside sqrt(v_hat) = 2.
        assert framework.params.to_numpy(updates)[0] == pytest.approx(rate * factor, rel=1e-8)
    assert divided == sorted(divided)
    assert 0 < sum(divided) < len(divided)


def test_nesterov_looks_one_step_ahead(framework):
    # Powers of two, so that every product is exact.
    grad = framework.params.from_numpy(np.ones(1))
    plain = framework.optimizers.momentum(0.125, momentum=0.5)
    ahead = framework.optimizers.momentum(0.125, momentum=0.5, nesterov=True)
    steps = {}
    for name, optimizer in (("plain", plain), ("ahead", ahead)):
        updates, _ = optimizer.update(grad, optimizer.init(grad))
        steps[name] = float(framework.params.to_numpy(updates)[0])
    assert steps == {"plain": -0.125, "ahead": -0.1875}


def test_the_gradients_of_the_fixtures_vary_over_many_magnitudes():
    for case in (each for each in histories.generated() if not each.before):
        sizes = np.abs(np.concatenate([np.ravel(leaf) for g in case.grads for leaf in _flat(g)]))
        assert sizes[sizes > 0].max() / sizes[sizes > 0].min() > 1e6
        assert (sizes == 0).any()


def _flat(tree):
    return [leaf for layer in tree for leaf in layer] if isinstance(tree, tuple) else [tree]


@pytest.mark.parametrize(
    ("how", "grad", "expected"),
    [
        ({"max_norm": 1.0}, [3.0, np.nan], [np.nan, np.nan]),  # nobody knows the norm
        ({"max_norm": 1.0}, [0.0, 0.0], [0.0, 0.0]),
        ({"max_norm": 1.0}, [3.0, np.inf], [0.0, np.nan]),
        ({"max_norm": 5.0}, [3.0, 4.0], [3.0, 4.0]),  # not above it
        ({"max_norm": 5.0, "eps": 5.0}, [3.0, 4.0], [1.5, 2.0]),
        ({"max_value": 1.0}, [-3.0, np.nan], [-1.0, np.nan]),
        ({"max_value": 1.0}, [0.5, np.inf], [0.5, 1.0]),
    ],
)
def test_what_clips_says_what_it_makes_of_no_number(framework, how, grad, expected):
    module, arrays = framework.optimizers, framework.params
    optimizer = module.clipped(module.sgd(1.0), **how)
    theta = arrays.from_numpy(np.zeros(2))
    with np.errstate(all="ignore"):
        updates, _ = optimizer.update(arrays.from_numpy(np.array(grad)), optimizer.init(theta))
    np.testing.assert_array_equal(-arrays.to_numpy(updates), expected)


@pytest.mark.parametrize("how", [{}, {"max_norm": 1.0, "max_value": 1.0}])
def test_what_clips_needs_one_maximum(framework, how):
    module = framework.optimizers
    with pytest.raises(ValueError, match="clipped needs either max_norm or max_value"):
        module.clipped(module.sgd(0.1), **how)
