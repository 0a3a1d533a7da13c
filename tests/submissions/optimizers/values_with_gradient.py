import numpy as np


class Descent:
    def __init__(self, params, lr=0.01): self.params=params; self.lr=lr
    def step(self):
        for p in self.params: p.value -= self.lr*p.gradient
