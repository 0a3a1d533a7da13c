import numpy as np
np.random.seed(0)


class Module:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad):
        raise NotImplementedError

    def params(self):
        return []


class Linear(Module):
    def __init__(self, in_dim, out_dim):
        self.w = np.random.normal(0, np.sqrt(2.0 / in_dim), (in_dim, out_dim))
        self.b = np.zeros(out_dim)

    def forward(self, x):
        self.cache = x
        return np.matmul(x, self.w) + self.b

    def backward(self, grad):
        self.grad_w = np.matmul(self.cache.T, grad)
        self.grad_b = np.sum(grad, axis=0)
        return np.matmul(grad, self.w.T)

    def params(self):
        return [(self.w, self.grad_w), (self.b, self.grad_b)]


class Sigmoid(Module):
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def backward(self, grad):
        for l in reversed(self.layers):
            grad = l.backward(grad)
        return grad

    def params(self):
        return [p for l in self.layers for p in l.params()]


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        exp = np.exp(shifted)
        self.probs = exp / np.sum(exp, axis=1, keepdims=True)
        self.labels = labels
        return -np.mean(np.log(self.probs[np.arange(len(labels)), labels]))

    def backward(self):
        grad = self.probs.copy()
        grad[np.arange(len(self.labels)), self.labels] -= 1
        return grad / len(self.labels)


def main():
    X = np.random.randn(200, 2)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    net = Sequential(Linear(2, 16), Sigmoid(), Linear(16, 2))
    crit = SoftmaxCrossEntropy()
    for i in range(2000):
        loss = crit.forward(net.forward(X), y)
        net.backward(crit.backward())
        for p, g in net.params():
            p -= 0.5 * g
    print(loss)


if __name__ == "__main__":
    main()
