"""Files written as students write them: each is understood, and what is wrong in it is located."""

import json
from pathlib import Path

import pytest
from needed import skip_unless_installed

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.findings import Outcome
from crosscheck.verification.checking.judging import Options, judge

FOLDER = Path(__file__).parents[1] / "submissions"
ANSWERS = json.loads((FOLDER / "answers.json").read_text("utf-8"))


@pytest.mark.sampled(18)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_submission_is_judged_as_it_should_be(name, monkeypatch):
    path, answer = FOLDER / name, ANSWERS[name]
    skip_unless_installed(path)
    monkeypatch.chdir(FOLDER)  # a file runs in its own folder
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.syspath_prepend(FOLDER)
    only = answer.get("definitions_only", False)
    submission = load(path, definitions_only=only)
    report = judge(submission.namespace, None, name, Options())
    if not answer["understood"]:
        assert (report.kind, report.outcome) == ("", Outcome.NOT_UNDERSTOOD)
        # Of a collection of functions those are judged that are named as what they compute.
        assert bool(report.others) == (name == "functions.py")
        return
    first = report.first_wrong
    assert report.outcome == (Outcome.WRONG if answer["first_wrong"] else Outcome.RIGHT), report
    assert ", ".join(answer["activations"]) in report.understood
    if answer["first_wrong"]:
        assert first is not None
        assert first.quantity.startswith(answer["first_wrong"])


# Their losses are had in a way of their own; of the others the stated one is found anyhow.
STATED = [
    "true_class_alone.py",
    "logits_with_a_guarded_logarithm.py",
    "logarithms_of_a_softmax.py",
    "classes_by_argmax.py",
]


@pytest.mark.parametrize("name", STATED)
def test_whoever_states_what_is_right_is_not_accused(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    submission, answer = load(FOLDER / name), ANSWERS[name]
    options = Options(tuple(answer["activations"]), answer["loss"], "mean")
    assert judge(submission.namespace, None, name, options).outcome == Outcome.RIGHT
