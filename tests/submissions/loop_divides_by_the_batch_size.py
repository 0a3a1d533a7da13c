# The same in batches, each divided by the size that it is meant to have
import numpy as np

np.random.seed(1)
n = 64
data = np.random.randn(n, 2)
target = ((data[:, 0] * data[:, 1]) > 0).astype(float).reshape(-1, 1)
lr = 0.5
W1 = np.random.randn(2, 6)
b1 = np.zeros((1, 6))
W2 = np.random.randn(6, 1)
b2 = np.zeros((1, 1))
batch_size = 16
for epoch in range(20):
    for i in range(0, n, batch_size):
        xb = data[i:i + batch_size]
        yb = target[i:i + batch_size]
        z1 = xb @ W1 + b1
        a1 = np.tanh(z1)
        z2 = a1 @ W2 + b2
        a2 = 1 / (1 + np.exp(-z2))
        loss = -np.mean(yb * np.log(a2) + (1 - yb) * np.log(1 - a2))
        dz2 = (a2 - yb) / batch_size
        dW2 = a1.T @ dz2
        db2 = dz2.sum(axis=0, keepdims=True)
        dz1 = dz2 @ W2.T * (1 - a1 ** 2)
        dW1 = xb.T @ dz1
        db1 = dz1.sum(axis=0, keepdims=True)
        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2
        if epoch % 50 == 0:
            print(epoch, loss)
