import numpy as np


class InitStyle:
    def __init__(self, lr=0.01, rho=0.95, eps=1e-6): self.lr, self.rho, self.eps = lr, rho, eps
    def initialize(self, params):
        self.v = [np.zeros_like(p) for p in params]; self.w = [np.zeros_like(p) for p in params]
    def update(self, params, grads):
        new = []
        for i,(p,g) in enumerate(zip(params, grads)):
            self.v[i] = self.rho*self.v[i] + (1-self.rho)*g**2
            d = -np.sqrt(self.w[i]+self.eps)/np.sqrt(self.v[i]+self.eps)*g
            self.w[i] = self.rho*self.w[i] + (1-self.rho)*d**2
            new.append(p + self.lr*d)
        return new
