"""Every array is an argument of its own."""
import numpy as np


def relu(z):
    return np.maximum(z, 0)


def init_network(n_input, n_hidden, n_output):
    W1 = np.random.randn(n_input, n_hidden) * 0.1
    b1 = np.zeros((1, n_hidden))
    W2 = np.random.randn(n_hidden, n_output) * 0.1
    b2 = np.zeros((1, n_output))
    return W1, b1, W2, b2


def forward(X, W1, b1, W2, b2):
    Z1 = np.dot(X, W1) + b1
    A1 = relu(Z1)
    Z2 = np.dot(A1, W2) + b2
    return Z1, A1, Z2


def compute_loss(Y, Z2):
    return np.mean((Z2 - Y) ** 2)


def backward(X, Y, Z1, A1, Z2, W2):
    dZ2 = 2 * (Z2 - Y) / Y.size
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0, keepdims=True)
    dA1 = np.dot(dZ2, W2.T)
    dZ1 = dA1 * (Z1 > 0)
    dW1 = np.dot(X.T, dZ1)
    db1 = np.sum(dZ1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2
