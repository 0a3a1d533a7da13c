import numpy as np


class SoftmaxNet:
    """Has fit and predict, as the classes of a well-known library; fit makes the weights."""

    def __init__(self, hidden_size=12, learning_rate=0.2, n_iter=100):
        self.hidden_size = hidden_size
        self.learning_rate = learning_rate
        self.n_iter = n_iter

    def _prepare(self, n_features, n_classes):
        rng = np.random.RandomState(0)
        self.W1_ = rng.normal(0, 0.3, (n_features, self.hidden_size))
        self.b1_ = np.zeros(self.hidden_size)
        self.W2_ = rng.normal(0, 0.3, (self.hidden_size, n_classes))
        self.b2_ = np.zeros(n_classes)

    def _forward(self, X):
        self._h = np.tanh(X @ self.W1_ + self.b1_)
        z = self._h @ self.W2_ + self.b2_
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        Y = np.eye(len(self.classes_))[y]
        self._prepare(X.shape[1], len(self.classes_))
        self.losses_ = []
        for _ in range(self.n_iter):
            P = self._forward(X)
            self.losses_.append(-np.mean(np.sum(Y * np.log(P), axis=1)))
            d2 = (P - Y) / len(X)
            d1 = (d2 @ self.W2_.T) * (1 - self._h**2)
            dW2, db2 = self._h.T @ d2, d2.sum(axis=0)
            dW1, db1 = X.T @ d1, d1.sum(axis=0)
            self.W1_ -= self.learning_rate * dW1
            self.b1_ -= self.learning_rate * db1
            self.W2_ -= self.learning_rate * dW2
            self.b2_ += self.learning_rate * db2
        return self

    def predict(self, X):
        return self._forward(X).argmax(axis=1)
