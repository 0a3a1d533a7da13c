"""Steps with a decay or with clipped gradients, and others that only look like it."""

from own_training import NAMES, NETWORK

CLASSES = """
    def loss(self, X, y):
        self.forward(X)
        return -np.mean(np.log(self.out[np.arange(len(y)), y]))
    def gradients(self, y):
        d2 = self.out.copy()
        d2[np.arange(len(y)), y] -= 1
        d2 = d2 / len(y)
        d1 = d2 @ self.W2.T * (1 - self.a1**2)
        self.dW2, self.db2, self.dW1, self.db1 = self.a1.T @ d2, d2.sum(0), self.X.T @ d1, d1.sum(0)
"""
ARRAYS = "        arrays = (self.dW1, self.db1, self.dW2, self.db2)\n"
SQUARES = f"{ARRAYS}        norm = sum((g ** 2).sum() for g in arrays)\n"
NORM = f"{SQUARES}        norm = np.sqrt(norm)\n"


def step(each, before="", only=NAMES):
    """A method that takes a step: a line for each parameter, with NAME for it."""
    lines = "".join(f"        {each.replace('NAME', name)}\n" for name in only)
    rest = "".join(
        f"        self.{name} -= lr * self.d{name}\n" for name in NAMES if name not in only
    )
    return f"    def step(self, lr):\n{before}{lines}{rest}"


CLIPPED = "self.NAME -= lr * self.dNAME * min(1, 0.05 / norm)"
WEIGHTS = ("W1", "W2")
RIGHT = {
    "to a norm": (step(CLIPPED, NORM), "clipped to a norm of 0.05 over all arrays"),
    "to a norm, as in PyTorch": (
        step("self.NAME -= lr * self.dNAME * min(1, 0.05 / (norm + 1e-6))", NORM),
        "clipped to a norm of 0.05 over all arrays",
    ),
    "of each array": (
        step("self.NAME -= lr * self.dNAME * min(1, 0.05 / np.linalg.norm(self.dNAME))"),
        "clipped to a norm of 0.05 of each array",
    ),
    "each entry": (
        step("self.NAME -= lr * np.clip(self.dNAME, -0.01, 0.01)"),
        "clipped each entry at 0.01",
    ),
    "weights decay": (
        step("self.NAME -= lr * (self.dNAME + 0.01 * self.NAME)", only=WEIGHTS),
        "also takes 0.01 W times the rate away: a decay",
    ),
    "all decay": (
        step("self.NAME -= lr * (self.dNAME + 0.01 * self.NAME)"),
        "also takes 0.01 W times the rate away, of biases likewise: a decay",
    ),
    "by the sign": (
        step("self.NAME -= lr * (self.dNAME + 0.01 * np.sign(self.NAME))", only=WEIGHTS),
        "also takes 0.01 sign(W) times the rate away: a decay",
    ),
    "before": (
        step("self.NAME = self.NAME * (1 - 0.003) - lr * self.dNAME", only=WEIGHTS),
        "also takes 0.012 W times the rate away: a decay",
    ),
}
PLAIN = step("self.NAME -= lr * self.dNAME")
LIMITED = {
    "between limits": (
        f"{PLAIN}        self.W2 = np.clip(self.W2, -0.2, 0.2)\n",
        "a step keeps W2 between -0.2 and 0.2",
    ),
    "positive": (
        f"{PLAIN}        self.W2 = np.maximum(self.W2, 0)\n",
        "a step keeps W2 at 0 or more",
    ),
    "below a limit": (
        f"{PLAIN}        self.W1 = np.minimum(self.W1, 0.25)\n",
        "a step keeps W1 at 0.25 or less",
    ),
}
WRONG = {
    "by the squares": (
        step("self.NAME -= lr * self.dNAME * min(1, 0.001 / norm)", SQUARES),
        "by the sum of the squares, not by its root, where that is above 0.001",
    ),
    "one array is forgotten": (step(CLIPPED, NORM, only=NAMES[:3]), "W1, b1, W2 after a step"),
    "it grows": (
        step("self.NAME -= lr * (self.dNAME - 0.01 * self.NAME)"),
        "a step makes the parameters grow: -0.01 W",
    ),
    "one decays": (
        step("self.NAME -= lr * (self.dNAME + 0.01 * self.NAME)", only=("W1",)),
        "W1 after a step",
    ),
}


ONE_NORM = step("self.NAME -= lr * self.dNAME * 0.01 / norm", NORM)


def of_classes(text):
    """A network that takes the numbers of classes."""
    network = NETWORK[: NETWORK.index("    def loss")]
    outputs = "e = np.exp(self.a1 @ self.W2 + self.b2)"
    network = network.replace(
        "self.out = self.a1 @ self.W2 + self.b2",
        f"{outputs}\n        self.out = e / e.sum(axis=1, keepdims=True)",
    )
    return network + CLASSES + text
