"""A layer knows its activation; a model is what layers are added to, and trains them."""
import numpy as np


def relu(z): return np.maximum(0.0, z)
def relu_prime(z): return (z > 0).astype(float)
def sigmoid(z): return 1.0 / (1.0 + np.exp(-z))
def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1 - s)

ACT = {"relu": (relu, relu_prime), "sigmoid": (sigmoid, sigmoid_prime)}


class Dense:
    def __init__(self, n_in, n_out, activation="relu"):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros((1, n_out))
        self.act, self.act_prime = ACT[activation]

    def forward(self, A_prev):
        self.A_prev = A_prev
        self.Z = A_prev @ self.W + self.b
        return self.act(self.Z)

    def backward(self, dA, lr):
        dZ = dA * self.act_prime(self.Z)
        m = self.A_prev.shape[0]
        dW = self.A_prev.T @ dZ / m
        db = dZ.sum(axis=0, keepdims=True) / m
        self.W -= lr * dW
        self.b -= lr * db
        dA_prev = dZ @ self.W.T
        return dA_prev


class Model:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def train(self, X, Y, epochs=1000, lr=0.1):
        for _ in range(epochs):
            out = self.forward(X)
            dA = out - Y
            for layer in reversed(self.layers):
                dA = layer.backward(dA, lr)


if __name__ == "__main__":
    model = Model()
    model.add(Dense(2, 4, "relu"))
    model.add(Dense(4, 1, "sigmoid"))
