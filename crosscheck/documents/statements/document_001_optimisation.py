"""The statements of document 001 on batches and minima that contradict each other, and on noise."""

from functools import cache
from typing import Any

import numpy as np

from crosscheck.documents.statements.statement import Instead, Readings, Statements
from reference_numpy.gradients import value_and_grad
from reference_numpy.mlp import forward, predict
from reference_numpy.optimizers import sgd
from reference_numpy.params import init_params, tree_map
from reference_numpy.training import StopRule, TrainResult, train

statements = Statements("001")

LINE: dict[str, Any] = {"activations": ("identity",), "loss": "half_squared_error"}
START = init_params((3, 1), seed=8, initializer="standard_normal")
RNG = np.random.default_rng(17)
POINTS = RNG.normal(size=(96, 3))
ON_A_LINE = POINTS @ np.array([[0.5], [-1.0], [2.0]]) + 0.3
NOISY = ON_A_LINE + 0.5 * RNG.normal(size=(96, 1))


def fit(targets: np.ndarray, batch_size: int | None, rate: float, stop: StopRule) -> TrainResult:
    """Train a linear neuron on the first 48 points."""
    points = POINTS[:48], targets[:48]
    return train(START, *points, sgd(rate), stop=stop, batch_size=batch_size, **LINE)


@statements(
    "批大小的影响",
    "A network usually generalises best with batches of one sample.",
    correct="After the same number of passes over the samples this is often true, because batches "
    "of one make the most updates. But trained to the end on noisy samples, at a fixed learning "
    "rate, the network generalises worse than with the full batch: the noise of single samples "
    "leads its last steps astray.",
    flips=(
        Instead("0.5 * RNG.normal(size=(96, 1))", "0.0", within="NOISY"),
        Instead("one_does_better(1, rate=0.1)", "one_does_better(30, rate=0.3)"),
    ),
)
def batches_of_one_generalise_best_only_in_few_passes() -> Readings:
    def one_does_better(passes: int, rate: float) -> bool:
        one, all_48 = (
            value_and_grad(fit(NOISY, size, rate, stop).params, POINTS[48:], NOISY[48:], **LINE)[0]
            for size, stop in ((1, StopRule(passes)), (None, StopRule(passes)))
        )
        return bool(one < all_48)

    return {
        "after one pass": one_does_better(1, rate=0.1),
        "after thirty passes at a fixed rate": one_does_better(30, rate=0.3),
    }


@statements(
    "批大小的影响",
    "The small learning rate that small batches need makes training longer.",
    correct="Training takes more updates, but fewer passes over the samples. This is why the "
    "document, a few lines before, calls SGD much faster than batch gradient descent.",
    flips=(
        Instead("None, rate=0.6", "1, rate=0.1"),
        Instead("until_a_thousandth(1, rate=0.1)", "until_a_thousandth(1, rate=0.001)"),
    ),
)
def small_batches_take_more_updates_in_fewer_passes() -> Readings:
    def until_a_thousandth(batch_size: int | None, rate: float) -> TrainResult:
        first = value_and_grad(START, POINTS[:48], ON_A_LINE[:48], **LINE)[0]
        stop = StopRule(max_epochs=500, loss_below=float(first) / 1000)
        return fit(ON_A_LINE, batch_size, rate, stop)

    one, all_48 = until_a_thousandth(1, rate=0.1), until_a_thousandth(None, rate=0.6)
    return {
        "in updates": one.state.step > all_48.state.step,
        "in passes over the samples": len(one.losses) > len(all_48.losses),
    }


@statements(
    "神经网络的优化难题",
    "Near a minimum the slope gets flatter, so steps that are proportional to it get shorter and "
    "shorter.",
    correct="This is true where the loss is smooth. At a kink, such as ReLU causes, the slope "
    "does not get flatter, and the steps jump back and forth over the minimum.",
    flips=(
        Instead("float(np.sign(x))", "2 * x"),
        Instead("(2 * x if", "(float(np.sign(x)) if"),
    ),
)
def the_slope_flattens_only_where_the_loss_is_smooth() -> Readings:
    def steps_get_shorter(bowed: bool) -> bool:
        x, lengths = 1.05, list[float]()
        for _ in range(40):
            step = 0.1 * (2 * x if bowed else float(np.sign(x)))  # of x^2, or else of |x|
            x, lengths = x - step, [*lengths, abs(step)]
        return lengths[-1] < lengths[0] / 100

    return {"C = x^2": steps_get_shorter(True), "C = |x|": steps_get_shorter(False)}


XOR_INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([[0.0], [1.0], [1.0], [0.0]])
RELU: dict[str, Any] = {"activations": ("relu", "identity"), "loss": "squared_error"}


@cache
def trained_on_xor(hidden: int, seed: int) -> list[float]:
    """The losses of 200 steps in proportion to the slope."""
    params, losses = init_params((2, hidden, 1), seed=seed), []
    for _ in range(200):
        loss, slope = value_and_grad(params, XOR_INPUTS, XOR, **RELU)
        params = tree_map(lambda p, s: p - 0.1 * s, params, slope)
        losses.append(float(loss))
    return losses


@statements(
    "神经网络的优化难题",
    "For a large network, steps that are proportional to the slope are a strategy that limits "
    "learning.",
    correct="Such steps are gradient descent as this document itself defines it: the negative "
    "gradient times a constant. Large networks are trained in this way, and reach a low loss.",
    flips=Instead("0.1 * s", "0.0001 * s", within="trained_on_xor"),
)
def steps_in_proportion_to_the_slope_train_a_network_of_many_parameters() -> Readings:
    losses = trained_on_xor(hidden=32, seed=0)
    return {"129 parameters for exclusive or": losses[-1] > losses[0] / 100}


@statements(
    "神经网络的优化难题",
    "Networks that are trained on structured data end in local minima that are all about equally "
    "good.",
    correct="This depends on the width. It is true of a network with many more units than it "
    "needs. A small network ends in different minima from different starts, and some of them are "
    "very bad, as the paragraph before says.",
    flips=(
        Instead("alike(2)", "alike(32)"),
        Instead("alike(32)", "alike(2)"),
    ),
)
def the_minima_are_alike_only_in_a_wide_network() -> Readings:
    def alike(hidden: int) -> bool:
        ends = [trained_on_xor(hidden, seed)[-1] for seed in range(4)]
        return max(ends) - min(ends) < 0.01

    return {"32 hidden units": alike(32), "2 hidden units": alike(2)}


@statements(
    "再谈神经网络的运作机制",
    "If we show the network a picture of noise, it always gives a definite answer.",
    correct="It often does, and it can never answer that the picture is no digit, because no "
    "output stands for that. But some noise activates no output, or several. `crosscheck "
    "experiment noise` counts how often this happens to a network that reads digits.",
    flips=(
        Instead("rng.uniform(0, 1, (200, 16))", "pictures"),
        Instead("max_epochs=150", "max_epochs=1"),
    ),
)
def noise_is_often_taken_for_a_class_but_not_always() -> Readings:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(5), 8)  # five patterns of 16 pixels, eight samples of each
    pictures = rng.uniform(0, 1, (5, 16))[labels] + rng.normal(0, 0.1, (40, 16))
    network: dict[str, Any] = {"activations": ("sigmoid", "sigmoid"), "loss": "squared_error"}
    start = init_params((16, 12, 5), seed=0)
    stop = StopRule(max_epochs=150)
    run = train(start, pictures, np.eye(5)[labels], sgd(2.0), stop=stop, batch_size=8, **network)
    names = network["activations"]
    knows = np.array_equal(predict(run.params, pictures, activations=names), labels)
    noise = rng.uniform(0, 1, (200, 16))
    on = forward(run.params, noise, activations=names).outputs > 0.5
    definite = on.sum(axis=1) == 1
    return {
        "some noise activates exactly one output": bool(knows and definite.any()),
        "all noise does": bool(definite.all()),
    }
