"""Networks whose training loop has a rule of its own: Adam, momentum and more, in several forms."""

import textwrap

from own_training import NETWORK

ADAM = """
m[k] = 0.9 * m[k] + 0.1 * g
v[k] = 0.999 * v[k] + 0.001 * g ** 2
step = LR * (m[k] / (1 - 0.9 ** t)) / (np.sqrt(v[k] / (1 - 0.999 ** t)) + 1e-8)
"""
RMSPROP = """
v[k] = 0.9 * v[k] + 0.1 * g ** 2
step = LR * g / (np.sqrt(v[k]) + 1e-8)
"""
ADAGRAD = RMSPROP.replace("0.9 * v[k] + 0.1 * g", "v[k] + g")
MOMENTUM = """
m[k] = 0.9 * m[k] + g
step = LR * m[k]
"""
# Each rule, and what is said of it.
RIGHT = {
    "descent": ("step = LR * g", ""),
    "a rate that falls": (
        "step = LR / (1 + 0.1 * (t - 1)) * g",
        "steps by the gradient times a number that changes: 1, 0.909091, 0.833333, 0.769231 ...",
    ),
    "Adam": (ADAM, "= adam(learning_rate=0.03125, b1=0.9, b2=0.999, eps=1e-08)"),
    "RMSprop": (RMSPROP, "= rmsprop(learning_rate=0.03125, decay=0.9, eps=1e-08)"),
    "Adagrad": (ADAGRAD, "= adagrad(learning_rate=0.03125, eps=1e-08)"),
    "momentum": (MOMENTUM, "= momentum(learning_rate=0.03125, momentum=0.9)"),
    "a mean of gradients": (
        MOMENTUM.replace("+ g", "+ 0.1 * g"),
        "= momentum(learning_rate=0.03125, momentum=0.9, dampening=0.9)",
    ),
    "Nesterov": (
        MOMENTUM.replace("LR * m[k]", "LR * (g + 0.9 * m[k])"),
        "= momentum(learning_rate=0.03125, momentum=0.9, nesterov=True)",
    ),
}
WRONG = {
    "v is not corrected": (
        ADAM.replace("v[k] / (1 - 0.999 ** t)", "v[k]"),
        "bias correction missing on v",
    ),
    "no root": (ADAM.replace("np.sqrt", ""), "no root"),
    "b1 on the wrong term": (
        ADAM.replace("0.9 * m[k] + 0.1 * g", "0.1 * m[k] + 0.9 * g"),
        "b1 on the wrong term",
    ),
    "v forgets": (ADAM.replace("0.999 * v[k] + ", ""), "v of this gradient alone"),
    "Adam climbs": (ADAM.replace("LR", "-LR"), "Adam climbs"),
    "RMSprop without the root": (RMSPROP.replace("np.sqrt", ""), "RMSprop without the root"),
    "Adagrad forgets": (ADAGRAD.replace("v[k] + g", "g"), "accumulator forgets"),
    "the velocity turns round": (
        MOMENTUM.replace("0.9 *", "-0.9 *"),
        "the velocity turns round at every step",
    ),
    "the gradients add up": (
        MOMENTUM.replace("0.9 *", ""),
        "nothing sets them to zero",
    ),
    "a velocity of one bias is lost": (
        MOMENTUM.replace("+ g", "* (k != 'b1') + g"),
        "W1, W2, b2 move as momentum(learning_rate=0.03125, momentum=0.9) does, and b1 do not",
    ),
    "biases stay": (
        ADAM + "step = step * (k[0] == 'W')",
        "W1, W2 move as adam(learning_rate=0.03125, b1=0.9, b2=0.999, eps=1e-08) does, and b1, b2 "
        "do not",
    ),
}
UNKNOWN = MOMENTUM.replace("0.9 * m[k] + g", "m[k] / (1 + t) + g * t")

NET = NETWORK.replace("gradients(self, y)", "backward(self, y)").replace(
    "self.dW2, self.db2, self.dW1, self.db1 = self.a1.T @ d2, d2.sum(0), self.X.T @ d1, d1.sum(0)",
    "return dict(W1=self.X.T @ d1, b1=d1.sum(0), W2=self.a1.T @ d2, b2=d2.sum(0))",
)
ZEROS = 'dict.fromkeys(("W1", "b1", "W2", "b2"), 0.0)'
EPOCHS = f"""
    def fit(self, X, y, epochs=100, lr=0.05):
        m, v = {ZEROS}, {ZEROS}
        for t in range(1, epochs + 1):
            self.forward(X)
            for k, g in self.backward(y).items():
                RULE
                setattr(self, k, getattr(self, k) - step)
"""
ONE_STEP = """
    def train_step(self, X, y):
        self.forward(X)
        self.t += 1
        for k, g in self.backward(y).items():
            RULE
            setattr(self, k, getattr(self, k) - step)
"""
TRAINER = f"""
class Trainer:
    def __init__(self, net, lr):
        self.net, self.lr, self.t = net, lr, 0
        self.m, self.v = {ZEROS}, {ZEROS}
    def apply(self, grads):
        self.t += 1
        for k, g in grads.items():
            RULE
            setattr(self.net, k, getattr(self.net, k) - step)
"""
LOOP = """
rng = np.random.default_rng(1)
X, Y = rng.normal(size=(20, 4)), rng.random((20, 2))
net = Net()
trainer = Trainer(net, lr=0.05)
for epoch in range(50):
    net.forward(X)
    trainer.apply(net.backward(Y))
"""
SCRIPT = f"""
import numpy as np
rng = np.random.default_rng(1)
X, Y = rng.normal(size=(20, 4)), rng.random((20, 2))
lr = 0.05
P = {{"W1": rng.normal(size=(4, 3)), "b1": np.zeros(3),
     "W2": rng.normal(size=(3, 2)), "b2": np.zeros(2)}}

def forward(X, P):
    a1 = np.tanh(X @ P["W1"] + P["b1"])
    return a1, a1 @ P["W2"] + P["b2"]

def loss(out, Y):
    return 0.5 * np.sum((out - Y) ** 2) / len(Y)

def backward(X, Y, a1, out, P):
    d2 = (out - Y) / len(Y)
    d1 = d2 @ P["W2"].T * (1 - a1**2)
    return {{"W1": X.T @ d1, "b1": d1.sum(0), "W2": a1.T @ d2, "b2": d2.sum(0)}}

m, v = {ZEROS}, {ZEROS}
for t in range(1, 101):
    a1, out = forward(X, P)
    for k, g in backward(X, Y, a1, out, P).items():
        RULE
        P[k] = P[k] - step
"""
FORMS = ("epochs", "one step", "a script", "an object", "an object in main", "an object, guarded")


def trained(form, rule):
    """A file whose training has a rule in one of the forms."""
    kept = "self.lr, self.t, self.m, self.v = lr, 0, " + f"{ZEROS}, {ZEROS}"
    if form == "epochs":
        return NET + _with(EPOCHS, rule.replace("LR", "lr"))
    if form == "a script":
        return _with(SCRIPT, rule.replace("LR", "lr"))
    own = rule.replace("LR", "self.lr").replace("m[k]", "self.m[k]").replace("v[k]", "self.v[k]")
    own = own.replace("** t", "** self.t").replace("(t - 1)", "(self.t - 1)")
    own = own.replace("(1 + t)", "(1 + self.t)").replace("g * t", "g * self.t")
    if form == "one step":
        return NET.replace("self.lr = lr", kept) + _with(ONE_STEP, own)
    loop = LOOP
    if form != "an object":
        head = "def main():" if "main" in form else 'if __name__ == "__main__":'
        loop = head + textwrap.indent(LOOP, "    ")
    return NET + _with(TRAINER, own) + loop


def _with(text, rule):
    line = next(each for each in text.splitlines() if each.strip() == "RULE")
    indent = line.removesuffix("RULE")
    return text.replace(line, textwrap.indent(rule.strip(), indent))
