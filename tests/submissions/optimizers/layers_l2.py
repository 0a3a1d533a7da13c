import numpy as np


class LayerStyle:
    def __init__(self, lr=0.1, l2=0.01): self.lr=lr; self.l2=l2
    def update(self, layer):
        layer.W -= self.lr*(layer.dW + self.l2*layer.W)
        layer.b -= self.lr*(layer.db + self.l2*layer.b)
