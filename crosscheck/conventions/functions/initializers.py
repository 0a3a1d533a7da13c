"""What the frameworks' layers and initializers draw: from which distribution, in which layout.

The largest of many weights and their standard deviation say which distribution they are from. Both
are known but for chance, and all is seeded; the intervals are such that a true statement fails once
in 10^10 seeds.
"""

from dataclasses import dataclass, replace
from math import log, sqrt
from statistics import NormalDist
from typing import Any

from crosscheck.conventions.findings import Finding

CHANCE = 1e-10
NORMAL = NormalDist()
# Of a normal distribution cut at two deviations: the probability per deviation at the two cuts,
# the deviation that is left, and the fourth moment over the square of the second.
AT_CUTS = 2 * NORMAL.pdf(2) / (2 * NORMAL.cdf(2) - 1)
CUT = sqrt(1 - 2 * AT_CUTS)
KURTOSIS = {"uniform": 9 / 5, "normal": 3.0, "truncated": (3 * CUT**2 - 8 * AT_CUTS) / CUT**4}
ROUNDED = 2.0**-23  # a bound kept in float32 may be this much above


@dataclass(frozen=True)
class Drawn:
    """What one tensor of a fresh layer is drawn from.

    Attributes:
        framework: A name in `stock.FRAMEWORKS`.
        component: An expression that gives the layer, or what is drawn itself: see `running`.
        tensor: An expression in `layer` that gives the tensor.
        layout: Its axes in terms of fan_in and fan_out.
        distribution: A name in `KURTOSIS`; "truncated" is the normal one cut at two deviations.
            "zero" where nothing is drawn.
        scale: Of the uniform one the bound, of the others the standard deviation, likewise.
        because: A remark.
        fan_out: How many outputs the layer has.
    """

    framework: str
    component: str
    tensor: str
    layout: str
    distribution: str
    scale: str = "0"
    because: str = ""
    fan_out: int = 900
    fan_in: int = 400

    def job(self) -> dict[str, Any]:
        """For `running.run`."""
        return {"component": self.component, "tensor": self.tensor}

    def findings(self, result: dict[str, Any]) -> list[Finding]:
        """What a result of the job says: of the largest number, and of the standard deviation."""
        if self.distribution == "zero":
            return [self._finding("the largest", 0.0, 0.0, "largest", 1.0, result)]
        size = eval(self.scale, self._sizes)
        count = eval(self.layout.replace(",", " *"), self._sizes)
        expected, low, high = _largest(self.distribution, count)
        deviation = size / sqrt(3) if self.distribution == "uniform" else size
        spread = _sigmas(CHANCE) * sqrt((KURTOSIS[self.distribution] - 1) / (4 * count))
        return [
            self._finding("the largest", low, high, "largest", expected * size, result),
            self._finding("the deviation", -spread, spread, "deviation", deviation, result),
        ]

    @property
    def _sizes(self) -> dict[str, Any]:
        return {"fan_in": self.fan_in, "fan_out": self.fan_out, "sqrt": sqrt, "CUT": CUT}

    def _finding(
        self, what: str, least: float, most: float, key: str, unit: float, result: dict[str, Any]
    ) -> Finding:
        statement = f"{self.distribution} {self.scale}, in ({self.layout})"
        if self.because:
            statement += f" ({self.because})"
        if unit != 1.0:
            what += f" over {unit:.6g}, less 1"
        finding = Finding(
            "initializer",
            self.framework,
            self.component,
            f"{self.tensor}, fan_in {self.fan_in}, fan_out {self.fan_out}",
            f"{statement}: {what}",
            least=least,
            most=most,
        )
        if "missing" in result:
            return replace(finding, missing=result["missing"])
        if "error" in result:
            return replace(finding, problem=result["error"])
        if tuple(result["shape"]) != _axes(self.layout, self._sizes):
            return replace(finding, problem=f"its shape is {result['shape']}")
        measured = result[key] if self.distribution == "zero" else result[key] / unit - 1
        return replace(finding, difference=measured)
