"""How sharp the suite is: every known mistake is caught, and what is not caught is found out."""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from crosscheck.frameworks.conformance import breaches
from crosscheck.frameworks.importers import modules_of
from crosscheck.frameworks.registry import load
from crosscheck.numerics.comparison import Comparison
from crosscheck.verification import discrimination
from crosscheck.verification.cases.groups import groups
from crosscheck.verification.discrimination import MARGIN, PRINTED, Catch, Detection, discriminate
from crosscheck.verification.judging import against_exact, attempt
from crosscheck.verification.mistakes.catalogue import catalogue
from crosscheck.verification.mistakes.mistake import Mistake, MistakeError, as_framework

NUMPY = load("numpy", "reference_numpy")


MISTAKES = {mistake.name: mistake for mistake in catalogue()}
# The smallest margins, in turn, as docs/sharpness.md names them.
NARROW = ("softplus linear above 20", "tanh by exponentials", "log of 1 - p, not log1p of -p")


@cache
def outcome_of(name):
    (outcome,) = discriminate([MISTAKES[name]])
    return outcome


@cache
def printed_outcomes():
    """Of every mistake, by its name, how the documents' printed numbers alone catch it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discrimination, "groups", lambda: {PRINTED: groups()[PRINTED]})
        return {outcome.mistake.name: outcome.catches[PRINTED] for outcome in discriminate()}


@pytest.mark.sampled(60)
@pytest.mark.parametrize("name", MISTAKES)
def test_every_known_mistake_is_caught_where_it_was_made_by_a_wide_margin(name):
    outcome = outcome_of(name)
    assert outcome.problem is None
    _, catch = outcome.best
    assert catch.margin is None or catch.margin >= MARGIN
    # As docs/sharpness.md says of all others.
    assert name in NARROW or not catch.margin or catch.margin > 9e6


@pytest.mark.sampled(60)
@pytest.mark.parametrize("mistake", catalogue(), ids=lambda mistake: mistake.name)
def test_nothing_in_a_mistake_uses_the_unchanged_module_in_place_of_the_changed_one(mistake):
    package, changed = as_framework(mistake).package, mistake.file.replace("/", ".")
    modules = {name: sys.modules[f"{package}.{name}"] for name in modules_of("reference_numpy")}
    anew = {name for name, each in modules.items() if each.__name__ == f"{package}.{name}"}
    assert changed.removesuffix(".__init__") in anew
    for module in (modules[name] for name in anew):
        used = {getattr(each, "__module__", "") or "" for each in vars(module).values()}
        used |= {each.__name__ for each in vars(module).values() if isinstance(each, ModuleType)}
        shared = {name.partition(".")[2] for name in used if name.startswith("copied_unchanged")}
        assert shared.isdisjoint(anew), module


def test_there_are_many_mistakes_and_their_names_are_their_own():
    names = [mistake.name for mistake in catalogue()]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert {mistake.kind for mistake in catalogue()} == {
        "forward",
        "gradient",
        "optimizer",
        "training",
    }


@pytest.mark.sampled(60)
@pytest.mark.parametrize("mistake", catalogue(), ids=lambda mistake: mistake.name)
def test_a_mistake_keeps_the_contract_and_so_is_caught_by_its_numbers(mistake):
    assert breaches(as_framework(mistake)) == []


def test_the_reference_under_another_name_passes_everything():
    loopback = Mistake("loopback", "forward", "forward", "mlp", ())
    (outcome,) = discriminate([loopback])
    assert set(outcome.catches.values()) == {None}
    assert outcome.problem == "caught by nothing"


def test_a_mistake_that_nothing_catches_is_a_problem():
    # Harmless on purpose: the same sum, the other way round.
    harmless = Mistake(
        "terms swapped",
        "forward",
        "forward",
        "mlp",
        (
            (
                "inputs @ layer.weight.T + layer.bias",
                "layer.bias + inputs @ layer.weight.T",
            ),
        ),
    )
    (outcome,) = discriminate([harmless])
    assert outcome.problem == "caught by nothing"
    found = discrimination.as_json([outcome])
    assert found["holds"] is False
    assert found["mistakes"][0]["caught"] is False
    assert found["mistakes"][0]["file"] == "reference_numpy/mlp.py"
    (change,) = found["mistakes"][0]["changes"]
    assert change["line"] > 1
    assert [line.count("layer.bias + inputs") for line in change["before"]] == [0]
    assert [line.count("layer.bias + inputs") for line in change["after"]] == [1]


def test_the_changed_lines_of_a_mistake_make_its_source_of_the_reference():
    for mistake in catalogue():
        lines = mistake.change.path.read_text(encoding="utf-8").splitlines()
        changes = mistake.difference()
        for each in reversed(changes):
            first = each.line - 1
            assert lines[first : first + len(each.before)] == each.before
            assert each.before != each.after
            lines[first : first + len(each.before)] = each.after
        assert lines == mistake.source().splitlines()


def test_a_mistake_below_the_margin_is_a_problem():
    few = Mistake("few units", "forward", "forward", "mlp", ())
    outcome = Detection(few, {"networks": Catch("forward", 9.0), "edges": None})
    assert outcome.problem == "caught by networks with a margin of 9 only"


def test_bounds_ten_times_as_wide_are_a_problem_for_what_is_caught_narrowly(monkeypatch):
    # It leaves out exp(-27) beside 27, which is some 50 times the bound.
    (mistake,) = [m for m in catalogue() if m.name == "softplus linear above 20"]
    (outcome,) = discriminate([mistake])
    assert outcome.problem is None
    fraction = Comparison.fraction_of_bound.fget
    monkeypatch.setattr(Comparison, "fraction_of_bound", property(lambda c: fraction(c) / 10))
    (weaker,) = discriminate([mistake])
    # The hidden layer at the edges has the same z as the edges themselves.
    assert "caught by networks with a margin of 8.96 only" in weaker.problem


def test_a_mistake_located_at_another_stage_is_a_problem():
    (mistake,) = [m for m in catalogue() if m.name == "bias gradient missing"]
    moved = Mistake("elsewhere", "gradient", "deltas", mistake.file, mistake.changes)
    (outcome,) = discriminate([moved])
    assert outcome.problem == "located at gradients by edges, but it is a mistake of deltas"


def test_what_is_discrete_is_caught_exactly():
    for name in (
        "parameters updated in place",
        "inputs changed in place",
        "step never counted",
        "the same order in every epoch",
    ):
        assert outcome_of(name).best[1].margin is None


def test_what_only_changes_how_long_a_run_lasts_by_its_losses_has_a_margin():
    for name in (
        "last short batch averaged by the full size",
        "loss averaged over the batches",
    ):
        assert outcome_of(name).catches["training"].margin >= MARGIN


def test_the_printed_numbers_alone_are_a_column_of_their_own():
    printed = printed_outcomes()
    # A lecture's few digits show a wrong factor; of one bias-corrected step they show nothing.
    assert printed["sign of the error"].stage == "gradients"
    for name in ("bias correction missing", "t frozen at 1", "sigmoid by tanh", "eps hat"):
        assert printed[name] is None
    assert outcome_of("sign of the error").catches[PRINTED] == printed["sign of the error"]
    alone = sum(catch is not None for catch in printed.values())
    assert 0 < alone < len(printed) / 2


def test_the_readmes_and_the_page_say_what_was_measured():
    root = Path(__file__).parents[2]
    page = " ".join((root / "docs" / "sharpness.md").read_text(encoding="utf-8").split())
    alone = sum(catch is not None for catch in printed_outcomes().values())
    for name in ("README.md", "README.zh.md"):
        (row,) = [
            line
            for line in (root / name).read_text(encoding="utf-8").splitlines()
            if "(docs/sharpness.md)" in line and line.startswith("|")
        ]
        assert str(len(MISTAKES)) in row
    assert f"`crosscheck discriminate` runs {len(MISTAKES)} plausible mistakes" in page
    assert f"Each of the {len(MISTAKES)} mistakes in" in page
    assert f"{alone} mistakes of {len(MISTAKES)}" in page
    margins = {name: outcome_of(name).best[1].margin for name in NARROW}
    assert sorted(margins, key=margins.__getitem__) == list(NARROW)
    least, second, third = NARROW
    two = {name: f"{float(f'{margins[name]:.1e}'):,.0f} ({name})" for name in (second, third)}
    said = f"{margins[least]:.0f} ({least}), {two[second]} and {two[third]}, all others"
    assert f"The smallest margins are {said} above nine million" in page


def test_updates_of_a_wrong_shape_are_blamed_as_updates_and_not_the_state():
    change = ("tree_map(lambda d: rate * d, d)", "tree_map(lambda d: rate * d[..., :1], d)")
    file = "optimizers/scaled"
    shape = Mistake("updates of another shape", "optimizer", "update", file, (change,))
    (outcome,) = discriminate([shape])
    assert outcome.catches["optimizers"] == Catch("update", None)


def test_what_is_not_run_on_a_case_would_have_passed_it():
    pairs = [
        (mistake, case)
        for mistake in catalogue()
        for cases in groups().values()
        for case in cases
        if not discrimination.may_differ(mistake, case)
    ]
    assert pairs
    for index in np.random.default_rng(0).choice(len(pairs), 60, replace=False):
        mistake, case = pairs[index]
        made = attempt(case, as_framework(mistake))
        assert all(c.holds for c in against_exact(case, made)), (mistake.name, case.name)


# ----- the catalogue itself -----


def test_a_mistake_that_does_not_fit_its_file_is_an_error():
    for old in ("no such text", "import"):
        with pytest.raises(MistakeError, match=r"stands \d+ times in reference_numpy/mlp.py"):
            as_framework(Mistake(f"misfit {old}", "forward", "forward", "mlp", ((old, ""),)))
    # Within one function only its own text counts.
    twice = Mistake(
        "misfit", "forward", "forward", "mlp", (("pre_activations", ""),), "unchecked_forward"
    )
    with pytest.raises(MistakeError, match=r"stands 3 times in .*mlp.py, unchecked_forward, not"):
        as_framework(twice)


def test_a_mistake_within_a_function_leaves_the_same_text_elsewhere_as_it_is():
    first_moment = "m = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.first_moment, grads)"
    mistake = Mistake("x", "optimizer", "state", "optimizers/moments", ((first_moment, "m = 0"),))
    with pytest.raises(MistakeError, match="stands 2 times"):
        mistake.source()
    text = replace(mistake, within="amsgrad").source()
    assert text.index("def amsgrad") < text.index("m = 0")
    assert first_moment in text[: text.index("def amsgrad")]


def test_a_mistake_that_cannot_be_loaded_is_an_error():
    broken = Mistake("broken", "forward", "forward", "losses", (("import numpy", "import nosuch"),))
    with pytest.raises(MistakeError, match=r"cannot be loaded: .*No module named 'nosuch'"):
        as_framework(broken)


def test_a_mistake_changes_only_its_own_copy():
    mistake = as_framework(next(m for m in catalogue() if m.name == "sigmoid by tanh"))
    z = np.array([-40.0])
    assert mistake.activations.sigmoid(z) == 0
    assert NUMPY.activations.sigmoid(z) > 0
    assert sys.modules["reference_numpy.activations"] is NUMPY.activations
    # What it leaves alone is its own, too: its network uses its activations.
    assert mistake.mlp.ACTIVATIONS["sigmoid"] is mistake.activations.sigmoid
