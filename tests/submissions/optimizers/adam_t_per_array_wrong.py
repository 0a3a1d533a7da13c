import numpy as np

class Adam:
    def __init__(self, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.v, self.t = {}, {}, 0

    def update(self, name, w, dw):
        self.t += 1
        if name not in self.m:
            self.m[name] = np.zeros_like(w)
            self.v[name] = np.zeros_like(w)
        self.m[name] = self.beta1 * self.m[name] + (1 - self.beta1) * dw
        self.v[name] = self.beta2 * self.v[name] + (1 - self.beta2) * dw ** 2
        m = self.m[name] / (1 - self.beta1 ** self.t)
        v = self.v[name] / (1 - self.beta2 ** self.t)
        return w - self.lr * m / (np.sqrt(v) + self.eps)
