"""Deep network, samples are columns. params["W1"] is (units, units before)."""
import numpy as np


class DeepNet(object):
    def __init__(self, layer_dims):
        self.L = len(layer_dims) - 1
        self.params = {}
        for l in range(1, self.L + 1):
            self.params["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.1
            self.params["b" + str(l)] = np.zeros((layer_dims[l], 1))

    def forward_propagation(self, X):
        cache = {"A0": X}
        A = X
        for l in range(1, self.L + 1):
            Z = self.params["W" + str(l)] @ A + self.params["b" + str(l)]
            A = np.tanh(Z) if l < self.L else 1 / (1 + np.exp(-Z))
            cache["Z" + str(l)] = Z
            cache["A" + str(l)] = A
        return A, cache

    def compute_cost(self, AL, Y):
        m = Y.shape[1]
        return float(-np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m)

    def backward_propagation(self, cache, Y):
        grads = {}
        m = Y.shape[1]
        dZ = cache["A" + str(self.L)] - Y
        for l in range(self.L, 0, -1):
            grads["dW" + str(l)] = dZ @ cache["A" + str(l - 1)].T / m
            grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True)
            if l > 1:
                dA = self.params["W" + str(l)].T @ dZ
                dZ = dA * (1 - cache["A" + str(l - 1)] ** 2)
        return grads

    def update_parameters(self, grads, learning_rate):
        for l in range(1, self.L + 1):
            self.params["W" + str(l)] -= learning_rate * grads["dW" + str(l)]
            self.params["b" + str(l)] -= learning_rate * grads["db" + str(l)]
