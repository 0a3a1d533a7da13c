"""The six scalars, with an adapter beside them."""
import math

import numpy as np


class OurNetwork:
    def __init__(self):
        self.w1, self.w2, self.w3 = 0.1, 0.2, 0.3
        self.b1, self.b2 = 0.0, 0.0

    def feedforward(self, x):
        h = math.tanh(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        return self.w3 * h + self.b2


class Adapter:
    sizes = (2, 1, 1)

    def __init__(self):
        self.net = OurNetwork()

    def set_params(self, params):
        (first, b1), (second, b2) = params
        self.net.w1, self.net.w2 = first[0]
        self.net.w3 = second[0, 0]
        self.net.b1, self.net.b2 = b1[0], b2[0]

    def forward(self, inputs):
        return np.array([[self.net.feedforward(x)] for x in inputs])
