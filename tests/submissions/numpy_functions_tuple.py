"""Three functions over a flat tuple (W1, b1, W2, b2), no initialiser."""
import numpy as np


def forward(params, x):
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1 + b1)
    return h @ W2 + b2


def loss(params, x, y):
    return 0.5 * np.mean(np.sum((forward(params, x) - y) ** 2, axis=1))


def grad(params, x, y):
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1 + b1)
    d2 = (h @ W2 + b2 - y) / len(x)
    d1 = (d2 @ W2.T) * (1 - h**2)
    return x.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)
