"""The stages: their order is that of the computation, and they are written as their words."""

import json

import pytest

from crosscheck.verification.cases.groups import groups
from crosscheck.verification.cases.stages import Stage

WORDS = ["forward", "deltas", "gradients", "state", "update", "trajectory", "conduct"]


def test_stages_are_ordered_as_they_are_computed_and_not_as_their_words():
    in_another_order = [Stage(word) for word in sorted(WORDS)]
    assert in_another_order != WORDS
    assert sorted(in_another_order) == list(Stage) == WORDS
    for earlier, later in zip(Stage, list(Stage)[1:], strict=False):
        assert earlier < later
        assert earlier <= later
        assert later > earlier
        assert later >= earlier
        assert earlier <= earlier >= earlier
        assert not earlier < earlier
        assert not later <= earlier
    # A word beside a stage is taken as that stage.
    assert Stage.DELTAS < "gradients"
    assert "forward" < Stage.DELTAS  # noqa: SIM300
    assert (min(WORDS, key=Stage), max(WORDS, key=Stage)) == ("forward", "conduct")


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_is_written_as_its_word(stage):
    assert f"{stage}" == stage.value
    assert json.dumps({stage: stage}) == json.dumps({stage.value: stage.value})
    assert {stage.value: 1}[stage] == 1


def test_every_case_gives_its_quantities_by_stage():
    for cases in groups().values():
        assert all(isinstance(stage, Stage) for case in cases for stage in case.exactly())
