import numpy as np

class Adam:
    def __init__(self, lr=0.01, b1=0.9, b2=0.999):
        self.lr, self.b1, self.b2 = lr, b1, b2
        self.t = 0

    def step(self, params, grads):
        if self.t == 0:
            self.m = [0 * p for p in params]
            self.v = [0 * p for p in params]
        self.t += 1
        for i in range(len(params)):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * grads[i]
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * grads[i] ** 2
            m_hat = self.m[i] / (1 - self.b1 ** self.t)
            params[i] -= self.lr * m_hat / (np.sqrt(self.v[i]) + 1e-8)
        return params
