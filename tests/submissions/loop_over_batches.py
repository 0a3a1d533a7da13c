import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4))
y = np.eye(3)[rng.integers(0, 3, 120)]
W1, b1 = rng.normal(size=(4, 8)) * 0.1, np.zeros(8)
W2, b2 = rng.normal(size=(8, 3)) * 0.1, np.zeros(3)
vW1, vb1, vW2, vb2 = 0, 0, 0, 0
lr, mu, size = 0.1, 0.9, 50
for epoch in range(5):
    for i in range(0, len(X), size):
        xb, yb = X[i : i + size], y[i : i + size]
        h = np.maximum(0, xb @ W1 + b1)
        s = h @ W2 + b2
        p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        loss = -np.mean(np.sum(yb * np.log(p), axis=1))
        ds = (p - yb) / len(xb)
        dh = ds @ W2.T * (h > 0)
        vW2, vb2 = mu * vW2 - lr * h.T @ ds, mu * vb2 - lr * ds.sum(axis=0)
        vW1, vb1 = mu * vW1 - lr * xb.T @ dh, mu * vb1 - lr * dh.sum(axis=0)
        W1 += vW1
        b1 += vb1
        W2 += vW2
        b2 += vb2
    print(epoch, loss)
