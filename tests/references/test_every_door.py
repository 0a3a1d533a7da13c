"""Every activation, loss and optimizer asks the same of its input, and takes what is good."""

import inspect
from functools import partial

import numpy as np
import pytest

import reference_numpy.optimizers
from crosscheck.frameworks.contract import ACTIVATIONS, LOSSES, STATES

# The moment that is compared with a gradient: the first that an optimizer asks for.
MOMENTS = {
    "momentum": "velocity",
    "adagrad": "sum_of_squares",
    "rmsprop": "second_moment",
    "adadelta": "second_moment",
    **dict.fromkeys(("lion", "adam", "amsgrad", "nadam", "radam", "adamax"), "first_moment"),
}
KEYWORDS = [
    (name, keyword, parameter.default)
    for name in ("decayed", *STATES)
    for keyword, parameter in inspect.signature(
        getattr(reference_numpy.optimizers, name)
    ).parameters.items()
    if keyword not in ("optimizer", "learning_rate")
]


def refusal(kind, call, *arguments):
    with pytest.raises(kind) as refused:
        call(*arguments)
    return str(refused.value)


@pytest.mark.parametrize("name", [*ACTIVATIONS, "log_softmax"])
def test_every_activation_takes_arrays_only(framework, name):
    function = getattr(framework.activations, name)
    assert refusal(TypeError, function, [0.0]) == "z must be an array (see from_numpy), not list"


@pytest.mark.parametrize("name", STATES)
def test_every_optimizer_starts_from_arrays_only(door, name):
    optimizer = getattr(door.f.optimizers, name)(0.1)
    message = "params must be an array (see from_numpy), not str"
    assert refusal(TypeError, optimizer.init, "theta") == message


@pytest.mark.parametrize(("name", "keyword", "default"), KEYWORDS)
def test_every_keyword_of_every_optimizer_is_looked_at(door, name, keyword, default):
    spoiled, kind, message = {
        bool: (1, TypeError, f"{keyword} must be True or False, not 1"),
        str: ("elsewhere", ValueError, f"unknown {keyword} 'elsewhere': known are "),
    }.get(type(default), (-1.0, ValueError, f"{keyword} must be in ["))
    given = {keyword: spoiled}
    if name == "decayed":
        given = {"optimizer": door.f.optimizers.sgd(0.1), "weight_decay": 0.1} | given
    make = partial(getattr(door.f.optimizers, name), learning_rate=0.1, **given)
    assert refusal(kind, make).startswith(message)


@pytest.mark.parametrize("name", STATES)
def test_a_numpy_number_as_a_keyword_changes_no_dtype(door, name):
    rule = getattr(door.f.optimizers, name)
    numbers = {
        keyword: np.float64(default)
        for owner, keyword, default in KEYWORDS
        if owner == name and isinstance(default, float)
    }
    grads = door.ones(3, dtype="float32")
    steps = []
    for optimizer in (rule(0.1), rule(0.1, **numbers)):
        updates, state = optimizer.update(grads, optimizer.init(grads), grads)
        steps.append([door.f.params.to_numpy(leaf) for leaf in (updates, *arrays_of(state))])
    for plain, numpy in zip(*steps, strict=True):
        assert plain.dtype == numpy.dtype == "float32"
        assert plain.tolist() == numpy.tolist()


def arrays_of(state):
    """What of a state is no number."""
    return [leaf for leaf in state[1:] if np.ndim(leaf)]


def test_a_decay_needs_the_parameters(door):
    optimizer = door.f.optimizers.lion(0.1, weight_decay=0.1)
    message = "a weight decay needs params"
    state = optimizer.init(door.ones(3))
    assert refusal(ValueError, optimizer.update, door.ones(3), state) == message


@pytest.mark.parametrize("name", STATES)
def test_every_optimizer_compares_gradients_with_the_parameters(door, name):
    optimizer = getattr(door.f.optimizers, name)(0.1)
    state = optimizer.init(door.ones(3))
    message = "grads has shape (3,), but params has shape (2,)"
    assert refusal(ValueError, optimizer.update, door.ones(3), state, door.ones(2)) == message


@pytest.mark.parametrize("name", MOMENTS)
def test_every_optimizer_compares_gradients_with_its_state(door, name):
    optimizer = getattr(door.f.optimizers, name)(0.1)
    state = optimizer.init(door.ones(1))
    # Of shape (1,), so that arithmetic alone would broadcast it and say nothing.
    message = f"grads has shape (3,), but {MOMENTS[name]} has shape (1,)"
    assert refusal(ValueError, optimizer.update, door.ones(3), state) == message


@pytest.mark.parametrize(
    ("updates", "params", "message"),
    [
        ("word", "array", "updates must be an array (see from_numpy), not str"),
        ("array", "word", "params must be an array (see from_numpy), not str"),
    ],
)
def test_an_update_takes_arrays_only(door, updates, params, message):
    given = {"word": "theta", "array": door.ones(2)}
    call = door.f.optimizers.apply_updates
    assert refusal(TypeError, call, given[params], given[updates]) == message


@pytest.mark.parametrize("name", LOSSES)
def test_training_takes_every_loss(door, name):
    # Rows of probabilities, some of them 0 and 1, which every loss takes.
    targets = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    result = door.train(loss=name, targets=door.array(targets))
    assert np.isfinite(result.losses[0])


def test_rows_may_be_off_one_by_their_rounding_and_no_more(door):
    eps = np.finfo("float64").eps
    rows = np.tile([0.25, 0.75], (5, 1))
    rows[2] += [0, 2 * eps]  # two units for two columns
    assert door.train(loss="softmax_cross_entropy", targets=door.array(rows)).losses
    rows[2] += [0, eps]
    message = "softmax_cross_entropy needs targets whose rows sum to 1"
    call = lambda: door.train(loss="softmax_cross_entropy", targets=door.array(rows))  # noqa: E731
    assert refusal(ValueError, call) == message


def test_training_hands_the_optimizer_its_parameters(framework):
    # What decays its parameters needs them: here a step is their negative, and ends at 0.
    arrays, optimizers = framework.params, framework.optimizers

    def update(grads, state, params=None):
        return arrays.tree_map(lambda p: -p, params), state

    one = arrays.from_numpy(np.ones((1, 1)))
    params = arrays.from_numpy((arrays.Layer(np.full((1, 1), 3.0), np.full(1, 5.0)),))
    result = framework.training.train(
        params,
        one,
        one,
        optimizers.Optimizer(lambda params: params, update),
        activations=("identity",),
        loss="squared_error",
        stop=framework.training.StopRule(max_epochs=1),
    )
    (layer,) = arrays.to_numpy(result.params)
    assert (layer.weight.tolist(), layer.bias.tolist()) == ([[0.0]], [0.0])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_arrays_of_every_floating_dtype_come_in_and_go_out_as_they_are(framework, dtype):
    arrays = framework.params
    there = arrays.to_numpy(arrays.from_numpy(np.array([0.5, -2.0], dtype)))
    assert there.dtype == dtype
    assert there.tolist() == [0.5, -2.0]


def test_a_tree_of_other_tuples_is_refused(door):
    pair = (door.ones(4, 3), door.ones(4))
    message = "a tree must be a tuple of Layer(weight, bias) or a bare array"
    assert refusal(TypeError, door.f.params.tree_map, lambda leaf: leaf, (pair,)) == message
    named = "params must be a tuple of Layer(weight, bias)"
    call = lambda: door.forward(params=(pair,), activations=("tanh",))  # noqa: E731
    assert refusal(TypeError, call) == named
