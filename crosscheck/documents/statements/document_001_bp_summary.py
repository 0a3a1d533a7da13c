"""The statements of document 001 that sum up backpropagation and stochastic gradient descent."""

from typing import Any

import numpy as np

from crosscheck.documents.statements.derivatives import close
from crosscheck.documents.statements.document_001_backpropagation import (
    INPUT,
    NETWORK,
    PARAMS,
    TARGET,
    loss_of,
)
from crosscheck.documents.statements.document_001_samples import (
    LINE,
    ON_A_LINE,
    POINTS,
    START,
    fit,
)
from crosscheck.documents.statements.statement import Instead, Readings, Statements, in_reference
from reference_numpy.gradients import value_and_grad
from reference_numpy.optimizers import sgd
from reference_numpy.training import StopRule, train

statements = Statements("001")


@statements(
    "BP 算法小结",
    "One sample's gradient says how to lower its loss the fastest.",
    flips=(
        Instead("down = -grads[1].weight", "down = -np.sign(grads[1].weight)"),
        in_reference("gradients", "cotangent * (a * (1 - a))", "cotangent * a"),
    ),
)
def no_direction_lowers_the_loss_faster_than_the_negative_gradient() -> Readings:
    _, grads = value_and_grad(PARAMS, INPUT, TARGET, **NETWORK)
    down = -grads[1].weight
    down /= np.linalg.norm(down)
    # Directions near to it: where it is not the best, one of them is better.
    others = down + 0.03 * np.random.default_rng(14).normal(size=(100, 4, 5))

    def loss_after(direction: np.ndarray) -> float:
        step = 1e-5 * direction / np.linalg.norm(direction)
        return loss_of((PARAMS[0], PARAMS[1]._replace(weight=PARAMS[1].weight + step)))

    lowest = min(loss_after(direction) for direction in others)
    return {"a small step in the weights": loss_after(down) < lowest}


@statements(
    "BP 算法小结",
    "Gradient descent averages the changes that the samples ask for.",
    flips=in_reference(
        "gradients",
        '"half_squared_error": lambda a, y: (a - y) / len(a)',
        '"half_squared_error": lambda a, y: (a - y)',
    ),
)
def the_full_gradient_is_the_mean_of_the_samples_gradients() -> Readings:
    each = [
        value_and_grad(START, x[None], y[None], **LINE)[1][0].weight
        for x, y in zip(POINTS, ON_A_LINE, strict=True)
    ]
    full = value_and_grad(START, POINTS, ON_A_LINE, **LINE)[1][0].weight
    return {"of the weights": close(np.mean(each, axis=0), full)}


@statements(
    "BP 算法小结",
    "If an update uses every sample, it costs more the more samples there are.",
    flips=Instead("batch_size=None", "batch_size=8"),
)
def an_update_of_gradient_descent_takes_every_sample() -> Readings:
    few, many = (n / fit(n, batch_size=None).state.step for n in (24, 48))
    return {"samples for an update, for twice as many": many == 2 * few}


@statements(
    "BP 算法小结",
    "SGD: shuffle the samples, deal them into mini-batches, update by the gradient of each, and "
    "repeat until the loss hardly changes.",
    flips=(
        in_reference("training", 'return "loss_change_below"', "pass"),
        in_reference(
            "gradients",
            '"half_squared_error": lambda a, y: (a',
            '"half_squared_error": lambda a, y: -(a',
        ),
    ),
)
def sgd_runs_until_the_loss_hardly_changes() -> Readings:
    stop = StopRule(max_epochs=100, loss_change_below=1e-4)
    run = train(START, POINTS, ON_A_LINE, sgd(0.1), stop=stop, batch_size=16, **LINE)
    return {
        "it ends": run.stop_reason == "loss_change_below",
        "the loss is lower": run.losses[-1] < run.losses[0] / 100,
    }


@statements(
    "BP 算法小结",
    "In the end the network converges to a local minimum.",
    correct="At a fixed learning rate it does if one solution fits every sample; otherwise it "
    "keeps moving around a minimum. And if the loss hardly changes, the network may also be on a "
    "plateau.",
    flips=(
        Instead("ON_A_LINE + noise", "ON_A_LINE"),
        Instead("[40.0]", "[1.0]"),
        Instead("sgd(0.2)", "sgd(0.001)"),
    ),
)
def sgd_settles_only_where_one_solution_fits_every_sample() -> Readings:
    columns = np.column_stack([POINTS, np.ones(48)])
    noise = np.random.default_rng(13).normal(size=(48, 1))

    def settles(targets: np.ndarray) -> bool:
        stop = StopRule(max_epochs=60)
        layer = train(START, POINTS, targets, sgd(0.2), stop=stop, batch_size=16, **LINE).params[0]
        lowest = np.linalg.lstsq(columns, targets, rcond=None)[0][:, 0]
        return bool(np.allclose([*layer.weight[0], *layer.bias], lowest, rtol=0, atol=1e-4))

    plateau = (START[0]._replace(bias=np.array([40.0])),)
    stop = StopRule(max_epochs=100, loss_change_below=1e-4)
    network: dict[str, Any] = {"activations": ("sigmoid",), "loss": "squared_error"}
    stuck = train(plateau, POINTS, np.zeros((48, 1)), sgd(1.0), stop=stop, **network)
    return {
        "one solution fits every sample": settles(ON_A_LINE),
        "none does, at a fixed rate": settles(ON_A_LINE + noise),
        "started on a plateau": stuck.losses[-1] < stuck.losses[0] / 2,
    }
