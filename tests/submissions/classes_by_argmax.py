import numpy as np


class MLP:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden) * 0.1
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros((1, n_out))

    def softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def forward(self, X):
        self.X = X
        self.h = np.maximum(0, X @ self.W1 + self.b1)
        self.p = self.softmax(self.h @ self.W2 + self.b2)
        return self.p

    def loss(self, p, t):
        labels = t.argmax(axis=1)
        return -np.log(p[np.arange(len(p)), labels]).mean()

    def backward(self, p, t):
        m = len(p)
        labels = t.argmax(axis=1)
        d = p.copy()
        d[np.arange(m), labels] -= 1
        d /= m
        self.dW2 = self.h.T @ d
        self.db2 = d.sum(axis=0, keepdims=True)
        dh = d @ self.W2.T
        dh[self.h <= 0] = 0
        self.dW1 = self.X.T @ dh
        self.db1 = dh.sum(axis=0, keepdims=True)
