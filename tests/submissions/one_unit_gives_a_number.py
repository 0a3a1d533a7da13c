import numpy as np


class Unit:
    def __init__(self, n_inputs, lr=0.1):
        self.w = np.random.uniform(-1, 1, n_inputs)
        self.b = 0.0
        self.lr = lr

    def forward(self, x):
        return float(1 / (1 + np.exp(-(self.w @ x + self.b))))

    def train_one(self, x, target):
        y = self.forward(x)
        error = y - target
        delta = error * y * (1 + y)
        self.w -= self.lr * delta * x
        self.b -= self.lr * delta
        return 0.5 * error**2
