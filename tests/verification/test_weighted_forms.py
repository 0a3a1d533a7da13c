"""Bounds of weighted samples: honest forms stay within them, at weights of any magnitude."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.frameworks.contract import LOSSES, NORMALIZERS
from crosscheck.frameworks.registry import load
from crosscheck.numerics.bounds.precision import Precision
from crosscheck.numerics.bounds.weights import inexact_factors
from crosscheck.verification.cases import network, trainings, weighted
from crosscheck.verification.cases.network import BATCH, DTYPES
from crosscheck.verification.judging import compared
from crosscheck.verification.mistakes.mistake import Mistake, as_framework
from crosscheck.verification.mistakes.training import SHARE
from crosscheck.verification.mistakes.weights import NOT_ZERO, OF_EACH_PIECE

NUMPY = load("numpy", "reference_numpy")
# Not mistakes, but the same in other operations.
HONEST = [
    Mistake(
        "weights times B over their sum",
        "forward",
        "forward",
        "losses",
        ((NOT_ZERO, "return weights * (len(weights) / (weights.sum() + (mean == 0)))"),),
    ),
    Mistake(
        "pieces divided by their own weights, then weighted by these",
        "training",
        "trajectory",
        "epochs",
        (*OF_EACH_PIECE, (SHARE, "share = w.sum() / (factors.sum() + (not factors.any()))")),
    ),
]


@pytest.mark.parametrize("form", HONEST, ids=lambda form: form.name)
def test_an_honest_form_keeps_to_the_bounds(form):
    framework = as_framework(form)
    cases = [*weighted.generated(), *(c for c in trainings.generated() if c.weights is not None)]
    # Its pieces count by their weights: they are asked of by that alone.
    chosen = [case for case in cases if form.kind == "forward" or case.normalizer == "weights"]
    failed = [
        each.message for case in chosen for each in compared(case, framework) if not each.holds
    ]
    assert len(chosen) > 5
    assert failed == []


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_weights_of_any_magnitude_keep_to_the_bounds(normalizer, dtype):
    rng = np.random.default_rng(4)
    worst = 0.0
    for number in range(24):
        loss = LOSSES[number % len(LOSSES)]
        output = "sigmoid" if loss == "binary_cross_entropy" else "identity"
        case = network.drawn_with(
            "magnitudes", ("tanh", output), (3, 5, 4), loss=loss, dtype=dtype, seed=number
        )
        weights = (10.0 ** rng.uniform(-9, 9, BATCH)).astype(dtype)
        weights[rng.integers(BATCH)] = 0
        case = replace(case, weights=weights, normalizer=normalizer)
        found = compared(case, NUMPY)
        assert [each.message for each in found if not each.holds] == []
        worst = max(worst, *(each.fraction_of_bound for each in found))
    # Neither exceeded nor idle.
    assert 0.02 < worst < 0.5


def test_the_bound_of_a_factor_is_narrow_and_holds_for_a_sum_of_many_weights():
    precision = Precision.of("float32")
    factors = inexact_factors(weighted.WEIGHTS, "weights", precision)
    assert factors.value.mean() == pytest.approx(1)
    many = np.random.default_rng(3).random(2000).astype("float32")
    total = np.float32(0)
    for weight in many:  # one after the other, which loses more than NumPy's own order
        total += weight
    found = inexact_factors(many, "weights", precision)
    lost = np.abs(many / (total / np.float32(2000)) - found.value)
    assert np.all(lost <= found.error)
    assert np.any(lost > 0.001 * found.error)
    assert np.all(factors.error <= 23 * precision.u * factors.value + precision.tiny)
    assert not inexact_factors(weighted.WEIGHTS, "count", precision).error.any()
    assert inexact_factors(None, "count", precision) is None
