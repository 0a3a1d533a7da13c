"""Functions x conditions: what is spoiled only under one condition is seen by some case."""

from dataclasses import replace

import numpy as np
import pytest

from crosscheck.frameworks.contract import SIGNATURES, TABLES
from crosscheck.frameworks.registry import load
from crosscheck.verification.cases import edges, network
from crosscheck.verification.conditions import matrix as of_conditions
from crosscheck.verification.conditions.calls import Call, Leaf
from crosscheck.verification.conditions.catalogue import conditions
from crosscheck.verification.conditions.functions import KINDS, functions
from crosscheck.verification.conditions.matrix import matrix
from crosscheck.verification.judging import against_exact, attempt

NUMPY = load("numpy", "reference_numpy")
# What computes nothing that a condition could be about, and why.
NOT_SPOILED = {
    "params.Layer": "a tuple",
    "params.tree_map": "it calls what it is given",
    "mlp.Trace": "a tuple",
    "optimizers.Optimizer": "a tuple",
    "training.StopRule": "conditions to stop, whose cases are in the group training",
    "training.TrainResult": "a tuple",
    "losses.check_weights": "it raises, or returns nothing",
    "losses.mean_weight": "the losses, the gradients and training are spoiled, which call it",
    "losses.scaled": "the losses, the gradients and training are spoiled, which call it",
    "epochs.run_epoch": "training.train is spoiled, which alone calls it",
}
# Modules that look at arrays: an array comes out as it went in, or an error is raised.
LOOKING = ("arrays", "checks")


@pytest.fixture(scope="module")
def cells():
    return matrix()


@pytest.mark.parametrize("condition", conditions(), ids=lambda condition: condition.name)
def test_every_function_is_judged_under_every_condition(cells, condition):
    there = [cell for cell in cells if cell.condition == condition.name]
    assert [cell.function for cell in there] == [function.name for function in functions()]
    assert [cell.problem for cell in there if cell.problem is not None] == []
    assert any(cell.by is not None for cell in there)


def test_whatever_is_excused_says_why(cells):
    by_name = {condition.name: condition for condition in conditions()}
    for cell in cells:
        assert (cell.by is None) == (cell.excused is not None)
        if cell.excused is not None and cell.applies:
            reason = by_name[cell.condition].may_hide
            assert cell.excused.startswith(f"{reason}: at most ")
        elif not cell.applies:
            assert cell.excused == by_name[cell.condition].otherwise != ""


def test_the_functions_are_those_of_the_contract():
    public = {
        f"{module}.{signature.partition('(')[0]}"
        for module, signatures in SIGNATURES.items()
        if module not in LOOKING
        for signature in signatures
    }
    spoiled = {function.name for function in functions()}
    assert spoiled | set(NOT_SPOILED) == public
    assert not spoiled & set(NOT_SPOILED)
    assert {function.kind for function in functions()} == set(KINDS)
    tables = {f.module: f.table for f in functions() if f.table is not None}
    assert all(TABLES[module][0] == table for module, table in tables.items())


def test_names_are_their_own_and_say_what_holds():
    names = [condition.name for condition in conditions()]
    assert len(set(names)) == len(names) > 40
    for condition in conditions():
        assert set(condition.kinds) <= set(KINDS)
        assert condition.sentence
        assert condition.otherwise or set(condition.kinds) == set(KINDS)


def of_conditions_with(monkeypatch, cases, name):
    """The cells of one condition, where there are only these cases."""
    monkeypatch.setattr(of_conditions, "groups", lambda: {"some": cases})
    return {cell.function: cell for cell in matrix(only=[name])}


def test_a_condition_that_no_case_meets_is_a_problem(monkeypatch):
    narrow = [case for case in network.generated() if case.name.startswith("tanh")]
    found = of_conditions_with(monkeypatch, narrow, "size: above 16")
    told = "mlp.forward is not judged where size: above 16"
    assert found["mlp.forward"].problem == told
    found = of_conditions_with(monkeypatch, narrow, "size: odd")
    assert found["mlp.forward"].problem is None
    assert found["mlp.forward"].by.startswith("tanh")


def test_what_a_case_meets_and_does_not_see_is_a_problem(monkeypatch):
    class Blind:
        """A case that computes everything and looks at nothing."""

        def __init__(self, case):
            self.case, self.name = case, case.name

        def exactly(self):
            return {}

        def compute(self, framework):
            list(self.case.compute(framework))
            yield from ()

        dtype, group = "float64", "blind"

    seeing = network.generated()[0]
    found = of_conditions_with(monkeypatch, [Blind(seeing)], "layers: 3")
    assert found["gradients.deltas"].problem == "gradients.deltas is not judged where layers: 3"
    found = of_conditions_with(monkeypatch, [seeing], "layers: 3")
    assert found["gradients.deltas"].by == seeing.name


def test_only_a_change_that_a_bound_hides_is_excused(monkeypatch):
    """Not that nothing was compared, nor that a case did not look where the change was."""
    cases = edges.edges()
    name = "value: near overflow"
    monkeypatch.setattr(of_conditions, "against_exact", lambda case, attempted: [])
    blind = of_conditions_with(monkeypatch, cases, name)["activations.tanh"]
    assert blind.excused is None
    assert blind.problem == f"activations.tanh is not judged where {name}"

    def within(case, attempted):  # as if every bound were a million times as wide
        found = against_exact(case, attempted)
        return [replace(c, allowed=None if c.discrete else 1e6 * (c.allowed + 1)) for c in found]

    monkeypatch.setattr(of_conditions, "against_exact", within)
    near = of_conditions_with(monkeypatch, cases, name)["activations.tanh"]
    assert near.problem is None
    assert 0 < float(near.excused.partition("at most ")[2].partition(" of a bound")[0]) < 1
    zero = of_conditions_with(monkeypatch, cases, "value: 0")["activations.tanh"]
    assert zero.problem == "activations.tanh is not judged where value: 0"


def test_the_reference_is_as_it_was(cells):
    assert NUMPY.activations.ACTIVATIONS["tanh"] is NUMPY.activations.tanh
    assert not hasattr(NUMPY.activations.tanh, "__wrapped__")
    for case in network.generated()[:3]:
        assert all(c.holds for c in against_exact(case, attempt(case, NUMPY)))


def test_the_entry_is_the_one_that_the_condition_is_about():
    z = np.zeros((3, 70))
    call = Call("elementwise", (z,), (Leaf((), z),), batches=(3,))
    spots = {c.name: c.spot(call) for c in conditions() if "elementwise" in c.kinds}
    assert spots["size: above 8"].entry == (2, 8)
    assert spots["size: above 64"].entry == (2, 64)
    assert spots["value: 0"].entry == (2, 69)
    assert spots["size: one"] is None
    vector = np.ones(33)
    flat = Call("optimizer", (vector,), (Leaf((0,), vector),), step=1000)
    spots = {c.name: c.spot(flat) for c in conditions() if "optimizer" in c.kinds}
    assert spots["size: above 32"].entry == (32,)
    assert spots["size: above 64"] is None
    assert spots["step: above 1000"].entry == (32,)
    assert spots["step: 2"] is None
