"""The run as a whole, and that it fails, and names the place, when something is wrong."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from crosscheck.comparison import EXACT
from crosscheck.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.diagnosis import explain
from crosscheck.fixtures import groups, network
from crosscheck.fixtures.hyperparameters import OPTIMIZERS
from crosscheck.frameworks import NotInstalled, load
from crosscheck.judging import attempt
from crosscheck.verification import verify

ROOT = Path(__file__).parent.parent


def test_everything_holds(verification):
    failures = [explain(c) for c in verification.comparisons if not c.holds]
    assert failures == []
    assert verification.problems == []
    assert verification.holds


def test_a_framework_is_verified_or_visibly_absent(verification, framework):
    assert verification.frameworks[framework.name].status == "verified"
    assert verification.frameworks[framework.name].not_supported == []


def test_every_quantity_of_every_case_is_compared_with_the_exact_value(verification, framework):
    compared = {
        (c.place.case, c.place.stage, c.place.quantity)
        for c in verification.comparisons
        if c.frameworks == (framework.name, EXACT)
    }
    assert compared == {
        (case.name, stage, quantity)
        for cases in groups().values()
        for case in cases
        for stage, quantities in case.exactly().items()
        for quantity in quantities
    }


def test_the_fixtures_cover_every_activation_loss_optimizer_and_dtype():
    made = network.generated()
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
    runs = groups()["optimizers"]
    assert {(c.optimizer, c.dtype) for c in runs} == {
        (name, dtype) for name in STATES for dtype in ("float64", "float32")
    }
    assert all(len(c.rates) >= 5 and len(set(c.rates)) == 2 for c in runs)


def test_every_case_has_a_name_of_its_own_and_exact_values_that_are_narrow():
    everything = [case for cases in groups().values() for case in cases]
    assert len({(case.group, case.name) for case in everything}) == len(everything)
    for case in everything:
        for quantities in case.exactly().values():
            for tensors in quantities.values():
                assert all(np.all(tensor.radius == 0) for tensor in tensors.values())


def test_cases_of_equal_content_share_their_exact_values():
    one, other = network.drawn(0), network.drawn(0)
    assert one is not other
    assert one == other
    assert one.exactly() is other.exactly()
    assert one != network.drawn(1)


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
        # And of the networks one in seven: every loss and dtype, with one activation.
        monkeypatch.setattr("crosscheck.verification.groups", lambda: FEW)
        if isinstance(load(package, package), NotInstalled):
            pytest.skip(load(package, package).reason)
        return package, verify([package])

    return planted


FEW = dict(groups()) | {
    "networks": [case for case in network.generated() if case.activations[0] == "tanh"]
}


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
    first = next(c for c in found if c.place.case == "document 002")
    assert (first.place.stage, first.place.quantity) == ("gradients", "grads")
    assert ", document 002, gradients: grads[" in first.in_words()
    # What follows from it is not blamed, and neither are the optimizers: they are handed gradients.
    by_group = {c.place.group: c.place.stage for c in found}
    assert by_group.pop("printed numbers", "gradients") == "gradients"  # it prints few gradients
    if reference != "reference_torch":  # where training pulls the tape itself
        assert by_group.pop("training") == "trajectory"
    assert by_group == {
        "worked examples": "gradients",
        "networks": "gradients",
        "edges": "gradients",
    }


def test_a_dropped_bias_correction_is_wrong_and_its_place_is_named(plant):
    # In Adam, whose text comes first, and not in AMSGrad.
    old = "m_hat, v_hat = m, v\n        if bias_correction:"
    new = "m_hat, v_hat = m, v\n        if False:"
    package, result = plant("reference_numpy", "optimizers/moments.py", old, new)
    found = blamed(package, result)
    assert {(c.place.stage, c.place.quantity) for c in found} == {("update", "updates")}
    assert {c.place.case for c in found} == {
        "document 002, published",
        *(
            f"{label}-{shape}"
            for label, (name, keywords) in OPTIMIZERS.items()
            if name in ("adam", "adamw") and keywords["bias_correction"]
            for shape in ("layers-float64", "layers-float32", "array-float64")
        ),
    }


def test_a_tensor_of_another_shape_is_wrong_and_named(plant):
    package, result = plant(
        "reference_numpy", "gradients.py", "return tuple(reversed(errors))", "return tuple(errors)"
    )
    found = blamed(package, result)
    assert any("deltas[0] has shape (6, 2) instead of (6, 5)" in c.in_words() for c in found)


def test_a_framework_that_raises_is_wrong_and_says_what(plant):
    package, result = plant(
        "reference_numpy",
        "gradients.py",
        "trace = unchecked_forward(params, inputs, activations)\n    errors",
        "1 / 0\n    errors",
    )
    status = result.frameworks[package]
    assert status.status == "wrong"
    assert "document 002, gradients: ZeroDivisionError: division by zero" in status.reasons
    printed = "document 002, as printed, gradients: ZeroDivisionError: division by zero"
    assert printed in status.reasons


def test_a_breach_of_the_contract_is_wrong_before_any_number(plant):
    package, result = plant(
        "reference_numpy",
        "optimizers/variants.py",
        "threshold: float = 4.0",
        "threshold: float = 5.0",
    )
    assert result.frameworks[package].status == "wrong"
    assert "eps=1e-08, threshold=5.0, fallback=True" in result.frameworks[package].reasons[0]
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
    float32 = [c for g in ("networks", "edges", "training") for c in FEW[g] if c.dtype == "float32"]
    assert len(result.frameworks[package].not_supported) == len(float32)


def test_a_built_in_framework_may_declare_nothing_unsupported(monkeypatch):
    def declining(case, framework):
        made = attempt(case, framework)
        if case.name == "document 003":
            made.not_supported = "on purpose"
        return made

    only = {"numpy": "reference_numpy"}
    monkeypatch.setattr("crosscheck.verification.registry", lambda extra: only)
    monkeypatch.setattr("crosscheck.verification.groups", lambda: FEW)
    monkeypatch.setattr("crosscheck.verification.attempt", declining)
    result = verify()
    assert not result.holds
    assert result.frameworks["numpy"].status == "wrong"
    assert result.frameworks["numpy"].not_supported == ["document 003: on purpose"]
    assert result.frameworks["numpy"].reasons == ["built in, and may declare nothing unsupported"]


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
