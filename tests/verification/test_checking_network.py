"""Somebody's own network: what it computes is found out, and what is wrong is located and named."""

import numpy as np
import pytest
from own_networks import (
    BiasAveraged,
    Binary,
    Cubed,
    Downhill,
    GradientsRaise,
    MeanOfAll,
    Net,
    NoSlope,
    NoSquare,
    NotShifted,
    OneLinearOutput,
    OneUnit,
    OnlySix,
    Remembers,
    Softmax,
    Summed,
    SummedOverAll,
    Swish,
    Uphill,
    WithoutBias,
    WithoutGradients,
    WithoutLoss,
    WithUpdate,
    WrongInLargeBatches,
    WrongUpdate,
)

from crosscheck.frameworks.adapters import NetworkAdapter, Understood
from crosscheck.verification.checking.drawn import draw, reaching
from crosscheck.verification.checking.findings import CheckReport, Outcome, Verdict
from crosscheck.verification.checking.network import check_network
from crosscheck.verification.checking.running import check


def report_of(network, **stated):
    return check_network(Understood("network", "a class", network), "mine", **stated)


def verdicts(report):
    return {line.quantity: line.verdict for line in report.lines}


@pytest.mark.parametrize(
    ("network", "loss", "convention"),
    [
        (Net, "squared error, half the mean over the batch", None),
        (Summed, "squared error, the sum over the batch", None),
        (Softmax, "cross-entropy, the mean over the batch", "moved by 1e-08"),
        (NotShifted, "cross-entropy, the mean over the batch", "moved by 1e-08"),
        (Binary, "binary cross-entropy, the mean over the batch and the outputs", None),
        (
            MeanOfAll,
            "squared error, the mean over the batch and the outputs",
            "those of half the mean over the batch, the loss is the mean over the batch and the",
        ),
        (Downhill, "squared error, half the mean over the batch", "minus half the mean"),
        (WithUpdate, "squared error, half the mean over the batch", None),
        (WithoutLoss, "it has no loss", "of half the mean over the batch of the squared error"),
        (OneLinearOutput, "it has no loss", "of half the mean over the batch of the squared error"),
    ],
)
def test_what_is_right_is_right_whatever_its_convention(network, loss, convention):
    report = report_of(network)
    assert report.outcome == Outcome.RIGHT, report
    assert next(line.text for line in report.lines if line.quantity == "loss") == loss
    assert [convention in text for text in report.conventions] == [True] * (convention is not None)


def test_a_constant_that_only_the_gradients_have_is_a_factor_and_no_mistake():
    found = verdicts(report_of(MeanOfAll))
    assert found["gradient of W1"] == found["gradient of b2"] == Verdict.FACTOR


def test_what_it_was_taken_for_is_said():
    assert report_of(Net).understood == "a class; activations tanh, sigmoid"


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"loss": "mse"}, "loss: 'mse' is none of .*did you mean mean_squared_error"),
        ({"activations": ("tanh", "linear")}, "activations: 'linear' .*did you mean identity"),
        ({"reduction": "average"}, "reduction: 'average' is none of mean, sum$"),
    ],
)
def test_a_name_that_nobody_knows_is_asked_after(stated, message):
    with pytest.raises(ValueError, match=message):
        check(Net, **stated)


def test_what_is_beyond_any_data_is_advice():
    report = report_of(NotShifted)
    (advice,) = report.advice
    assert advice.startswith("forward at z of 800 in layer 2: nan instead of ")


@pytest.mark.parametrize(
    ("network", "first", "text", "mistake"),
    [
        (NoSlope, "gradient of W2", "what rounding allows", "missing activation derivative in the"),
        (NoSquare, "gradient of W1", "what rounding allows", "tanh derivative without the square"),
        (BiasAveraged, "gradient of b2", "divided by the number of samples once too often", None),
        (OneUnit, "gradient of W1", "at [2, ", None),
        (WrongInLargeBatches, "gradient of W2", "", None),
        (SummedOverAll, "gradients", "the gradient of b2 has shape () instead of (4,)", None),
        (WrongUpdate, "update", "are not those before", None),
        (Uphill, "update", "a step goes up the loss", "a step goes up the loss"),
        (Remembers, "a second call", "differ", None),
        (OnlySix, "forward of one sample", "raises ValueError: one sample", None),
        (WithoutBias, "forward", "b2 is not added", "b2 is not added"),
    ],
)
def test_what_is_wrong_is_located_and_named(network, first, text, mistake):
    report = report_of(network)
    assert report.outcome == Outcome.WRONG
    assert report.first_wrong.quantity == first
    assert text in report.first_wrong.text
    named = [name for name in report.first_wrong.mistakes if mistake and name.startswith(mistake)]
    assert bool(named) == (mistake is not None)


def test_a_known_mistake_is_named_with_what_it_computes_and_what_is_right():
    (name, *_) = report_of(NoSquare).first_wrong.mistakes
    assert name.endswith("`cotangent * (1 - a)` instead of `cotangent * (1 - a * a)`")


def test_a_sample_is_worked_through_with_ones_own_gradients_beside_it():
    text = "\n".join(report_of(NoSquare, explain=True).worked)
    for part in (
        "z1 = W1 a0 + b1 = [",
        "a2 = sigmoid(z2) = [",
        "C = squared error, half the mean over the batch = ",
    ):
        assert part in text
    assert "delta1 = dC/dz1 = (W2^T delta2) . tanh'(z1) = [" in text
    of_w2, mine, *_ = text.partition("dC/dW2 = delta2 a1^T = ")[2].splitlines()
    assert mine.removeprefix("    yours: ") == of_w2
    of_w1, wrong, *_ = text.partition("dC/dW1 = delta1 a0^T = ")[2].splitlines()
    assert wrong.startswith("    yours: ")
    assert wrong.removeprefix("    yours: ") != of_w1
    assert report_of(Net).worked == []


def test_what_nobody_knows_is_not_understood_and_never_guessed():
    report = report_of(Swish)
    assert report.outcome == Outcome.NOT_UNDERSTOOD
    assert "--activations" in report.lines[0].text


def test_a_loss_that_nobody_knows_is_not_judged_but_the_outputs_are():
    found = verdicts(report_of(Cubed))
    assert found["forward"] == Verdict.RIGHT
    assert found["loss"] == found["gradients"] == Verdict.SKIPPED


class OtherLoss(Binary):
    """Its gradients are those of a loss of the contract, and the loss that it shows is none."""

    def loss(self, x, y):
        return -(y * np.log(self.forward(x))).mean()


def test_a_loss_that_nobody_knows_is_not_right_because_the_gradients_are():
    report = report_of(OtherLoss)
    assert verdicts(report)["gradient of W1"] == Verdict.RIGHT
    assert report.outcome == Outcome.NOT_UNDERSTOOD


def test_what_is_stated_is_held():
    assert report_of(Net, activations=("relu", "sigmoid")).first_wrong.quantity == "forward"
    right = report_of(Net, activations=("tanh", "sigmoid"), loss="half_squared_error")
    assert right.outcome == Outcome.RIGHT
    assert "(stated)" in right.understood
    factor = report_of(Net, loss="mean_squared_error")
    assert verdicts(factor)["loss"] == Verdict.FACTOR
    wrong = report_of(Softmax, loss="half_squared_error")
    assert wrong.first_wrong.quantity == "loss"


def test_the_adapter_of_the_page_keeps_the_protocol():
    assert isinstance(Net(), NetworkAdapter)


def test_what_has_gradients_that_nobody_can_judge_is_neither_right_nor_wrong():
    report = report_of(GradientsRaise)
    assert report.outcome == Outcome.NOT_UNDERSTOOD
    found = ("no gradients were found (a method such as backward(X, y))",)
    without = Understood("network", "a class", WithoutGradients, found)
    assert check_network(without, "mine").outcome == Outcome.NOT_UNDERSTOOD
    # An adapter of one's own may leave them out.
    assert report_of(WithoutGradients).outcome == Outcome.RIGHT


def test_a_report_is_a_test_of_somebodys_own():
    report_of(Net).assert_right()
    with pytest.raises(
        AssertionError, match=r"(?s)gradient of W1: .*tanh derivative without the sq"
    ):
        report_of(NoSquare).assert_right()
    with pytest.raises(AssertionError, match="not understood"):
        report_of(Swish).assert_right()


def test_a_report_is_the_same_after_it_was_sent():
    report = report_of(NoSquare)
    assert CheckReport.from_json(report.as_json()) == report


def test_what_is_drawn_reaches_as_far_as_is_asked_for():
    drawn, names = draw((3, 5, 4)), ("tanh", "sigmoid")
    assert np.allclose(drawn.targets.sum(axis=1), 1)
    (w1, b1), (w2, b2) = reaching(drawn, 1, names, 40.0).params
    assert np.array_equal(w1, drawn.params[0][0])
    z = np.tanh(drawn.inputs @ w1.T + b1) @ w2.T + b2
    assert np.abs(z).max() == pytest.approx(40)
