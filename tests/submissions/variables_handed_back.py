import numpy as np

rng = np.random.default_rng(5)
w1 = rng.normal(size=(3, 4))
w2 = rng.normal(size=(4, 1))


def f(z):
    return 1 / (1 + np.exp(-z))


def predict(X, w1, w2):
    return f(f(X @ w1) @ w2)


def train(X, y, w1, w2, iterations=1000):
    for _ in range(iterations):
        h = f(X @ w1)
        out = f(h @ w2)
        d2 = (y - out) * out * (1 - out)
        d1 = d2 @ w2.T * h * (1 - h)
        w2 = w2 + h.T @ d2
        w1 = w1 + X.T @ d1
    return w1, w2
