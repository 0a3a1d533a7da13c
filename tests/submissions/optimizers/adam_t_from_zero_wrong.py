import numpy as np


class TZero:
    def __init__(self, lr=0.01): self.lr=lr; self.t=0; self.m=0; self.v=0
    def update(self, w, dw):
        self.m=0.9*self.m+0.1*dw; self.v=0.999*self.v+0.001*dw**2
        w = w - self.lr*(self.m/(1-0.9**self.t))/(np.sqrt(self.v/(1-0.999**self.t))+1e-8)
        self.t+=1
        return w
