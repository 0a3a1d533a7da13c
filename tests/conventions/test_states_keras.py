"""The state of an optimizer moves between Keras and the references, on both backends."""

import pytest

from crosscheck.conventions import stock

# By a name, the call; each is also the reference that its row says it equals.
CALLS = {
    "momentum": "keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True)",
    "adagrad": "keras.optimizers.Adagrad(learning_rate=0.1)",
    "rmsprop": "keras.optimizers.RMSprop(learning_rate=0.1, momentum=0.9, centered=True)",
    "adadelta": "keras.optimizers.Adadelta(learning_rate=0.1)",
    "adam": "keras.optimizers.Adam(learning_rate=0.1, epsilon=0.01)",
    "amsgrad": "keras.optimizers.Adam(learning_rate=0.1, amsgrad=True, beta_2=0.5)",
    "adamw": "keras.optimizers.AdamW(learning_rate=0.1)",
    "nadam": "keras.optimizers.Nadam(learning_rate=0.1)",
    "adamax": "keras.optimizers.Adamax(learning_rate=0.1)",
    "lion": "keras.optimizers.Lion(learning_rate=0.1)",
}
# Keras's call, PyTorch's that is equal, and whether there is a velocity with the rate inside it.
INTO_TORCH = [
    (CALLS["momentum"], "torch.optim.SGD(lr=0.1, momentum=0.9, nesterov=True)", True),
    (CALLS["nadam"], "torch.optim.NAdam(lr=0.1, momentum_decay=1.0, eps=1e-7)", False),
]
REFUSED = {
    "unknown": "no state of keras.optimizers.Ftrl is known",
    "not built": "call optimizer.build(model.trainable_variables)",
    "shapes": "the variables have shapes [(3, 4), (4,), (4, 4), (4,)]",
    "gathering": "it gathers gradients",
    "mean": "it keeps a mean of the parameters",
    "clipped": "it clips the gradients (clipnorm)",
    "rounded": "first_moment would be rounded to float32",
    "not equal": "the two are not equal, and the state is not moved: eps",
    "of another": "this is no state of adam",
    "no place": "Keras keeps no velocity here",
    "rounded after all": "0",
    "untouched": "False",
}
# On JAX, which compiles every operation of every optimizer, these are enough: the attributes that
# hold the moments are the same on both backends.
ON_JAX = ("momentum", "rmsprop", "nadam")
RUNS = [("keras-torch", name) for name in CALLS] + [("keras-jax", name) for name in ON_JAX]
BACKENDS = ("keras-jax", "keras-torch")


def result(backend, what, *arguments):
    """What comes of a function of `keras_states` on a backend, in the worker of that."""
    if stock.FRAMEWORKS[backend].missing:
        pytest.skip(f"{stock.FRAMEWORKS[backend].title} is not installed")
    job = ("keras_states", {"what": what, "arguments": arguments})
    (found,) = stock.run_jobs(backend, [job])
    return found


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("backend", "name"), RUNS)
def test_a_run_goes_on_where_keras_stopped_and_the_other_way_round(backend, name):
    found = result(backend, "halves", CALLS[name])
    assert "error" not in found, found
    assert found["out"] <= 1, found
    assert found["into"] <= 1, found
    assert found["exact"]
    # Without the state it differs: the check can fail.
    assert found["without"] > 1e-4, found


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_would_lose_something_is_refused_and_nothing_is_written(backend):
    messages = result(backend, "refusals")
    assert messages.keys() == REFUSED.keys()
    for name, message in messages.items():
        assert REFUSED[name] in message, name


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_moments_of_a_dict_are_one_vector_in_the_order_of_its_keys(backend):
    assert result(backend, "vectors") is True


@pytest.mark.parametrize("pair", INTO_TORCH)
def test_a_run_begun_in_keras_goes_on_in_torch(pair):
    assert result("keras-torch", "into_torch", *pair) <= 1
