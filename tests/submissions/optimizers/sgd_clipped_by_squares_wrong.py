import numpy as np
class SGD:
    """Clips gradients whose norm is too large."""
    def __init__(self, lr=0.05, max_norm=1.0):
        self.lr = lr; self.max_norm = max_norm
    def step(self, params, grads):
        norm = sum((g ** 2).sum() for g in grads.values())
        scale = self.max_norm / norm if norm > self.max_norm else 1.0
        for k in params:
            params[k] = params[k] - self.lr * scale * grads[k]
