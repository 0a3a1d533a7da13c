"""Weights of samples: small definitions, what is ignored, and that 1 changes nothing."""

from functools import partial

import numpy as np
import pytest

from crosscheck.frameworks.contract import LOSSES, NORMALIZERS
from crosscheck.frameworks.registry import NotInstalled, load
from crosscheck.verification.cases import trainings, weighted
from crosscheck.verification.cases.training import TrainingCase
from crosscheck.verification.judging import compared

KIND = {"activations": ("tanh", "sigmoid"), "loss": "squared_error"}
SAMPLES = 7


def drawn(framework):
    rng = np.random.default_rng(2)
    convert = framework.params.from_numpy
    params = framework.params.init_params((3, 4, 2), seed=1)
    return params, rng.standard_normal((SAMPLES, 3)), rng.random((SAMPLES, 2)), convert


def computed(framework, inputs=None, **weighted):
    """Every number of one pass and of a short training, one after the other.

    Not the training of JAX: XLA merges a product with what stands around it, and may round it
    otherwise. The cases compare its trainings with the exact ones.
    """
    params, x, y, convert = drawn(framework)
    x, y = convert(x if inputs is None else inputs), convert(y)
    weighted = {
        name: convert(value) if name == "weights" else value for name, value in weighted.items()
    }
    value, grads = framework.gradients.value_and_grad(params, x, y, **KIND, **weighted)
    deltas = framework.gradients.deltas(params, x, y, **KIND, **weighted)
    found = [value, *(leaf for layer in grads for leaf in layer), *deltas]
    losses: tuple[float, ...] = ()
    if framework.name != "jax":
        stop = framework.training.StopRule(max_epochs=2)
        optimizer = framework.optimizers.sgd(0.5)
        trained = framework.training.train(
            params, x, y, optimizer, stop=stop, batch_size=3, **KIND, **weighted
        )
        found += [leaf for layer in trained.params for leaf in layer]
        losses = trained.losses
    return [*(np.asarray(framework.params.to_numpy(each)) for each in found), np.array(losses)]


def test_a_loss_is_what_its_definition_says(framework):
    # Squares of 1 + 4, 9 + 16 and 25 + 36, whose weights are 2, 0 and 1/2.
    a, y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.zeros((3, 2))
    a, y, w = map(framework.params.from_numpy, (a, y, np.array([2.0, 0.0, 0.5])))
    total = 2 * 5 + 0.5 * 61
    for name, part in {
        "squared_error": 1,
        "half_squared_error": 2,
        "mean_squared_error": 2,
    }.items():
        loss = framework.losses.LOSSES[name]
        by_count = float(framework.params.to_numpy(loss(a, y, weights=w)))
        by_weight = float(framework.params.to_numpy(loss(a, y, weights=w, normalizer="weights")))
        # 3 and 5/6, by which the weights are divided, are no binary fractions.
        assert by_count == pytest.approx(total / 3 / part, rel=1e-15)
        assert by_weight == pytest.approx(total / 2.5 / part, rel=1e-15)


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_a_weight_of_1_changes_no_bit(framework, normalizer):
    expected = computed(framework)
    ones = computed(framework, weights=np.ones(SAMPLES), normalizer=normalizer)
    for found in (ones, computed(framework, normalizer=normalizer)):
        assert all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))


def test_only_the_proportions_of_the_weights_count_where_their_sum_divides(framework):
    weights = np.array([1.0, 0.0, 2.0, 0.5, 3.0, 1.0, 0.25])
    # A power of two scales every weight, every sum and every quotient without rounding.
    one, other = (
        computed(framework, weights=factor * weights, normalizer="weights") for factor in (1, 64)
    )
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
    one, other = (computed(framework, weights=factor * weights) for factor in (1, 64))
    assert not np.array_equal(one[0], other[0])


def test_a_weight_of_0_does_not_hide_what_is_not_a_number(framework):
    a, y, w = np.array([[np.nan], [1.0]]), np.zeros((2, 1)), np.array([0.0, 1.0])
    a, y, w = map(framework.params.from_numpy, (a, y, w))
    value = framework.losses.LOSSES["squared_error"](a, y, weights=w)
    assert np.isnan(framework.params.to_numpy(value))


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_nothing_depends_on_a_sample_that_is_ignored(framework, normalizer):
    _, x, *_ = drawn(framework)
    weights = np.array([0.7, 0.0, 2.1, 0.4, 0.0, 1.0, 0.3])
    others = np.where(weights[:, None] == 0, x + 1, x)
    given = {"weights": weights, "normalizer": normalizer}
    for here, there in zip(
        computed(framework, **given), computed(framework, others, **given), strict=True
    ):
        assert np.array_equal(here, there)


@pytest.mark.parametrize("micro_batch_size", [1, 2])
def test_pieces_gather_the_gradient_of_the_whole_batch(framework, micro_batch_size):
    # Pieces of one sample are ignored as a whole; the others are uneven.
    case = TrainingCase(
        "pieces",
        weights=trainings.WEIGHTS,
        normalizer="weights",
        micro_batch_size=micro_batch_size,
        batch_size=5,
        stop={"max_epochs": 1},
    )
    assert [each.message for each in compared(case, framework) if not each.holds] == []


def test_the_cases_have_every_loss_with_every_normalizer():
    found = {(case.loss, case.normalizer) for case in weighted.generated()}
    assert found == {(loss, normalizer) for loss in LOSSES for normalizer in NORMALIZERS}
    assert 0 in weighted.WEIGHTS
    assert abs(weighted.WEIGHTS.mean() - 1) > 0.1
    assert abs(np.mean(trainings.WEIGHTS) - 1) > 0.1


def test_jax_takes_weights_that_it_traces():
    jax_framework = load("jax", "reference_jax")
    if isinstance(jax_framework, NotInstalled):
        pytest.skip(f"jax is not installed: {jax_framework.reason}")
    import jax

    params, x, y, convert = drawn(jax_framework)
    x, y, weights = map(convert, (x, y, np.arange(float(SAMPLES))))

    @jax.jit
    def value(weights):
        given = {"weights": weights, "normalizer": "weights"}
        return jax_framework.gradients.value_and_grad(params, x, y, **KIND, **given)[0]

    eager, _ = jax_framework.gradients.value_and_grad(
        params, x, y, **KIND, weights=weights, normalizer="weights"
    )
    # XLA may add up in another order: a few of the 7 x 2 terms' roundings.
    assert float(value(weights)) == pytest.approx(float(eager), rel=1e-14)
    # Nobody can look at their values: what would be refused has the loss 0, and is not NaN.
    assert float(value(0 * weights)) == 0
    with pytest.raises(ValueError, match=r"^weights must have shape \(7,\), not \(6,\)"):
        value(weights[1:])


def test_torch_leaves_weights_alone_that_ask_for_a_gradient():
    torch = load("torch", "reference_torch")
    if isinstance(torch, NotInstalled):
        pytest.skip(f"torch is not installed: {torch.reason}")
    params, x, y, convert = drawn(torch)
    weights = convert(np.ones(SAMPLES)).requires_grad_()
    given = {"weights": weights, "normalizer": "weights"}
    x, y, stop = convert(x), convert(y), torch.training.StopRule(max_epochs=1)
    value, grads = torch.gradients.value_and_grad(params, x, y, **KIND, **given)
    trained = torch.training.train(
        params, x, y, torch.optimizers.sgd(0.5), stop=stop, **KIND, **given
    )
    leaves = [leaf for tree in (grads, trained.params) for layer in tree for leaf in layer]
    assert not any(each.requires_grad for each in (value, *leaves))
    assert weights.grad is None


# torch.compile imports torch.jit, whose own code uses what torch deprecates, and its tracer looks
# at the .grad of tensors that have none.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_torch_traces_a_training_with_weights_as_one_graph(monkeypatch):
    framework = load("torch", "reference_torch")
    if isinstance(framework, NotInstalled):
        pytest.skip(f"torch is not installed: {framework.reason}")
    import torch

    if torch.__version__.startswith("2.8."):
        pytest.skip("PyTorch 2.8 traces it in several graphs, which takes longer, and is right")
    # Traced as a whole, without a look at any value, but not turned into C++: that takes long.
    traced = partial(torch.compile, fullgraph=True, backend="eager")
    monkeypatch.setattr("torch.compile", lambda **options: traced)
    monkeypatch.setattr(framework.epochs, "RUN", 2)
    case = TrainingCase(
        "compiled, with weights",
        weights=trainings.WEIGHTS,
        normalizer="weights",
        batch_size=5,
        compile=True,
    )
    assert [each.message for each in compared(case, framework) if not each.holds] == []
