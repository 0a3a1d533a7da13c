import numpy as np


class TwoLayers:
    """V and v0 lead to the hidden units, W and w0 to the outputs."""

    def __init__(self, n_in, n_hidden, n_out):
        rng = np.random.default_rng(2)
        self.V = rng.normal(0, 0.5, (n_hidden, n_in))
        self.v0 = np.zeros(n_hidden)
        self.W = rng.normal(0, 0.5, (n_out, n_hidden))
        self.w0 = np.zeros(n_out)

    def forward(self, X):
        self.X, self.H = X, np.tanh(X @ self.V.T + self.v0)
        return self.H @ self.W.T + self.w0

    def loss(self, Y, T):
        return 0.5 * np.sum((Y - T) ** 2) / len(T)

    def backward(self, Y, T):
        D = (Y - T) / len(T)
        E = (D @ self.W) * (1 - self.H**2)
        self.dW, self.dw0 = D.T @ self.H, D.sum(axis=0)
        self.dV, self.dv0 = E.T @ self.X, E.sum(axis=0)
