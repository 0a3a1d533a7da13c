"""Of a file, every optimizer, activation and loss is judged, whatever its network makes use of."""

import io

import pytest
from own_parts import (
    HELD,
    MOMENTUM,
    MSE,
    MSE_SLOPE,
    NETWORK,
    SGD,
    SIGMOID,
    judged,
    names_of,
)
from rich.console import Console

from crosscheck.frameworks.submissions import load
from crosscheck.report.check import show_report, show_table
from crosscheck.verification.checking.findings import CheckReport, Outcome
from crosscheck.verification.checking.judging import Options, judge
from crosscheck.verification.checking.running import check_files


@pytest.mark.parametrize(
    ("part", "wrong", "by", "named"),
    [
        (MOMENTUM, "p -= self.lr", "p += self.lr", "Momentum"),
        (SGD, "p -= 0.1", "p += 0.1", "Sgd"),
        (SIGMOID, "(1 - sigmoid(z))", "(1 + sigmoid(z))", "sigmoid"),
        (MSE + MSE_SLOPE, "2 * (y", "2 * y_pred * (y", "mse"),
    ],
)
@pytest.mark.parametrize("network", [NETWORK, ""], ids=["beside a network", "alone"])
def test_a_part_is_judged_beside_a_network_and_alone(tmp_path, part, wrong, by, named, network):
    right = judged(tmp_path, network + part)
    assert right.outcome == Outcome.RIGHT, right
    assert len(right.others) == 1 or right.kind == "optimizer"
    mistaken = judged(tmp_path, network + part.replace(wrong, by))
    assert mistaken.outcome == Outcome.WRONG
    assert named in mistaken.message
    assert mistaken.first_wrong is not None


def test_a_function_that_is_not_what_it_is_called_is_named(tmp_path):
    other = MSE.replace("** 2", "** 4")
    report = judged(tmp_path, NETWORK + other)
    assert report.understood.endswith("; not judged: mse")
    assert judged(tmp_path, SIGMOID + other).outcome == Outcome.NOT_UNDERSTOOD


HONEST = """
def add_weight_decay(params, grads, lam=1e-4):
    return [g + lam * p for p, g in zip(params, grads)]
def moving_average(params, grads, beta=0.9):
    return [beta * p + (1 - beta) * g for p, g in zip(params, grads)]
def relative_error(w, dw):
    return np.max(np.abs(w - dw) / (np.abs(w) + np.abs(dw) + 1e-8))
class GradClipper:
    def apply(self, grads):
        return [np.clip(g, -1, 1) for g in grads]
class MomentumScheduler:
    def __init__(self):
        self.t = 0
    def step(self):
        self.t += 1
def leaky_relu(x):
    return np.where(x > 0, x, 0.01 * x)
def hinge_loss(p, y):
    return np.maximum(0, 1 - p * y).mean()
"""


def test_what_is_another_thing_is_not_accused(tmp_path):
    report = judged(tmp_path, NETWORK + HONEST)
    assert report.outcome == Outcome.RIGHT
    assert report.others == []
    assert report.understood.endswith("; not judged: GradClipper, MomentumScheduler")


def test_every_part_of_a_file_without_a_network_is_judged(tmp_path):
    report = judged(tmp_path, MOMENTUM + SGD + SIGMOID + MSE)
    assert (report.kind, report.outcome) == ("parts", Outcome.RIGHT)
    assert names_of(report) == ["Momentum", "Sgd", "sigmoid", "mse"]
    assert "made with lr=0.01" in report.others[0].understood
    assert CheckReport.from_json(report.as_json()) == report


@pytest.mark.parametrize(
    "left", [HELD, "def cube(x):\n    return x**3\n", "W1 = np.ones((3, 2))\n"]
)
def test_a_file_of_which_something_is_left_is_not_right(tmp_path, left):
    report = judged(tmp_path, SIGMOID + SGD + MOMENTUM + left)
    assert report.outcome == Outcome.NOT_UNDERSTOOD
    assert {each.outcome for each in report.others} == {Outcome.RIGHT}
    assert judged(tmp_path, SIGMOID + SGD + MOMENTUM).outcome == Outcome.RIGHT


def test_what_a_judged_part_calls_is_judged_with_it(tmp_path):
    helped = (
        SGD.replace("0.1 * g", "times(0.1, g)") + "\ndef times(rate, g):\n    return rate * g\n"
    )
    assert judged(tmp_path, helped + SIGMOID).outcome == Outcome.RIGHT


def test_a_class_that_nobody_looks_at_is_named(tmp_path):
    report = judged(tmp_path, NETWORK + HELD + SGD)
    assert report.understood.endswith("; not judged: Square")
    assert names_of(report) == ["Sgd"]


def test_a_part_gets_the_settings_that_it_has(tmp_path):
    report = judged(tmp_path, NETWORK + MOMENTUM, settings={"lr": 0.5, "sizes": (2, 3, 2)})
    assert "learning_rate=0.5" in report.others[0].lines[0].text
    assert "made with" not in report.others[0].understood


def test_a_name_means_that_part_alone(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NETWORK + SGD.replace("p -=", "p +="), "utf-8")
    report = judge(load(path).namespace, "Net", "own.py:Net", Options())
    assert (report.outcome, report.others) == (Outcome.RIGHT, [])


def test_a_part_that_ends_the_process_takes_no_verdict_with_it(tmp_path):
    path = tmp_path / "own.py"
    ends = SGD.replace("for p, g in", "import os; os._exit(3)\n        for p, g in")
    path.write_text(NETWORK + ends + SIGMOID, "utf-8")
    (report,) = check_files([str(path)], Options())
    assert report.outcome == Outcome.RIGHT
    assert report.understood.endswith("; not judged: Sgd, sigmoid, sigmoid_derivative")
    mistaken = SIGMOID.replace("(1 -", "(1 +")
    path.write_text(NETWORK + mistaken + ends, "utf-8")
    (report,) = check_files([str(path)], Options())
    assert (report.outcome, names_of(report)) == (Outcome.WRONG, ["sigmoid"])
    assert report.understood.endswith("; not judged: Sgd, sigmoid_derivative")


def test_a_part_that_is_right_is_told_in_short_and_one_that_is_wrong_in_full(tmp_path):
    stream = io.StringIO()
    report = judged(tmp_path, NETWORK + SIGMOID + SGD.replace("p -=", "p +="))
    show_report(Console(file=stream, width=200), report)
    text = stream.getvalue()
    assert text.count("value in float32") == 0
    assert "  also right: sigmoid\n" in text
    assert "known mistake: sgd climbs" in text
    assert text.rstrip().endswith("WRONG.")
    table = io.StringIO()
    show_table(Console(file=table, width=200), [report, report])
    assert "Sgd: updates" in table.getvalue()
