"""The equations of the definitions that have any, in LaTeX; their docstrings have the same ones."""

MOMENTS = (r"m = \beta_1 m + (1 - \beta_1) g", r"v = \beta_2 v + (1 - \beta_2) g^2")
HATS = (r"\hat m = \frac{m}{1 - \beta_1^t}", r"\hat v = \frac{v}{1 - \beta_2^t}")
ADAM = r"u = -\eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}"
SUMS = r"\sum_i w_i \sum_k"

FORMULAS: dict[str, tuple[str, ...]] = {
    "activations.identity": (r"a = z",),
    "activations.sigmoid": (r"a = \frac{1}{1 + e^{-z}}",),
    "activations.tanh": (r"a = \tanh(z)",),
    "activations.relu": (r"a = \max(z, 0)",),
    "activations.softmax": (r"a_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",),
    "activations.log_softmax": (r"\log \, a_k = z_k - \log \, \sum_j e^{z_j}",),
    "activations.softplus": (r"a = \log(1 + e^z)",),
    "activations.gelu": (
        r"a = z \, \Phi(z) = \frac{z}{2} \, \text{erfc}\left(-\frac{z}{\sqrt{2}}\right)",
    ),
    "losses.squared_error": (rf"C = \frac{{1}}{{B}} {SUMS} (a_{{ik}} - y_{{ik}})^2",),
    "losses.half_squared_error": (rf"J = \frac{{1}}{{2B}} {SUMS} (a_{{ik}} - y_{{ik}})^2",),
    "losses.mean_squared_error": (rf"C = \frac{{1}}{{BK}} {SUMS} (a_{{ik}} - y_{{ik}})^2",),
    "losses.binary_cross_entropy": (
        rf"C = -\frac{{1}}{{B}} {SUMS} \left[ t_{{ik}} \log \, p_{{ik}}"
        r" + (1 - t_{ik}) \log(1 - p_{ik}) \right]",
    ),
    "losses.sigmoid_binary_cross_entropy": (
        rf"C = \frac{{1}}{{B}} {SUMS} \left[ t_{{ik}} \, \text{{softplus}}(-z_{{ik}})"
        r" + (1 - t_{ik}) \, \text{softplus}(z_{ik}) \right]",
    ),
    "losses.softmax_cross_entropy": (
        rf"C = -\frac{{1}}{{B}} {SUMS} t_{{ik}} \log \, \text{{softmax}}(z_i)_k",
    ),
    "losses.mean_weight": (r"\bar w = \frac{1}{B} \sum_i w_i",),
    "losses.scaled": (r"f_i = w_i \quad \text{or} \quad f_i = \frac{w_i}{\bar w}",),
    "mlp.forward": (r"a^{(l)} = f\left(W^{(l)} a^{(l-1)} + b^{(l)}\right)",),
    "mlp.predict": (r"\text{class} = \text{arg} \, \max_k \, a_k^{(L)}",),
    "gradients.value_and_grad": (
        r"\frac{\partial C}{\partial W^{(l)}} = \delta^{(l)} \left(a^{(l-1)}\right)^T",
        r"\frac{\partial C}{\partial b^{(l)}} = \delta^{(l)}",
    ),
    "gradients.deltas": (
        r"\delta^{(L)} = \frac{\partial C}{\partial a^{(L)}} \odot f'(z^{(L)})",
        r"\delta^{(l)} = \left(W^{(l+1)}\right)^T \delta^{(l+1)} \odot f'(z^{(l)})",
    ),
    "optimizers.apply_updates": (r"\theta = \theta + u",),
    "optimizers.decayed": (r"u = u - \eta \lambda \theta",),
    "optimizers.clipped": (r"g = g \, \frac{c}{\max(c, |g| + \epsilon)}",),
    "optimizers.sgd": (r"u = -\eta g",),
    "optimizers.momentum": (r"v = \mu v - \eta g", r"u = v"),
    "optimizers.lion": (
        r"c = \beta_1 m + (1 - \beta_1) g",
        r"u = -\eta (\text{sign}(c) + \lambda \theta)",
        r"m = \beta_2 m + (1 - \beta_2) g",
    ),
    "optimizers.adagrad": (r"s = s + g^2", r"u = -\frac{\eta g}{\sqrt{s} + \epsilon}"),
    "optimizers.rmsprop": (
        r"v = \rho v + (1 - \rho) g^2",
        r"u = -\frac{\eta g}{\sqrt{v} + \epsilon}",
    ),
    "optimizers.adadelta": (
        r"v = \rho v + (1 - \rho) g^2",
        r"d = -\frac{\sqrt{w + \epsilon}}{\sqrt{v + \epsilon}} g",
        r"w = \rho w + (1 - \rho) d^2",
        r"u = \eta d",
    ),
    "optimizers.adam": (*MOMENTS, *HATS, ADAM),
    "optimizers.adamw": (*MOMENTS, *HATS, rf"{ADAM} - \eta \lambda \theta"),
    "optimizers.amsgrad": (
        *MOMENTS,
        r"w = \max(w, v)",
        r"u = -\frac{\eta m}{\sqrt{w} + \epsilon}",
    ),
    "optimizers.nadam": (
        *MOMENTS,
        r"\mu_t = \beta_1 \left(1 - \frac{1}{2} 0.96^{t \psi}\right)",
        r"\hat m = \frac{\mu_{t+1} m}{1 - \mu_1 \cdots \mu_{t+1}}"
        r" + \frac{(1 - \mu_t) g}{1 - \mu_1 \cdots \mu_t}",
        HATS[1],
        ADAM,
    ),
    "optimizers.radam": (
        *MOMENTS,
        *HATS,
        r"\rho_\infty = \frac{2}{1 - \beta_2} - 1",
        r"\rho = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}",
        r"r = \sqrt{\frac{(\rho - 4) (\rho - 2) \rho_\infty}"
        r"{(\rho_\infty - 4) (\rho_\infty - 2) \rho}}",
        r"u = -\eta r \frac{\hat m}{\sqrt{\hat v} + \epsilon} \quad \text{where } \rho > 4",
        r"u = -\eta \hat m \quad \text{before}",
    ),
    "optimizers.adamax": (
        r"m = \beta_1 m + (1 - \beta_1) g",
        r"w = \max(\beta_2 w, |g|)",
        r"u = -\frac{\eta m}{(1 - \beta_1^t) (w + \epsilon)}",
    ),
}
