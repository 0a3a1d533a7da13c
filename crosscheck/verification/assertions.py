"""Checks for somebody's own code and tests: an array, a gradient, an optimizer.

Part of the public face: `crosscheck.compare`, `crosscheck.assert_within_bound`,
`crosscheck.check_gradients` and `crosscheck.check_optimizer`.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crosscheck.numerics import comparison
from crosscheck.numerics.comparison import EXACT, Comparison, Place, Tensor
from crosscheck.numerics.tensors import computed_steps
from crosscheck.numerics.trees import Layer, leaves_like
from crosscheck.verification.cases.own import (
    OwnGradients,
    OwnSteps,
    drawn_history,
    own_network,
)
from crosscheck.verification.cases.stages import Quantities, Stage
from crosscheck.verification.diagnosis import diagnosis_of
from crosscheck.verification.exact_values import ExactTensor
from crosscheck.verification.judging import Attempt, against_exact


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        comparisons: One for every quantity that was checked; each that fails has the known mistakes
            that give the same wrong values.
    """

    comparisons: tuple[Comparison, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is within its bound."""
        return all(each.holds for each in self.comparisons)

    @property
    def message(self) -> str:
        """What is wrong, a line for each quantity; or how much of the bounds is used at most."""
        wrong = [each.message for each in self.comparisons if not each.holds]
        if wrong:
            return "\n".join(wrong)
        most = max((each.fraction_of_bound for each in self.comparisons), default=0.0)
        return f"right: at most {most:.2g} of what rounding allows"

    def assert_holds(self) -> None:
        """Do nothing if everything is right.

        Raises:
            AssertionError: If something is wrong; its text is the `message`.
        """
        if not self.holds:
            raise AssertionError(self.message)


def compare(actual: Any, exact: Any, *, label: str = "") -> Comparison:
    """Compare computed arrays with their exact values, entry by entry.

    Args:
        actual: Anything that NumPy takes for an array; or a tuple or list of such, or of pairs
            (weight, bias), where `exact` is one.
        exact: What `exact_pass` or `exact_steps` returned for it: an `ExactTensor`, or a tree.
        label: What it is called in the result's message.

    Returns:
        The comparison of the entry that uses most of its bound. Another shape does not hold.

    Raises:
        TypeError: If `actual` has another dtype than `exact` is made for, or `exact` is none.
    """
    wanted = leaves_like(exact, exact)
    if not all(isinstance(each, ExactTensor) for each in wanted.values()):
        raise TypeError(f"exact must be what exact_pass or exact_steps returned, not {exact!r}")
    dtype = next(iter(wanted.values())).dtype
    computed = _tensors(actual, exact, dtype)
    for name, tensor in computed.items():
        if tensor.value.dtype != dtype:
            raise TypeError(
                f"{label or 'actual'}{name} is {tensor.value.dtype}, but the exact value and its "
                f"bound are made for {dtype}: ask for the exact value in that dtype"
            )
    place = Place(quantity=label, dtype=dtype)
    expected = {
        name: Tensor(each.value, each.error_bound, each.rest) for name, each in wanted.items()
    }
    return comparison.compare(place, ("actual", EXACT), computed, expected, expected)


def assert_within_bound(actual: Any, exact: Any, *, fraction: float = 1.0) -> None:
    """Do nothing if computed arrays are as near to their exact values as rounding allows.

    Args:
        actual, exact: As `compare` takes them.
        fraction: How much of the bound may be used.

    Raises:
        AssertionError: If more is used. The text names the worst entry, both values and the bound.
        TypeError: As `compare`.
    """
    found = compare(actual, exact)
    if not found.fraction_of_bound <= fraction:
        raise AssertionError(found.message)


def check_gradients(
    value_and_grad: Callable[[Any, Any, Any], tuple[Any, Any]],
    params: Sequence[Any],
    inputs: Any,
    targets: Any,
    *,
    activations: Sequence[str],
    loss: str,
    weights: Any = None,
    normalizer: str = "count",
) -> Report:
    """Check a function that computes a loss and its gradients, on one network and one batch.

    Args:
        value_and_grad: Called once, as value_and_grad(params, inputs, targets), with copies of what
            stands here; with the weights as a fourth argument, if there are any. Returns the loss
            and one pair (weight, bias) of gradients per layer.
        params: One pair (weight, bias) per layer, (fan_out, fan_in) and (fan_out,), of NumPy arrays
            or of anything else that NumPy takes for an array.
        inputs: (batch, units).
        targets: (batch, outputs).
        activations: One name of the contract per layer.
        loss: A name of the contract.
        weights: (batch,), one weight per sample, not negative; None weighs all of them alike.
        normalizer: By what the mean over the samples divides: "count" is their number, "weights"
            the sum of their weights.

    Returns:
        A report on the loss, every gradient, and whether the arguments were left as they were.

    Raises:
        ValueError: If shapes, names or the domain of the targets do not fit, or a number is not
            finite.
        TypeError: If something is no array of floating numbers, or `value_and_grad` does not return
            two things.
        Exception: Whatever `value_and_grad` raises.
    """
    kind = {"weights": weights, "normalizer": normalizer}
    case = OwnGradients(own_network(params, inputs, targets, activations, loss, **kind))
    own = copy.deepcopy((params, inputs, targets, *(() if weights is None else (weights,))))
    returned = value_and_grad(*own)
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise TypeError(f"value_and_grad must return the loss and its gradients, not {returned!r}")
    value, grads = returned
    like = tuple(Layer(None, None) for _ in params)
    quantities: Quantities = {
        "loss": _tensors(value, None, case.dtype),
        "grads": _tensors(grads, like, case.dtype),
        "arguments afterwards": _tensors(
            (*own[0], *own[1:]), (*like, *(None for _ in own[1:])), case.dtype
        ),
    }
    return _report(case, Stage.GRADIENTS, quantities)


def check_optimizer(
    optimizer: Any,
    name: str,
    *,
    learning_rate: float | Callable[[int], float],
    steps: int = 12,
    **hyperparameters: Any,
) -> Report:
    """Check an optimizer against the update rule that it is meant to be.

    Args:
        optimizer: Has `init(params)`, which returns a state, and `update(grads, state, params)`,
            which returns the updates that are added to the parameters, and the next state; as
            optax and the references do. It is given NumPy arrays of shape (17,) in float64.
        name: Of the rule, in the contract: "adam", "rmsprop" ...
        learning_rate: A number, or a function of the step, which is 0 for the first update; as it
            was given to the optimizer.
        steps: How many updates. Their gradients have both signs and many magnitudes; some are 0.
        hyperparameters: Those that the optimizer has, in the references' words; all others have
            the references' defaults.

    Returns:
        A report on the updates, and whether the arguments were left as they were.

    Raises:
        ValueError: If a name or a number does not fit, or the learning rate is 0 at every step.
        TypeError: If a keyword is not known, or the optimizer lacks `init` or `update`.
        Exception: Whatever the optimizer raises.
    """
    if not (hasattr(optimizer, "init") and hasattr(optimizer, "update")):
        raise TypeError(f"an optimizer must have init and update, and {optimizer!r} lacks them")
    history = drawn_history(name, learning_rate, steps, hyperparameters)
    start = np.array(history.start)
    grads, points = list(map(np.array, history.grads)), list(map(np.array, history.points))
    state, updates = optimizer.init(start), []
    for grad, point in zip(grads, points, strict=True):
        update, state = optimizer.update(grad, state, point)
        updates.append({"": np.array(update)})
    afterwards = [{"": each} for each in (start, *grads, *points)]
    quantities = {
        "updates": computed_steps(updates),
        "arguments afterwards": computed_steps(afterwards),
    }
    return _report(OwnSteps(history), Stage.UPDATE, quantities)


def _report(case: OwnGradients | OwnSteps, stage: Stage, quantities: Quantities) -> Report:
    attempted = Attempt("yours", {stage: quantities})
    diagnosis = diagnosis_of([(case, attempted)])
    return Report(tuple(map(diagnosis.mark, against_exact(case, attempted))))


def _tensors(tree: Any, like: Any, dtype: str) -> dict[str, Tensor]:
    """Somebody's own tree as tensors, by the places of the tree that it should match.

    What that tree lacks is empty: its place alone tells that the two differ.
    """
    places = leaves_like(like, like)
    return {
        place: Tensor(_array(leaf, dtype) if place in places else np.empty(0, dtype))
        for place, leaf in leaves_like(tree, like).items()
    }


def _array(value: Any, dtype: str) -> np.ndarray:
    """Anything that NumPy takes for an array; a bare Python number gets the dtype.

    What is no array, as nested lists of different lengths, has a dtype that matches none.
    """
    try:
        return np.asarray(value, dtype if isinstance(value, int | float) else None)
    except ValueError:
        return np.array(None)
