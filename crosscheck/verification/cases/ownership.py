"""Whose memory is whose, and that the same call gives the same bits, for every function.

Each function is called three times: with some arguments, with others of the same shapes, and with
the first ones again. By then no argument may have changed, nor the first result, and the third
result is the first to the last bit.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES
from crosscheck.frameworks.registry import Framework
from crosscheck.numerics.trees import Layer, to_framework
from crosscheck.verification.cases.conduct_case import ConductCase
from crosscheck.verification.cases.edges import EDGES
from crosscheck.verification.cases.network import BATCH
from crosscheck.verification.cases.network import SIZES as NETWORK_SIZES
from crosscheck.verification.cases.training import ACTIVATIONS as TRAINED
from crosscheck.verification.cases.training import LOSS, SAMPLES, TrainingCase

KIND: dict[str, Any] = {"activations": ("tanh", "sigmoid", "identity"), "loss": LOSS}
KEPT = {
    "the arguments afterwards": "unchanged",
    "the first result after another call": "unchanged",
    "the same call once more": "the same bits",
}
LEAVES = "leaves and returns what is nobody else's"
Call = Callable[..., Any]


def generated() -> list[ConductCase]:
    """A case for each function of the contract that computes."""
    network = {"activations": KIND["activations"]}
    with_loss = network | {"losses": (LOSS,)}
    training = {"activations": TRAINED, "losses": (LOSS,), "optimizers": ("momentum",)}
    return [
        *(_kept(name, _call_activation, {"activations": (name,)}) for name in ACTIVATIONS),
        *(_kept(name, _call_loss, {"losses": (name,)}) for name in LOSSES),
        *(_kept(name, _call_mlp, network) for name in ("forward", "predict")),
        *(_kept(name, _call_gradients, with_loss) for name in ("deltas", "value_and_grad")),
        *(_kept(name, _call_optimizer, {"optimizers": (name,)}) for name in STATES),
        _kept("apply_updates", _call_apply_updates, {}),
        ConductCase(
            f"train {LEAVES}",
            KEPT | {"what on_epoch was given, at the end": "unchanged"},
            _call_train,
            training,
        ),
    ]


def _kept(name: str, call: Call, asks: Mapping[str, Collection[str]]) -> ConductCase:
    return ConductCase(f"{name} {LEAVES}", KEPT, partial(call, name), asks)


# ----- the calls -----


def _call_activation(name: str, framework: Framework) -> dict[str, str]:
    function = framework.activations.ACTIVATIONS[name]
    return _judged(framework, function, (EDGES,), (EDGES[::-1] / 2,))


def _call_loss(name: str, framework: Framework) -> dict[str, str]:
    rng = np.random.default_rng(23)
    one, other = (tuple(rng.dirichlet(np.ones(5), (2, BATCH))) for _ in range(2))
    return _judged(framework, framework.losses.LOSSES[name], one, other)


def _network(seed: int) -> tuple[Any, np.ndarray, np.ndarray]:
    """The network of the generated cases, since JAX compiles each operation for each shape."""
    rng = np.random.default_rng(seed)
    params = tuple(
        Layer(rng.standard_normal((above, below)), rng.standard_normal(above))
        for below, above in pairwise(NETWORK_SIZES)
    )
    inputs = rng.standard_normal((BATCH, NETWORK_SIZES[0]))
    return params, inputs, rng.random((BATCH, NETWORK_SIZES[-1]))


def _call_mlp(name: str, framework: Framework) -> dict[str, str]:
    function = partial(getattr(framework.mlp, name), activations=KIND["activations"])
    return _judged(framework, function, _network(1)[:2], _network(2)[:2])


def _call_gradients(name: str, framework: Framework) -> dict[str, str]:
    function = partial(getattr(framework.gradients, name), **KIND)
    return _judged(framework, function, _network(1), _network(2))


def _call_optimizer(name: str, framework: Framework) -> dict[str, str]:
    """Two steps, since a state that is all zeros hides what writes into it."""
    optimizer = framework.optimizers.OPTIMIZERS[name](0.1)

    def two_steps(grads: Any, params: Any) -> Any:
        start = optimizer.init(params)
        first = optimizer.update(grads, start, params)
        before = _seen(framework, first)
        second = optimizer.update(grads, first[1], params)
        if _seen(framework, first) != before:
            raise ValueError("the first step's update or state is changed by the second")
        return start, first, second

    one, other = np.array([0.5, -2.0, 1e-3]), np.array([-1.0, 3.0, 0.25])
    return _judged(framework, two_steps, (one, other), (other, one))


def _call_apply_updates(name: str, framework: Framework) -> dict[str, str]:
    function = getattr(framework.optimizers, name)
    one, other = _network(1)[0], _network(2)[0]
    return _judged(framework, function, (one, other), (other, one))


def _call_train(framework: Framework) -> dict[str, str]:
    training, held = framework.training, []
    optimizer = framework.optimizers.momentum(0.1)

    def on_epoch(epoch: int, params: Any, state: Any, losses: Any) -> None:
        held.append(((params, state), _seen(framework, (params, state))))

    def train(params: Any, inputs: Any, targets: Any) -> Any:
        kind: dict[str, Any] = {"activations": TRAINED, "loss": LOSS, "batch_size": 4}
        stop = training.StopRule(max_epochs=2)
        given = params, inputs, targets, optimizer
        return training.train(*given, stop=stop, on_epoch=on_epoch, **kind)

    params, inputs, targets = TrainingCase("").data()
    assert len(inputs) == SAMPLES
    other = params[::-1], inputs[::-1], targets[::-1]
    other = tuple(Layer(*(leaf / 2 for leaf in layer)) for layer in params), *other[1:]
    found = _judged(framework, train, (params, inputs, targets), other)
    changed = [place for now, then in held for place in _differing(then, _seen(framework, now))]
    return found | {"what on_epoch was given, at the end": _in_words(changed)}


# ----- what became of it -----


def _judged(framework: Framework, call: Call, one: Any, other: Any) -> dict[str, str]:
    """Call a function with some arguments, with others, and with the first ones again."""
    given = tuple(to_framework(framework.params, each) for each in one)
    others = tuple(to_framework(framework.params, each) for each in other)
    before = _seen(framework, (given, others))
    first = call(*given)
    returned = _seen(framework, first)
    call(*others)
    kept = _seen(framework, first)
    again = _differing(returned, _seen(framework, call(*given)))
    words = (
        _in_words(_differing(before, _seen(framework, (given, others)))),
        _in_words(_differing(returned, kept)),
        f"other bits in {', '.join(again)}" if again else "the same bits",
    )
    return dict(zip(KEPT, words, strict=True))


def _seen(framework: Framework, value: Any, place: str = "") -> dict[str, bytes]:
    """Every array and number in nested tuples, as bytes by its place: now, whatever comes later."""
    if isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        found: dict[str, bytes] = {}
        for name, each in zip(names, value, strict=True):
            found |= _seen(framework, each, f"{place}.{name}" if place else str(name))
        return found
    arrays = framework.arrays
    if not arrays.is_array(value):
        return {place: repr(value).encode()}
    entries = np.asarray(arrays.entries(value))
    return {place: f"{entries.dtype} {entries.shape} ".encode() + entries.tobytes()}


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [place or "it" for place in one | other if one.get(place) != other.get(place)]


def _in_words(places: list[str]) -> str:
    return f"changed: {', '.join(places)}" if places else "unchanged"
