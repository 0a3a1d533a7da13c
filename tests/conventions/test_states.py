"""The state of an optimizer moves between torch.optim, optax and the references without loss."""

from functools import partial

import numpy as np
import pytest

from crosscheck.conventions import states
from crosscheck.conventions.optimizers.specs import trajectory
from crosscheck.conventions.optimizers.table import STOCK_OPTIMIZERS
from crosscheck.conventions.states import StateError
from reference_numpy.optimizers import OPTIMIZERS, apply_updates
from reference_numpy.params import Layer

torch = pytest.importorskip("torch", reason="torch is not installed")
optax = pytest.importorskip("optax", reason="optax is not installed")
import jax  # noqa: E402 - which optax needs
import jax.numpy as jnp  # noqa: E402

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
RATE = 0.1

# By a name: torch's class and arguments, optax's function and arguments, and the reference's name.
# The two optimizers of a pair are equal; the state moves after half of the steps.
PAIRS = {
    "momentum": ("SGD", {"momentum": 0.9}, "sgd", {"momentum": 0.9}, "momentum"),
    "nesterov": (
        "SGD",
        {"momentum": 0.9, "nesterov": True},
        "sgd",
        {"momentum": 0.9, "nesterov": True},
        "momentum",
    ),
    # With an eps inside its root, optax's sum is torch's less eps.
    "adagrad": (
        "Adagrad",
        {"initial_accumulator_value": 0.1, "eps": 0.0},
        "adagrad",
        {"eps": 0.0},
        "adagrad",
    ),
    "rmsprop": (
        "RMSprop",
        {"momentum": 0.9, "centered": True},
        "rmsprop",
        {"decay": 0.99, "eps_in_sqrt": False, "centered": True, "momentum": 0.9},
        "rmsprop",
    ),
    "adadelta": ("Adadelta", {}, "adadelta", {}, "adadelta"),
    "adam": ("Adam", {}, "adam", {}, "adam"),
    "adamw": ("AdamW", {}, "adamw", {"weight_decay": 0.01}, "adam"),
    "nadam": ("NAdam", {"momentum_decay": 1e6}, "nadam", {}, "nadam"),
    "adamax": ("Adamax", {}, "adamax", {}, "adamax"),
}


@pytest.fixture
def in_float64(monkeypatch):
    """Let torch count in float64: then it keeps NAdam's product of momenta in float64, too."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


class InTorch:
    def __init__(self, name, arguments, theta):
        self.thetas = [torch.tensor(leaf, requires_grad=True) for leaf in states.leaves_of(theta)]
        self.optimizer = getattr(torch.optim, name)(self.thetas, lr=RATE, **arguments)

    def steps(self, grads):
        for grad in grads:
            for theta, leaf in zip(self.thetas, states.leaves_of(grad), strict=True):
                theta.grad = torch.tensor(leaf)
            self.optimizer.step()
        return states.tree_of([theta.detach().numpy().copy() for theta in self.thetas], START)


class InOptax:
    def __init__(self, name, arguments, theta):
        self.theta = jax.tree.map(jnp.asarray, theta)
        self.optimizer = getattr(optax, name)(RATE, **arguments)
        self.state = self.optimizer.init(self.theta)

    def steps(self, grads):
        for grad in grads:
            updates, self.state = self.optimizer.update(
                jax.tree.map(jnp.asarray, grad), self.state, self.theta
            )
            self.theta = optax.apply_updates(self.theta, updates)
        return jax.tree.map(np.array, self.theta)


def optax_call(name, arguments):
    return f"optax.{name}({RATE}, {', '.join(f'{k}={v!r}' for k, v in arguments.items())})"


def difference(one, other):
    pairs = zip(states.leaves_of(one), states.leaves_of(other), strict=True)
    return max(float(np.max(np.abs(a - b))) for a, b in pairs)


def agree(one, other, name, arguments):
    """Whether two runs of all steps differ by at most twice their bound."""
    optimizer = next(each for each in STOCK_OPTIMIZERS if each.name == f"torch.optim.{name}")
    spec, rates = optimizer.spec({"lr": RATE} | arguments), (RATE,) * len(GRADS)
    leaves = zip(*map(states.leaves_of, (one, other, START, *GRADS)), strict=True)
    return all(
        np.all(np.abs(a - b) <= 2 * trajectory(spec, rates, start, grads).bounds[-1])
        for a, b, start, *grads in leaves
    )


def bits(state):
    leaves = [np.asarray(leaf) for moment in state for leaf in states.leaves_of(moment)]
    return [leaf.tobytes() for leaf in leaves]


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("pair", PAIRS)
def test_a_run_begun_in_torch_goes_on_in_optax(pair):
    name, arguments, other, others, reference = PAIRS[pair]
    whole = InTorch(name, arguments, START).steps(GRADS)
    first = InTorch(name, arguments, START)
    theta = first.steps(GRADS[:HALF])
    state = states.from_torch(first.optimizer, START)
    second = InOptax(other, others, theta)
    if reference == "rmsprop":
        state = states.rate_inside(state, RATE)
    calls = (states.torch_call(first.optimizer), optax_call(other, others))
    second.state = states.into_optax(reference, state, second.state, *calls)
    assert agree(second.steps(GRADS[HALF:]), whole, name, arguments)
    # Without the state the parameters differ: the check can fail.
    assert difference(InOptax(other, others, theta).steps(GRADS[HALF:]), whole) > 1e-4


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("pair", PAIRS)
def test_a_run_begun_in_optax_goes_on_in_torch(pair):
    name, arguments, other, others, reference = PAIRS[pair]
    whole = InOptax(other, others, START).steps(GRADS)
    first = InOptax(other, others, START)
    theta = first.steps(GRADS[:HALF])
    state = states.from_optax(reference, first.state, START, b1=0.9)
    second = InTorch(name, arguments, theta)
    # optax's SGD, Adagrad, RMSprop and Adadelta do not count their steps.
    if not state.step:
        state = state._replace(step=HALF)
    if reference == "rmsprop":
        state = states.rate_outside(state, RATE)
    states.into_torch(second.optimizer, state, made_by=optax_call(other, others))
    assert agree(second.steps(GRADS[HALF:]), whole, name, arguments)


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("pair", PAIRS)
def test_a_round_trip_through_torch_and_through_optax_is_exact(pair):
    name, arguments, other, others, reference = PAIRS[pair]
    if reference == "rmsprop":
        others = others | {"centered": True}
    first = InTorch(name, arguments, START)
    first.steps(GRADS[:HALF])
    state = states.from_torch(first.optimizer, START)
    again = InTorch(name, arguments, START)
    states.into_torch(again.optimizer, state, made_by=states.torch_call(first.optimizer))
    assert bits(states.from_torch(again.optimizer, START)) == bits(state)
    kept, given = first.optimizer.state_dict(), again.optimizer.state_dict()
    for index, entry in kept["state"].items():
        for key, value in entry.items():
            assert torch.equal(value, given["state"][index][key]), key
    begun = InOptax(other, others, START)
    begun.steps(GRADS[:HALF])
    state = states.from_optax(reference, begun.state, START, b1=0.9)
    calls = [optax_call(other, others)] * 2
    filled = states.into_optax(reference, state, InOptax(other, others, START).state, *calls)
    for one, two in zip(jax.tree.leaves(begun.state), jax.tree.leaves(filled), strict=True):
        assert np.asarray(one).tobytes() == np.asarray(two).tobytes()
    assert jax.tree.structure(begun.state) == jax.tree.structure(filled)


@pytest.mark.usefixtures("in_float64")
def test_a_reference_goes_on_where_torch_stopped():
    first = InTorch("Adam", {}, START)
    theta = first.steps(GRADS[:HALF])
    state = states.from_torch(first.optimizer, START)
    optimizer = OPTIMIZERS["adam"](RATE)
    for grad in GRADS[HALF:]:
        updates, state = optimizer.update(grad, state, theta)
        theta = apply_updates(theta, updates)
    assert agree(theta, InTorch("Adam", {}, START).steps(GRADS), "Adam", {})


def test_a_parameter_without_a_gradient_does_not_lose_the_moments_of_the_others():
    for unused in (0, 3):
        run = InTorch("Adam", {}, START)
        for grad in GRADS[:3]:
            for index, (theta, leaf) in enumerate(
                zip(run.thetas, states.leaves_of(grad), strict=True)
            ):
                theta.grad = None if index == unused else torch.tensor(leaf)
            run.optimizer.step()
        state = states.from_torch(run.optimizer, START)
        assert state.step == 3
        moved = [np.any(leaf) for leaf in states.leaves_of(state.first_moment)]
        assert moved == [index != unused for index in range(4)]


@pytest.mark.parametrize("steps", [0, 1, 6])
def test_torch_and_the_reference_both_know_whether_the_first_step_is_made(steps):
    arguments = {"momentum": 0.9, "dampening": 0.5}
    first = InTorch("SGD", arguments, START)
    theta = first.steps(GRADS[:steps])
    state = states.from_torch(first.optimizer, START)
    given = {"rate_inside": False, "dampening": 0.5, "dampen_first": False}
    optimizer = OPTIMIZERS["momentum"](RATE, 0.9, **given)
    whole = InTorch("SGD", arguments, START).steps(GRADS)
    second = InTorch("SGD", arguments, theta)
    states.into_torch(second.optimizer, state)
    for grad in GRADS[steps:]:
        updates, state = optimizer.update(grad, state, theta)
        theta = apply_updates(theta, updates)
    assert agree(theta, whole, "SGD", arguments)
    assert agree(second.steps(GRADS[steps:]), whole, "SGD", arguments)


def test_the_number_of_steps_can_be_given_where_the_framework_does_not_count():
    run = InTorch("SGD", {"momentum": 0.9}, START)
    run.steps(GRADS[:6])
    assert states.from_torch(run.optimizer, START).step == 1
    assert states.from_torch(run.optimizer, START, step=6).step == 6
    run = InOptax("sgd", {"momentum": 0.9}, START)
    assert states.from_optax("momentum", run.state, START, step=6).step == 6


def test_before_the_first_step_the_state_is_the_references_own():
    fresh = InTorch("Adam", {}, START)
    state = states.from_torch(fresh.optimizer, START)
    assert bits(state) == bits(OPTIMIZERS["adam"](RATE).init(START))


def test_a_state_that_cannot_be_moved_is_a_clear_error():
    adam = InTorch("Adam", {}, START)
    state = OPTIMIZERS["adam"](RATE).init(START)
    cases = {
        "the parameters have shapes": partial(states.from_torch, adam.optimizer, START[:1]),
        "this is no state of adam: it has step": partial(
            states.into_torch, adam.optimizer, OPTIMIZERS["sgd"](RATE).init(START)
        ),
        "no state of torch.optim.Rprop is known": partial(
            states.from_torch, torch.optim.Rprop([torch.zeros(1)]), np.zeros(1)
        ),
        "no state of optax's rprop is known": partial(states.from_optax, "rprop", (), START),
        "this is no state of adam: it has no ScaleByAdamState": partial(
            states.from_optax, "adam", optax.sgd(0.1).init(np.zeros(1)), START
        ),
        "this is no state of momentum: it keeps more": partial(
            states.from_optax, "momentum", InOptax("rmsprop", {"momentum": 0.9}, START).state, START
        ),
        "this is no state of lion: it has no ScaleByLionState": partial(
            states.from_optax, "lion", optax.adam(0.1).init(np.zeros(1)), START
        ),
        "optax keeps no velocity here": partial(
            states.into_optax,
            "rmsprop",
            OPTIMIZERS["rmsprop"](RATE).init(START)._replace(velocity=START),
            InOptax("rmsprop", {}, START).state,
        ),
        "no state of optax's nope is known": partial(states.into_optax, "nope", state, ()),
        "mu is not of the shape of the parameters": partial(
            states.from_optax, "adam", optax.adam(0.1).init(np.zeros(1)), START
        ),
        "give its b1": partial(
            states.from_optax, "nadam", InOptax("nadam", {}, START).state, START
        ),
        "first_moment is not of the shape": partial(
            states.into_optax, "adam", state, optax.adam(0.1).init(np.zeros(1))
        ),
    }
    for message, call in cases.items():
        with pytest.raises(StateError, match=message):
            call()
