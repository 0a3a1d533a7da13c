import numpy as np


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad_output, lr):
        grad_input = grad_output @ self.W.T
        self.W -= lr * self.x.T @ grad_output
        self.b -= lr * grad_output.sum(axis=0, keepdims=True)
        return grad_input


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(0, x)

    def backward(self, grad_output, lr):
        return grad_output * (self.x > 0)


class MSE:
    def forward(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2)

    def backward(self, y_pred, y_true):
        return 2 * (y_pred - y_true) / y_true.size


if __name__ == "__main__":
    X = np.random.randn(100, 2)
    y = (X[:, :1] * X[:, 1:] > 0).astype(float)
    layers = [Dense(2, 8), ReLU(), Dense(8, 1)]
    loss = MSE()
    for epoch in range(1000):
        out = X
        for layer in layers:
            out = layer.forward(out)
        print(loss.forward(out, y))
        grad = loss.backward(out, y)
        for layer in reversed(layers):
            grad = layer.backward(grad, 0.1)
