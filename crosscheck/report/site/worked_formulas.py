"""The equations of the worked example with one's own numbers, by the names its script gives them.

They are those of one sample and of an optimizer's first step, whose state before is 0.
"""

from crosscheck.report.site.formulas import FORMULAS

COTANGENT = r"\frac{\partial C}{\partial a}"
HATS = (r"\hat m = \frac{m}{1 - \beta_1}", r"\hat v = \frac{v}{1 - \beta_2}")
M = r"m = \beta_1 \cdot 0 + (1 - \beta_1) \, g"
V = r"v = \beta_2 \cdot 0 + (1 - \beta_2) \, g^2"
R = r"v = \rho \cdot 0 + (1 - \rho) \, g^2"
ADAM = r"\theta' = \theta - \eta \, \frac{\hat m}{\sqrt{\hat v} + \epsilon}"
SQUARES = r"\sum_k (a_k - y_k)^2"

SLOPES = {
    "identity": r"f'(z) = 1",
    "sigmoid": r"f'(z) = a \, (1 - a)",
    "tanh": r"f'(z) = 1 - a^2",
    "relu": r"f'(z) = 1 \text{ where } z > 0, \text{ else } 0",
    "softplus": r"f'(z) = \frac{1}{1 + e^{-z}}",
    "gelu": r"f'(z) = \Phi(z) + z \, \varphi(z)",
}
LOSSES = {
    "squared_error": (rf"C = {SQUARES}", rf"{COTANGENT} = 2 \, (a - y)"),
    "half_squared_error": (rf"C = \frac{{1}}{{2}} {SQUARES}", rf"{COTANGENT} = a - y"),
    "mean_squared_error": (
        rf"C = \frac{{1}}{{K}} {SQUARES}",
        rf"{COTANGENT} = \frac{{2}}{{K}} (a - y)",
    ),
    "binary_cross_entropy": (
        r"C = -\sum_k \left[ y_k \log \, a_k + (1 - y_k) \log(1 - a_k) \right]",
        rf"{COTANGENT} = \frac{{1 - y}}{{1 - a}} - \frac{{y}}{{a}}",
    ),
    "sigmoid_binary_cross_entropy": (
        r"C = \sum_k \left[ y_k \log(1 + e^{-a_k}) + (1 - y_k) \log(1 + e^{a_k}) \right]",
        rf"{COTANGENT} = \frac{{1}}{{1 + e^{{-a}}}} - y",
    ),
    "softmax_cross_entropy": (
        r"C = -\sum_k y_k \log \, \frac{e^{a_k}}{\sum_j e^{a_j}}",
        r"\frac{\partial C}{\partial a_k} = \frac{e^{a_k}}{\sum_j e^{a_j}} - y_k",
    ),
}
# Each in the order in which the script puts numbers into them.
OPTIMIZERS = {
    "sgd": (r"\theta' = \theta - \eta \, g",),
    "momentum": (r"v = \mu \cdot 0 - \eta \, g", r"\theta' = \theta + v"),
    "momentum.nesterov": (
        r"v = \mu \cdot 0 - \eta \, g",
        r"\theta' = \theta + \mu \, v - \eta \, g",
    ),
    "adagrad": (
        r"s = s_0 + g^2",
        r"\theta' = \theta - \eta \, \frac{g}{\sqrt{s} + \epsilon}",
    ),
    "rmsprop": (R, r"\theta' = \theta - \eta \, \frac{g}{\sqrt{v} + \epsilon}"),
    "adadelta": (
        R,
        r"d = -\frac{\sqrt{0 + \epsilon}}{\sqrt{v + \epsilon}} \, g",
        r"w = \rho \cdot 0 + (1 - \rho) \, d^2",
        r"\theta' = \theta + \eta \, d",
    ),
    "adam": (M, V, *HATS, ADAM),
    "adam.uncorrected": (M, V, r"\theta' = \theta - \eta \, \frac{m}{\sqrt{v} + \epsilon}"),
    "adamw": (M, V, *HATS, rf"{ADAM} - \eta \lambda \theta"),
    "adamax": (
        M,
        r"w = \max(\beta_2 \cdot 0, |g|)",
        r"\theta' = \theta - \frac{\eta \, m}{(1 - \beta_1) (w + \epsilon)}",
    ),
    "lion": (
        r"c = \beta_1 \cdot 0 + (1 - \beta_1) \, g",
        r"\theta' = \theta - \eta \, \text{sign}(c) - \eta \lambda \theta",
        r"m = \beta_2 \cdot 0 + (1 - \beta_2) \, g",
    ),
}


def equations() -> dict[str, str]:
    """Every equation in LaTeX, by the name that the script gives it."""
    found = {
        "affine.0": r"z^{(1)} = W^{(1)} x + b^{(1)}",
        "affine.1": r"z^{(2)} = W^{(2)} a^{(1)} + b^{(2)}",
        "affine.0.plain": r"z^{(1)} = W^{(1)} x",
        "affine.1.plain": r"z^{(2)} = W^{(2)} a^{(1)}",
        "back": r"\frac{\partial C}{\partial a^{(1)}} = (W^{(2)})^{\top} \, \delta^{(2)}",
        "delta.softmax": r"\delta_k = a_k \left( \frac{\partial C}{\partial a_k}"
        r" - \sum_j \frac{\partial C}{\partial a_j} a_j \right)",
    }
    for index, below in enumerate(("x", "a^{(1)}")):
        layer = f"^{{({index + 1})}}"
        delta = rf"\delta{layer}"
        found[f"delta.{index}"] = (
            rf"{delta} = \frac{{\partial C}}{{\partial a{layer}}} \odot f'(z{layer})"
        )
        found[f"grad_weight.{index}"] = (
            rf"\frac{{\partial C}}{{\partial W{layer}}} = {delta} \, ({below})^{{\top}}"
        )
        found[f"grad_bias.{index}"] = rf"\frac{{\partial C}}{{\partial b{layer}}} = {delta}"
    for name in ("identity", "softmax", *SLOPES):
        found[f"activation.{name}"] = FORMULAS[f"activations.{name}"][0]
    found |= {f"slope.{name}": formula for name, formula in SLOPES.items()}
    for name, (loss, gradient) in LOSSES.items():
        found |= {f"loss.{name}": loss, f"loss_gradient.{name}": gradient}
    for name, formulas in OPTIMIZERS.items():
        found |= {f"optimizer.{name}.{index}": each for index, each in enumerate(formulas)}
    return found
