"""The matrix of conventions: what it reads from statements, and that it invents nothing."""

from dataclasses import replace

import pytest

from crosscheck.conventions import stock
from crosscheck.conventions.answers import LARGE_EPS, QUESTIONS, matrix
from crosscheck.conventions.calls import reduction, reference_call
from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions.trials import function_check
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.optimizers.trials import CHANGING, trial_finding, trials

ABSENT = {"missing": "absent"}


def answers_of(findings, question):
    """By the word of an answer, the indices of the findings that it rests on."""
    (framework,) = matrix([each.as_json() for each in findings])["frameworks"]
    return {each["word"]: each["rows"] for each in framework["cells"][question]}


def stated(framework):
    """Every trial of a framework's optimizers, and its finding without a run."""
    own = trials([each for each in STOCK_OPTIMIZERS if each.framework == framework])
    return own, [trial_finding(trial, ABSENT) for trial in own]


# ----- reading a statement back -----


@pytest.mark.parametrize("name", stock.FRAMEWORKS)
def test_every_statement_about_an_optimizer_is_read_back_as_what_is_compared(name):
    for trial, finding in zip(*stated(name), strict=True):
        call = reference_call(finding.statement)
        optimizer, keywords = trial.spec.reference_arguments()
        assert call.optimizer == optimizer
        assert {key: call.keywords[key] for key in keywords} == keywords, finding.statement
        assert (call.decay is not None) == bool(trial.spec.weight_decay)
        if call.decay is not None:
            assert call.decay.get("decoupled", True) == trial.spec.decoupled


def test_what_names_no_call_is_read_as_none():
    assert reference_call("has the arguments and the defaults of its row") is None
    assert reference_call("equals schedules.exponential(0.1, factor=0.9, steps=4)") is None
    assert reference_call("equals unheard_of(learning_rate=0.1)") is None
    assert reference_call("equals adam(learning_rate=0.1") is None


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("the reference's mean_squared_error", "mean over all numbers"),
        ("the reference's binary_cross_entropy / K (a remark)", "mean over all numbers"),
        (
            "the reference's softmax_cross_entropy, but differs by 1e-11 to 5e-07",
            "mean over samples",
        ),
        ("the reference's 2 * B * half_squared_error", "sum"),
        (
            "the reference's B * softmax_cross_entropy; it returns B numbers, added up here",
            "none: one per sample",
        ),
        (
            "the reference's B * half_squared_error; it returns B * K numbers, added up here",
            "none: one per output",
        ),
        (
            "the reference's mean_squared_error / 2, but the gradient of squared_error",
            "mean over all numbers, but its gradient mean over samples",
        ),
        ("the reference's B * B * half_squared_error", None),
        ("the reference's tanh", None),
        ("value 0, gradient 0.5", None),
    ],
)
def test_a_reduction_is_what_the_factor_says(statement, word):
    assert reduction(statement) == word


# ----- the cells -----


@pytest.mark.parametrize("name", stock.FRAMEWORKS)
def test_the_place_of_eps_is_that_of_the_optimizers_and_rests_on_a_large_eps(name):
    own, findings = stated(name)
    for place, rows in answers_of(findings, "eps").items():
        for trial in (own[row] for row in rows):
            assert trial.spec.keywords["eps_place"] == place
            assert trial.spec.keywords["eps"] >= LARGE_EPS


def test_the_place_of_the_rate_is_seen_only_where_the_rate_changes():
    own, findings = stated("torch")
    answers = answers_of(findings, "velocity")
    assert list(answers) == ["rate outside"]
    assert all(own[row].probe.endswith(CHANGING) for row in answers["rate outside"])
    assert list(answers_of(stated("keras-jax")[1], "velocity")) == ["rate inside"]


def test_bias_correction_and_decay_are_what_happens_unless_it_is_asked_for():
    assert list(answers_of(stated("mlx")[1], "bias")) == ["not corrected"]
    assert list(answers_of(stated("torch")[1], "bias")) == ["corrected"]
    own, findings = stated("torch")
    decay = answers_of(findings, "decay")
    assert set(decay) == {"in the gradient", "beside the update"}
    names = {own[row].optimizer.name for row in decay["beside the update"]}
    assert names == {"torch.optim.AdamW"}  # Adam has it only with decoupled_weight_decay=True


def test_functions_answer_for_relu_reductions_and_dtype():
    check = function_check("torch")
    findings = check.read([ABSENT] * len(check.jobs))
    relu = answers_of(findings, "relu")
    assert {word: [findings[row].component for row in rows] for word, rows in relu.items()} == {
        "0": ["torch.relu(z)"],
        "0.5": ["torch.maximum(z, torch.zeros_like(z))"],
    }
    means = answers_of(findings, "reduction")["mean over all numbers"]
    assert "torch.nn.MSELoss()(z, y)" in [findings[row].component for row in means]
    assert list(answers_of(findings, "dtype")) == ["float64"]
    mlx = function_check("mlx")
    findings = mlx.read([ABSENT] * len(mlx.jobs))
    inside = answers_of(findings, "dtype")["float32 inside"]
    assert "mlx.nn.sigmoid(z)" in [findings[row].component for row in inside]


# ----- what became of them -----

ROW = Finding("activation", "torch", "torch.relu(z)", "z = 0", "value 0, gradient 0", 0.0)


def test_an_answer_holds_only_if_all_that_was_run_does():
    def holds(*findings):
        (framework,) = matrix([each.as_json() for each in findings])["frameworks"]
        return [each["holds"] for each in framework["cells"]["relu"]]

    off, absent = replace(ROW, difference=0.5), replace(ROW, difference=None, missing="torch")
    assert holds(ROW) == [True]
    assert holds(ROW, absent) == [True]
    assert holds(ROW, off) == [False]
    assert holds(absent) == [None]


def test_frameworks_and_questions_are_all_there_and_a_cell_may_be_empty():
    rows = [ROW.as_json(), replace(ROW, framework="made up").as_json()]
    found = matrix(rows)
    assert [each["title"] for each in found["frameworks"]] == ["PyTorch", "made up"]
    assert [each["name"] for each in found["questions"]] == [each.name for each in QUESTIONS]
    assert found["frameworks"][0]["cells"]["eps"] == []
    assert found["frameworks"][1]["cells"]["relu"] == [
        {"word": "0", "usual": True, "components": ["relu"], "rows": [1], "holds": True}
    ]
