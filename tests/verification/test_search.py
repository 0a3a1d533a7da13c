"""A search counts, finds what is wrong in any case, names it, and goes on."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from crosscheck.frameworks.declarations import Declarations, Limit
from crosscheck.frameworks.registry import UnknownFrameworkError, load
from crosscheck.numerics.blindness import Sight
from crosscheck.numerics.bounds import activations
from crosscheck.numerics.exact import network as exact
from crosscheck.numerics.exact.balls import UndecidedError
from crosscheck.verification import measuring, search
from crosscheck.verification.cases import network
from crosscheck.verification.cases.families import KINDS, Name, drawn, named
from crosscheck.verification.lanes import call_in_lanes

NUMPY = load("numpy", "reference_numpy")
CASES = 14  # of one family of small networks: every activation is that of some outputs


@pytest.fixture
def family(monkeypatch):
    """Search the ordinary networks with some frameworks; what was computed before is forgotten."""

    def forget():
        for cached in (network.exact_pass, network.bounds_of, network.exact_stages):
            cached.cache_clear()

    def searched(frameworks=(NUMPY,), cases=CASES):
        forget()
        monkeypatch.setattr(search, "installed", lambda names: list(frameworks))
        monkeypatch.setattr(search, "call_in_lanes", lambda f, calls, *_: [f(*calls[0])])
        return search.search([], 1, 10 * cases, 1)

    yield searched
    monkeypatch.undo()
    forget()


def one_bound(monkeypatch, name, change):
    bound = activations.FORWARD_BOUNDS[name]
    monkeypatch.setitem(activations.FORWARD_BOUNDS, name, lambda *a: change(bound(*a)))


# ----- what is found -----


def test_an_honest_framework_exceeds_no_bound_of_ordinary_networks(family):
    result = family()
    (tally,) = result.tallies
    assert result.findings == []
    assert (tally.framework, tally.kind, tally.family) == ("numpy", "network", "ordinary")
    assert (tally.cases, tally.skipped, tally.failed, tally.exceeded) == (CASES, 0, 0, 0)
    assert 0.1 < tally.fraction <= 1
    (again,) = measuring.judge(named(tally.worst), [NUMPY])
    assert again.worst == tally.fraction


@pytest.mark.parametrize("times", [8, 1000])  # exceeded barely, and by far and in what follows
def test_a_bound_that_is_exceeded_is_found_with_its_case_and_its_fraction(
    family, monkeypatch, times
):
    one_bound(monkeypatch, "sigmoid", lambda error: error / times)
    result = family()
    assert result.tallies[0].exceeded == len(result.findings) > 0
    assert result.tallies[0].fraction == max(found.fraction for found in result.findings) > 1
    for found in result.findings:
        assert "sigmoid" in drawn(named(found.case)).activations
        assert found.what.startswith("activations[")
        assert "times its bound of" in found.what
        assert found.command == f"crosscheck bounds --framework numpy --case {found.case}"
        (again,) = measuring.judge(named(found.case), [NUMPY])
        assert again.worst == found.fraction
        assert [again.complaints[0], len(again.complaints) - 1] == [found.what, found.others]


def test_a_bound_that_is_none_is_a_failure_of_its_case(family, monkeypatch):
    one_bound(monkeypatch, "tanh", lambda error: np.full_like(error, -1.0))
    result = family()
    assert result.tallies[0].failed == len(result.findings) > 0
    assert all("is negative or NaN" in found.what for found in result.findings)


def test_an_exact_value_that_stays_undecided_is_told_once_and_counted_for_everybody(
    family, monkeypatch
):
    def undecided(z):
        raise UndecidedError("either side")

    monkeypatch.setitem(exact.EXACT_ACTIVATIONS, "gelu", undecided)
    result = family([NUMPY, replace(NUMPY, name="another")])
    expected = [
        name
        for name in (str(Name("network", "ordinary", 1, number)) for number in range(CASES))
        if "gelu" in drawn(named(name)).activations
    ]
    assert [tally.failed for tally in result.tallies] == [len(expected)] * 2
    assert [found.case for found in result.findings] == expected
    assert {found.framework for found in result.findings} == {"numpy"}
    assert "UndecidedError: either side" in result.findings[0].what


def test_what_a_framework_raises_is_a_failure_and_the_search_goes_on(family):
    def forward(params, inputs, *, activations):
        if "tanh" in activations:
            raise RuntimeError("no tanh today")
        return NUMPY.mlp.forward(params, inputs, activations=activations)

    spoilt = replace(NUMPY, name="spoilt", mlp=SimpleNamespace(forward=forward))
    result = family([spoilt, NUMPY])
    failed, whole = result.tallies
    assert 0 < failed.failed == len(result.findings) < CASES == failed.cases
    assert (whole.failed, whole.cases) == (0, CASES)
    assert all("RuntimeError: no tanh today" in found.what for found in result.findings)
    assert {found.framework for found in result.findings} == {"spoilt"}


def test_what_a_framework_does_not_support_is_skipped_and_counted(family):
    limited = replace(NUMPY, declared=Declarations((Limit("why", dtypes=("float32",)),)))
    (tally,) = family([limited]).tallies
    assert (tally.cases, tally.skipped, tally.failed) == (CASES, CASES // 2, 0)


# ----- what is counted -----


def test_what_bounds_leave_open_is_counted(family, monkeypatch):
    def first_infinite(error):
        return np.where(np.arange(error.size).reshape(error.shape) == 0, np.inf, error)

    (before,) = family().tallies
    for name in activations.FORWARD_BOUNDS:
        one_bound(monkeypatch, name, first_infinite)
    (after,) = family().tallies
    assert after.sight.entries == before.sight.entries
    assert after.sight.excluded >= before.sight.excluded + CASES
    assert after.sight.blind_tensors >= before.sight.blind_tensors + CASES
    for name in activations.FORWARD_BOUNDS:
        one_bound(monkeypatch, name, lambda error: np.full_like(error, 1e30))
    assert family().tallies[0].sight.blind > before.sight.blind + CASES


def test_the_sight_of_a_case_is_what_its_exact_tensors_say():
    (judgement,) = measuring.judge(Name("history", "rates", 1, 0), [NUMPY])
    sights = {each.quantity: each.sight for each in judgement.measured}
    assert sights["step"].entries == sights["arguments afterwards"].entries == 0
    assert sights["updates"].entries == sights["params"].entries == 40 * 16
    assert sights["updates"].tensors == 40  # one for every step


def test_the_result_is_plain_json_without_infinite_numbers():
    tally = search.Tally("numpy", "network", "deep", 3, fraction=np.inf, sight=Sight(5, 4))
    finding = search.Finding("numpy", "network/deep/1/2", "what", 0, np.inf)
    result = json.loads(json.dumps(search.Result(1, [tally], [finding]).as_json(), allow_nan=False))
    assert (result["seed"], result["holds"]) == (1, False)
    (of_tally,), (of_finding,) = result["families"], result["findings"]
    assert (of_tally["fraction"], of_tally["cases"], of_tally["sight"]["excluded"]) == (None, 3, 4)
    assert of_finding["fraction"] is None
    assert of_finding["command"] == "crosscheck bounds --framework numpy --case network/deep/1/2"
    assert search.Result(1, [tally], []).as_json()["holds"] is True


# ----- how the work is divided -----


def test_every_family_is_a_part_and_the_parts_come_in_their_order(monkeypatch):
    begun, asked = [], []
    monkeypatch.setattr(search, "cores", lambda: 1)
    monkeypatch.setattr(search, "search_family", lambda *call: asked.append(call) or [[], []])
    search.search(["numpy"], 5, 11, 3, begun.append)
    assert begun[:2] == ["network/ordinary: 2", "network/deep: 1"]
    assert len(begun) == len(asked) == search.part_count(11, 3) == len(KINDS["network"]) + 3
    assert asked[0] == (["numpy"], "network", "ordinary", 5, 2, [])
    assert asked[-1] == (["numpy"], "history", "tiny", 5, 1, [])


def test_a_worker_finds_what_is_found_here(monkeypatch):
    calls = [(["numpy"], "history", family, 1, 1) for family in ("ordinary", "zeros", "rates")]
    begun = []
    here = call_in_lanes(search.search_family, calls, 1, begun.append)
    there = call_in_lanes(search.search_family, calls, 2)
    assert begun == [0, 1, 2]
    assert [tallies[0][2] for tallies, _ in here] == ["ordinary", "zeros", "rates"]
    assert [[list(map(str, part)) for part in each] for each in there] == [
        [[str([*fields[:-1], list(fields[-1])]) for fields in tallies], list(map(str, findings))]
        for tallies, findings in here
    ]


def test_an_unknown_framework_is_refused():
    with pytest.raises(UnknownFrameworkError, match="nosuch"):
        search.search(["nosuch"], 1, 1, 1)
