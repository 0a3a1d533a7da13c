"""The two kinds of statement about a function: it equals the reference's, or has these numbers.

The difference of a finding is the larger one of those of the value and of the gradient, each
relative to the largest number that is expected: see `relative_difference`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions.findings import Finding
from crosscheck.conventions.functions.factors import ONE, SAME, Factor
from crosscheck.conventions.weighting import Weighting
from crosscheck.numerics.digits import counted
from reference_numpy.activations import ACTIVATIONS
from reference_numpy.gradients import ACTIVATION_VJPS, LOSS_GRADIENTS
from reference_numpy.losses import LOSSES

# A result is a sum of at most 12 terms of a few operations each: at most 32 roundings, by 2^-53 of
# the largest term, in the framework and in the reference together.
EQUAL = 16 * 2.0**-52
# If a part is computed in float32: more than float64 can differ, and at most 8 of its roundings.
SINGLE = (1e-11, 8 * 2.0**-24)
WITHIN_EQUAL = (0.0, EQUAL)

# Inputs of 4 samples with 3 outputs.
PROBABILITIES = [[0.3, 0.6, 0.9], [0.2, 0.5, 0.8], [0.15, 0.55, 0.45], [0.7, 0.05, 0.25]]
LOGITS = [[0.3, -1.6, 2.9], [-0.2, 0.5, 0.8], [4.0, -3.0, 1.0], [-0.7, 2.2, 0.1]]
# Targets of each: independent probabilities, shares that add up to 1, and one label. Every class
# is the label of some sample.
INDEPENDENT = [[1.0, 0.0, 1.0], [0.25, 1.0, 0.5], [0.0, 0.75, 0.0], [1.0, 0.5, 0.125]]
SHARES = [[0.2, 0.3, 0.5], [0.25, 0.7, 0.05], [1.0, 0.0, 0.0], [0.5, 0.25, 0.25]]
LABELS = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
# Inputs and targets by their names; an activation has no targets.
FUNCTION_PROBES: dict[str, tuple[Any, Any]] = {
    "probabilities": (PROBABILITIES, INDEPENDENT),
    "logits": (LOGITS, INDEPENDENT),
    "logits of shares": (LOGITS, SHARES),
    "logits of labels": (LOGITS, LABELS),
    "one logit": ([[0.3], [-0.2], [4.0], [-0.7]], [[1.0], [0.25], [0.0], [0.75]]),
    "-6 to 4": ([[-3.0, -0.5, 0.25], [1.0, 2.5, -1.25], [0.7, 4.0, -6.0]], None),
}
COTANGENT = [[0.3, -1.0, 0.7], [0.2, 0.9, -0.4], [1.1, -0.6, 0.5]]  # dC/da for an activation


@dataclass(frozen=True)
class Equals:
    """The statement that a component is the reference's loss or activation times a factor.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression in `z` and `y`: see `running`.
        reference: A name in `LOSSES` or `ACTIVATIONS`.
        probe: A name in `FUNCTION_PROBES`.
        value: The factor between the component's value and the reference's.
        gradient: The same for the gradient; None if it has the same factor.
        entries: How many numbers the component returns; they are added up.
        smoothing: The reference's targets are y (1 - smoothing) + smoothing / K.
        weighting: A function of the targets to those of the reference with weights; None has none.
        within: The interval in which the difference must lie.
        because: A remark.
    """

    framework: str
    component: str
    reference: str
    probe: str
    value: Factor = SAME
    gradient: Factor | None = None
    entries: Factor = ONE
    smoothing: float = 0.0
    weighting: Callable[[Any], Weighting] | None = None
    within: tuple[float, float] = WITHIN_EQUAL
    because: str = ""

    @property
    def kind(self) -> str:
        """The kind of its findings."""
        return "loss" if self.reference in LOSSES else "activation"

    @property
    def sizes(self) -> tuple[int, int]:
        """The samples B and the outputs K."""
        samples, outputs = np.shape(FUNCTION_PROBES[self.probe][0])
        return samples, outputs

    def job(self) -> dict[str, Any]:
        """The job for `running.run`."""
        at, targets = FUNCTION_PROBES[self.probe]
        return _job(self.component, at, targets, COTANGENT if targets is None else 1.0)

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """Compare the result of the job with the reference."""
        statement = "the reference's " + self.value.words.format(self.reference)
        if self.gradient:
            statement += f", but the gradient of {self.gradient.words.format(self.reference)}"
        if self.smoothing:
            statement += f", for targets {1 - self.smoothing:g} y + {self.smoothing:g} / K"
        if self.entries != ONE:
            statement += f"; it returns {self.entries.words} numbers, added up here"
        finding = _finding(self, self.probe, statement, result, *self.expected())
        if self.kind == "loss" and finding.difference is not None:
            returned, entries = np.size(result["value"]), self.entries.of(*self.sizes)
            if returned != entries:
                problem = f"it gives {counted(returned, 'number')}, not {entries}"
                finding = replace(finding, problem=problem)
        return [finding]

    def expected(self) -> tuple[Any, Any]:
        """The value and the gradient that follow from the reference's."""
        inputs, targets = (np.array(each) for each in FUNCTION_PROBES[self.probe])
        if self.kind == "activation":
            output = ACTIVATIONS[self.reference](inputs)
            vjp = ACTIVATION_VJPS[self.reference]
            return output, vjp(np.array(COTANGENT), inputs, output)
        targets = targets * (1 - self.smoothing) + self.smoothing / self.sizes[1]
        value_factor = self.value.of(*self.sizes)
        gradient_factor = (self.gradient or self.value).of(*self.sizes)
        if self.weighting is None:
            value = LOSSES[self.reference](inputs, targets)
            gradient = LOSS_GRADIENTS[self.reference](inputs, targets)
        else:
            value, gradient = weighted(self.reference, inputs, self.weighting(targets))
        return value_factor * value, gradient_factor * gradient


@dataclass(frozen=True)
class Values:
    """The statement that a component has this value and this gradient at one point.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression in `z`, and `y` if it is a loss: see `running`.
        at: A number, or several along one axis: the outputs of one sample for a loss.
        value: Of a loss, one number; of an activation, like `at`.
        gradient: Like `at`: that of the sum of the values.
        targets: Like `at`; None for an activation.
        within: The interval in which the difference must lie.
        because: A remark.
    """

    framework: str
    component: str
    at: Any
    value: Any
    gradient: Any
    targets: Any = None
    within: tuple[float, float] = WITHIN_EQUAL
    because: str = ""

    @property
    def kind(self) -> str:
        """The kind of its findings."""
        return "activation" if self.targets is None else "loss"

    def job(self) -> dict[str, Any]:
        """The job for `running.run`."""
        # With at least one axis: tinygrad would compile a scalar, and there may be no compiler.
        at = np.atleast_1d(self.at).tolist()
        if self.targets is None:
            return _job(self.component, at, None)
        return _job(self.component, [at], [np.atleast_1d(self.targets).tolist()])

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """Compare the result of the job with the stated numbers."""
        probe = f"z = {_in_words(self.at)}"
        if self.targets is not None:
            probe += f", y = {_in_words(self.targets)}"
        statement = f"value {_in_words(self.value)}, gradient {_in_words(self.gradient)}"
        return [_finding(self, probe, statement, result, self.value, self.gradient)]


def weighted(loss: str, inputs: np.ndarray, weighting: Weighting) -> tuple[Any, np.ndarray]:
    """A reference's loss with weights of its samples, and its gradient by the inputs.

    Sample by sample: a mean over one sample is its own loss.

    Args:
        loss: A name in `LOSSES`.
        inputs: (batch, outputs).
        weighting: The targets, the weights and what their sum is divided by.

    Returns:
        The loss, and its gradient of the shape of `inputs`; NaN if the weights add up to 0 and are
        the divisor.
    """
    rows = [(inputs[i : i + 1], weighting.targets[i : i + 1]) for i in range(len(inputs))]
    losses = np.array([LOSSES[loss](*row) for row in rows])
    gradients = np.concatenate([LOSS_GRADIENTS[loss](*row) for row in rows])
    weights = weighting.weights
    divisor = len(rows) if weighting.normalizer == "count" else weights.sum()
    with np.errstate(invalid="ignore"):  # 0/0, where all samples are ignored
        return (weights @ losses) / divisor, weights[:, np.newaxis] * gradients / divisor


FunctionStatements = tuple[Equals | Values, ...]


def relative_difference(measured: Any, expected: Any) -> float:
    """The largest difference, divided by the largest finite number expected unless that is 0.

    Two NaN do not differ, nor do two equal infinities. If only one of two numbers is NaN, so is the
    result.
    """
    measured, expected = np.asarray(measured, "float64"), np.asarray(expected, "float64")
    same = (measured == expected) | (np.isnan(measured) & np.isnan(expected))
    apart = abs(np.where(same, 0.0, measured) - np.where(same, 0.0, expected))
    size = abs(expected[np.isfinite(expected)]).max(initial=0.0)
    return float(apart.max() / (size or 1.0))


def _finding(
    statement: Equals | Values,
    probe: str,
    text: str,
    result: dict[str, Any],
    value: Any,
    gradient: Any,
) -> Finding:
    least, most = statement.within
    if least > 0:
        text += f", but differs by {least:g} to {most:g}"
    if statement.because:
        text += f" ({statement.because})"
    component = (statement.kind, statement.framework, statement.component)
    finding = Finding(*component, probe, text, None, least, most)
    if "missing" in result:
        return replace(finding, missing=result["missing"])
    if "error" in result:
        return replace(finding, problem=result["error"])
    measured = np.asarray(result["value"])
    if statement.kind == "loss":
        measured = measured.sum()
    pairs = ((measured, value), (np.squeeze(result["gradient"]), np.squeeze(gradient)))
    return replace(finding, difference=max(relative_difference(*pair) for pair in pairs))


def _job(component: str, at: Any, targets: Any, cotangent: Any = 1.0) -> dict[str, Any]:
    return {"component": component, "at": at, "targets": targets, "cotangent": cotangent}


def _in_words(numbers: Any) -> str:
    if isinstance(numbers, tuple):
        return f"({', '.join(map(_in_words, numbers))})"
    return f"{numbers:.12g}"
