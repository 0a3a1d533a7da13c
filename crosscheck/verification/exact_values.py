"""Exact values of somebody's own network or history, each with its error bound.

Part of the public face: `crosscheck.exact_pass` and `crosscheck.exact_steps`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.numerics.comparison import Tensor, Tensors
from crosscheck.numerics.trees import Layer
from crosscheck.verification.cases.own import Tree, own_history, own_network
from crosscheck.verification.cases.stages import Stage


@dataclass(frozen=True)
class ExactTensor:
    """An exact array, and how far a correct implementation may be from it.

    Attributes:
        value: The exact value of every entry, rounded to float64.
        error_bound: Of every entry: the largest error that rounding in `dtype` explains; infinite
            where no bound is promised (an intermediate value may overflow, or round to 0).
        dtype: What an implementation computes in: "float64" or "float32".
        rest: What the rounding to float64 left over: the exact value is `value + rest`.
    """

    value: np.ndarray
    error_bound: np.ndarray
    dtype: str
    rest: np.ndarray

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The value, for whatever takes an array."""
        return np.array(self.value, dtype)


@dataclass(frozen=True)
class ExactPass:
    """One forward and backward pass, in the contract's terms. Every leaf is an `ExactTensor`.

    Attributes:
        pre_activations: z of every layer, (batch, units).
        activations: a of every layer, the inputs first, (batch, units).
        loss: The loss, a scalar.
        deltas: The derivative of the loss with respect to z of every layer, (batch, units).
        grads: A Layer(weight, bias) of derivatives for every layer: (fan_out, fan_in), (fan_out,).
    """

    pre_activations: tuple[ExactTensor, ...]
    activations: tuple[ExactTensor, ...]
    loss: ExactTensor
    deltas: tuple[ExactTensor, ...]
    grads: tuple[Layer, ...]


@dataclass(frozen=True)
class ExactSteps:
    """The updates and states of an optimizer, step by step. Every leaf is an `ExactTensor`.

    Attributes:
        updates: The update of every step: what is added to the parameters.
        states: By the name in the contract (`first_moment`), that part of the state after every
            step; a number of the state is a scalar.
    """

    updates: tuple[Any, ...]
    states: dict[str, tuple[Any, ...]]


def exact_pass(
    params: Sequence[Any],
    inputs: Any,
    targets: Any,
    *,
    activations: Sequence[str],
    loss: str,
    dtype: str = "float64",
    weights: Any = None,
    normalizer: str = "count",
) -> ExactPass:
    """Every quantity of one pass of a network, exact, with its bound.

    Args:
        params: One pair (weight, bias) per layer, of shapes (fan_out, fan_in) and (fan_out,).
        inputs: (batch, units).
        targets: (batch, outputs).
        activations: One name per layer: identity, sigmoid, tanh, relu, softmax, softplus, gelu.
        loss: squared_error, half_squared_error, mean_squared_error, binary_cross_entropy,
            sigmoid_binary_cross_entropy or softmax_cross_entropy.
        dtype: "float64" or "float32": the arrays are rounded to it first, and the bounds are those
            of an implementation that computes in it.
        weights: (batch,), one weight per sample, not negative; None weighs all of them alike.
        normalizer: By what the mean over the samples divides: "count" is their number, "weights"
            the sum of their weights.

    Returns:
        The pass. Where a relu stands exactly at 0 its slope is taken to be 0.

    Raises:
        ValueError: If shapes, names or the domain of the targets do not fit, or a number is not
            finite.
        TypeError: If something is no array of numbers, or the dtype is another.
    """
    network = own_network(params, inputs, targets, activations, loss, dtype, weights, normalizer)
    stages = network.exactly()
    forward, deltas = stages[Stage.FORWARD], stages[Stage.DELTAS]["deltas"]
    return ExactPass(
        _tree(forward["pre_activations"], dtype),
        _tree(forward["activations"], dtype),
        _tree(forward["loss"], dtype),
        _tree(deltas, dtype),
        _tree(stages[Stage.GRADIENTS]["grads"], dtype),
    )


def exact_steps(
    optimizer: str,
    grads: Sequence[Tree],
    *,
    learning_rate: float | Callable[[int], float],
    params: Tree | None = None,
    **hyperparameters: Any,
) -> ExactSteps:
    """The update and the state of every step of an optimizer, exact, with their bounds.

    Args:
        optimizer: A name of the contract: sgd, momentum, lion, adagrad, rmsprop, adadelta, adam,
            adamw, amsgrad, nadam, radam or adamax.
        grads: The gradient of every step, all of one shape and dtype: an array, or one pair
            (weight, bias) per layer.
        learning_rate: A number, or a function of the step, which is 0 for the first update.
        params: The parameters that each update is given, the same at every step: what a weight
            decay draws towards 0. None for zeros.
        hyperparameters: Keywords of the optimizer as the references take them (`b1`, `eps`,
            `nesterov` ...), with the references' defaults; and `weight_decay`, `decoupled`,
            `scaled` for a weight decay.

    Raises:
        ValueError: If a name, a number or a shape does not fit; if the learning rate is 0 at every
            step.
        TypeError: If a keyword is not known, or something is no array of floating numbers.
    """
    history = own_history(optimizer, grads, learning_rate, params, hyperparameters)
    stages = history.exactly()
    states = {
        name.removeprefix(f"{optimizer}."): _steps(quantity, history.dtype)
        for name, quantity in stages[Stage.STATE].items()
        if name != "step"
    }
    return ExactSteps(_steps(stages[Stage.UPDATE]["updates"], history.dtype), states)


def _tree(quantity: Tensors, dtype: str) -> Any:
    """A quantity as the contract has it: one tensor, a tuple of them, or a tuple of layers."""
    exact = {place: _exact(tensor, dtype) for place, tensor in quantity.items()}
    if list(exact) == [""]:
        return exact[""]
    if "[0].weight" not in exact:
        return tuple(exact.values())
    return tuple(
        Layer(exact[f"[{index}].weight"], exact[f"[{index}].bias"])
        for index in range(len(exact) // 2)
    )


def _steps(quantity: Tensors, dtype: str) -> tuple[Any, ...]:
    """The tree of every step, of tensors whose first index is the step."""
    count = len(next(iter(quantity.values())).value)
    return tuple(
        _tree({place: _at(tensor, step) for place, tensor in quantity.items()}, dtype)
        for step in range(count)
    )


def _at(tensor: Tensor, step: int) -> Tensor:
    return Tensor(*(np.asarray(part)[step] for part in tensor))


def _exact(tensor: Tensor, dtype: str) -> ExactTensor:
    value = np.asarray(tensor.value)
    bound = 0.0 if tensor.bound is None else tensor.bound + tensor.radius
    rest = np.broadcast_to(tensor.rest, value.shape)
    return ExactTensor(value, np.broadcast_to(bound, value.shape), dtype, rest)
