import numpy as np


class WrongRate:
    def __init__(self, lr=0.01, momentum=0.9): self.lr=lr; self.momentum=momentum; self.v=None
    def step(self, params, grads):
        if self.v is None: self.v=[np.zeros_like(p) for p in params]
        for i in range(len(params)):
            self.v[i] = self.momentum*self.v[i] - self.lr*grads[i]
            params[i] = params[i] + self.lr*self.v[i]
        return params
