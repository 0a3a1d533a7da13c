import numpy as np


class TupleParams:
    def __init__(self, lr=0.01): self.lr=lr
    def update(self, params, grads):
        return tuple((W - self.lr*dW, b - self.lr*db) for (W,b),(dW,db) in zip(params,grads))
