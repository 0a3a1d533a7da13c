class SGD:
    def __init__(self, params, lr=0.1, momentum=0.9, weight_decay=0.0):
        self.params, self.lr, self.momentum, self.weight_decay = params, lr, momentum, weight_decay
        self.bufs = [0.0 * p for p in params]

    def step(self, grads):
        for p, g, buf in zip(self.params, grads, self.bufs):
            if self.weight_decay:
                g += self.weight_decay * p
            buf *= self.momentum
            buf += g
            g *= 0
            p -= self.lr * buf
