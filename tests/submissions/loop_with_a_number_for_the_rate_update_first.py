# A tiny regression, all in one script; it steps as soon as it has a gradient
import numpy as np

rng = np.random.default_rng(1)
X = rng.normal(size=(20, 3))
y = (X[:, :1] > 0).astype(float)
w = rng.normal(size=(3, 4))
b = np.zeros(4)
v = rng.normal(size=(4, 1))
c = np.zeros(1)
for epoch in range(50):
    h = np.tanh(X @ w + b)
    out = h @ v + c
    loss = np.mean((out - y) ** 2)
    d_out = 2 * (out - y) / len(X)
    v -= 0.05 * h.T @ d_out
    c -= 0.05 * d_out.sum(axis=0)
    d_h = d_out @ v.T * (1 - h ** 2)
    dw = X.T @ d_h
    db = d_h.sum(axis=0)
    w -= 0.05 * dw
    b -= 0.05 * db
print("final loss", loss)
