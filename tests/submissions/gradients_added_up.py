import numpy as np


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        rng = np.random.default_rng(7)
        self.W1 = rng.normal(0, 0.4, (n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = rng.normal(0, 0.4, (n_hidden, n_out))
        self.b2 = np.zeros(n_out)
        self.dW1, self.db1 = np.zeros_like(self.W1), np.zeros_like(self.b1)
        self.dW2, self.db2 = np.zeros_like(self.W2), np.zeros_like(self.b2)

    def forward(self, X):
        self.X = X
        self.h = np.maximum(0, X @ self.W1 + self.b1)
        self.out = self.h @ self.W2 + self.b2
        return self.out

    def loss(self, y):
        return np.mean((self.out - y) ** 2)

    def backward(self, y):
        d = 2 * (self.out - y) / y.size
        self.dW2 += self.h.T @ d
        self.db2 += d.sum(axis=0)
        d = (d @ self.W2.T) * (self.h > 0)
        self.dW1 += self.X.T @ d
        self.db1 += d.sum(axis=0)

    def step(self, lr):
        self.W1 -= lr * self.dW1
        self.b1 -= lr * self.db1
        self.W2 -= lr * self.dW2
        self.b2 -= lr * self.db2
