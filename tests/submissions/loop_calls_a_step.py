import numpy as np


class LogisticRegression:
    def __init__(self, learning_rate=0.01, num_iterations=100):
        self.learning_rate = learning_rate
        self.num_iterations = num_iterations

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def fit(self, X, y):
        self.m, self.n = X.shape
        self.W, self.b = np.zeros(self.n), 0
        self.X, self.Y = X, y
        for _ in range(self.num_iterations):
            self.update_weights()
        return self

    def update_weights(self):
        A = self.sigmoid(self.X @ self.W + self.b)
        dW = self.X.T @ (A - self.Y) / self.m
        db = np.sum(A - self.Y)
        self.W = self.W - self.learning_rate * dW
        self.b = self.b - self.learning_rate * db
        return self

    def predict(self, X):
        return self.sigmoid(X @ self.W + self.b) > 0.5
