"""A network of five numbers whose names do not tell what they are."""
import math


class OurNetwork:
    def __init__(self):
        self.left, self.right, self.above = 0.1, 0.2, 0.3
        self.shift, self.last = 0.0, 0.0

    def feedforward(self, x):
        h = math.tanh(self.left * x[0] + self.right * x[1] + self.shift)
        return self.above * h + self.last
