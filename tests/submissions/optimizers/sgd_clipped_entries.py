import numpy as np
class SGD:
    def __init__(self, lr=0.05, momentum=0.9):
        self.lr = lr; self.momentum = momentum; self.v = {}
    def step(self, params, grads):
        for k in params:
            g = np.clip(grads[k], -5, 5)
            self.v[k] = self.momentum * self.v.get(k, 0) + g
            params[k] = params[k] - self.lr * self.v[k]
