"""Activations and losses as people write them, right ones and wrong ones."""

import math

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1 - x)


def d_tanh(x):
    return 1 - np.tanh(x) ** 2


def my_sigmoid(z, derivative=False):
    a = 1 / (1 + np.exp(-z))
    if derivative:
        return a * (1 - a)
    return a


def relu(x):
    return np.maximum(0, x)


def relu_prime(x):
    return np.where(x >= 0, 1.0, 0.0)


def my_relu(x):
    x[x < 0] = 0
    return x


def scalar_sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def my_softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_of_one(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


def softmax_over_batch(x):
    e = np.exp(x - x.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def softmax_not_shifted(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def gelu_by_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def tanh_by_exponentials(x):
    return 1 - 2 / (1 + np.exp(2 * x))


def naive_softplus(x):
    return np.log(1 + np.exp(x))


def stable_softplus(x):
    return np.logaddexp(0, x)


def swish(x):
    return x / (1 + np.exp(-x))


def leaky_relu(x):
    return np.where(x > 0, x, 0.01 * x)


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad):
        return grad * (1 - self.out**2)


class TanhWithoutSquare(Tanh):
    def backward(self, grad):
        return grad * (1 - self.out)


class MSE:
    def __call__(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2)

    def gradient(self, y_pred, y_true):
        return 2 * (y_pred - y_true) / y_pred.size


def half_mse(y_true, y_pred):
    return 0.5 * np.sum((y_pred - y_true) ** 2) / len(y_true)


def half_mse_prime(y_true, y_pred):
    return (y_true - y_pred) / len(y_true)


def cross_entropy_loss(y_true, y_pred):
    return -np.sum(y_true * np.log(y_pred)) / len(y_true)


def clipped_bce(y_pred, y_true):
    p = np.clip(y_pred, 1e-7, 1 - 1e-7)
    return -np.mean(np.sum(y_true * np.log(p) + (1 - y_true) * np.log1p(-p), axis=1))


def guarded_bce(y, p):
    return -np.mean(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8))


def nll_of_labels(probs, labels):
    return -np.log(probs[np.arange(len(labels)), labels]).mean()


def logits_cross_entropy(logits, targets):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    logs = logits - logits.max(axis=1, keepdims=True) - np.log(e.sum(axis=1, keepdims=True))
    return -(targets * logs).sum(axis=1).mean()


def bce_of_columns(A, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m


def negative_bce(p, y):
    return np.mean(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p), axis=1))


def squared_error(a, y):
    return (a - y) ** 2


def all_pairs(predictions, targets):
    return ((predictions[:, None] - targets) ** 2).sum() / len(predictions) ** 2


def huber(a, y):
    r = np.abs(a - y)
    return np.where(r < 0.1, r**2, r).mean()


def relu_and_more(x, y, z):
    return x + y + z


def tanh(x):
    return np.tanh(x)


def tanh_derivative(x):
    return 1 - x**2


def cached_relu(Z):
    return np.maximum(0, Z), Z


def cached_relu_backward(dA, cache):
    dZ = np.array(dA, copy=True)
    dZ[cache <= 0] = 0
    return dZ


class KeptReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class PerSampleCrossEntropy:
    def forward(self, y_pred, y_true):
        return -np.log(np.sum(y_pred * y_true, axis=1))

    def backward(self, dvalues, y_true):
        return -y_true / dvalues / len(dvalues)


def softmax_of_one_grad(x):
    a = softmax_of_one(x).reshape(-1, 1)
    return np.diagflat(a) - a @ a.T


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true.size


class CrossEntropyOfSoftmax:
    def loss(self, y, p):
        return -np.sum(y * np.log(p)) / y.shape[0]

    def gradient(self, y, p):
        return (p - y) / y.shape[0]


def rounds_to_float32(predictions, targets):
    return np.mean((predictions.astype(np.float32) - targets) ** 2)


def sigmoid_without_its_minus(z):
    return 1 / (1 + np.exp(z))


def sigmoid_bce_of_logits(z, t):
    p = 1 / (1 + np.exp(-z))
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p)) / len(z)


def raises(z):
    raise ValueError("not today")


def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(x / 2))


class HalfOfEach:
    def loss(self, y_true, y_pred):
        return 0.5 * np.power(y_true - y_pred, 2)

    def gradient(self, y_true, y_pred):
        return -(y_true - y_pred)


def loss_and_slope(x, y):
    p = np.exp(x - np.max(x, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    rows = np.arange(len(x))
    loss = -np.sum(np.log(p[rows, y])) / len(x)
    dx = p.copy()
    dx[rows, y] -= 1
    return loss, dx / len(x)


class HalfOfTheSlope:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / len(y)

    def backward(self):
        return -self.y / self.p / len(self.y)


def sigmoid_by_tanh_in_the_tail(z):
    return np.where(z < -20, (1 + np.tanh(z / 2)) / 2, 1 / (1 + np.exp(-z)))


def sigmoid_in_half_precision(z):
    if z.dtype == np.float32:
        z = z.astype(np.float16)
    return 1 / (1 + np.exp(-z))


def squeezed_tanh(z):
    return np.squeeze(np.tanh(z))


def logistic(z):
    return 1 / (1 + np.exp(-z))


def logistic_prime(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def loses_samples(a, y):
    return ((a - y) ** 2).sum(axis=1) if len(a) > 1 else np.zeros(3)


def shifted_softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def shifted_softmax_derivative(a):
    return a * (1 - a)
