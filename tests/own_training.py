"""Networks that are trained in the ways in which people write it, and what goes wrong there."""

NETWORK = """
import numpy as np

class Net:
    def __init__(self, sizes=(4, 3, 2), lr=0.1):
        rng = np.random.default_rng(0)
        self.lr = lr
        self.W1, self.b1 = rng.normal(size=sizes[:2]), np.zeros(sizes[1])
        self.W2, self.b2 = rng.normal(size=sizes[1:]), np.zeros(sizes[2])
    def forward(self, X):
        self.X, self.a1 = X, np.tanh(X @ self.W1 + self.b1)
        self.out = self.a1 @ self.W2 + self.b2
        return self.out
    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2) / len(y)
    def gradients(self, y):
        d2 = (self.out - y) / len(y)
        d1 = d2 @ self.W2.T * (1 - self.a1**2)
        self.dW2, self.db2, self.dW1, self.db1 = self.a1.T @ d2, d2.sum(0), self.X.T @ d1, d1.sum(0)
"""
FUNCTIONS = """
import numpy as np

def forward(X, W1, b1, W2, b2):
    a1 = np.tanh(X @ W1 + b1)
    return a1, a1 @ W2 + b2

def loss(out, y):
    return 0.5 * np.sum((out - y) ** 2) / len(y)

def backward(X, y, a1, out, W2):
    d2 = (out - y) / len(y)
    d1 = d2 @ W2.T * (1 - a1**2)
    return X.T @ d1, d1.sum(axis=0), a1.T @ d2, d2.sum(axis=0)

W1, b1 = rng.normal(size=(4, 3)), np.zeros(3)
W2, b2 = rng.normal(size=(3, 2)), np.zeros(2)
"""
DATA = """
rng = np.random.default_rng(1)
X = rng.normal(size=(20, 4))
Y = rng.random((20, 2))
lr = 0.1
"""
LOOP = """
net = Net()
for epoch in range(3):
    net.forward(X)
    net.gradients(Y)
    STEP
"""
MAIN = """
if __name__ == "__main__":
    X, Y = np.random.normal(size=(20, 4)), np.random.random((20, 2))
    lr, net = 0.1, Net()
    for epoch in range(100000):
        net.forward(X)
        net.gradients(Y)
        STEP
"""
# How people write it, with STEP for the four lines of the step.
FORMS = {
    "one step": NETWORK
    + """
    def train_step(self, x, y, lr):
        self.forward(x)
        self.gradients(y)
        STEP
        return self.loss(x, y)
""",
    "epochs": NETWORK
    + """
    def train(self, X, Y, epochs=1000, lr=0.1):
        for epoch in range(epochs):
            self.forward(X)
            self.gradients(Y)
            STEP
            print(self.loss(X, Y))
""",
    "its own rate": NETWORK
    + """
    def fit(self, X, Y, n_epochs=1000):
        for epoch in range(n_epochs):
            self.forward(X)
            self.gradients(Y)
            STEP
""",
    "samples": NETWORK
    + """
    def fit(self, X, Y, epochs, lr):
        for epoch in range(epochs):
            for at in np.random.permutation(len(X)):
                self.forward(X[at:][:1])
                self.gradients(Y[at:][:1])
                STEP
""",
    "batches": NETWORK
    + """
    def fit(self, X, Y, epochs, lr, size=2):
        for epoch in range(epochs):
            order = np.random.permutation(len(X))
            for at in range(0, len(X), size):
                self.forward(X[order[at : at + size]])
                self.gradients(Y[order[at : at + size]])
                STEP
""",
    "backward": NETWORK.replace("def gradients(self, y)", "def backward(self, y, lr)")
    + "        STEP\n",
    "a loop of the file": NETWORK + DATA + LOOP,
    "a loop over samples": NETWORK
    + DATA
    + """
net = Net()
for epoch in range(3):
    for i in range(len(X)):
        net.forward(X[i : i + 1])
        net.gradients(Y[i : i + 1])
        STEP
""",
    "below main": NETWORK + MAIN,
    "in main": NETWORK + MAIN.replace('if __name__ == "__main__":', "def main():"),
    "by a method": NETWORK
    + """
    def step(self, lr):
        STEP
"""
    + MAIN.replace("STEP", "net.step(lr)"),
    "functions": FUNCTIONS.replace("\nW1,", DATA + "\nW1,")
    + """
for epoch in range(3):
    a1, out = forward(X, W1, b1, W2, b2)
    dW1, db1, dW2, db2 = backward(X, Y, a1, out, W2)
    STEP
""",
}
OF_A_LOOP = ("a loop of the file", "a loop over samples", "below main", "in main")
NAMES = ("W1", "b1", "W2", "b2")
# What people do wrong in a step, and how it is said.
WRONG = {
    "up": "a step goes up the loss|departs from sgd",
    "half": r"b1, b2 by 0\.5 times that",
    "still": r"b1, b2 by nothing|never moves b1, b2",
    "twice": r"W1 by 2 times that",
    "squared": r"W1 by the rate times that",
    "without": r"W1 by that without the rate",
}


def training(form, kind="right"):
    """The text of a file that trains in one of the `FORMS`, rightly or wrongly."""
    text = FORMS[form]
    line = next(each for each in text.splitlines() if each.strip() == "STEP")
    owner = {"functions": ""}.get(form, "net." if form in OF_A_LOOP else "self.")
    rate = "self.lr" if form == "its own rate" else "lr"
    return text.replace(line, "\n".join(line.replace("STEP", e) for e in _step(kind, owner, rate)))


def _step(kind, owner, rate):
    """The lines of a step."""
    found = []
    for name in NAMES:
        if kind == "still" and name[0] == "b":
            continue
        sign = "+" if kind == "up" else "-"
        factor = "0.5 * " if kind == "half" and name[0] == "b" else ""
        factor = "2 * " if kind == "twice" and name == "W1" else factor
        once = f"{rate} * "
        if name == "W1":
            once = {"squared": 2 * once, "without": ""}.get(kind, once)
        found.append(f"{owner}{name} {sign}= {factor}{once}{owner}d{name}")
    return found
