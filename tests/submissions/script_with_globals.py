"""Everything is a global variable."""
import numpy as np

np.random.seed(0)
learning_rate = 0.1
W1 = np.random.randn(3, 5)
b1 = np.zeros((1, 5))
W2 = np.random.randn(5, 2)
b2 = np.zeros((1, 2))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(X):
    global A1, A2
    A1 = np.tanh(X.dot(W1) + b1)
    A2 = sigmoid(A1.dot(W2) + b2)
    return A2


def loss(y, y_hat):
    return -np.mean(np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat), axis=1))


def backward(X, y):
    m = len(X)
    dZ2 = (A2 - y) / m
    dW2 = A1.T.dot(dZ2)
    db2 = dZ2.sum(axis=0, keepdims=True)
    dZ1 = dZ2.dot(W2.T) * (1 - A1**2)
    dW1 = X.T.dot(dZ1)
    db1 = dZ1.sum(axis=0, keepdims=True)
    return dW1, db1, dW2, db2


def update(dW1, db1, dW2, db2):
    global W1, b1, W2, b2
    W1 = W1 - learning_rate * dW1
    b1 = b1 - learning_rate * db1
    W2 = W2 - learning_rate * dW2
    b2 = b2 - learning_rate * db2
