"""Bad input: the same exception, with the same message, in every framework."""

import numpy as np
import pytest

from crosscheck.frameworks import load


class Door:
    """Good arguments of one framework, for calls that spoil one of them."""

    def __init__(self, framework):
        self.f = framework
        self.array = framework.params.from_numpy
        layer = framework.params.Layer
        self.layer = layer
        self.params = self.array(
            (layer(np.ones((4, 3)), np.ones(4)), layer(np.ones((2, 4)), np.ones(2)))
        )
        self.inputs = self.array(np.ones((5, 3)))
        self.targets = self.array(np.full((5, 2), 0.5))

    def ones(self, *shape, dtype="float64"):
        return self.array(np.ones(shape, dtype))

    def forward(self, params=None, inputs=None, activations=("tanh", "sigmoid")):
        params = self.params if params is None else params
        inputs = self.inputs if inputs is None else inputs
        return self.f.mlp.forward(params, inputs, activations=activations)

    def gradient(self, targets=None, loss="squared_error", function="value_and_grad"):
        return getattr(self.f.gradients, function)(
            self.params,
            self.inputs,
            self.targets if targets is None else targets,
            activations=("tanh", "sigmoid"),
            loss=loss,
        )

    def train(self, loss="squared_error", **changes):
        given = {
            "params": self.params,
            "inputs": self.inputs,
            "targets": self.targets,
            "optimizer": self.f.optimizers.sgd(0.1),
            "stop": self.f.training.StopRule(max_epochs=1),
            "activations": ("tanh", "sigmoid"),
        } | changes
        return self.f.training.train(loss=loss, **given)

    def spoiled(self, index, value):
        inputs = np.ones((5, 3))
        inputs[index] = value
        return self.array(inputs)


BAD = {
    # ----- shapes -----
    "inputs too wide": (
        lambda d: d.forward(inputs=d.ones(5, 4)),
        ValueError,
        "layer 0 takes 3 inputs, but inputs have shape (5, 4)",
    ),
    "inputs not a matrix": (
        lambda d: d.forward(inputs=d.ones(3)),
        ValueError,
        "inputs must be (batch, units), not (3,)",
    ),
    "layers that do not chain": (
        lambda d: d.forward(params=(d.params[0], d.params[0])),
        ValueError,
        "layer 1 takes 3 inputs, but layer 0 has 4 outputs",
    ),
    "a bias of another length": (
        lambda d: d.forward(params=(d.layer(d.ones(4, 3), d.ones(3)), d.params[1])),
        ValueError,
        "layer 0: weight must be (fan_out, fan_in) and bias (fan_out,), not (4, 3) and (3,)",
    ),
    "targets of another shape": (
        lambda d: d.gradient(targets=d.ones(5, 3)),
        ValueError,
        "targets must have shape (5, 2), not (5, 3)",
    ),
    "targets of another shape, deltas": (
        lambda d: d.gradient(targets=d.ones(4, 2), function="deltas"),
        ValueError,
        "targets must have shape (5, 2), not (4, 2)",
    ),
    "predictions against targets": (
        lambda d: d.f.losses.squared_error(d.ones(2, 3), d.ones(2, 1)),
        ValueError,
        "predictions have shape (2, 3), but targets have shape (2, 1)",
    ),
    "an update of another shape": (
        lambda d: d.f.optimizers.apply_updates(d.params, (d.params[0], d.params[0])),
        ValueError,
        "updates layer 1 weight has shape (4, 3), but params layer 1 weight has shape (2, 4)",
    ),
    "an update of fewer layers": (
        lambda d: d.f.optimizers.apply_updates(d.params, d.params[:1]),
        ValueError,
        "trees differ: one has 1 layers, another 2",
    ),
    "an array in place of layers": (
        lambda d: d.f.optimizers.apply_updates(d.params, d.inputs),
        ValueError,
        "trees differ: one is a tuple of Layers, another a bare array",
    ),
    "gradients of another shape": (
        lambda d: d.f.optimizers.adam(0.1).update(
            d.ones(3), d.f.optimizers.adam(0.1).init(d.ones(2))
        ),
        ValueError,
        "grads has shape (3,), but first_moment has shape (2,)",
    ),
    "tree_map over different trees": (
        lambda d: d.f.params.tree_map(lambda a, b: a, d.params, d.params[:1]),
        ValueError,
        "trees differ: one has 2 layers, another 1",
    ),
    "parameters that are no layers": (
        lambda d: d.forward(params=[1, 2]),
        TypeError,
        "params must be a tuple of Layer(weight, bias)",
    ),
    # ----- an empty batch -----
    "empty inputs": (
        lambda d: d.forward(inputs=d.ones(0, 3)),
        ValueError,
        "inputs is empty: its shape is (0, 3)",
    ),
    "an empty loss": (
        lambda d: d.f.losses.softmax_cross_entropy(d.ones(0, 3), d.ones(0, 3)),
        ValueError,
        "predictions is empty: its shape is (0, 3)",
    ),
    # ----- names -----
    "an unknown activation": (
        lambda d: d.forward(activations=("tanh", "swish")),
        ValueError,
        "unknown activation 'swish': known are identity, sigmoid, tanh, relu, softmax, softplus, "
        "gelu",
    ),
    "an unknown loss": (
        lambda d: d.gradient(loss="hinge"),
        ValueError,
        "unknown loss 'hinge': known are squared_error, half_squared_error, mean_squared_error, "
        "binary_cross_entropy, sigmoid_binary_cross_entropy, softmax_cross_entropy",
    ),
    "an unknown initializer": (
        lambda d: d.f.params.init_params((2, 3), seed=0, initializer="zeros"),
        ValueError,
        "unknown initializer 'zeros': known are glorot_uniform, glorot_normal, he_uniform, "
        "he_normal, lecun_normal, standard_normal, uniform",
    ),
    "too few activations": (
        lambda d: d.forward(activations=("tanh",)),
        ValueError,
        "2 layers need as many activations, not 1",
    ),
    "one string for all activations": (
        lambda d: d.forward(activations="tanh"),
        TypeError,
        "activations must be one name per layer, not the string 'tanh'",
    ),
    # ----- dtypes -----
    "whole numbers into the framework": (
        lambda d: d.array(np.ones(3, int)),
        TypeError,
        "dtype must be floating, not int64",
    ),
    "a list into the framework": (
        lambda d: d.array([1.0, 2.0]),
        TypeError,
        "from_numpy takes NumPy arrays, not list",
    ),
    "a list in place of an array": (
        lambda d: d.f.activations.sigmoid([0.0]),
        TypeError,
        "z must be an array (see from_numpy), not list",
    ),
    "whole numbers as targets": (
        lambda d: d.gradient(targets=d.targets > 0),
        TypeError,
        "targets must have a floating dtype, not bool",
    ),
    "inputs of another dtype": (
        lambda d: d.forward(inputs=d.ones(5, 3, dtype="float32")),
        TypeError,
        "inputs is float32, but layer 0 weight is float64",
    ),
    "layers of two dtypes": (
        lambda d: d.forward(
            params=(
                d.params[0],
                d.layer(d.ones(2, 4, dtype="float32"), d.ones(2, dtype="float32")),
            )
        ),
        TypeError,
        "layer 1 weight is float32, but layer 0 weight is float64",
    ),
    "a loss of two dtypes": (
        lambda d: d.f.losses.squared_error(d.ones(2, 3), d.ones(2, 3, dtype="float32")),
        TypeError,
        "predictions is float64, but targets is float32",
    ),
    "an update of another dtype": (
        lambda d: d.f.optimizers.apply_updates(d.ones(2), d.ones(2, dtype="float32")),
        TypeError,
        "updates is float32, but params is float64",
    ),
    "an integer dtype to draw": (
        lambda d: d.f.params.init_params((2, 3), seed=0, dtype="int32"),
        TypeError,
        "dtype must be floating, not int32",
    ),
    "no dtype at all": (
        lambda d: d.f.params.init_params((2, 3), seed=0, dtype="real"),
        TypeError,
        "dtype must name a floating dtype, not 'real'",
    ),
    # ----- hyperparameters -----
    "a negative rate": (
        lambda d: d.f.optimizers.sgd(-0.1),
        ValueError,
        "learning_rate must be in [0.0, inf), not -0.1",
    ),
    "a rate that is no number": (
        lambda d: d.f.optimizers.sgd("0.1"),
        TypeError,
        "learning_rate must be a number, not '0.1'",
    ),
    "an infinite rate": (
        lambda d: d.f.optimizers.adam(float("inf")),
        ValueError,
        "learning_rate must be in [0.0, inf), not inf",
    ),
    "a schedule that turns negative": (
        lambda d: d.f.optimizers.sgd(lambda step: -1.0).update(
            d.ones(2), d.f.optimizers.sgd(0.1).init(d.ones(2))
        ),
        ValueError,
        "learning_rate at step 0 must be in [0.0, inf), not -1.0",
    ),
    "momentum of 1": (
        lambda d: d.f.optimizers.momentum(0.1, momentum=1.0),
        ValueError,
        "momentum must be in [0.0, 1.0), not 1.0",
    ),
    "b1 that is NaN": (
        lambda d: d.f.optimizers.adam(0.1, b1=float("nan")),
        ValueError,
        "b1 must be in [0.0, 1.0), not nan",
    ),
    "b2 above 1": (
        lambda d: d.f.optimizers.adam(0.1, b2=1.5),
        ValueError,
        "b2 must be in [0.0, 1.0), not 1.5",
    ),
    "decay below 0": (
        lambda d: d.f.optimizers.rmsprop(0.1, decay=-0.5),
        ValueError,
        "decay must be in [0.0, 1.0), not -0.5",
    ),
    "negative eps": (
        lambda d: d.f.optimizers.adagrad(0.1, eps=-1e-8),
        ValueError,
        "eps must be in [0.0, inf), not -1e-08",
    ),
    "negative accumulator": (
        lambda d: d.f.optimizers.adagrad(0.1, initial_accumulator=-1.0),
        ValueError,
        "initial_accumulator must be in [0.0, inf), not -1.0",
    ),
    "one layer size": (
        lambda d: d.f.params.init_params((3,), seed=0),
        ValueError,
        "layer_sizes must name at least inputs and outputs, not (3,)",
    ),
    "a layer of nothing": (
        lambda d: d.f.params.init_params((3, 0), seed=0),
        ValueError,
        "layer_sizes[1] must be at least 1, not 0",
    ),
    "a seed of another kind": (
        lambda d: d.f.params.init_params((3, 2), seed=1.5),
        TypeError,
        "seed must be a whole number, not 1.5",
    ),
    "uniform without its bound": (
        lambda d: d.f.params.init_params((3, 2), seed=0, initializer="uniform"),
        ValueError,
        "initializer 'uniform' needs its bound",
    ),
    "a bound for another initializer": (
        lambda d: d.f.params.init_params((3, 2), seed=0, bound=1.0),
        ValueError,
        "initializer 'glorot_uniform' takes no bound",
    ),
    "a stop rule without a condition": (
        lambda d: d.f.training.StopRule(),
        ValueError,
        "a StopRule needs at least one condition",
    ),
    "no epochs": (
        lambda d: d.f.training.StopRule(max_epochs=0),
        ValueError,
        "max_epochs must be at least 1, not 0",
    ),
    "a negative change": (
        lambda d: d.f.training.StopRule(loss_change_below=-1.0),
        ValueError,
        "loss_change_below must be in [0.0, inf), not -1.0",
    ),
    "batches of nothing": (
        lambda d: d.train(batch_size=0),
        ValueError,
        "batch_size must be at least 1, not 0",
    ),
    # ----- values, at the door where data comes in -----
    "an input that is NaN": (
        lambda d: d.train(inputs=d.spoiled((2, 1), np.nan)),
        ValueError,
        "inputs has 1 non-finite entries, first at [2, 1]",
    ),
    "an infinite parameter": (
        lambda d: d.train(
            params=(d.layer(d.array(np.full((4, 3), np.inf)), d.ones(4)), d.params[1])
        ),
        ValueError,
        "params layer 0 weight has 12 non-finite entries, first at [0, 0]",
    ),
    "a target that is no probability": (
        lambda d: d.train(targets=d.array(np.full((5, 2), 1.5)), loss="binary_cross_entropy"),
        ValueError,
        "binary_cross_entropy needs targets in [0, 1]",
    ),
    "a negative target": (
        lambda d: d.train(
            targets=d.array(np.full((5, 2), -0.5)), loss="sigmoid_binary_cross_entropy"
        ),
        ValueError,
        "sigmoid_binary_cross_entropy needs targets in [0, 1]",
    ),
    "targets that do not sum to one": (
        lambda d: d.train(targets=d.array(np.full((5, 2), 0.6)), loss="softmax_cross_entropy"),
        ValueError,
        "softmax_cross_entropy needs targets whose rows sum to 1",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_the_same_words(framework, name):
    call, kind, message = BAD[name]
    with pytest.raises(kind) as refused:
        call(Door(framework))
    assert type(refused.value) is kind
    assert str(refused.value) == message


def test_any_finite_target_suits_a_squared_error(framework):
    door = Door(framework)
    result = door.train(targets=door.array(np.full((5, 2), -7.5)), loss="squared_error")
    assert np.isfinite(result.losses[0])


@pytest.fixture
def jax_framework():
    loaded = load("jax", "reference_jax")
    if not hasattr(loaded, "params"):
        pytest.skip(f"jax is not installed: {loaded.reason}")
    return loaded


def test_jax_without_x64_refuses_float64(jax_framework):
    import jax

    message = (
        'JAX would change float64 to float32: call jax.config.update("jax_enable_x64", True) first'
    )
    with jax.enable_x64(False):
        with pytest.raises(TypeError) as refused:
            jax_framework.params.from_numpy(np.ones(2))
        assert str(refused.value) == message
        with pytest.raises(TypeError) as refused:
            jax_framework.params.init_params((2, 3), seed=0)
        assert str(refused.value) == message
        assert (
            jax_framework.params.init_params((2, 3), seed=0, dtype="float32")[0].weight.dtype
            == "float32"
        )


def test_shapes_and_names_are_checked_under_jit_too(jax_framework):
    import jax

    door = Door(jax_framework)
    value_and_grad = jax_framework.gradients.value_and_grad

    @jax.jit
    def step(params, inputs):
        return value_and_grad(
            params, inputs, door.targets, activations=("tanh", "sigmoid"), loss="squared_error"
        )

    value, _ = step(door.params, door.inputs)
    eager, _ = door.gradient()
    assert abs(float(value) - float(eager)) <= 64 * np.finfo("float64").eps * abs(float(eager))
    with pytest.raises(ValueError, match="layer 0 takes 3 inputs, but inputs have shape"):
        step(door.params, door.ones(5, 4))


def test_an_optimizer_runs_under_jit_with_its_state_and_schedule(jax_framework):
    import jax
    import jax.numpy as jnp

    optimizer = jax_framework.optimizers.adam(lambda step: jnp.where(step < 1, 0.1, 0.01))
    grad = jax_framework.params.from_numpy(np.array([1.0, -2.0]))
    state, jitted = optimizer.init(grad), optimizer.init(grad)
    for _ in range(3):
        updates, state = optimizer.update(grad, state)
        compiled, jitted = jax.jit(optimizer.update)(grad, jitted)
    difference = np.abs(np.asarray(updates) - np.asarray(compiled))
    assert difference.max() <= 64 * np.finfo("float64").eps * np.abs(np.asarray(updates)).max()
