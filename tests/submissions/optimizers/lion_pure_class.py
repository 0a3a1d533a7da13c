import numpy as np


class ContractClass:
    def __init__(self, learning_rate=0.01, b1=0.9, b2=0.99, weight_decay=0.0): self.__dict__.update(locals())
    def init(self, params): return [np.zeros_like(p) for p in params]
    def update(self, grads, state, params):
        out, new = [], []
        for g, m in zip(grads, state):
            out.append(-self.learning_rate*np.sign(self.b1*m+(1-self.b1)*g)); new.append(self.b2*m+(1-self.b2)*g)
        return out, new
