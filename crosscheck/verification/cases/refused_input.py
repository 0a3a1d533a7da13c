"""Shapes, dtypes and names that every framework refuses, with the contract's words."""

from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck.verification.cases.door import Door

# By what is wrong: the call, the exception and its message.
Refused = dict[str, tuple[Callable[[Door], Any], type[Exception], str]]
BAD_INPUT: Refused = {
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
    "targets that are no matrix": (
        lambda d: d.gradient(targets=d.ones(5)),
        ValueError,
        "targets must be (batch, outputs), not (5,)",
    ),
    "targets of another dtype": (
        lambda d: d.gradient(targets=d.ones(5, 2, dtype="float32")),
        TypeError,
        "targets is float32, but inputs is float64",
    ),
    "predictions that are no matrix": (
        lambda d: d.f.losses.squared_error(d.ones(3), d.ones(3)),
        ValueError,
        "predictions must be (batch, outputs), not (3,)",
    ),
    "a loss of targets that are no matrix": (
        lambda d: d.f.losses.squared_error(d.ones(2, 3), d.ones(3)),
        ValueError,
        "targets must be (batch, outputs), not (3,)",
    ),
    "a third layer that does not chain": (
        lambda d: d.forward(params=(*d.params, d.params[0]), activations=("tanh",) * 3),
        ValueError,
        "layer 2 takes 3 inputs, but layer 1 has 2 outputs",
    ),
    "a list of layers": (
        lambda d: d.forward(params=list(d.params)),
        TypeError,
        "params must be a tuple of Layer(weight, bias)",
    ),
    "a weight that is a list": (
        lambda d: d.forward(params=(d.layer([[1.0]], d.ones(4)), d.params[1])),
        TypeError,
        "layer 0 weight must be an array (see from_numpy), not list",
    ),
    "a bias that is a list": (
        lambda d: d.forward(params=(d.layer(d.ones(4, 3), [1.0]), d.params[1])),
        TypeError,
        "layer 0 bias must be an array (see from_numpy), not list",
    ),
    "a bias of another dtype": (
        lambda d: d.forward(
            params=(d.layer(d.ones(4, 3), d.ones(4, dtype="float32")), d.params[1])
        ),
        TypeError,
        "layer 0 bias is float32, but layer 0 weight is float64",
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
    "gradients of another shape than the parameters": (
        lambda d: d.f.optimizers.sgd(0.1).update(
            d.ones(3), d.f.optimizers.sgd(0.1).init(d.ones(3)), d.ones(2)
        ),
        ValueError,
        "grads has shape (3,), but params has shape (2,)",
    ),
    "a gradient of no layers": (
        lambda d: d.f.gradients.value_and_grad(
            (), d.inputs, d.targets, activations=(), loss="squared_error"
        ),
        ValueError,
        "params has no layer, and so no gradient",
    ),
    "softmax of nothing": (
        lambda d: d.f.activations.softmax(d.ones(2, 0)),
        ValueError,
        "z must have entries along its last axis, not (2, 0)",
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
    "an unknown loss, deltas": (
        lambda d: d.gradient(loss="hinge", function="deltas"),
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
        "activations must be a sequence, one name per layer, not 'tanh'",
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
    "a foreign byte order": (
        lambda d: d.array(np.ones(3, ">f8")),
        TypeError,
        "dtype must be bfloat16, float16, float32 or float64 in this machine's byte order, not >f8",
    ),
    "a list out of the framework": (
        lambda d: d.f.params.to_numpy([1.0]),
        TypeError,
        "tree must be an array (see from_numpy), not list",
    ),
    "a number as a gradient": (
        lambda d: d.f.optimizers.sgd(0.1).update(1.0, d.f.optimizers.sgd(0.1).init(d.ones(2))),
        TypeError,
        "grads must be an array (see from_numpy), not float",
    ),
    "words as parameters": (
        lambda d: d.f.optimizers.adam(0.1).init("foo"),
        TypeError,
        "params must be an array (see from_numpy), not str",
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
    "None as a dtype": (
        lambda d: d.f.params.init_params((2, 3), seed=0, dtype=None),
        TypeError,
        "dtype must name a floating dtype, not None",
    ),
    "no dtype at all": (
        lambda d: d.f.params.init_params((2, 3), seed=0, dtype="real"),
        TypeError,
        "dtype must name a floating dtype, not 'real'",
    ),
}
