import numpy as np


class ClippedAdam:
    def __init__(self, lr=0.01, clip=1.0): self.lr=lr; self.clip=clip; self.t=0; self.m={}; self.v={}
    def step(self, params, grads):
        self.t += 1
        norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
        s = min(1.0, self.clip/(norm+1e-12))
        for k in params:
            g = grads[k]*s if s < 1 else grads[k]
            self.m[k]=.9*self.m.get(k,0)+.1*g; self.v[k]=.999*self.v.get(k,0)+.001*g*g
            params[k] -= self.lr*(self.m[k]/(1-.9**self.t))/(np.sqrt(self.v[k]/(1-.999**self.t))+1e-8)
