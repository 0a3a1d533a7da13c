import numpy as np


class WdIgnored:
    def __init__(self, params, lr=0.01, weight_decay=0.1): self.params=params; self.lr=lr; self.weight_decay=weight_decay
    def step(self, grads):
        for p,g in zip(self.params, grads): p -= self.lr*g
