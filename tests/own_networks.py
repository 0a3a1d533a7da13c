"""Networks by hand, right ones and wrong ones: each wrong one replaces one method of the right."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Net:
    """Two layers by hand; each method is what a wrong version replaces."""

    sizes = (3, 5, 4)

    def set_params(self, params):
        (self.w1, self.b1), (self.w2, self.b2) = params

    def output(self, z):
        return sigmoid(z)

    def forward(self, x):
        self.a1 = np.tanh(x @ self.w1.T + self.b1)
        self.a2 = self.output(self.a1 @ self.w2.T + self.b2)
        return self.a2

    def loss(self, x, y):
        return ((self.forward(x) - y) ** 2).sum() / (2 * len(x))

    def delta(self, a, y):
        return (a - y) * a * (1 - a) / len(y)

    def below(self, delta):
        return delta @ self.w2 * (1 - self.a1**2)

    def gradients(self, x, y):
        delta2 = self.delta(self.forward(x), y)
        delta1 = self.below(delta2)
        return [(delta1.T @ x, delta1.sum(0)), (delta2.T @ self.a1, delta2.sum(0))]


class Summed(Net):
    def loss(self, x, y):
        return ((self.forward(x) - y) ** 2).sum()

    def delta(self, a, y):
        return 2 * (a - y) * a * (1 - a)


class MeanOfAll(Net):
    def loss(self, x, y):
        return ((self.forward(x) - y) ** 2).mean()


class Softmax(Net):
    def output(self, z):
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def loss(self, x, y):
        return -(y * np.log(self.forward(x) + 1e-8)).sum() / len(x)

    def delta(self, a, y):
        return (a - y) / len(y)


class NotShifted(Softmax):
    def output(self, z):
        powers = np.exp(z)
        return powers / powers.sum(axis=1, keepdims=True)


class Binary(Net):
    def loss(self, x, y):
        a = self.forward(x)
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()

    def delta(self, a, y):
        return (a - y) / a.size


class Downhill(Net):
    def gradients(self, x, y):
        return [(-w, -b) for w, b in super().gradients(x, y)]


class WithUpdate(Net):
    def update(self, x, y, rate):
        return [
            (w - rate * dw, b - rate * db)
            for (w, b), (dw, db) in zip(
                [(self.w1, self.b1), (self.w2, self.b2)], self.gradients(x, y), strict=True
            )
        ]


class WithoutLoss(Net):
    loss = None


class OneLinearOutput(WithoutLoss):
    sizes = (3, 4, 1)

    def output(self, z):
        return z

    def delta(self, a, y):
        return (a - y) / len(y)


class NoSlope(Net):
    def delta(self, a, y):
        return (a - y) / len(y)


class NoSquare(Net):
    def below(self, delta):
        return delta @ self.w2 * (1 - self.a1)


class BiasAveraged(Net):
    def gradients(self, x, y):
        first, (weight, bias) = super().gradients(x, y)
        return [first, (weight, bias / len(x))]


class OneUnit(Net):
    def below(self, delta):
        found = super().below(delta)
        found[:, 2] *= 1.001
        return found


class Uphill(Downhill, WithUpdate):
    """Subtracts what points the way down."""


class WrongUpdate(WithUpdate):
    def update(self, x, y, rate):
        return super().update(x, y, 2 * rate)


class Remembers(Net):
    def forward(self, x):
        self.calls = getattr(self, "calls", 0) + 1
        return super().forward(x) + (self.calls > 1) * 0.5


class OnlySix(Net):
    def forward(self, x):
        if len(x) == 1:
            raise ValueError("one sample")
        return super().forward(x)


class WithoutBias(Net):
    def forward(self, x):
        self.a1 = np.tanh(x @ self.w1.T + self.b1)
        return sigmoid(self.a1 @ self.w2.T)


class Swish(Net):
    def output(self, z):
        return z * sigmoid(z)


class Cubed(Net):
    def loss(self, x, y):
        return (np.abs(self.forward(x) - y) ** 3).mean()

    def delta(self, a, y):
        return 3 * (a - y) ** 2 * np.sign(a - y) * a * (1 - a) / a.size


class SummedOverAll(Net):
    def gradients(self, x, y):
        first, (weight, bias) = super().gradients(x, y)
        return [first, (weight, np.sum(bias))]


class GradientsRaise(Net):
    def gradients(self, x, y):
        raise ValueError("called otherwise")


class WithoutGradients(Net):
    gradients = None


class WrongInLargeBatches(Net):
    def gradients(self, x, y):
        first, (weight, bias) = super().gradients(x, y)
        return [first, (weight * (1 + 1e-6 * (len(x) > 60)), bias)]
