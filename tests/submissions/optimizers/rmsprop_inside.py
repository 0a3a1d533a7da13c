import numpy as np

class RMSProp:
    def __init__(self, lr=0.001, decay_rate=0.95, epsilon=1e-6):
        self.lr, self.decay_rate, self.epsilon = lr, decay_rate, epsilon
        self.cache = {}

    def update(self, layer_id, w, dw):
        c = self.cache.get(layer_id, 0)
        c = self.decay_rate * c + (1 - self.decay_rate) * dw**2
        self.cache[layer_id] = c
        w -= self.lr * dw / np.sqrt(c + self.epsilon)
        return w
