import numpy as np

class RMSprop:
    def __init__(self, lr=0.01, rho=0.9, eps=1e-8):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.s = None

    def step(self, params, grads):
        if self.s is None:
            self.s = [np.zeros(p.shape, dtype=np.float32) for p in params]
        for s, p, g in zip(self.s, params, grads):
            s *= self.rho
            s += (1 - self.rho) * g * g
            p -= self.lr * g / (np.sqrt(s) + self.eps)
