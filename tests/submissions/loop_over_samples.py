import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = (X.sum(axis=1) > 0).astype(float).reshape(-1, 1)
W1, b1 = rng.normal(size=(5, 3)) * 0.5, np.zeros(5)
W2, b2 = rng.normal(size=(1, 5)) * 0.5, np.zeros(1)
eta = 0.1
for epoch in range(10):
    for x, t in zip(X, Y):
        h = np.tanh(W1 @ x + b1)
        out = 1 / (1 + np.exp(-(W2 @ h + b2)))
        d2 = (out - t) * out * (1 - out)
        d1 = (W2.T @ d2) * (1 - h)
        W2 -= eta * np.outer(d2, h)
        b2 -= eta * d2
        W1 -= eta * np.outer(d1, x)
        b1 -= eta * d1
