"""Planted mistakes: a copy of a reference with one line of it changed is wrong, and named.

And what a copy declares of itself: limits, which are not run, and failures, which have to fail.
"""

import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from crosscheck.frameworks.registry import NotInstalled, load
from crosscheck.numerics.comparison import EXACT
from crosscheck.report.verification import closing_line
from crosscheck.verification.cases import histories, network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.judging import asked_by
from crosscheck.verification.ladder import next_rung
from crosscheck.verification.verify import verify

ROOT = Path(__file__).parents[2]


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Copy a reference under another name with one piece of text replaced, and verify it."""

    def planted(reference, file, old, new, declares="", only=None, most=12):
        package = f"planted_{reference}_{tmp_path.name}".replace("-", "_")
        shutil.copytree(ROOT / reference, tmp_path / package)
        path = tmp_path / package / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {reference}/{file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        declared = tmp_path / package / "crosscheck.toml"
        declared.write_text(declared.read_text("utf-8") + declares, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        # Beside the copy only NumPy: the others have nothing to add, and take their time.
        frameworks = [load("numpy", "reference_numpy"), load(package, package)]
        if isinstance(frameworks[1], NotInstalled):
            pytest.skip(frameworks[1].reason)
        return package, verify(frameworks, cases=few(only, most))

    return planted


def few(only=None, most=12):
    """The cases of one group, or some of every group: networks that begin with tanh, and Adam."""
    if only is not None:
        return groups()[only]
    tanh = [case for case in network.generated() if case.activations[0] == "tanh"]
    adam = [case for case in histories.generated() if case.optimizer in ("adam", "adamw")]
    chosen = dict(groups()) | {"networks": tanh, "optimizers": adam}
    # Every one is run by `verify` of a framework that is right.
    return [case for cases in chosen.values() for case in cases[:: -(-len(cases) // most)]]


def blamed(package, result):
    """Every comparison in which the planted package differs from the exact value."""
    assert not result.holds
    assert result.frameworks[package].status == "wrong"
    assert result.frameworks["numpy"].status == "verified"
    failures = [c for c in result.comparisons if not c.holds]
    assert all(package in c.frameworks for c in failures)
    return [c for c in failures if c.frameworks == (package, EXACT)]


SIGNS = {
    "reference_numpy": ("np.dot(delta.T, below", "np.dot(-delta.T, below"),
    "reference_torch": ("lambda _: next(grads)", "lambda _: -next(grads)"),
    "reference_jax": (
        "return jax.value_and_grad(objective)(params)",
        "value, grads = jax.value_and_grad(objective)(params)\n"
        "    return value, jax.tree.map(lambda g: -g, grads)",
    ),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("reference", SIGNS)
def test_one_sign_in_a_gradient_is_wrong_and_its_place_is_named(plant, reference):
    most = 12 if reference == "reference_numpy" else 2  # JAX compiles each case
    package, result = plant(reference, "gradients.py", *SIGNS[reference], most=most)
    found = blamed(package, result)
    first = next(c for c in found if c.place.case == "document 002")
    assert (first.place.stage, first.place.quantity) == ("gradients", "grads")
    assert ", document 002, gradients: grads[" in first.message
    # What follows from it is not blamed, and neither are the optimizers: they are handed gradients.
    by_group = {c.place.group: c.place.stage for c in found}
    assert by_group.pop("printed numbers", "gradients") == "gradients"  # it prints few gradients
    assert by_group.pop("training") == by_group.pop("workers") == "trajectory"
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
            case.name
            for case in few()
            if case.group == "optimizers" and case.keywords["bias_correction"]
        ),
    }


def test_a_tensor_of_another_shape_is_wrong_and_named(plant):
    transposed = "return tuple(each.T for each in reversed(errors))"
    planted = ("reference_numpy", "gradients.py", "return tuple(reversed(errors))", transposed)
    found = blamed(*plant(*planted))
    assert any("deltas[0] has shape (5, 6) instead of (6, 5)" in c.message for c in found)


def test_a_framework_that_raises_is_wrong_and_says_what(plant):
    package, result = plant(
        "reference_numpy",
        "gradients.py",
        "trace = unchecked_forward(params, inputs, activations)\n    errors",
        "1 / 0\n    errors",
    )
    status = result.frameworks[package]
    assert status.status == "wrong"
    for case in ("document 002", "document 002, as printed"):
        said = f"{case}, gradients: ZeroDivisionError: division by zero"
        where = rf"/{package}/gradients\.py:\d+\)$"
        assert any(re.match(rf"{said} \(.*{where}", reason) for reason in status.reasons)


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


def test_what_is_declared_unsupported_is_neither_wrong_nor_hidden_nor_run(plant):
    package, result = plant(
        "reference_numpy",
        "mlp.py",
        "    pre_activations: list[Array] = []\n",
        "    pre_activations: list[Array] = []\n"
        "    if inputs.dtype == 'float32':\n        raise RuntimeError('float32')\n",
        declares="[[limits]]\ndtypes = ['float32']\nreason = 'its words are longer'\n",
    )
    assert result.holds
    found = result.frameworks[package]
    assert (found.status, list(found.not_supported)) == ("verified", ["its words are longer"])
    float32 = {case.name for case in few() if "float32" in asked_by(case)["dtypes"]}
    assert set(found.not_supported["its words are longer"]) == float32
    assert package not in {
        each for c in result.comparisons if c.place.dtype == "float32" for each in c.frameworks
    }


def test_what_is_neither_written_nor_declared_is_unfinished(plant):
    package, result = plant(
        "reference_numpy",
        "mlp.py",
        "    pre_activations: list[Array] = []\n",
        "    pre_activations: list[Array] = []\n"
        "    if inputs.dtype == 'float32':\n        raise NotImplementedError('float32')\n",
    )
    assert not result.holds
    found = result.frameworks[package]
    assert found.status == "unfinished"
    following = next_rung(found.ladder)
    assert (following.name, following.status) == ("mlp.forward", "waits")
    assert following.note == "for mlp.unchecked_forward (float32)"


# What a copy of a reference gets wrong, and says so.
FAILS = (
    "reference_numpy",
    "activations.py",
    "    return np.tanh(z)\n",
    "    return np.tanh(z).astype('float32').astype(z.dtype)\n",
)
SAYS = """[[known_failures]]
cases = ["{cases}"]
why = "its tanh is rounded"
link = "https://example.org/1"
versions = "numpy{versions}"
"""


def test_a_known_failure_is_shown_and_not_held_against_it(plant):
    package, result = plant(*FAILS, declares=SAYS.format(cases="*", versions=">=2"), only="edges")
    found = result.frameworks[package]
    failing = [c.place.case for c in result.comparisons if not c.holds]
    assert set(failing) == {"edges-tanh-half_squared_error-float64"}
    assert all(c.known_failure for c in result.comparisons if not c.holds)
    says = "known failure under numpy>=2: its tanh is rounded (https://example.org/1)"
    assert found.known_failures == {says: ["edges-tanh-half_squared_error-float64"]}
    # But it covers too much: what passes is wrong to be called a failure.
    assert found.status == "wrong"
    assert found.reasons[0] == (
        "declares a failure of *, under numpy>=2: edges-identity-half_squared_error-float64 passes"
    )


def test_a_known_failure_that_is_exact_makes_no_framework_wrong(plant):
    declares = SAYS.format(cases="edges-tanh-*-float64", versions=">=2")
    package, result = plant(*FAILS, declares=declares, only="edges")
    assert result.holds
    assert result.frameworks[package].status == "verified"
    assert " comparisons, 0 differ and 4 more are known to; " in closing_line(Console(), result)


def test_an_exception_may_be_a_known_failure(plant):
    raises = "    if len(z) > 4: raise ValueError('too many')\n    return np.tanh(z)\n"
    declares = SAYS.format(cases="edges-tanh-*", versions=">=2")
    package, result = plant(*FAILS[:3], raises, declares=declares, only="edges")
    assert result.holds
    assert len(result.frameworks[package].known_failures) == 1


@pytest.mark.parametrize(
    ("cases", "versions", "reasons"),
    [
        (
            "edges-tahn-*",
            ">=2",
            ["declares a failure of edges-tahn-*, under numpy>=2: there is no such case"],
        ),
        ("edges-tanh-*", "<2", []),
    ],
)
def test_a_known_failure_of_no_case_or_of_another_version_excuses_nothing(
    plant, cases, versions, reasons
):
    declares = SAYS.format(cases=cases, versions=versions)
    package, result = plant(*FAILS, declares=declares, only="edges")
    found = result.frameworks[package]
    assert (found.status, found.known_failures) == ("wrong", {})
    assert found.reasons == reasons


def test_who_declares_everything_is_not_verified(plant):
    declares = "[[limits]]\ncases = ['*']\nreason = 'all of it'\n"
    package, result = plant(*FAILS, declares=declares, only="edges")
    assert result.frameworks[package].status == "not compared"
    assert result.frameworks[package].reasons == [
        "declares that it supports nothing: nothing of it was compared"
    ]


@pytest.mark.parametrize(
    ("declares", "reason"),
    [
        (
            "[[limits]]\ncases = ['nope-*']\nreason = 'none'\n",
            "declares a limit for nope-*: there is no such case",
        ),
        (
            SAYS.format(cases="edges-tanh-*", versions=">=2").replace('"numpy', '"nampy'),
            "declares a failure of edges-tanh-*, under nampy>=2: no distribution of that name is "
            "installed",
        ),
    ],
)
def test_a_declaration_that_says_nothing_is_wrong(plant, declares, reason):
    package, result = plant(*FAILS, declares=declares, only="edges")
    assert reason in result.frameworks[package].reasons


def test_of_what_is_not_written_no_failure_is_said_to_pass(plant):
    declares = SAYS.format(cases="edges-tanh-*", versions=">=2")
    fails = (*FAILS[:3], "    raise NotImplementedError\n")
    package, result = plant(*fails, declares=declares, only="edges")
    found = result.frameworks[package]
    assert (found.status, found.reasons) == ("unfinished", [])


def test_what_is_both_wrong_and_unfinished_is_wrong_and_has_its_ladder(plant):
    both = "    if z.dtype == 'float32':\n        raise NotImplementedError\n    return z\n"
    package, result = plant(*FAILS[:3], both, only="edges")
    found = result.frameworks[package]
    assert found.status == "wrong"
    assert next_rung(found.ladder).name == "activations.tanh"


def test_a_faithful_copy_passes_everything(plant):
    package, result = plant("reference_numpy", "mlp.py", "Everything a ", "All that a ")
    assert result.holds
    assert result.frameworks[package].status == "verified"
