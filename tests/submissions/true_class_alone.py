import numpy as np


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        rng = np.random.default_rng(4)
        self.W1 = rng.normal(0, 0.5, (n_in, n_hidden))
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = rng.normal(0, 0.5, (n_hidden, n_out))
        self.b2 = np.zeros((1, n_out))

    def forward(self, X):
        self.X, self.h = X, np.maximum(0, X @ self.W1 + self.b1)
        z = self.h @ self.W2 + self.b2
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def loss(self, y):
        return np.mean(-np.log(np.sum(np.clip(self.p, 1e-7, 1 - 1e-7) * y, axis=1)))

    def backward(self, y):
        d = (self.p - y) / len(y)
        e = d @ self.W2.T * (self.h > 0)
        self.dW2, self.db2 = self.h.T @ d, d.sum(axis=0, keepdims=True)
        self.dW1, self.db1 = self.X.T @ e, e.sum(axis=0, keepdims=True)
