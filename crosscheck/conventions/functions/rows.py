"""The two statements about a function: that it is the reference's, or what it is at one place.

Of the value and of the gradient the largest difference is taken, relative to the largest number
that is expected there (as it stands where nothing but 0 is), and the larger of the two kept.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crosscheck.conventions.findings import Finding
from reference_numpy.activations import ACTIVATIONS
from reference_numpy.gradients import ACTIVATION_VJPS, LOSS_GRADIENTS
from reference_numpy.losses import LOSSES

# No result has more than 12 terms, and none of these more than a few operations: at most 32
# roundings of 2^-53 of the largest term, the framework's and the reference's together.
EQUAL = 16 * 2.0**-52
# In part float32: further off than float64 ever is, and no further than 8 of float32's roundings.
SINGLE = (1e-11, 8 * 2.0**-24)
WITHIN_EQUAL = (0.0, EQUAL)

# Inputs and targets of 4 samples with 3 outputs; every class is the label of some sample.
PROBABILITIES = [[0.3, 0.6, 0.9], [0.2, 0.5, 0.8], [0.15, 0.55, 0.45], [0.7, 0.05, 0.25]]
LOGITS = [[0.3, -1.6, 2.9], [-0.2, 0.5, 0.8], [4.0, -3.0, 1.0], [-0.7, 2.2, 0.1]]
APART = [[1.0, 0.0, 1.0], [0.25, 1.0, 0.5], [0.0, 0.75, 0.0], [1.0, 0.5, 0.125]]
SHARED = [[0.2, 0.3, 0.5], [0.25, 0.7, 0.05], [1.0, 0.0, 0.0], [0.5, 0.25, 0.25]]
LABELS = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
PROBES: dict[str, tuple[Any, Any]] = {
    "probabilities": (PROBABILITIES, APART),
    "logits": (LOGITS, APART),
    "logits of shares": (LOGITS, SHARED),
    "logits of labels": (LOGITS, LABELS),
    "-6 to 4": ([[-3.0, -0.5, 0.25], [1.0, 2.5, -1.25], [0.7, 4.0, -6.0]], None),
}
COTANGENT = [[0.3, -1.0, 0.7], [0.2, 0.9, -0.4], [1.1, -0.6, 0.5]]  # of what an activation gives


@dataclass(frozen=True)
class Agreeing:
    """A component is the reference's loss or activation, but for a factor.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression in `z` and `y`: see `running`.
        reference: A name in `LOSSES` or `ACTIVATIONS`.
        probe: A name in `PROBES`.
        value: What stands for the reference, as {}, in terms of the samples B and outputs K.
        gradient: The same for the gradient; empty where it is the value's.
        entries: How many numbers the component gives, in the same terms; they are added up.
        smoothing: The reference's targets are y (1 - smoothing) + smoothing / K.
        within: Between what the difference may be.
        because: A remark.
    """

    framework: str
    component: str
    reference: str
    probe: str
    value: str = "{}"
    gradient: str = ""
    entries: str = "1"
    smoothing: float = 0.0
    within: tuple[float, float] = WITHIN_EQUAL
    because: str = ""

    @property
    def kind(self) -> str:
        return "loss" if self.reference in LOSSES else "activation"

    @property
    def sizes(self) -> dict[str, int]:
        """The samples B and the outputs K."""
        return dict(zip("BK", np.shape(PROBES[self.probe][0]), strict=True))

    def job(self) -> dict[str, Any]:
        """For `running.run`."""
        at, targets = PROBES[self.probe]
        return _job(self.component, at, targets, COTANGENT if targets is None else 1.0)

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """What a result of the job says."""
        statement = "the reference's " + self.value.format(self.reference)
        if self.gradient:
            statement += f", but the gradient of {self.gradient.format(self.reference)}"
        if self.smoothing:
            statement += f", for targets {1 - self.smoothing:g} y + {self.smoothing:g} / K"
        if self.entries != "1":
            statement += f"; {self.entries} numbers, added up here"
        finding = _finding(self, self.probe, statement, result, *self.expected())
        if self.kind == "loss" and finding.difference is not None:
            given, entries = np.size(result["value"]), eval(self.entries, self.sizes)
            if given != entries:
                finding = replace(finding, problem=f"it gives {given} numbers, not {entries}")
        return [finding]

    def expected(self) -> tuple[Any, Any]:
        """The value and the gradient."""
        inputs, targets = (np.array(each) for each in PROBES[self.probe])
        if self.kind == "activation":
            output = ACTIVATIONS[self.reference](inputs)
            vjp = ACTIVATION_VJPS[self.reference]
            return output, vjp(np.array(COTANGENT), inputs, output)
        targets = targets * (1 - self.smoothing) + self.smoothing / self.sizes["K"]
        of_value = eval(self.value.format(1.0), self.sizes)
        of_gradient = eval((self.gradient or self.value).format(1.0), self.sizes)
        value = LOSSES[self.reference](inputs, targets)
        return of_value * value, of_gradient * LOSS_GRADIENTS[self.reference](inputs, targets)


@dataclass(frozen=True)
class Stated:
    """What a component is at one place, number by number.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression in `z`, and `y` if it is a loss: see `running`.
        at: A number, or several along one axis: the outputs of one sample for a loss.
        value: Of a loss, one number; of an activation, like `at`.
        gradient: Like `at`, of the sum of what comes out.
        targets: Like `at`; None for an activation.
        within: Between what the difference may be.
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
        return "activation" if self.targets is None else "loss"

    def job(self) -> dict[str, Any]:
        """For `running.run`."""
        # At least one axis: tinygrad compiles what has none, for which there may be no compiler.
        at = np.atleast_1d(self.at).tolist()
        if self.targets is None:
            return _job(self.component, at, None)
        return _job(self.component, [at], [np.atleast_1d(self.targets).tolist()])

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """What a result of the job says."""
        probe = f"z = {_shown(self.at)}"
        if self.targets is not None:
            probe += f", y = {_shown(self.targets)}"
        statement = f"{_shown(self.value)}, its gradient {_shown(self.gradient)}"
        return [_finding(self, probe, statement, result, self.value, self.gradient)]


Rows = tuple[Agreeing | Stated, ...]


def difference(measured: Any, expected: Any) -> float:
    """The largest difference, relative to the largest finite number expected unless that is 0.

    Two NaN do not differ, nor do two equal infinities; NaN where only one of two is NaN.
    """
    measured, expected = np.asarray(measured, "float64"), np.asarray(expected, "float64")
    same = (measured == expected) | (np.isnan(measured) & np.isnan(expected))
    apart = abs(np.where(same, 0.0, measured) - np.where(same, 0.0, expected))
    size = abs(expected[np.isfinite(expected)]).max(initial=0.0)
    return float(apart.max() / (size or 1.0))


def _finding(
    row: Agreeing | Stated,
    probe: str,
    statement: str,
    result: dict[str, Any],
    value: Any,
    gradient: Any,
) -> Finding:
    least, most = row.within
    if least > 0:
        statement += f", but for {least:g} to {most:g}"
    if row.because:
        statement += f" ({row.because})"
    finding = Finding(row.kind, row.framework, row.component, probe, statement, None, least, most)
    if "missing" in result:
        return replace(finding, missing=result["missing"])
    if "error" in result:
        return replace(finding, problem=result["error"])
    measured = np.asarray(result["value"])
    if row.kind == "loss":
        measured = measured.sum()
    pairs = ((measured, value), (np.squeeze(result["gradient"]), np.squeeze(gradient)))
    return replace(finding, difference=max(difference(*pair) for pair in pairs))


def _job(component: str, at: Any, targets: Any, cotangent: Any = 1.0) -> dict[str, Any]:
    return {"component": component, "at": at, "targets": targets, "cotangent": cotangent}


def _shown(numbers: Any) -> str:
    if isinstance(numbers, tuple):
        return f"({', '.join(map(_shown, numbers))})"
    return f"{numbers:.12g}"
