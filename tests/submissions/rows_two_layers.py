"""Homework 3: a two layer network trained on XOR."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class NeuralNetwork:
    def __init__(self, input_size, hidden_size, output_size, learning_rate=0.5):
        self.W1 = np.random.randn(input_size, hidden_size) * 0.5
        self.b1 = np.zeros((1, hidden_size))
        self.W2 = np.random.randn(hidden_size, output_size) * 0.5
        self.b2 = np.zeros((1, output_size))
        self.learning_rate = learning_rate

    def forward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = sigmoid(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.a2 = sigmoid(self.z2)
        return self.a2

    def loss(self, y, output):
        return np.mean(np.sum((output - y) ** 2, axis=1))

    def backward(self, X, y, output):
        m = X.shape[0]
        delta2 = 2 * (output - y) * output * (1 - output) / m
        delta1 = (delta2 @ self.W2.T) * self.a1 * (1 - self.a1)
        self.dW2 = self.a1.T @ delta2
        self.db2 = np.sum(delta2, axis=0, keepdims=True)
        self.dW1 = X.T @ delta1
        self.db1 = np.sum(delta1, axis=0, keepdims=True)

    def update(self):
        self.W1 -= self.learning_rate * self.dW1
        self.b1 -= self.learning_rate * self.db1
        self.W2 -= self.learning_rate * self.dW2
        self.b2 -= self.learning_rate * self.db2


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    y = np.array([[0], [1], [1], [0]])
    net = NeuralNetwork(2, 4, 1)
    for epoch in range(10000):
        out = net.forward(X)
        net.backward(X, y, out)
        net.update()
    print(net.forward(X))
