"""What is not a number stays none, and infinity has the value of the limit; how training reports.

Only `train` and `checks.finite` refuse such entries (see `refusals`). Everywhere else a NaN in an
entry must be seen in whatever is computed of it, and in nothing else.
"""

from collections.abc import Callable
from functools import partial
from math import inf, nan
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases.conduct_case import ConductCase, Found
from crosscheck.verification.cases.edges import EDGES
from crosscheck.verification.cases.training import ACTIVATIONS as TRAINED
from crosscheck.verification.cases.training import LOSS, TrainingCase

# The limits at infinity. (At -inf gelu has none that its formula z Phi(z) gives.)
AT_INFINITY = {
    "identity": {-inf: -inf, inf: inf},
    "sigmoid": {-inf: 0.0, inf: 1.0},
    "tanh": {-inf: -1.0, inf: 1.0},
    "relu": {-inf: 0.0, inf: inf},
    "softplus": {-inf: 0.0, inf: inf},
    "gelu": {inf: inf},
}
SPOILED = (1, 2)  # sample and unit
RULES: tuple[tuple[dict[str, float], list[float], str | None], ...] = (
    ({"max_epochs": 2}, [1.0], None),
    ({"max_epochs": 2}, [1.0, 0.9], "max_epochs"),
    ({"loss_below": 0.5}, [1.0, 0.5], None),
    ({"loss_below": 0.5}, [1.0, 0.49], "loss_below"),
    ({"loss_below": 0.5}, [1.0, 0.49, 0.6], None),
    ({"loss_change_below": 0.5}, [0.1], None),
    ({"loss_change_below": 0.5}, [1.0, 0.5], None),
    ({"loss_change_below": 0.5}, [1.0, 1.25], "loss_change_below"),
    ({"loss_change_below": 0.5}, [1.0, 2.0], None),
    ({"max_epochs": 2, "loss_below": 0.5}, [1.0, 0.4], "loss_below"),
    ({"max_epochs": 9}, [1.0, nan], "loss_not_finite"),
    ({"max_epochs": 2}, [1.0, inf], "loss_not_finite"),
    ({"max_epochs": 1}, [], None),
)


def generated() -> list[ConductCase]:
    """Every function with a NaN in it, every activation at infinity, and what training reports."""
    training = {"activations": TRAINED, "losses": (LOSS,), "optimizers": ("sgd",)}
    return [
        *map(_activation_of_nan, ACTIVATIONS),
        *map(_activation_at_infinity, AT_INFINITY),
        *map(_loss_of_nan, LOSSES),
        *map(_update_of_nan, STATES),
        ConductCase(
            "a NaN in one sample stays in it",
            {"outputs": _where({SPOILED[0]: range(5)}), "loss": "NaN"},
            _call_network,
            {"activations": ("identity", "tanh"), "losses": (LOSS,)},
        ),
        ConductCase(
            "a stop rule gives the first condition that holds",
            {f"{rule} after {losses}": str(reason) for rule, losses, reason in RULES},
            _call_rules,
        ),
        ConductCase(
            "training ends at a loss that is not finite",
            {"reason": "loss_not_finite", "its losses": "[inf]"},
            _call_diverging,
            {"activations": ("identity",), "losses": ("squared_error",), "optimizers": ("sgd",)},
        ),
        ConductCase(
            "on_epoch sees every epoch",
            {"epoch, step, losses": "(4, 3, 1), (5, 6, 2)"},
            _call_on_epoch,
            training,
        ),
        ConductCase(
            "train hands the optimizer its parameters",
            {"the parameters less themselves": (Layer(np.zeros((1, 1)), np.zeros(1)),)},
            _call_own_rule,
            {"activations": ("identity",), "losses": ("squared_error",)},
        ),
    ]


# ----- not a number -----


def _where(places: dict[int, Any]) -> str:
    return f"NaN at {[[row, unit] for row, units in places.items() for unit in units]}"


def _nan_in(values: np.ndarray) -> str:
    if values.ndim == 0:
        return "NaN" if np.isnan(values) else "a number"
    return f"NaN at {np.argwhere(np.isnan(values)).tolist()}"


def _activation_of_nan(name: str) -> ConductCase:
    places = {SPOILED[0]: range(5) if name == "softmax" else SPOILED[1:]}
    call = partial(_call_activation, name, nan)
    return ConductCase(
        f"{name} of NaN is NaN", {"outputs": _where(places)}, call, {"activations": (name,)}
    )


def _call_activation(name: str, value: float, framework: Framework) -> Found:
    return {"outputs": _nan_in(_outputs(name, value, framework))}


def _outputs(name: str, value: float, framework: Framework) -> Any:
    z = EDGES.copy()
    z[SPOILED] = value
    module = framework.params
    return module.to_numpy(framework.activations.ACTIVATIONS[name](to_framework(module, z)))


def _activation_at_infinity(name: str) -> ConductCase:
    expected = {f"at {z}": np.array(limit) for z, limit in AT_INFINITY[name].items()}
    call = partial(_call_at_infinity, name)
    return ConductCase(f"{name} at infinity", expected, call, {"activations": (name,)})


def _call_at_infinity(name: str, framework: Framework) -> Found:
    return {f"at {z}": _outputs(name, z, framework)[SPOILED] for z in AT_INFINITY[name]}


def _loss_of_nan(name: str) -> ConductCase:
    expected = dict.fromkeys(("of predictions", "of targets"), "NaN")
    asks = {"losses": (name,)}
    return ConductCase(f"{name} of NaN is NaN", expected, partial(_call_loss, name), asks)


def _call_loss(name: str, framework: Framework) -> Found:
    sound = np.full((6, 5), 0.25)
    spoiled = sound.copy()
    spoiled[SPOILED] = nan
    module, function = framework.params, framework.losses.LOSSES[name]

    def loss(*arguments: np.ndarray) -> str:
        value = function(*(to_framework(module, each) for each in arguments))
        return _nan_in(np.asarray(module.to_numpy(value)))

    return {"of predictions": loss(spoiled, sound), "of targets": loss(sound, spoiled)}


def _update_of_nan(name: str) -> ConductCase:
    # A sign of NaN is no number in one library and 0 in another; lion's moment keeps it.
    quantities = [*([] if name == "lion" else ["update"]), *_moments(name)]
    expected = dict.fromkeys(quantities, "NaN at [[1]]")
    call = partial(_call_optimizer, name, quantities)
    return ConductCase(f"a NaN shows in {name}", expected, call, {"optimizers": (name,)})


def _moments(name: str) -> list[str]:
    """The moments into which every gradient goes at the first step."""
    late = ("momentum_product", "second_moment_of_updates")
    unused = ("first_moment", "velocity") if name == "rmsprop" else ()  # by its defaults
    return [each for each in STATES[name][1:] if each not in (*late, *unused)]


def _call_optimizer(name: str, quantities: list[str], framework: Framework) -> Found:
    module, optimizer = framework.params, framework.optimizers.OPTIMIZERS[name](0.1)
    params = to_framework(module, np.ones(3))
    grads = to_framework(module, np.array([1.0, nan, -2.0]))
    update, state = optimizer.update(grads, optimizer.init(params), params)
    trees = state._asdict() | {"update": update}
    return {each: _nan_in(module.to_numpy(trees[each])) for each in quantities}


def _call_network(framework: Framework) -> Found:
    rng = np.random.default_rng(29)
    layers = tuple(
        Layer(rng.standard_normal((above, below)), rng.standard_normal(above))
        for below, above in ((3, 5), (5, 4), (4, 5))
    )
    inputs = rng.standard_normal((6, 3))
    inputs[SPOILED] = nan
    module = framework.params
    params, x, y = (to_framework(module, each) for each in (layers, inputs, np.ones((6, 5))))
    activations = ("identity", "tanh", "identity")
    trace = framework.mlp.forward(params, x, activations=activations)
    value, _ = framework.gradients.value_and_grad(params, x, y, activations=activations, loss=LOSS)
    outputs, loss = (np.asarray(module.to_numpy(each)) for each in (trace.outputs, value))
    return {"outputs": _nan_in(outputs), "loss": _nan_in(loss)}


# ----- what training reports -----


def _call_rules(framework: Framework) -> Found:
    rule_of: Callable[..., Any] = framework.training.StopRule
    return {
        f"{rule} after {losses}": str(rule_of(**rule).reason(losses)) for rule, losses, _ in RULES
    }


def _call_diverging(framework: Framework) -> Found:
    """The square of an output of 1e200 is beyond float64, whatever the gradient is."""
    module, training = framework.params, framework.training
    layer, one = Layer(np.full((1, 1), 1e200), np.zeros(1)), np.ones((1, 1))
    result = training.train(
        *(to_framework(module, each) for each in ((layer,), one, one)),
        framework.optimizers.sgd(0.1),
        activations=("identity",),
        loss="squared_error",
        stop=training.StopRule(max_epochs=50),
    )
    return {"reason": str(result.stop_reason), "its losses": str(list(map(float, result.losses)))}


def _call_on_epoch(framework: Framework) -> Found:
    seen: list[tuple[int, int, int]] = []
    framework.training.train(
        *(to_framework(framework.params, each) for each in TrainingCase("").data()),
        framework.optimizers.sgd(0.5),
        activations=TRAINED,
        loss=LOSS,
        stop=framework.training.StopRule(max_epochs=2),
        batch_size=4,
        start_epoch=4,
        on_epoch=lambda epoch, params, state, losses: seen.append(
            (int(epoch), int(state.step), len(losses))
        ),
    )
    return {"epoch, step, losses": ", ".join(map(str, seen))}


def _call_own_rule(framework: Framework) -> Found:
    """What decays its parameters needs them: here a step is their negative, and ends at 0."""
    module, optimizers = framework.params, framework.optimizers

    def update(grads: Any, state: Any, params: Any = None) -> Any:
        return module.tree_map(lambda p: p * -1.0, params), state

    layer = Layer(np.full((1, 1), 3.0), np.full(1, 5.0))
    params, one = (to_framework(module, each) for each in ((layer,), np.ones((1, 1))))
    result = framework.training.train(
        params,
        one,
        one,
        optimizers.Optimizer(lambda params: params, update),
        activations=("identity",),
        loss="squared_error",
        stop=framework.training.StopRule(max_epochs=1),
    )
    return {"the parameters less themselves": module.to_numpy(result.params)}
