"""What `crosscheck bench` holds against each other: that all of it makes the same steps."""

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.training.bench import floor, stock
from crosscheck.training.bench.tasks import RATES, Task, batches_of
from crosscheck.training.bench.variants import VARIANTS
from reference_numpy.gradients import value_and_grad
from reference_numpy.optimizers import OPTIMIZERS, apply_updates
from reference_numpy.params import Layer, init_params

TASK = Task(64, 16, (6, 4, 3), "float32", "sgd")
# The same steps in another order of operations: float64 agrees to a dozen digits over these few
# steps, and any other step than the reference's differs in the first ones.
ALIKE = 1e-12
TRAINED = [
    variant
    for variant in VARIANTS
    if variant.kind != "floor" and variant.name not in ("scikit-learn", "torch compiled")
] + [variant for variant in VARIANTS if variant.name == "numpy, written out"]
# The last six of 70, and 5, are no whole batch. A DataLoader shuffles in an order of its own: what
# it has is only one batch.
CASES = [
    (variant, task)
    for variant in TRAINED
    for samples in (70, 5)
    for optimizer in ("sgd", "adam")
    for task in [Task(samples, 16, (6, 5, 4, 3), "float64", optimizer)]
    if variant.takes(task) and not ("DataLoader" in variant.name and samples == 70)
]


def epoch_of(variant, task):
    try:
        return variant.make(task)
    except ImportError as error:
        pytest.skip(str(error))


def assert_alike(found, expected, tolerance=ALIKE):
    for layer, other in zip(expected, found, strict=True):
        for array, another in zip(layer, other, strict=True):
            assert np.asarray(another) == pytest.approx(
                np.asarray(array), rel=tolerance, abs=tolerance
            )


@pytest.mark.sampled(12)
@pytest.mark.parametrize(
    ("variant", "task"),
    CASES,
    ids=[f"{variant.name}, {task.samples}, {task.optimizer}" for variant, task in CASES],
)
def test_what_is_held_against_each_other_makes_the_same_steps(variant, task):
    numpy = next(variant for variant in VARIANTS if variant.name == "numpy")
    one, other = numpy.make(task), epoch_of(variant, task)
    for number in (1, 2):  # the second goes on from the first, with the optimizer's state
        assert_alike(other(number), one(number))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_scikit_learn_makes_the_same_steps_of_its_own_loss(optimizer, monkeypatch):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    task = Task(5, 16, (6, 5, 4, 3), "float64", optimizer)  # one batch: it shuffles for itself
    with monkeypatch.context() as patch:
        patch.setitem(RATES, optimizer, 1e-300)  # so small a step leaves the start as it is
        start = stock.scikit_learn(task)(0)
    epoch = stock.scikit_learn(task)
    params = tuple(Layer(*layer) for layer in start)
    # It adds eps to the root of v, not of v_hat.
    how = {"eps_place": "hat"} if optimizer == "adam" else {}
    own = OPTIMIZERS[optimizer](task.rate, **how)
    state = own.init(params)
    names = ("sigmoid", "sigmoid", "identity")
    for number in (1, 2):
        _, grads = value_and_grad(
            params, *task.data(), activations=names, loss="softmax_cross_entropy"
        )
        updates, state = own.update(grads, state, params)
        params = apply_updates(params, updates)
        assert_alike(epoch(number), params)


def test_the_compiled_epoch_is_compiled_and_the_optimizers_are_of_their_kind(monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    epochs = load("torch", "reference_torch").epochs
    asked, plain = [], epochs.run_epoch

    def watched(*arguments):
        asked.append(arguments[-1])
        return plain(*arguments[:-1], None)

    monkeypatch.setattr(epochs, "run_epoch", watched)
    made = {variant.name: variant.make for variant in VARIANTS}
    for name in ("torch", "torch compiled"):
        made[name](TASK)(0)
    assert asked == [None, True]
    said = []

    def watched_sgd(parameters, **keywords):
        said.append(keywords)
        return sgd(parameters, **keywords)

    sgd = torch.optim.SGD
    monkeypatch.setattr(torch.optim, "SGD", watched_sgd)
    for name in ("default", "foreach", "fused", "fused, index_select", "DataLoader"):
        made[f"torch.nn, {name}"](TASK)
    kinds = [{}, {"foreach": True}, {"fused": True}, {"fused": True}, {}]
    assert said == [{"lr": TASK.rate, **kind} for kind in kinds]


def test_the_floor_multiplies_all_that_a_step_does(monkeypatch):
    task = Task(70, 16, (6, 5, 4), "float64", "sgd")
    shapes, dot = [], np.dot

    def watched(one, other, out=None):
        shapes.append((*one.shape, other.shape[1]))
        return dot(one, other, out=out)

    epoch = floor.products(task)
    monkeypatch.setattr(np, "dot", watched)
    epoch(1)
    for rows in (16, 16, 16, 16, 6):
        forward, grads, down = (
            [(rows, 6, 5), (rows, 5, 4)],
            [(4, rows, 5), (5, rows, 6)],
            (rows, 4, 5),
        )
        expected = [*forward, grads[0], down, grads[1]]
        step, shapes = shapes[: len(expected)], shapes[len(expected) :]
        assert step == expected
    assert shapes == []


def test_the_floor_of_jax_multiplies_the_same():
    pytest.importorskip("jax", reason="jax is not installed")
    task = Task(5, 16, (6, 5, 4), "float64", "sgd")
    (first, _), (second, _) = init_params(task.layers, seed=0)
    x, _ = task.data()
    below = x @ first.T
    delta = below @ second.T
    assert_alike([floor.jax_products(task)(1)], [[(delta @ second).T @ x, delta.T @ below]])


@pytest.mark.parametrize("samples", [70, 5])  # the last six of 70 are no whole batch
def test_gathering_copies_every_row(samples):
    pytest.importorskip("jax", reason="jax is not installed")
    task = Task(samples, 16, (6, 4, 3), "float32", "sgd")
    inputs, targets = task.data()
    batches = batches_of(task, 1)
    last_of_each_length = {len(batch): batch for batch in batches}
    found = floor.jax_gather(task)(1)
    for (x, y), batch in zip(found, last_of_each_length.values(), strict=True):
        assert np.array_equal(x, inputs[batch])
        assert np.array_equal(y, targets[batch])
