import numpy as np


class GetUpdate:
    def __init__(self, learning_rate=0.1): self.learning_rate=learning_rate; self.g2=0
    def get_update(self, gradient):
        self.g2 = self.g2 + gradient**2
        return self.learning_rate*gradient/np.sqrt(self.g2+1e-8)
