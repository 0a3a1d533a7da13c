"""The run as a whole, and that it fails, and names the place, when something is wrong."""

from dataclasses import replace

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.registry import BUILT_IN, NotInstalled, load
from crosscheck.numerics.comparison import EXACT
from crosscheck.verification.cases import network
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.diagnosis import explain
from crosscheck.verification.judging import asked_by
from crosscheck.verification.ladder import in_words
from crosscheck.verification.verify import verify


def test_everything_holds(verification):
    failures = [explain(c) for c in verification.comparisons if not (c.holds or c.known_failure)]
    assert failures == []
    assert verification.problems == []
    assert verification.holds


def test_a_framework_is_verified_or_visibly_absent(verification, framework):
    found = verification.frameworks[framework.name]
    assert found.status == "verified", in_words(found.ladder) if found.ladder else found.reasons
    assert framework.name not in BUILT_IN or found.not_supported == {}


def test_every_quantity_of_every_case_is_compared_with_the_exact_value(verification, framework):
    if verification.frameworks[framework.name].ladder:
        raise NotImplementedError(in_words(verification.frameworks[framework.name].ladder))
    compared = {
        (c.place.case, c.place.stage, c.place.quantity)
        for c in verification.comparisons
        if c.frameworks == (framework.name, EXACT)
    }
    assert compared == {
        (case.name, stage, quantity)
        for cases in groups().values()
        for case in cases
        if framework.declared.limit(**asked_by(case)) is None
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


def test_a_built_in_framework_may_leave_nothing_out(monkeypatch):
    numpy = load("numpy", "reference_numpy")
    limited = replace(numpy, declared=Declarations(limits=(Limit("why", optimizers=("lion",)),)))
    only = {"numpy": "reference_numpy"}
    monkeypatch.setattr("crosscheck.verification.verify.registry", lambda extra: only)
    monkeypatch.setattr("crosscheck.verification.verify.load", lambda name, package: limited)
    monkeypatch.setattr(
        "crosscheck.verification.verify.groups", lambda: {"optimizers": groups()["optimizers"][:1]}
    )
    result = verify()
    assert not result.holds
    assert result.frameworks["numpy"].status == "wrong"
    assert result.frameworks["numpy"].reasons == ["built in, and may leave nothing out"]


def test_what_is_required_must_be_there(monkeypatch):
    monkeypatch.setattr(
        "crosscheck.verification.verify.registry", lambda extra: {"numpy": "reference_numpy"}
    )
    result = verify(required=["numpy", "nosuch"])
    assert not result.holds
    assert result.frameworks["nosuch"].reasons == [
        "not a known framework",
        "asked for, but not installed",
    ]
    assert result.frameworks["numpy"].status == "verified"


def test_what_is_not_installed_is_not_wrong(monkeypatch):
    absent = NotInstalled("torch", "reference_torch", "on purpose")
    only_numpy = lambda name, package: load(name, package) if name == "numpy" else absent  # noqa: E731
    monkeypatch.setattr("crosscheck.verification.verify.load", only_numpy)
    result = verify()
    assert result.holds
    assert result.frameworks["torch"].status == "not installed"
    assert result.frameworks["torch"].reasons == ["on purpose"]
    assert {c.frameworks for c in result.comparisons} == {("numpy", EXACT)}
