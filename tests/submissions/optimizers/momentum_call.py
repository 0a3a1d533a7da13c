import numpy as np


class CallStyle:
    def __init__(self, alpha=0.01, beta=0.9): self.alpha=alpha; self.beta=beta; self.v=None
    def __call__(self, theta, grad):
        self.v = grad*0 if self.v is None else self.v
        self.v = self.beta*self.v + self.alpha*grad
        return theta - self.v
