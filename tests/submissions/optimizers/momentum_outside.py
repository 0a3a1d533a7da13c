import numpy as np

class GradientDescentMomentum:
    def __init__(self, params, learning_rate=0.05, beta=0.8):
        self.params = params
        self.learning_rate = learning_rate
        self.beta = beta
        self.velocity = [np.zeros(p.shape) for p in params]

    def step(self, grads):
        for i in range(len(self.params)):
            self.velocity[i] = self.beta * self.velocity[i] + grads[i]
            self.params[i] -= self.learning_rate * self.velocity[i]
