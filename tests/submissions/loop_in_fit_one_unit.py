import numpy as np


class LogReg:
    def __init__(self, lr=0.05, n_iters=200):
        self.lr = lr
        self.n_iters = n_iters
        self.weights = None
        self.bias = None

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for _ in range(self.n_iters):
            y_pred = self._sigmoid(X @ self.weights + self.bias)
            dw = X.T @ (y_pred - y) / n_samples
            db = np.sum(y_pred - y) / n_samples
            self.weights = self.weights - self.lr * dw
            self.bias = self.bias - self.lr * db

    def predict(self, X):
        return (self._sigmoid(X @ self.weights + self.bias) > 0.5).astype(int)

    def _sigmoid(self, z):
        return 1 / (1 + np.exp(-z))
