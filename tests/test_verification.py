"""The run as a whole, and that it fails, and names the place, when something is wrong."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from crosscheck import quantities
from crosscheck.cases import cases
from crosscheck.comparison import Tensor, compare
from crosscheck.contract import ACTIVATIONS, LOSSES
from crosscheck.frameworks import NotInstalled, load
from crosscheck.report import in_words
from crosscheck.verification import EXACT, verify

ROOT = Path(__file__).parent.parent


def test_everything_holds(verification):
    failures = [in_words(c) for c in verification.comparisons if not c.holds]
    assert failures == []
    assert verification.problems == []
    assert verification.holds


def test_a_framework_is_verified_or_visibly_absent(verification, framework):
    assert verification.frameworks[framework.name].status == "verified"
    assert verification.frameworks[framework.name].not_supported == []


def test_every_quantity_is_compared_with_the_exact_value(verification, framework):
    compared = {
        c.quantity for c in verification.comparisons if c.frameworks == (framework.name, EXACT)
    }
    expected = set(quantities.PASS)
    for label in quantities.OPTIMIZERS:
        expected |= {quantities.after(label, steps) for steps in (1, len(quantities.RATES))}
    assert expected <= compared


def test_the_cases_cover_every_activation_loss_and_dtype():
    made = cases()
    assert {(c.loss, c.dtype) for c in made} == {
        (n, d) for n in LOSSES for d in ("float64", "float32")
    }
    for loss in LOSSES:
        hidden = {c.activations[0] for c in made if c.loss == loss}
        assert hidden == set(ACTIVATIONS)
        output = {c.activations[-1] for c in made if c.loss == loss}
        assert output == (
            {"sigmoid", "softmax"} if loss == "binary_cross_entropy" else set(ACTIVATIONS)
        )
    assert len({c.name for c in made}) == len(made)


# ----- planted mistakes: a copy of a reference with one line of it changed -----


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Copy a reference under another name with one piece of text replaced, and verify it."""

    def planted(reference, file, old, new):
        package = f"planted_{reference}_{tmp_path.name}".replace("-", "_")
        shutil.copytree(ROOT / reference, tmp_path / package)
        path = tmp_path / package / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {reference}/{file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        # Beside the copy only NumPy: the others have nothing to add, and take their time.
        packages = {"numpy": "reference_numpy", package: package}
        monkeypatch.setattr("crosscheck.verification.registry", lambda extra: packages)
        # And of the cases one in seven: every loss and dtype, with one activation.
        monkeypatch.setattr("crosscheck.verification.cases", lambda: FEW)
        if isinstance(load(package, package), NotInstalled):
            pytest.skip(load(package, package).reason)
        return package, verify([package])

    return planted


FEW = [case for case in cases() if case.activations[0] == "tanh"]


def blamed(package, result):
    """Every comparison in which the planted package differs from the exact value."""
    assert not result.holds
    assert result.frameworks[package].status == "wrong"
    assert result.frameworks["numpy"].status == "verified"
    failures = [c for c in result.comparisons if not c.holds]
    assert all(package in c.frameworks for c in failures)
    return [c for c in failures if c.frameworks == (package, EXACT)]


SIGNS = {
    "reference_numpy": ("weight=delta.T @ below", "weight=-delta.T @ below"),
    "reference_torch": ("lambda _: next(grads)", "lambda _: -next(grads)"),
    "reference_jax": (
        "return jax.value_and_grad(objective)(params)",
        "value, grads = jax.value_and_grad(objective)(params)\n"
        "    return value, jax.tree.map(lambda g: -g, grads)",
    ),
}


@pytest.mark.parametrize("reference", SIGNS)
def test_one_sign_in_a_gradient_is_wrong_and_its_place_is_named(plant, reference):
    package, result = plant(reference, "gradients.py", *SIGNS[reference])
    found = blamed(package, result)
    first = next(c for c in found if c.case == "document 002")
    assert first.quantity == "grads"
    assert first.place.startswith("grads[")
    # Nothing else is blamed on the generated cases: their optimizers are handed the gradients.
    assert {c.quantity for c in found if not c.case.startswith("document")} == {"grads"}


def test_a_dropped_bias_correction_is_wrong_and_its_place_is_named(plant):
    package, result = plant("reference_numpy", "optimizers.py", "if bias_correction:", "if False:")
    found = {c.quantity for c in blamed(package, result)}
    assert found == {
        "the document's published: parameters after 1 step",
        "adam: parameters after 1 step",
        "adam: parameters after 5 steps",
    }


def test_a_tensor_of_another_shape_is_wrong_and_named(plant):
    package, result = plant(
        "reference_numpy", "gradients.py", "return tuple(reversed(errors))", "return tuple(errors)"
    )
    found = blamed(package, result)
    assert any("deltas[0]: has shape (6, 2) instead of (6, 5)" in in_words(c) for c in found)


def test_a_framework_that_raises_is_wrong_and_says_what(plant):
    package, result = plant(
        "reference_numpy",
        "gradients.py",
        "trace = forward(params, inputs, activations=activations)\n    errors",
        "1 / 0\n    errors",
    )
    status = result.frameworks[package]
    assert status.status == "wrong"
    assert status.reasons[0] == "document 002: ZeroDivisionError: division by zero"


def test_a_breach_of_the_contract_is_wrong_before_any_number(plant):
    package, result = plant(
        "reference_numpy", "optimizers.py", "b1: float = 0.9", "b1: float = 0.95"
    )
    assert result.frameworks[package].status == "wrong"
    assert "adam(learning_rate, b1=0.95" in result.frameworks[package].reasons[0]
    assert not any(package in c.frameworks for c in result.comparisons)


def test_not_supported_is_neither_wrong_nor_hidden(plant):
    package, result = plant(
        "reference_numpy",
        "mlp.py",
        "    pre_activations: list[Array] = []\n",
        "    pre_activations: list[Array] = []\n"
        "    if inputs.dtype == 'float32':\n        raise NotImplementedError('float32')\n",
    )
    assert result.holds
    assert len(result.frameworks[package].not_supported) == len(FEW) // 2


def test_a_faithful_copy_passes_everything(plant):
    package, result = plant(
        "reference_numpy", "mlp.py", "Everything a forward", "All that a forward"
    )
    assert result.holds
    assert result.frameworks[package].status == "verified"


def test_what_is_required_must_be_there(monkeypatch):
    monkeypatch.setattr(
        "crosscheck.verification.registry", lambda extra: {"numpy": "reference_numpy"}
    )
    result = verify(required=["numpy", "nosuch"])
    assert not result.holds
    assert result.frameworks["nosuch"].reasons == [
        "not a known framework",
        "required, but not installed",
    ]
    assert result.frameworks["numpy"].status == "verified"


def test_what_is_not_installed_is_not_wrong(monkeypatch):
    absent = NotInstalled("torch", "reference_torch", "on purpose")
    only_numpy = lambda name, package: load(name, package) if name == "numpy" else absent  # noqa: E731
    monkeypatch.setattr("crosscheck.verification.load", only_numpy)
    result = verify()
    assert result.holds
    assert result.frameworks["torch"].status == "not installed"
    assert result.frameworks["torch"].reasons == ["on purpose"]
    assert {c.frameworks for c in result.comparisons} == {("numpy", EXACT)}


# ----- the comparison itself -----


def one(actual, expected, dtype="float64", bound=None, other=False):
    """Compare one tensor with the exact one, or with another framework's."""
    mine = {"[0]": Tensor(np.array(actual, dtype))}
    exact = {"[0]": Tensor(np.array(expected, dtype), None if bound is None else np.array(bound))}
    return compare("case", "q", ("a", "b"), mine, dict(exact) if other else exact, exact, dtype)


EPS = np.finfo("float64").eps


def test_without_a_bound_a_comparison_is_measured_against_the_largest_entry():
    assert one([1.0 + 32 * EPS, 0.0], [1.0, 0.0]).fraction == 0.5
    assert one([1.0, 128 * EPS], [1.0, 0.0]).fraction == 2.0
    assert not one([1.0, 128 * EPS], [1.0, 0.0]).holds


def test_with_a_bound_every_entry_is_measured_against_its_own():
    assert one([1.0, 3e-9], [1.0, 0.0], bound=[1.0, 1e-9]).fraction == 3.0
    assert one([1.5, 0.0], [1.0, 0.0], bound=[1.0, 1e-9]).fraction == pytest.approx(0.5)
    assert one([1.5, 0.0], [1.0, 0.0], bound=[1.0, 1e-9], other=True).fraction == pytest.approx(
        0.25
    )


def test_where_nothing_is_allowed_nothing_may_differ():
    assert one([0.0], [0.0], bound=[0.0]).holds
    assert one([1e-300], [0.0], bound=[0.0]).fraction == np.inf


def test_a_comparison_names_tensor_index_and_both_values():
    found = one([[1.0, 2.5]], [[1.0, 2.0]])
    assert found.place == "q[0][0, 1] is 2.5, expected 2.0"


@pytest.mark.parametrize(
    ("actual", "expected"),
    [([np.nan], [1.0]), ([np.inf], [1.0]), ([1.0], [np.nan]), ([1.0], [[1.0]])],
)
def test_what_cannot_be_measured_never_holds(actual, expected):
    found = one(actual, expected)
    assert not found.holds
    assert found.worst == np.inf


def test_equal_infinities_and_nans_agree():
    assert one([np.inf, np.nan], [np.inf, np.nan]).worst == 0


def test_another_dtype_never_holds():
    tensors = {"[0]": Tensor(np.ones(1, "float32"))}
    found = compare("case", "q", ("a", "b"), tensors, tensors, tensors, "float64")
    assert not found.holds
    assert "has dtype float32 instead of float64" in found.place


def test_a_missing_tensor_never_holds():
    there = {"[0]": Tensor(np.ones(1))}
    assert not compare("case", "q", ("a", "b"), {}, there, there, "float64").holds


def test_underflow_to_zero_is_no_disagreement():
    assert one([0.0], [1e-310]).holds
    assert not one([0.0], [1e-300]).holds
