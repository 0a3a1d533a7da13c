"""A penalty on the parameters: found beside the loss, and held in the gradients; reductions."""

import numpy as np
import pytest
from own_networks import Binary, Downhill, MeanOfAll, Net, NoSquare, Softmax, Summed, WithoutLoss

from crosscheck.frameworks.adapters import Understood
from crosscheck.verification.checking.findings import Outcome, Verdict
from crosscheck.verification.checking.network import check_network
from crosscheck.verification.checking.penalties import every_form


def report_of(network, **stated):
    return check_network(Understood("network", "a class", network), "mine", **stated)


class Penalised(Net):
    """The network with c sum |p|^power in its loss, and the slope of that in its gradients."""

    power, of_biases, per_sample = 2, False, False
    in_loss, in_gradients = 0.005, 0.005

    def of_leaf(self, leaf, x, c):
        return c * leaf / (len(x) if self.per_sample else 1)

    def loss(self, x, y):
        leaves = [self.w1, self.w2, *((self.b1, self.b2) if self.of_biases else ())]
        total = sum((np.abs(leaf) ** self.power).sum() for leaf in leaves)
        return super().loss(x, y) + self.of_leaf(total, x, self.in_loss)

    def gradients(self, x, y):
        layers = zip(super().gradients(x, y), [(self.w1, self.b1), (self.w2, self.b2)], strict=True)
        return [
            (dw + self.slope(w, x), db + self.slope(b, x) * self.of_biases)
            for (dw, db), (w, b) in layers
        ]

    def slope(self, leaf, x):
        slope = 2 * leaf if self.power == 2 else np.sign(leaf)
        return self.of_leaf(slope, x, self.in_gradients)


class OnlyDecay(Penalised):
    in_loss = 0.0


class OnlyDecayWithoutLoss(OnlyDecay):
    loss = None


class SlopeMissing(Penalised):
    in_gradients = 0.0


class SlopeHalved(Penalised):
    in_gradients = 0.0025


class Grows(OnlyDecay):
    in_gradients = -0.005


class DownhillDecay(OnlyDecay, Downhill):
    """The gradients point downhill, and so must the decay."""

    in_gradients = -0.005


class Rewards(Penalised):
    in_loss, in_gradients = -0.005, -0.005


class InFloat32(Penalised):
    """All is computed in float32, the penalty too."""

    def set_params(self, params):
        super().set_params([(w.astype("float32"), b.astype("float32")) for w, b in params])

    def forward(self, x):
        return super().forward(x.astype("float32"))

    def loss(self, x, y):
        return super().loss(x.astype("float32"), y.astype("float32"))

    def gradients(self, x, y):
        return super().gradients(x.astype("float32"), y.astype("float32"))


class WrongBeside(Penalised, NoSquare):
    pass


@pytest.mark.parametrize("form", list(every_form()), ids=lambda form: form.in_words)
def test_a_penalty_of_any_form_is_found_and_is_right(form):
    stated = {"power": form.power, "of_biases": form.biases, "per_sample": form.per_sample}
    report = report_of(type("Penalised", (Penalised,), stated))
    assert report.outcome == Outcome.RIGHT, report.message
    assert report.conventions == []
    of_loss = report.lines[1].text
    assert of_loss == f"squared error, half the mean over the batch, plus {form.in_words}".replace(
        "plus 1", "plus 0.005"
    )


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (SlopeMissing, "the slope of the penalty is 0.01 W; that is missing"),
        (SlopeHalved, "the slope of the penalty is 0.01 W; it has 0.005 W"),
    ],
)
def test_a_penalty_whose_slope_is_wrong_is_said_so(network, text):
    report = report_of(network)
    wrong = {line.quantity: line.text for line in report.lines if line.verdict == Verdict.WRONG}
    assert wrong == {"gradient of W2": text, "gradient of W1": text}


def test_a_penalty_that_rewards_what_is_large_is_wrong():
    found = report_of(Grows)
    assert found.first_wrong.quantity == "gradient of W2"
    assert found.first_wrong.text.startswith("a decay of the wrong sign, which makes the param")
    assert report_of(DownhillDecay).outcome == Outcome.RIGHT
    subtracted = report_of(Rewards).first_wrong
    assert subtracted.quantity == "loss"
    assert subtracted.text.startswith("the penalty on the parameters is subtracted, and rewards")


def test_a_penalty_is_found_in_float32_too():
    report = report_of(InFloat32)
    assert report.outcome == Outcome.RIGHT, report.message
    assert "plus 0.005" in report.lines[1].text


def test_what_else_is_wrong_shows_beside_a_penalty_and_has_its_name():
    report = report_of(WrongBeside)
    assert report.first_wrong.quantity == "gradient of W1"
    assert report.first_wrong.mistakes[0].startswith("tanh derivative without the square")


@pytest.mark.parametrize("network", [OnlyDecay, OnlyDecayWithoutLoss])
def test_a_decay_that_only_the_gradients_have_is_a_convention(network):
    report = report_of(network)
    assert report.outcome == Outcome.RIGHT
    assert report.conventions[-1].endswith(
        "the gradients have a decay that the loss has not: 0.01 W"
    )


@pytest.mark.parametrize(
    ("network", "reduction", "first", "text"),
    [
        (Net, "mean", None, None),
        (Summed, "sum", None, None),
        (Net, "sum", "loss", "half the mean over the batch, not the sum"),
        (Summed, "mean", "loss", "the sum over the batch, not the mean"),
        (MeanOfAll, "mean", None, None),
        (Downhill, "mean", None, None),
        (WithoutLoss, "sum", "gradient of W2", "that of half the mean over the batch, not the sum"),
        (Softmax, "sum", "loss", "the mean over the batch, not the sum"),
        (Penalised, "sum", "loss", "half the mean over the batch, not the sum, plus 0.005 times"),
    ],
)
def test_a_stated_reduction_is_held(network, reduction, first, text):
    wrong = report_of(network, reduction=reduction).first_wrong
    assert (wrong and wrong.quantity) == first
    assert first is None or wrong.text.startswith(text)


def test_a_stated_loss_is_held_in_the_stated_reduction():
    report = report_of(Summed, loss="squared_error", reduction="sum")
    assert (report.outcome, report.conventions) == (Outcome.RIGHT, [])
    wrong = report_of(Binary, loss="half_squared_error", reduction="sum")
    assert wrong.first_wrong.quantity == "loss"


def test_a_reduction_that_is_none_is_refused():
    with pytest.raises(ValueError, match="'average' is none of mean, sum"):
        report_of(Net, reduction="average")
