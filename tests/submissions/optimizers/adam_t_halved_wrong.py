import numpy as np


class MyAdam:
    def __init__(self, lr=0.01): self.lr=lr; self.t=0; self.m={}; self.v={}
    def step(self, params, grads):
        for k in params:
            g = grads[k]
            self.m[k]=.9*self.m.get(k,0)+.1*g; self.v[k]=.999*self.v.get(k,0)+.001*g*g
            t=self.t//2+1
            params[k] -= self.lr*(self.m[k]/(1-.9**t))/(np.sqrt(self.v[k]/(1-.999**t))+1e-8)
        self.t += 1
