"""Optimizers against their exact history, on bare arrays and on Params, at a changing rate."""

import numpy as np
import pytest

from crosscheck.exact.balls import from_floats, to_float, working_precision
from crosscheck.exact.optimizers import OPTIMIZERS as EXACT
from crosscheck.quantities import OPTIMIZERS, RATES

EPS = np.finfo("float64").eps
# Five gradients over many magnitudes and both signs, some near eps, one of them 0.
GRADS = np.outer([1.0, -0.5, 1e-3, 1e-8, 2.0], [1.0, -3e-3, 2e-7, 1e-9, 0.0])


def schedule(step):
    return RATES[int(step)]


def run(framework, label, grads, start):
    name, keywords = OPTIMIZERS[label]
    optimizer = getattr(framework.optimizers, name)(schedule, **keywords)
    theta, state = start, optimizer.init(start)
    updates = None
    for grad in grads:
        updates, state = optimizer.update(grad, state, theta)
        theta = framework.optimizers.apply_updates(theta, updates)
    return updates, theta, state


def exactly(label, steps):
    """The exact update of one step on the way, and the state after it."""
    name, keywords = OPTIMIZERS[label]
    with working_precision():
        keywords = {
            key: value if isinstance(value, bool) else from_floats(value)
            for key, value in keywords.items()
        }
        grads = [from_floats(g) for g in GRADS[:steps]]
        rates = [from_floats(rate) for rate in RATES[:steps]]
        history = EXACT[name](grads, rates, **keywords)
        return to_floats(history.updates[-1]), {k: to_floats(v) for k, v in history.state.items()}


def to_floats(array):
    return np.vectorize(to_float, otypes=["float64"])(array)


@pytest.mark.parametrize("label", OPTIMIZERS)
def test_every_update_and_state_is_the_exact_one_entry_by_entry(framework, label):
    grads = [framework.params.from_numpy(g) for g in GRADS]
    updates, _, state = run(framework, label, grads, framework.params.from_numpy(GRADS[0]))
    update, moments = exactly(label, len(GRADS))
    # A recurrence of five steps, entry by entry: no sum is long and little cancels; 64 units of the
    # largest that the entry ever was (momenta of both signs cancel a little).
    history = np.max(np.abs([exactly(label, step)[0] for step in range(1, len(GRADS) + 1)]), axis=0)
    assert np.all(np.abs(framework.params.to_numpy(updates) - update) <= 64 * EPS * history)
    for name, expected in moments.items():
        actual = framework.params.to_numpy(getattr(state, name))
        size = np.abs(expected) + np.abs(GRADS).max(axis=0) ** (
            1 if "first" in name or name == "velocity" else 2
        )
        assert np.all(np.abs(actual - expected) <= 64 * EPS * size), name
    assert int(state.step) == len(GRADS)


@pytest.mark.parametrize("label", OPTIMIZERS)
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
    _, theta, _ = run(
        framework, label, [arrays.from_numpy(t) for t in trees[1:]], arrays.from_numpy(trees[0])
    )
    for index in range(2):
        for field in range(2):
            leaves = [arrays.from_numpy(tree[index][field]) for tree in trees]
            _, alone, _ = run(framework, label, leaves[1:], leaves[0])
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


def test_a_numpy_rate_does_not_change_the_dtype(framework):
    grad = framework.params.from_numpy(np.ones(2, "float32"))
    optimizer = framework.optimizers.sgd(lambda step: np.float64(0.1))
    updates, _ = optimizer.update(grad, optimizer.init(grad))
    assert framework.params.to_numpy(updates).dtype == "float32"


def test_one_bias_corrected_adam_step_does_not_depend_on_the_betas(framework):
    # Why one step verifies nothing about them: m_hat = g and v_hat = g^2, whatever they are.
    grad = framework.params.from_numpy(np.array([0.3, -2.0, 1e-4]))
    results = []
    for b1, b2 in [(0.9, 0.999), (0.5, 0.5)]:
        optimizer = framework.optimizers.adam(0.1, b1=b1, b2=b2)
        updates, _ = optimizer.update(grad, optimizer.init(grad))
        results.append(framework.params.to_numpy(updates))
    # (1 - b) g / (1 - b) rounds a few times on each side.
    assert np.all(np.abs(results[0] - results[1]) <= 64 * EPS * np.abs(results[0]))


def test_an_optimizer_changes_neither_gradients_nor_state(framework):
    arrays = framework.params
    for label in OPTIMIZERS:
        name, keywords = OPTIMIZERS[label]
        optimizer = getattr(framework.optimizers, name)(0.1, **keywords)
        grad = arrays.from_numpy(np.array([1.0, 2.0]))
        state = optimizer.init(grad)
        first, _ = optimizer.update(grad, state)
        again, _ = optimizer.update(grad, state)
        assert np.array_equal(arrays.to_numpy(first), arrays.to_numpy(again))
        assert arrays.to_numpy(grad).tolist() == [1.0, 2.0]


def test_nesterov_looks_one_step_ahead(framework):
    grad = framework.params.from_numpy(np.ones(1))
    plain = framework.optimizers.momentum(0.1, momentum=0.5)
    ahead = framework.optimizers.momentum(0.1, momentum=0.5, nesterov=True)
    steps = {}
    for name, optimizer in (("plain", plain), ("ahead", ahead)):
        updates, _ = optimizer.update(grad, optimizer.init(grad))
        steps[name] = float(framework.params.to_numpy(updates)[0])
    assert steps == {"plain": -0.1, "ahead": pytest.approx(-0.15, rel=4 * EPS)}
