"""Two sets of tensors: rounding or a bug, said with a bound; and where it cannot be told."""

import numpy as np
import pytest
from tensor_sets import KIND, NUMPY, SIZES, computed, start, tensors_of, transposed

import crosscheck
from crosscheck.frameworks.registry import load
from crosscheck.verification.cases.network import NetworkCase
from crosscheck.verification.difference.judging import Verdict
from crosscheck.verification.difference.naming import shapes_of
from crosscheck.verification.judging import attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import as_framework

BEGIN = start()
ORDER = ["z1", "a1", "z2", "a2", "z3", "a3", "loss", "delta3", "delta2", "delta1"]
GRADS = [f"grad.{index}.{part}" for index in range(3) for part in ("weight", "bias")]


@pytest.fixture(scope="module")
def single():
    return computed(BEGIN, "float32")


@pytest.fixture(scope="module")
def double():
    return computed(BEGIN)


def diff(a, b, **options):
    return crosscheck.diff(a, b, KIND, BEGIN, **options)


DTYPES = ("float64", "float32", "float16", "bfloat16")


def wrong_in(found, index, verdict=Verdict.BUG):
    sides = [(row.name, row.sides[index]) for row in found.rows]
    return [name for name, side in sides if side is not None and side.verdict == verdict]


def test_two_dtypes_differ_by_rounding(single, double):
    found = diff(single, double)
    assert found.message == "rounding"
    assert found.dtypes == ("float32", "float64")
    assert [row.name for row in found.rows] == ORDER + GRADS == [*shapes_of(SIZES, 5)]
    for row in found.rows:
        assert row.apart.holds
        assert row.sides[0].share < 1e-3
        assert row.sides[1].share < 1e-12
    assert any(side.step.fraction > 0.01 for row in found.rows for side in row.sides)


# JAX compiles every operation of a dtype anew: one of them must do.
RUNS = [(name, dtype) for name in ("numpy", "torch") for dtype in DTYPES] + [("jax", "bfloat16")]


@pytest.mark.parametrize(("name", "dtype"), RUNS)
def test_no_honest_run_has_a_bug(name, dtype):
    pytest.importorskip(name, reason=f"{name} is not installed")
    kind = {"activations": ["gelu", "relu", "identity"], "loss": "softmax_cross_entropy"}
    begin = start(seed=3)
    framework = load(name, f"reference_{name}")
    found = crosscheck.diff(
        computed(begin, dtype, framework, kind), computed(begin, kind=kind), kind, begin
    )
    assert found.verdict == Verdict.ROUNDING, found.message


def test_a_transposed_weight_is_a_bug_from_its_layer_on(single):
    found = diff(single, transposed(BEGIN))
    assert found.message == "a bug in B, from z2 on"
    assert found.first_wrong == (None, "z2")
    assert found.mistakes == ((), ("W2 transposed",))
    assert wrong_in(found, 1) == ["z2", "delta1", "grad.1.weight"]
    after = ORDER[ORDER.index("z2") :] + GRADS
    assert wrong_in(found, 1) + wrong_in(found, 1, Verdict.INHERITED) == sorted(
        after, key=lambda name: name not in ("z2", "delta1", "grad.1.weight")
    )
    assert not wrong_in(found, 0)


def test_a_bug_that_both_have_is_one_though_they_agree():
    found = diff(transposed(BEGIN), transposed(BEGIN))
    assert found.message == "a bug in both: A from z2 on, B from z2 on"
    assert all(row.apart.fraction_of_bound == 0 for row in found.rows)


NAMED = (
    "bias forgotten",
    "no activation on the output layer",
    "missing activation derivative in the hidden layers",
    "sigmoid derivative a (1 + a)",
    "missing batch average",
    "averaged over the outputs too",
    "bias gradient averaged",
    "half of the weights only, as document 002 has it",
    "weights' gradient from z instead of a",
    "float32 inside the gradient",
)


@pytest.mark.parametrize("name", NAMED)
def test_a_known_mistake_is_a_bug_and_named(double, name):
    (mistake,) = (each for each in catalogue() if each.name == name)
    layers = tuple((BEGIN[f"params.{i}.weight"], BEGIN[f"params.{i}.bias"]) for i in range(3))
    kind = {"activations": ["sigmoid", "tanh", "sigmoid"], "loss": "half_squared_error"}
    params = tuple(tuple(leaf.astype("float64") for leaf in layer) for layer in layers)
    data = (BEGIN[name].astype("float64") for name in ("inputs", "targets"))
    case = NetworkCase("own", "drawn", params, *data, tuple(kind["activations"]), kind["loss"])
    wrong = tensors_of(attempt(case, as_framework(mistake)))
    right = tensors_of(attempt(case, NUMPY))
    found = crosscheck.diff(wrong, right, kind, BEGIN)
    assert found.verdict == Verdict.BUG
    assert found.first_wrong[1] is None
    assert name in found.mistakes[0]
    honest = crosscheck.diff(right, right, kind, BEGIN)
    assert honest.verdict == Verdict.ROUNDING


def test_a_number_that_is_none_is_a_bug(single, double):
    for number in (np.nan, np.inf):
        spoiled = single | {"a2": np.full_like(single["a2"], number)}
        found = diff(spoiled, double)
        assert found.first_wrong == ("a2", None)


def test_a_tensor_that_is_missing_is_computed_from_those_before_it(single):
    wrong = transposed(BEGIN)
    found = diff({"loss": single["loss"], "delta1": single["delta1"]}, {"delta1": wrong["delta1"]})
    assert found.message == "a bug in B, from delta1 on"
    assert found.notes[0] == "only A has loss"
    assert found.notes[1].startswith("neither has z1, a1")


def test_where_bounds_are_too_wide_it_cannot_be_told():
    begin = start(batch=300)
    grads = {name: array for name, array in computed(begin).items() if name.startswith("grad.")}
    found = crosscheck.diff(grads, grads, KIND, begin, dtype_a="bfloat16")
    assert found.verdict == Verdict.CANNOT_TELL
    assert found.message.startswith("cannot tell of grad.0.weight, grad.0.bias, ")
    assert ": the bounds exceed the largest entry; rounding in the other" in found.message
    row = next(row for row in found.rows if row.name == "grad.0.bias")
    assert row.sides[0].share > 1
    assert row.sides[1].verdict == Verdict.ROUNDING


def test_of_units_that_are_off_it_can_be_told():
    kind = {"activations": ["relu", "relu", "identity"], "loss": "squared_error"}
    begin = start()
    begin["params.1.bias"] -= 100
    off = computed(begin, "float32", kind=kind)
    assert not off["a2"].any()
    found = crosscheck.diff(off, off, kind, begin)
    assert found.verdict == Verdict.ROUNDING
    on = off | {"a2": off["a2"] + np.float32(1)}
    assert crosscheck.diff(off, on, kind, begin).first_wrong == (None, "a2")


def test_of_a_probability_that_rounds_to_0_nothing_is_promised():
    kind = {"activations": ["tanh", "tanh", "softmax"], "loss": "binary_cross_entropy"}
    begin = start()
    begin["params.2.bias"][:] = (300, 0, -300)
    found = crosscheck.diff(
        computed(begin, "float32", kind=kind), computed(begin, kind=kind), kind, begin
    )
    assert found.verdict == Verdict.CANNOT_TELL
    (loss,) = (row for row in found.rows if row.name == "loss")
    assert loss.sides[0].verdict == Verdict.CANNOT_TELL
    assert found.as_json()["tensors"][6]["a"]["step"]["share"] is None


def test_the_slope_that_pytorch_loses_at_a_target_is_allowed_for():
    kind = {"activations": ["sigmoid"], "loss": "binary_cross_entropy"}
    begin = {
        "inputs": np.array([[8.0], [0.5]]),
        "targets": np.ones((2, 1)),
        "params.0.weight": np.ones((1, 1)),
        "params.0.bias": np.zeros(1),
    }
    found = {name: a.astype("bfloat16") for name, a in computed(begin, kind=kind).items()}
    assert found["a1"][0, 0] == 1
    p = found["a1"].astype("float64")
    delta = (p - 1) / np.maximum(p * (1 - p), 1e-12) / 2 * p * (1 - p)
    lost = found | {"delta1": delta.astype("bfloat16")}
    assert crosscheck.diff(lost, found, kind, begin).first_wrong == (None, None)
    delta[1] = 0
    wrong = found | {"delta1": delta.astype("bfloat16")}
    assert crosscheck.diff(wrong, found, kind, begin).first_wrong == ("delta1", None)


def test_an_operand_that_a_dtype_does_not_hold_is_rounded_first(double):
    """The parameters are in float32; a set in bfloat16 was computed without an error of its own."""
    rounded = {name: array.astype("bfloat16").astype("float32") for name, array in BEGIN.items()}
    set_of_rounded = {name: array.astype("bfloat16") for name, array in computed(rounded).items()}
    assert diff(set_of_rounded, double).message == "rounding"
    as_single = {name: array.astype("float32") for name, array in set_of_rounded.items()}
    assert diff(as_single, double).message == "a bug in A, from z1 on"
    assert diff(as_single, double, dtype_a="bfloat16").message == "rounding"
    message = "A has tensors in bfloat16, which is coarser than float32"
    with pytest.raises(ValueError, match=message):
        diff(set_of_rounded, double, dtype_a="float32")


def test_the_rounding_of_operands_is_allowed_for():
    """1.004 is 1.0078 in bfloat16, so that a sum of forty squares grows by more than it loses."""
    kind = {"activations": ["identity"], "loss": "squared_error"}
    begin = {
        "inputs": np.full((1, 40), 1.004),
        "targets": np.zeros((1, 1)),
        "params.0.weight": np.full((1, 40), 1.004),
        "params.0.bias": np.zeros(1),
    }
    rounded = {name: array.astype("bfloat16").astype("float64") for name, array in begin.items()}
    z = {"z1": computed(rounded, kind=kind)["z1"].astype("bfloat16")}
    assert z["z1"] == 40.75
    found = crosscheck.diff(z, z, kind, begin)
    assert found.message == "rounding"
    assert found.rows[0].sides[0].whole.fraction > 0.5


def test_a_set_of_several_dtypes_counts_as_the_coarsest(single, double):
    mixed = double | {"z1": single["z1"]}
    assert diff(mixed, double).dtypes == ("float32", "float64")


def test_a_set_is_read_by_other_programs_too(single):
    found = diff(single, transposed(BEGIN)).as_json()
    assert found["verdict"] == "a bug"
    assert [each["first_wrong"] for each in found["sets"]] == [None, "z2"]
    assert found["sets"][1]["mistakes"] == ["W2 transposed"]
    (row,) = (each for each in found["tensors"] if each["name"] == "z2")
    assert row["b"]["step"]["fraction"] > 1
    assert row["a"]["whole"]["share"] < 1e-3


def test_arrays_of_other_frameworks_are_taken(double):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    single = {name: torch.tensor(array).bfloat16() for name, array in double.items()}
    found = diff(single, {name: array.tolist() for name, array in double.items()})
    assert found.dtypes == ("bfloat16", "float64")
    assert found.first_wrong == (None, None)
