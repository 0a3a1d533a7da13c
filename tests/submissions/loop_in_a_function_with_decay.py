import numpy as np

REG = 0.02
RATE = 0.01


def total_loss(model, X, y):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    scores = np.tanh(X @ W1 + b1) @ W2 + b2
    e = np.exp(scores)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[range(len(X)), y]).sum()
    loss += REG / 2 * ((W1**2).sum() + (W2**2).sum())
    return loss / len(X)


def build_model(X, y, n_hidden, passes=500):
    rng = np.random.default_rng(0)
    W1 = rng.normal(size=(2, n_hidden))
    b1 = np.zeros((1, n_hidden))
    W2 = rng.normal(size=(n_hidden, 2))
    b2 = np.zeros((1, 2))
    model = {}
    for i in range(passes):
        a1 = np.tanh(X @ W1 + b1)
        e = np.exp(a1 @ W2 + b2)
        p = e / e.sum(axis=1, keepdims=True)
        # the slopes of len(X) times the loss
        d3 = p
        d3[range(len(X)), y] -= 1
        dW2 = a1.T @ d3 + REG * W2
        db2 = d3.sum(axis=0, keepdims=True)
        d2 = d3 @ W2.T * (1 - a1**2)
        dW1 = X.T @ d2 + REG * W1
        db1 = d2.sum(axis=0)
        W1 += -RATE * dW1
        b1 += -RATE * db1
        W2 += -RATE * dW2
        b2 += -RATE * db2
        model = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        if i % 100 == 0:
            print(i, total_loss(model, X, y))
    return model
