import numpy as np


class Dense:
    def __init__(self, units, activation, input_dim=None):
        self.units, self.activation, self.input_dim = units, activation, input_dim

    def build(self, input_dim):
        self.kernel = np.random.uniform(-0.5, 0.5, (input_dim, self.units))
        self.bias = np.zeros(self.units)
        return self.units

    def call(self, x):
        self.x = x
        z = x @ self.kernel + self.bias
        self.a = np.tanh(z) if self.activation == "tanh" else 1 / (1 + np.exp(-z))
        return self.a

    def backprop(self, grad):
        grad = grad * (1 - self.a**2 if self.activation == "tanh" else self.a * (1 - self.a))
        self.dkernel, self.dbias = self.x.T @ grad, grad.sum(axis=0)
        return grad @ self.kernel.T


class Sequential:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def compile(self, lr):
        self.lr = lr
        dim = self.layers[0].input_dim
        for layer in self.layers:
            dim = layer.build(dim)

    def predict(self, x):
        for layer in self.layers:
            x = layer.call(x)
        return x

    def train_on_batch(self, x, y):
        out = self.predict(x)
        grad = 2 * (out - y) / y.size
        for layer in reversed(self.layers):
            grad = layer.backprop(grad)
        for layer in self.layers:
            layer.kernel -= self.lr * layer.dkernel
            layer.bias -= self.lr * layer.dbias
        return np.mean((out - y) ** 2)


def make_model():
    model = Sequential()
    model.add(Dense(6, "tanh", input_dim=4))
    model.add(Dense(2, "sigmoid"))
    model.compile(lr=0.1)
    return model
