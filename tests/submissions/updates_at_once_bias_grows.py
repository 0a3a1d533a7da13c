import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

class NeuralNetwork:
    def __init__(self, input_size, hidden_size, output_size, lr=0.1):
        self.lr = lr
        self.W1 = np.random.randn(input_size, hidden_size)
        self.b1 = np.zeros((1, hidden_size))
        self.W2 = np.random.randn(hidden_size, output_size)
        self.b2 = np.zeros((1, output_size))

    def forward(self, X):
        self.a1 = sigmoid(X @ self.W1 + self.b1)
        self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
        return self.a2

    def loss(self, y, output):
        return np.mean(np.sum((output - y) ** 2, axis=1)) / 2

    def backward(self, X, y, output):
        m = X.shape[0]
        delta2 = (output - y) * output * (1 - output)
        delta1 = (delta2 @ self.W2.T) * self.a1 * (1 - self.a1)
        self.W2 = self.W2 - self.lr * self.a1.T @ delta2 / m
        self.b2 = self.b2 - self.lr * delta2 / m
        self.W1 = self.W1 - self.lr * X.T @ delta1 / m
        self.b1 = self.b1 - self.lr * delta1 / m

    def train(self, X, y, epochs):
        for _ in range(epochs):
            out = self.forward(X)
            self.backward(X, y, out)
