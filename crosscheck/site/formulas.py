"""The equation of every definition that has one, in LaTeX, as its docstring has it."""

MOMENTS = r"m = \beta_1 m + (1 - \beta_1) g,\quad v = \beta_2 v + (1 - \beta_2) g^2"
ADAM = r"-\eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"

FORMULAS = {
    "activations.identity": r"a = z",
    "activations.sigmoid": r"a = \frac{1}{1 + e^{-z}}",
    "activations.tanh": r"a = \tanh z",
    "activations.relu": r"a = \max(z, 0)",
    "activations.softmax": r"a_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
    "activations.log_softmax": r"\log a_k = z_k - \log \sum_j e^{z_j}",
    "activations.softplus": r"a = \log(1 + e^z)",
    "activations.gelu": (
        r"a = z \, \Phi(z) = \frac{z}{2} \, \mathrm{erfc}\left(-\frac{z}{\sqrt{2}}\right)"
    ),
    "losses.squared_error": r"C = \frac{1}{B} \sum_i \sum_k (a_{ik} - y_{ik})^2",
    "losses.half_squared_error": r"J = \frac{1}{2B} \sum_i \sum_k (a_{ik} - y_{ik})^2",
    "losses.mean_squared_error": r"C = \frac{1}{BK} \sum_i \sum_k (a_{ik} - y_{ik})^2",
    "losses.binary_cross_entropy": (
        r"C = -\frac{1}{B} \sum_i \sum_k \left[ t_{ik} \log p_{ik}"
        r" + (1 - t_{ik}) \log(1 - p_{ik}) \right]"
    ),
    "losses.sigmoid_binary_cross_entropy": (
        r"C = \frac{1}{B} \sum_i \sum_k \left[ t_{ik} \, \mathrm{softplus}(-z_{ik})"
        r" + (1 - t_{ik}) \, \mathrm{softplus}(z_{ik}) \right]"
    ),
    "losses.softmax_cross_entropy": (
        r"C = -\frac{1}{B} \sum_i \sum_k t_{ik} \log \mathrm{softmax}(z_i)_k"
    ),
    "mlp.linear": r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}",
    "mlp.forward": r"a^{(l)} = f\left(W^{(l)} a^{(l-1)} + b^{(l)}\right)",
    "mlp.predict": r"\mathrm{class} = \arg\max_k a_k^{(L)}",
    "gradients.value_and_grad": (
        r"\frac{\partial C}{\partial W^{(l)}} = \delta^{(l)} \left(a^{(l-1)}\right)^T,"
        r"\quad \frac{\partial C}{\partial b^{(l)}} = \delta^{(l)}"
    ),
    "gradients.deltas": (
        r"\delta^{(L)} = \frac{\partial C}{\partial a^{(L)}} \odot f'(z^{(L)}),\quad"
        r" \delta^{(l)} = \left(\left(W^{(l+1)}\right)^T \delta^{(l+1)}\right) \odot f'(z^{(l)})"
    ),
    "optimizers.apply_updates": r"\theta = \theta + u",
    "optimizers.decayed": r"u = u - \eta \lambda \theta",
    "optimizers.sgd": r"u = -\eta g",
    "optimizers.momentum": r"v = \mu v - \eta g,\quad u = v",
    "optimizers.lion": (
        r"u = -\eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g),"
        r"\quad m = \beta_2 m + (1 - \beta_2) g"
    ),
    "optimizers.adagrad": r"s = s + g^2,\quad u = -\frac{\eta g}{\sqrt{s} + \epsilon}",
    "optimizers.rmsprop": (
        r"v = \rho v + (1 - \rho) g^2,\quad u = -\frac{\eta g}{\sqrt{v} + \epsilon}"
    ),
    "optimizers.adadelta": (
        r"v = \rho v + (1 - \rho) g^2,\quad d = -g \frac{\sqrt{w + \epsilon}}{\sqrt{v + \epsilon}},"
        r"\quad w = \rho w + (1 - \rho) d^2,\quad u = \eta d"
    ),
    "optimizers.adam": (
        MOMENTS
        + r",\quad u = -\eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
    ),
    "optimizers.adamw": (
        MOMENTS
        + r",\quad u = -\eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
        r" - \eta \lambda \theta"
    ),
    "optimizers.amsgrad": (
        MOMENTS
        + r",\quad \bar v = \max(\bar v, v),\quad u = -\frac{\eta m}{\sqrt{\bar v} + \epsilon}"
    ),
    "optimizers.nadam": (
        MOMENTS + r",\quad u = -\eta \frac{\mu_{t+1} m / (1 - \prod_{i \le t+1} \mu_i)"
        r" + (1 - \mu_t) g / (1 - \prod_{i \le t} \mu_i)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
    ),
    "optimizers.radam": (
        MOMENTS + r",\quad u = -\eta \, r_t \frac{m / (1 - \beta_1^t)}"
        r"{\sqrt{v / (1 - \beta_2^t)} + \epsilon}"
    ),
    "optimizers.adamax": (
        r"m = \beta_1 m + (1 - \beta_1) g,\quad w = \max(\beta_2 w, |g|),"
        r"\quad u = -\frac{\eta \, m}{(1 - \beta_1^t) (w + \epsilon)}"
    ),
}
