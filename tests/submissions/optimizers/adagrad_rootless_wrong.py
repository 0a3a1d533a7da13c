import numpy as np

class Adagrad:
    def __init__(self, lr=0.1, eps=1e-8):
        self.lr = lr
        self.eps = eps
        self.G = {}

    def update(self, params, grads):
        for k in params:
            self.G[k] = self.G.get(k, 0) + grads[k] ** 2
            params[k] = params[k] - self.lr * grads[k] / (self.G[k] + self.eps)
