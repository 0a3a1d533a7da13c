"""Parts of files as people write them, and the judgement of a file of such."""

from crosscheck.frameworks.submissions import load
from crosscheck.verification.checking.judging import Options, judge

NETWORK = """
import numpy as np

class Net:
    def __init__(self, sizes=(3, 4, 2)):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(sizes[0], sizes[1])), np.zeros(sizes[1])
        self.W2, self.b2 = rng.normal(size=(sizes[1], sizes[2])), np.zeros(sizes[2])
    def forward(self, X):
        self.X, self.a1 = X, np.tanh(X @ self.W1 + self.b1)
        return self.a1 @ self.W2 + self.b2
    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)
    def backward(self, X, y):
        d2 = self.forward(X) - y
        d1 = d2 @ self.W2.T * (1 - self.a1**2)
        self.dW2, self.db2, self.dW1, self.db1 = self.a1.T @ d2, d2.sum(0), X.T @ d1, d1.sum(0)
"""
MOMENTUM = """
class Momentum:
    def __init__(self, lr, beta=0.9):
        self.lr, self.beta, self.v = lr, beta, None
    def step(self, params, grads):
        if self.v is None:
            self.v = [np.zeros_like(p) for p in params]
        for i, (p, g) in enumerate(zip(params, grads)):
            self.v[i] = self.beta * self.v[i] + g
            p -= self.lr * self.v[i]
"""
SGD = """
class Sgd:
    def step(self, params, grads):
        for p, g in zip(params, grads):
            p -= 0.1 * g
"""
SIGNS = SGD.replace("0.1 * g", "0.1 * np.sign(g)")
SIGNUM = (
    MOMENTUM.replace("self.lr * self.v[i]", "self.lr * np.sign(self.v[i])")
    .replace("self.v[i] + g", "self.v[i] + (1 - self.beta) * g")
    .replace("lr, beta", "lr=0.1, beta")
    .replace("Momentum", "Signum")
)
SIGMOID = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))
"""
MSE = """
def mse(y_pred, y_true):
    return np.mean((y_pred - y_true) ** 2)
"""
MSE_SLOPE = """
def mse_prime(y_pred, y_true):
    return 2 * (y_pred - y_true) / y_true.size
"""
HELD = """
class Square:
    def __init__(self, side):
        self.side = side
"""


def judged(tmp_path, text, **options):
    path = tmp_path / "own.py"
    path.write_text(text if "import numpy" in text else f"import numpy as np\n{text}", "utf-8")
    return judge(load(path).namespace, None, "own.py", Options(**options))


def names_of(report):
    return [each.target.partition(":")[2] for each in report.others]
