"""A state is moved only where nothing is lost, whatever holds it; what would be lost is said."""

import numpy as np
import pytest

from crosscheck.conventions import states
from crosscheck.conventions.states import StateError
from reference_numpy.optimizers import OPTIMIZERS

torch = pytest.importorskip("torch", reason="torch is not installed")
optax = pytest.importorskip("optax", reason="optax is not installed")
import jax  # noqa: E402 - which optax needs
import jax.numpy as jnp  # noqa: E402

RNG = np.random.default_rng(8)
# A network without biases, its leaves in the order of their sorted keys.
TREE = {"first": {"kernel": RNG.standard_normal((3, 4))}, "second": RNG.standard_normal((4, 2))}
LEAVES = [TREE["first"]["kernel"], TREE["second"]]
GRADS = [[RNG.standard_normal(leaf.shape) for leaf in LEAVES] for _ in range(8)]


def in_torch(name, arguments, leaves=LEAVES, dtype=None, counts=(4, 4)):
    """An optimizer of torch.optim after some steps, so many for each leaf, and its parameters."""
    thetas = [torch.tensor(leaf, dtype=dtype, requires_grad=True) for leaf in leaves]
    optimizer = getattr(torch.optim, name)(thetas, **arguments)
    for step in range(max(counts)):
        for theta, grad, count in zip(thetas, GRADS[step], counts, strict=True):
            theta.grad = torch.tensor(grad, dtype=dtype) if step < count else None
        optimizer.step()
    return optimizer, thetas


def go_on_in_optax(optimizer, state, thetas):
    theta = {"first": {"kernel": jnp.asarray(thetas[0])}, "second": jnp.asarray(thetas[1])}
    for grad in GRADS[4:]:
        grads = {"first": {"kernel": jnp.asarray(grad[0])}, "second": jnp.asarray(grad[1])}
        updates, state = optimizer.update(grads, state, theta)
        theta = optax.apply_updates(theta, updates)
    return [np.asarray(theta["first"]["kernel"]), np.asarray(theta["second"])]


WRAPPED = {
    "plain": optax.adam(0.1),
    "with its rate in the state": optax.inject_hyperparams(optax.adam)(learning_rate=0.1),
    "with a schedule": optax.adam(lambda step: 0.1),
    "in a chain": optax.chain(optax.clip(1e9), optax.adam(0.1)),
    "masked": optax.masked(optax.adam(0.1), mask=lambda tree: jax.tree.map(lambda _: True, tree)),
    "if finite": optax.apply_if_finite(optax.adam(0.1), 3),
    "gathering": optax.MultiSteps(optax.adam(0.1), every_k_schedule=1),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("wrapper", WRAPPED)
def test_a_run_goes_on_in_a_tree_of_dicts_without_biases_in_a_wrapped_transformation(wrapper):
    begun, thetas = in_torch("Adam", {"lr": 0.1})
    state = states.from_torch(begun, TREE)
    optimizer = WRAPPED[wrapper]
    start = optimizer.init(jax.tree.map(jnp.asarray, TREE))
    moved = states.into_optax("adam", state, start)
    ended = go_on_in_optax(optimizer, moved, [theta.detach().numpy() for theta in thetas])
    _, whole = in_torch("Adam", {"lr": 0.1}, counts=(8, 8))
    for one, other in zip(ended, whole, strict=True):
        assert np.max(np.abs(one - other.detach().numpy())) < 1e-14
    again = states.from_optax("adam", moved, TREE)
    for one, other in zip(again[1:], state[1:], strict=True):
        assert np.array_equal(one, other)
    assert again.step == 4
    other, _ = in_torch("Adam", {"lr": 0.1}, counts=(0, 0))
    states.into_torch(other, again)
    kept = begun.state_dict()["state"]
    for index, entry in other.state_dict()["state"].items():
        assert all(torch.equal(value, kept[index][key]) for key, value in entry.items())


MADE = {
    "Adagrad": ({"lr": 0.1}, "adagrad", "optax.adagrad(0.1, initial_accumulator_value=0.0)"),
    "Adam": ({"lr": 0.1, "amsgrad": True}, "amsgrad", "optax.amsgrad(0.1)"),
    "NAdam": ({"lr": 0.1}, "nadam", "optax.nadam(0.1)"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_state_does_not_move_between_optimizers_that_are_not_equal(name):
    arguments, reference, call = MADE[name]
    begun, _ = in_torch(name, arguments)
    state = states.from_torch(begun, TREE)
    start = eval(call, {"optax": optax}).init(jax.tree.map(jnp.asarray, TREE))
    with pytest.raises(StateError, match="give made_by and goes_on"):
        states.into_optax(reference, state, start)
    calls = (states.torch_call(begun), call)
    with pytest.raises(StateError, match="not equal, and the state is not moved"):
        states.into_optax(reference, state, start, *calls)
    begun.zero_grad()
    with pytest.raises(StateError, match="not equal, and the state is not moved"):
        states.into_torch(begun, state, made_by=call)
    # To an optimizer that is equal it moves, as long as it is said.
    with pytest.raises(StateError, match="give made_by"):
        states.into_torch(begun, state)
    states.into_torch(begun, state, made_by=states.torch_call(begun))


def test_an_eps_inside_a_sum_does_not_move_even_between_equal_optimizers():
    begun, _ = in_torch("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.11, "eps": 0.0})
    state = states.from_torch(begun, TREE)
    call = "optax.adagrad(0.1, initial_accumulator_value=0.1, eps=0.01)"
    start = optax.adagrad(0.1, 0.1, 0.01).init(jax.tree.map(jnp.asarray, TREE))
    with pytest.raises(StateError, match=r"eps is 0\.0 in one and 0\.01 in the other"):
        states.into_optax("adagrad", state, start, states.torch_call(begun), call)


def test_steps_that_differ_by_parameter_are_not_made_one_number():
    begun, _ = in_torch("Adam", {"lr": 0.1}, counts=(2, 4))
    with pytest.raises(StateError, match=r"different numbers of steps: \[2, 4\]"):
        states.from_torch(begun, TREE)


def test_numbers_are_rounded_only_where_that_is_asked_for():
    begun, _ = in_torch("Adam", {"lr": 0.1})
    state = states.from_torch(begun, TREE)
    single, _ = in_torch("Adam", {"lr": 0.1}, dtype=torch.float32, counts=(0, 0))
    before = len(single.state)
    with pytest.raises(StateError, match=r"rounded to torch.float32, by up to .*: allow it by"):
        states.into_torch(single, state)
    assert len(single.state) == before  # nothing is moved by halves
    states.into_torch(single, state, rounding=True)
    start = optax.adam(0.1).init(jax.tree.map(lambda x: jnp.asarray(x, "float32"), TREE))
    with pytest.raises(StateError, match="rounded to float32"):
        states.into_optax("adam", state, start)
    states.into_optax("adam", state, start, rounding=True)
    # What float32 holds, moves.
    states.into_optax("adam", states.from_torch(single, TREE), start)
    nadam, _ = in_torch("NAdam", {"lr": 0.1}, counts=(0, 0))
    product = OPTIMIZERS["nadam"](0.1).init(LEAVES[0])._replace(momentum_product=0.1)
    with pytest.raises(StateError, match="not of the shape of the parameters"):
        states.into_torch(nadam, product, made_by=states.torch_call(nadam))
    one, _ = in_torch("NAdam", {"lr": 0.1}, LEAVES[:1], counts=(0,))
    with pytest.raises(
        StateError, match=r"the product of momenta would be rounded to torch\.float32"
    ):
        states.into_torch(one, product, made_by=states.torch_call(one))


def test_what_cannot_be_read_is_a_clear_error():
    half, _ = in_torch("Adam", {"lr": 0.1}, dtype=torch.bfloat16)
    with pytest.raises(StateError, match=r"exp_avg is torch\.bfloat16, which NumPy lacks"):
        states.from_torch(half, TREE)
    gathering = optax.MultiSteps(optax.adam(0.1), every_k_schedule=2)
    tree = jax.tree.map(jnp.asarray, TREE)
    _, state = gathering.update(tree, gathering.init(tree), tree)
    with pytest.raises(StateError, match="gradients are gathered that no step has used yet"):
        states.from_optax("adam", state, TREE)
    groups = [{"params": [torch.zeros(2)]}, {"params": [torch.zeros(2)], "lr": 0.5}]
    with pytest.raises(StateError, match="groups of parameters have different arguments"):
        states.torch_call(torch.optim.Adam(groups))
