"""Optimizers as people write them, whose weight decay spares the biases."""

ADAMW = """
class AdamW:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.weight_decay, self.t, self.m, self.v = weight_decay, 0, {}, {}
    def step(self, params, grads):
        self.t += 1
        for k, p, g in ARRAYS:
            m = self.m[k] = self.beta1 * self.m.get(k, 0) + (1 - self.beta1) * g
            v = self.v[k] = self.beta2 * self.v.get(k, 0) + (1 - self.beta2) * g**2
            m_hat, v_hat = m / (1 - self.beta1**self.t), v / (1 - self.beta2**self.t)
            if DECAYS:
                p -= self.lr * self.weight_decay * p
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
"""
OF_A_LIST = ADAMW.replace("ARRAYS", "zip(range(len(params)), params, grads)")
OF_A_DICT = ADAMW.replace("ARRAYS", "[(k, params[k], grads[k]) for k in params]")
MOMENTUM = """
class SGD:
    def __init__(self, params, lr=0.1, momentum=0.9, weight_decay=1e-3):
        self.params, self.lr, self.momentum, self.weight_decay = params, lr, momentum, weight_decay
        self.velocities = [np.zeros_like(p) for p in params]
    def step(self, grads):
        for p, v, g in zip(self.params, self.velocities, grads):
            if p.ndim > 1:
                g = g + self.weight_decay * p
            v *= self.momentum
            v += g
            p -= self.lr * v
"""
PAIR = """
def update_layer(W, b, dW, db, lr=0.1, weight_decay=0.01):
    return W - lr * (dW + weight_decay * W), b - lr * db
"""
OF_ADAM = (
    "= decayed(adam(learning_rate=0.001, b1=0.9, b2=0.999, eps=1e-08), 0.001, weight_decay=0.01, "
    "leaves='weights')"
)
SPARING = {
    "by its shape": (OF_A_LIST.replace("DECAYS", "p.ndim > 1"), OF_ADAM),
    "by its name": (OF_A_DICT.replace("DECAYS", 'k.startswith("W")'), OF_ADAM),
    "by its place": (
        PAIR,
        "= decayed(sgd(learning_rate=0.1), 0.1, weight_decay=0.01, leaves='weights')",
    ),
    "in the gradient": (
        MOMENTUM,
        "= decayed(momentum(learning_rate=0.1, momentum=0.9, rate_inside=False), 0.1, "
        "weight_decay=0.001, decoupled=False, leaves='weights')",
    ),
}
