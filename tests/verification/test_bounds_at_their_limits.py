"""Where a bound is hard: an honest framework is not accused there, and a wrong value next to it is.

Each case is one in which a bound that is derived with less care is too narrow, negative, NaN, or
infinite for everything around.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from crosscheck.frameworks.registry import load
from crosscheck.numerics.comparison import EXACT, Place, Tensor, compare
from crosscheck.verification.cases.descent import DescentCase
from crosscheck.verification.cases.network import DTYPES, NetworkCase, drawn_with
from crosscheck.verification.judging import attempt

NUMPY = load("numpy", "reference_numpy")


def network(name, layers, inputs, targets, activations, loss, dtype="float64"):
    layers = tuple(tuple(np.asarray(leaf, dtype) for leaf in layer) for layer in layers)
    arrays = (np.asarray(each, dtype) for each in (inputs, targets))
    return NetworkCase("limits", name, layers, *arrays, activations, loss)


def logits(name, z, targets, loss, dtype="float64", activation="identity"):
    """One layer of identity weight, so that z is the input."""
    size = np.shape(z)[1]
    return network(name, [(np.eye(size), np.zeros(size))], z, targets, (activation,), loss, dtype)


def history(name, optimizer, grads, dtype="float64", rate=0.1, **keywords):
    grads = tuple(np.asarray(g, dtype) for g in grads)
    start = np.ones_like(grads[0])
    return DescentCase("limits", name, optimizer, keywords, (rate,) * len(grads), start, grads)


def cancelling(scale, near, target=None):
    """The difference of two large terms feeds a hidden softmax, whose first output is on target."""
    beside = near + max(1, round(10 / scale / np.spacing(near))) * np.spacing(near)
    z = float(Fraction(scale) * (Fraction(near) - Fraction(beside)))
    first, second = ([[scale, -scale], [0, 0]], [0, 0]), ([[1, 0]], [0])
    return network(
        f"a softmax of z that cancels, {scale:.0e}",
        [first, second],
        [[near, beside]],
        [[1 / (1 + np.exp(-z)) if target is None else target]],
        ("softmax", "identity"),
        "half_squared_error",
    )


def of_random(shape, loss, dtype, size=1.0):
    rng = np.random.default_rng(0)
    probable = loss == "softmax_cross_entropy"
    targets = rng.dirichlet(np.ones(shape[1]), shape[0]) if probable else rng.standard_normal(shape)
    z = (size if probable else 1) * rng.standard_normal(shape)
    targets = targets if probable else size * targets
    return logits(f"{loss} of {shape} in {dtype}", z, targets, loss, dtype)


ADAM = {"b1": 0.9, "eps": 1e-8}
RADAM = {**ADAM, "threshold": 4.0, "fallback": True, "eps_place": "outside"}
CENTRED = {"decay": 0.3, "eps": 0.1, "centered": True}
RNG = np.random.default_rng(3)
OF_ONE = RNG.standard_normal(16) * 10.0 ** RNG.integers(-3, 3, 16)

NETWORKS = [
    logits("far apart in float32", [[-5e9, 0]], [[1, 0]], "softmax_cross_entropy", "float32"),
    logits("far apart in float64", [[-1e19, 0]], [[0.5, 0.5]], "softmax_cross_entropy"),
    logits(
        "softmax far apart", [[-1e19, 0.0, 1.0]], [[1, 0, 0]], "squared_error", "float64", "softmax"
    ),
    *(cancelling(scale, 0.4753463018266443) for scale in (1e12, 4.427170561295213e17)),
    # 1/504, and 1/63 divided by 31, round by nearly two units.
    *(of_random((504, 10), "softmax_cross_entropy", dtype, 20) for dtype in DTYPES),
    *(of_random((31, 63), "mean_squared_error", dtype, 1000) for dtype in DTYPES),
    *(
        drawn_with(f"smoothed {seed}", ("tanh", "identity"), (8, 16, 10), 32, loss, dtype, seed)
        for seed in range(3)
        for loss in ("softmax_cross_entropy", "mean_squared_error")
        for dtype in ("float64", "float32")
    ),
    logits(
        "log1p next to 0.41", [[-0.3467512]], [[0.0]], "binary_cross_entropy", "float64", "sigmoid"
    ),
    logits(
        "erfc next to 1", [[-1.413565162907268]], [[0.0]], "half_squared_error", "float64", "gelu"
    ),
    network(
        "a weight below the smallest number",
        [([[1e-40, 0.0], [0.0, 1.0]], [0.0, 0.0])],
        [[1e30, 1.0]],
        [[0.0, 0.0]],
        ("identity",),
        "half_squared_error",
        "float32",
    ),
]
HISTORIES = [
    *(
        history(
            f"radam next to its threshold, b2 = {b2}", "radam", [OF_ONE] * 8, dtype, b2=b2, **RADAM
        )
        for b2 in (0.999999, 0.9999999)
        for dtype in ("float64", "float32")
    ),
    history(
        "radam before its threshold, v infinite",
        "radam",
        [[1e22, 1.0]] * 3,
        "float32",
        b2=0.999,
        **RADAM,
    ),
    *(
        history(f"centred, in {dtype}", "rmsprop", [OF_ONE] * 30, dtype, **CENTRED)
        for dtype in ("float64", "float32")
    ),
    *(
        history(
            f"{name} of huge gradients",
            name,
            [[1e25, 1.0], [-3e24, 0.5]],
            "float32",
            b2=0.999,
            **ADAM,
        )
        for name in ("adam", "amsgrad")
    ),
]


def found(case, computed):
    """Every quantity compared with its exact value, whatever became of those before it."""
    exact = case.exactly()
    return [
        compare(
            Place(stage=stage, quantity=quantity, dtype=case.dtype),
            ("framework", EXACT),
            computed.stages[stage][quantity],
            tensors,
            tensors,
        )
        for stage, quantities in exact.items()
        for quantity, tensors in quantities.items()
    ]


@pytest.mark.sampled(18)
@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")  # what overflows warns
@pytest.mark.parametrize("case", [*NETWORKS, *HISTORIES], ids=lambda case: case.name)
def test_an_honest_framework_is_not_accused(framework, case):
    computed = attempt(case, framework)
    if computed.not_supported is not None:
        pytest.skip(computed.not_supported)
    assert [each.message for each in found(case, computed) if not each.holds] == []


@pytest.mark.parametrize("case", [*NETWORKS, *HISTORIES], ids=lambda case: case.name)
def test_no_bound_is_negative_or_nan(case):
    exact = case.exactly()
    for quantities in exact.values():
        for tensors in quantities.values():
            for tensor in tensors.values():
                assert tensor.bound is None or np.all(np.asarray(tensor.bound) >= 0)


def spoiled(case, stage, quantity, change):
    """Whether a change of one quantity of what NumPy computes is caught."""
    computed = attempt(case, NUMPY)
    tensors = computed.stages[stage][quantity]
    computed.stages[stage][quantity] = {
        place: Tensor(change(np.array(tensor.value)).astype(case.dtype))
        for place, tensor in tensors.items()
    }
    return not all(each.holds for each in found(case, computed))


def off_by_a_thousandth(value):
    return value * 1.001


def doubled(value):
    return value * 2


def with_a_nan(value):
    value[...] = np.nan
    return value


# What is next to the hard case, where the bound is to be as sharp as anywhere.
@pytest.mark.parametrize("change", [off_by_a_thousandth, with_a_nan])
@pytest.mark.parametrize(
    "case",
    [
        # On target the loss of `cancelling` is nothing but rounding.
        *(case for case in NETWORKS if "cancels" not in case.name),
        cancelling(1e12, 0.4753463018266443, target=3.0),
        logits("squares next to overflow", [[1e18, -2e18]], [[0, 0]], "squared_error", "float32"),
        logits(
            "one that rounds to 1, on target",
            [[40.0, 0.5]],
            [[1.0, 0.25]],
            "binary_cross_entropy",
            "float32",
            "sigmoid",
        ),
    ],
    ids=lambda case: case.name,
)
def test_a_wrong_loss_next_to_it_is_caught(case, change):
    assert spoiled(case, "forward", "loss", change)


@pytest.mark.parametrize("change", [doubled, with_a_nan])
@pytest.mark.parametrize(
    "case",
    [
        *(case for case in NETWORKS if "softmax" not in case.name),
        cancelling(1e12, 0.4753463018266443, target=3.0),
        logits("squares next to overflow", [[1e18, -2e18]], [[0, 0]], "squared_error", "float32"),
        logits(
            "one that rounds to 1",
            [[40.0, 0.5]],
            [[0.75, 0.25]],
            "binary_cross_entropy",
            "float32",
            "sigmoid",
        ),
    ],
    ids=lambda case: case.name,
)
def test_a_wrong_delta_next_to_it_is_caught(case, change):
    assert spoiled(case, "deltas", "deltas", change)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
@pytest.mark.parametrize("change", [off_by_a_thousandth, with_a_nan])
@pytest.mark.parametrize("case", HISTORIES, ids=lambda case: case.name)
def test_a_wrong_update_next_to_it_is_caught(case, change):
    assert spoiled(case, "update", "updates", change)


# ----- infinite where it must be, and nowhere else -----


def excluded(case, stage, quantity):
    (tensor, *_) = case.exactly()[stage][quantity].values()
    return np.isposinf(tensor.bound)


def test_a_probability_that_may_round_to_one_is_excluded_alone():
    z, targets = [[40.0, 0.5], [-0.25, 1.0]], [[0.75, 0.25], [0.5, 1.0]]
    case = logits("two", z, targets, "binary_cross_entropy", "float32", "sigmoid")
    assert excluded(case, "deltas", "deltas").tolist() == [[True, False], [False, False]]
    # Where the target is 1 too, log(1 - p) is not asked for.
    hit = replace(case, targets=np.array([[1.0, 0.25], [0.5, 1.0]], "float32"))
    assert not excluded(hit, "deltas", "deltas").any()
    assert not excluded(hit, "forward", "loss").any()


def test_what_may_overflow_is_excluded_alone():
    case = logits("two", [[1e30, 1.0]], [[0.0, 0.0]], "squared_error", "float32")
    assert excluded(case, "forward", "loss").all()
    assert not excluded(case, "deltas", "deltas").any()
    (huge,) = [each for each in HISTORIES if each.name == "adam of huge gradients"]
    assert excluded(huge, "update", "updates").tolist() == [[True, False], [True, False]]
    (before,) = [each for each in HISTORIES if each.name.startswith("radam before")]
    assert not excluded(before, "update", "updates").any()
    assert excluded(before, "state", "radam.second_moment")[:, 0].all()


def test_a_difference_that_may_round_below_0_is_excluded_alone():
    # The mean of the squares of what never changes comes to be the square of its mean.
    constant = np.array([[1.0, (-1.0) ** step] for step in range(40)])
    case = history("centred, one constant", "rmsprop", constant, "float32", **CENTRED)
    found = excluded(case, "update", "updates")
    assert not found[:5].any()
    assert found[-1].tolist() == [True, False]


def test_a_relu_whose_sign_no_precision_decides_is_a_kink():
    # Two equal units of a curved activation, subtracted: no ball shows that this is 0.
    first = ([[0.7], [0.7]], [0.2, 0.2])
    second = ([[1.0, -1.0], [1.0, 1.0]], [0.0, 0.1])
    case = network(
        "a kink that cancels",
        [first, second],
        [[0.3]],
        [[1.0, 1.0]],
        ("tanh", "relu"),
        "squared_error",
    )
    assert case.kinks == ((1, 0, 0),)
    assert all(each.holds for each in found(case, attempt(case, NUMPY)))
    assert spoiled(case, "deltas", "deltas", doubled)
