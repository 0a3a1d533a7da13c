"""What is legal at its very edge and must be taken, and how a run goes on from a state.

A refusal has its words; that something is not refused has only its result.
"""

from functools import partial
from math import inf
from typing import Any

import numpy as np

from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases.conduct_case import NOTHING, ConductCase, Found, raising, refusal
from crosscheck.verification.cases.door import Door

TRAINED = {"activations": ("tanh", "sigmoid"), "losses": ("squared_error",)}
LEAVES = ("layer 0 weight", "layer 0 bias", "layer 1 weight", "layer 1 bias")
TAKEN = (
    "a batch size of NumPy",
    "a bound of 0",
    "a loss below a negative number",
    "targets of float32 whose rows sum to 1",
)
CLOSE = 1e-9  # four steps in float64 differ by rounding alone, far less than this


def generated() -> list[ConductCase]:
    """Every edge, and every way to go on."""
    sgd = TRAINED | {"optimizers": ("sgd",)}
    linear = {"activations": ("identity",), "losses": ("squared_error",)}
    return [
        ConductCase(
            "what is legal is taken",
            dict.fromkeys(TAKEN, NOTHING),
            _call_taken,
            {"dtypes": ("float32",)},
        ),
        ConductCase(
            "a NaN in any parameter is refused",
            {
                leaf: raising(ValueError, f"params {leaf} has 1 non-finite entries, first at ")
                for leaf in LEAVES
            },
            _call_with_nan,
            sgd,
        ),
        ConductCase(
            "no layers give the inputs back", {"outputs": np.full((2, 3), 0.5)}, _call_no_layers
        ),
        ConductCase(
            "a velocity that is handed in moves a parameter without gradient",
            {"moved to": (Layer(np.full((1, 1), 3.25), np.full(1, 5.25)),)},
            _call_with_velocity,
            linear | {"optimizers": ("momentum",)},
        ),
        ConductCase(
            "train refuses a state of other layers",
            {"the call": raising(ValueError, "")},
            _call_with_other_state,
            TRAINED | {"optimizers": ("momentum",)},
        ),
        ConductCase(
            "a run goes on as if it had not stopped",
            {"steps": "4", "params": "the same but for rounding"},
            _call_resumed,
            TRAINED | {"optimizers": ("adam",)},
        ),
        ConductCase(
            "a plain optimizer leaves the parameters as they were",
            {"params": (Layer(np.full((1, 1), 3.0), np.full(1, 5.0)),)},
            _call_plain,
            linear | {"optimizers": ("sgd",)},
        ),
        ConductCase(
            "a probability of 0 or 1 against a target between them",
            {"loss at 0": np.array(inf), "loss at 1": np.array(inf)},
            _call_certain,
            {"losses": ("binary_cross_entropy",)},
        ),
    ]


def _call_taken(framework: Framework) -> Found:
    checks, rule = framework.checks, framework.training.StopRule
    # Rounded to float32, most of these rows sum to 1 but for rounding.
    drawn = np.random.default_rng(0).dirichlet(np.ones(10), 20).astype("float32")
    rows = to_framework(framework.params, drawn)
    uniform = {"seed": 0, "initializer": "uniform", "bound": 0.0}
    calls = (
        lambda: checks.whole_number("batch_size", np.int64(2), at_least=1),
        lambda: framework.params.init_params((3, 2), **uniform),
        lambda: rule(loss_below=-1.0),
        lambda: checks.target_domain("softmax_cross_entropy", rows),
    )
    return {name: refusal(call) for name, call in zip(TAKEN, calls, strict=True)}


def _call_with_nan(framework: Framework) -> Found:
    door, found = Door(framework), {}
    for index, leaf in enumerate(LEAVES):
        arrays = [np.ones((4, 3)), np.ones(4), np.ones((2, 4)), np.ones(2)]
        arrays[index].flat[0] = np.nan
        params = door.array((door.layer(*arrays[:2]), door.layer(*arrays[2:])))
        expected = raising(ValueError, f"params {leaf} has 1 non-finite entries, first at ")
        found[leaf] = refusal(partial(door.train, params=params), expected)
    return found


def _call_no_layers(framework: Framework) -> Found:
    inputs = to_framework(framework.params, np.full((2, 3), 0.5))
    trace = framework.mlp.forward((), inputs, activations=())
    return {"outputs": framework.params.to_numpy(trace.outputs)}


def _linear(framework: Framework) -> tuple[Any, Any, Any, dict[str, Any]]:
    """A weight of 3 and a bias of 5, an input of 1 and a target of 8: no gradient is left."""
    layer = Layer(np.full((1, 1), 3.0), np.full(1, 5.0))
    trees = ((layer,), np.ones((1, 1)), np.full((1, 1), 8.0))
    params, inputs, targets = (to_framework(framework.params, each) for each in trees)
    stop = framework.training.StopRule(max_epochs=1)
    kind = {"activations": ("identity",), "loss": "squared_error", "stop": stop}
    return params, inputs, targets, kind


def _call_with_velocity(framework: Framework) -> Found:
    params, inputs, targets, kind = _linear(framework)
    optimizer = framework.optimizers.momentum(0.1, momentum=0.5)  # nothing here is rounded
    velocity = (Layer(np.full((1, 1), 0.5), np.full(1, 0.5)),)
    state = optimizer.init(params)._replace(velocity=to_framework(framework.params, velocity))
    result = framework.training.train(params, inputs, targets, optimizer, state=state, **kind)
    return {"moved to": framework.params.to_numpy(result.params)}


def _call_with_other_state(framework: Framework) -> Found:
    """A velocity that is turned over; each framework says so in words of its own."""
    door, optimizer = Door(framework), framework.optimizers.momentum(0.1)
    shapes = ((3, 4), (4,)), ((4, 2), (2,))
    turned = door.array(tuple(door.layer(*map(np.zeros, pair)) for pair in shapes))
    state = optimizer.init(door.params)._replace(velocity=turned)
    call = partial(door.train, optimizer=optimizer, state=state)
    return {"the call": refusal(call, raising(ValueError, ""))}


def _call_resumed(framework: Framework) -> Found:
    door = Door(framework)
    adam, rule = framework.optimizers.adam(0.1), framework.training.StopRule

    def train(epochs: int, **resumed: Any) -> Any:
        return door.train(optimizer=adam, stop=rule(max_epochs=epochs), **resumed)

    whole, half = train(4), train(2)
    rest = train(2, params=half.params, state=half.state, start_epoch=2)
    pairs = zip(*(framework.params.to_numpy(each.params) for each in (whole, rest)), strict=True)
    off = max(np.abs(a - b).max() for one, other in pairs for a, b in zip(one, other, strict=True))
    same = "the same but for rounding" if off < CLOSE else f"off by {off:.2g}"
    return {"steps": str(int(rest.state.step)), "params": same}


def _call_plain(framework: Framework) -> Found:
    """Descent as an optimizer of somebody's own, which no framework knows to be elementwise."""
    params, inputs, _, kind = _linear(framework)
    sgd = framework.optimizers.sgd(0.1)
    plain = framework.optimizers.Optimizer(sgd.init, sgd.update)
    framework.training.train(params, inputs, inputs, plain, **kind)  # whose targets are missed
    return {"params": framework.params.to_numpy(params)}


def _call_certain(framework: Framework) -> Found:
    loss, to = framework.losses.LOSSES["binary_cross_entropy"], framework.params.to_numpy
    half = np.full((1, 1), 0.5)

    def at(p: float) -> Any:
        return to(loss(*(to_framework(framework.params, each) for each in (half * 2 * p, half))))

    return {"loss at 0": at(0.0), "loss at 1": at(1.0)}
