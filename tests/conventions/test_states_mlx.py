"""The state of an optimizer moves between MLX and the references."""

from functools import partial

import numpy as np
import pytest

from crosscheck.conventions import states
from crosscheck.conventions.optimizers.parsing import parse_call
from crosscheck.conventions.optimizers.specs import trajectory
from crosscheck.conventions.states import StateError
from reference_numpy.optimizers import OPTIMIZERS, apply_updates
from reference_numpy.params import Layer

mlx_optimizers = pytest.importorskip("mlx.optimizers", reason="MLX is not installed")
import mlx.core as mx  # noqa: E402 - with MLX

RNG = np.random.default_rng(4)
START = tuple(
    Layer(RNG.standard_normal((above, below)), RNG.standard_normal(above))
    for below, above in ((3, 4), (4, 2))
)
GRADS = [
    tuple(Layer(*(RNG.standard_normal(leaf.shape) for leaf in layer)) for layer in START)
    for _ in range(12)
]
HALF = 6
RATE = 0.125  # a float32 number, as MLX keeps its rate
# By a name, the call; each is also the reference that its row says it equals.
CALLS = {
    "momentum": f"mlx.optimizers.SGD(learning_rate={RATE}, momentum=0.9, nesterov=True)",
    "dampened": f"mlx.optimizers.SGD(learning_rate={RATE}, momentum=0.9, dampening=0.5)",
    "adagrad": f"mlx.optimizers.Adagrad(learning_rate={RATE})",
    "rmsprop": f"mlx.optimizers.RMSprop(learning_rate={RATE}, alpha=0.875)",
    "adadelta": f"mlx.optimizers.AdaDelta(learning_rate={RATE})",
    "adam": f"mlx.optimizers.Adam(learning_rate={RATE})",
    "adamw": f"mlx.optimizers.AdamW(learning_rate={RATE})",
    "adamax": f"mlx.optimizers.Adamax(learning_rate={RATE})",
    "lion": f"mlx.optimizers.Lion(learning_rate={RATE})",
}


def as_parameters(theta, dtype=None):
    """A tree of layers as a module has its parameters, with a layer that has none between."""
    layers = [
        {"weight": mx.array(layer.weight, mx.float64), "bias": mx.array(layer.bias, mx.float64)}
        for layer in theta
    ]
    if dtype is not None:
        layers = [{key: leaf.astype(dtype) for key, leaf in layer.items()} for layer in layers]
    return {"layers": [layers[0], {}, *layers[1:]]}


class InMlx:
    def __init__(self, call, theta):
        self.stream = mx.stream(mx.cpu)  # the only device with float64
        name = call.partition("(")[0].rpartition(".")[2]
        self.optimizer = getattr(mlx_optimizers, name)(**parse_call(call).arguments)
        with self.stream:
            self.parameters = as_parameters(theta)
            self.optimizer.init(self.parameters)

    def steps(self, grads):
        with mx.stream(mx.cpu):
            for grad in grads:
                gradients = as_parameters(grad)
                self.parameters = self.optimizer.apply_gradients(gradients, self.parameters)
            layers = [layer for layer in self.parameters["layers"] if layer]
            return tuple(Layer(np.array(p["weight"]), np.array(p["bias"])) for p in layers)


def by_reference(spec, theta, state, grads):
    optimizer = spec.reference()
    for grad in grads:
        updates, state = optimizer.update(grad, state, theta)
        theta = apply_updates(theta, updates)
    return theta, state


def used(spec, theta):
    """Which part of its bound a run of all steps uses, and how far it is from the exact one."""
    parts, apart = [], []
    for place, leaf in enumerate(states.leaves_of(theta)):
        start, *grads = (states.leaves_of(tree)[place] for tree in (START, *GRADS))
        exact = trajectory(spec, (RATE,) * len(GRADS), start, grads)
        difference = np.abs(leaf - exact.values[-1])
        parts.append(np.max(difference / exact.bounds[-1]))
        apart.append(np.max(difference))
    return max(parts), max(apart)


@pytest.mark.parametrize("name", CALLS)
def test_a_run_begun_in_mlx_goes_on_in_the_reference(name):
    spec = parse_call(CALLS[name]).spec()
    first = InMlx(CALLS[name], START)
    theta = first.steps(GRADS[:HALF])
    state = states.from_mlx(first.optimizer, START)
    assert state.step == HALF
    ended, _ = by_reference(spec, theta, state, GRADS[HALF:])
    assert used(spec, ended)[0] <= 1


@pytest.mark.parametrize("name", CALLS)
def test_a_run_begun_in_the_reference_goes_on_in_mlx(name):
    spec = parse_call(CALLS[name]).spec()
    theta, state = by_reference(spec, START, spec.reference().init(START), GRADS[:HALF])
    second = InMlx(CALLS[name], theta)
    states.into_mlx(second.optimizer, state, START, made_by=spec)
    back = states.from_mlx(second.optimizer, START)
    pairs = zip(states.leaves_of(tuple(state)), states.leaves_of(tuple(back)), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    assert used(spec, second.steps(GRADS[HALF:]))[0] <= 1
    # Without the state they differ: the check can fail.
    assert used(spec, InMlx(CALLS[name], theta).steps(GRADS[HALF:]))[1] > 1e-4


def test_a_run_begun_in_torch_goes_on_in_mlx():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    thetas = [torch.tensor(leaf, requires_grad=True) for leaf in states.leaves_of(START)]
    first = torch.optim.SGD(thetas, lr=RATE, momentum=0.9, nesterov=True)
    for grad in GRADS[:HALF]:
        for theta, leaf in zip(thetas, states.leaves_of(grad), strict=True):
            theta.grad = torch.tensor(leaf)
        first.step()
    half = states.tree_of([theta.detach().numpy() for theta in thetas], START)
    second = InMlx(CALLS["momentum"], half)
    state = states.from_torch(first, START)
    states.into_mlx(second.optimizer, state, START, made_by=states.torch_call(first))
    spec = parse_call(CALLS["momentum"]).spec()
    assert used(spec, second.steps(GRADS[HALF:]))[0] <= 1


def test_mlx_keeps_its_rate_as_a_float32_number():
    optimizer = InMlx("mlx.optimizers.SGD(learning_rate=0.1, momentum=0.9)", START).optimizer
    call = f"mlx.optimizers.SGD(learning_rate={float(np.float32(0.1))!r}, momentum=0.9, "
    assert states.mlx_call(optimizer).startswith(call)
    # The state moves all the same: only the rate is another one.
    state = OPTIMIZERS["momentum"](0.1).init(START)
    made_by = "torch.optim.SGD(lr=0.1, momentum=0.9)"
    states.into_mlx(optimizer, state._replace(step=3), START, made_by=made_by)
    assert states.from_mlx(optimizer, START).step == 3


def test_a_state_of_lists_and_dicts_is_one_vector_in_the_order_of_their_keys():
    tree = {
        "first": START[0].weight,
        "blocks": [{"weight": START[1].weight, "bias": START[1].bias}],
    }
    parameters = {
        "first": mx.array(tree["first"], mx.float64),
        "blocks": [{key: mx.array(leaf, mx.float64) for key, leaf in tree["blocks"][0].items()}],
    }
    with mx.stream(mx.cpu):
        optimizer = mlx_optimizers.Lion(learning_rate=RATE)
        optimizer.init(parameters)
        optimizer.apply_gradients(parameters, parameters)
        state = states.from_mlx(optimizer, tree)
    wanted = 0.01 * np.concatenate([leaf.ravel() for leaf in states.leaves_of(tree)])
    assert np.allclose(state.first_moment, wanted, rtol=1e-14, atol=0)
    again = mlx_optimizers.Lion(learning_rate=RATE)
    again.init(parameters)
    states.into_mlx(again, state, tree, made_by=CALLS["lion"])
    assert np.array_equal(states.from_mlx(again, tree).first_moment, state.first_moment)


def test_what_would_lose_something_is_refused_and_nothing_is_written():
    adam = InMlx(CALLS["adam"], START).optimizer
    small = mlx_optimizers.Adam(learning_rate=RATE)
    small.init(as_parameters(START, mx.float32))
    state = OPTIMIZERS["adam"](RATE).init(START)._replace(first_moment=START)
    moved = OPTIMIZERS["rmsprop"](RATE).init(START)._replace(velocity=START)
    muon, fresh = mlx_optimizers.Muon(learning_rate=RATE), mlx_optimizers.Adam(learning_rate=RATE)
    plain = InMlx(CALLS["rmsprop"], START).optimizer
    torch_adam = "torch.optim.Adam(lr=0.125)"
    cases = {
        "no state of mlx.optimizers.Muon is known": partial(states.from_mlx, muon, START),
        "it has no state yet: call optimizer.init": partial(states.from_mlx, fresh, START),
        "it has 4 parameters, not 2": partial(states.from_mlx, adam, START[:1]),
        "m is not of the shape": partial(states.from_mlx, adam, START[::-1]),
        "bias_correction is True in one": partial(
            states.into_mlx, adam, state, START, made_by=torch_adam
        ),
        "first_moment would be rounded": partial(
            states.into_mlx, small, state, START, made_by=CALLS["adam"]
        ),
        "this is no state of adam": partial(
            states.into_mlx, adam, moved, START, made_by=CALLS["adam"]
        ),
        "MLX keeps no velocity": partial(
            states.into_mlx, plain, moved, START, made_by=CALLS["rmsprop"]
        ),
    }
    for message, call in cases.items():
        with pytest.raises(StateError, match=message):
            call()
    assert not any(map(np.any, states.leaves_of(states.from_mlx(adam, START).first_moment)))
    states.into_mlx(small, state, START, made_by=CALLS["adam"], rounding=True)
    kept = states.from_mlx(small, START).first_moment
    for one, other in zip(states.leaves_of(kept), states.leaves_of(START), strict=True):
        assert np.array_equal(one, other.astype("float32"))
