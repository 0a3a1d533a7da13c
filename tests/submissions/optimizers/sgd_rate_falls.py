import numpy as np


class Adadecay:
    def __init__(self, lr=0.1, decay=0.01): self.lr=lr; self.decay=decay; self.t=0
    def step(self, params, grads):
        lr=self.lr/(1+self.decay*self.t); self.t+=1
        for p,g in zip(params,grads): p-=lr*g
