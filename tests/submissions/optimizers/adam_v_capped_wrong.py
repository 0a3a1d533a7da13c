import numpy as np
class Adam:
    """Keeps large squares from filling the second moment."""
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr=lr; self.b1=beta1; self.b2=beta2; self.eps=eps; self.t=0; self.m={}; self.v={}
    def step(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k]
            self.m[k] = self.b1*self.m.get(k, 0) + (1-self.b1)*g
            self.v[k] = self.b2*self.v.get(k, 0) + (1-self.b2)*np.minimum(g*g, 1.0)
            params[k] = params[k] - self.lr*(self.m[k]/(1-self.b1**self.t))/(np.sqrt(self.v[k]/(1-self.b2**self.t))+self.eps)
