"""A small network in a few lines; the parameters are a dict of the module."""

import numpy as np

D, H, C = 5, 7, 3
rng = np.random.default_rng(1)
model = {
    "Wxh": rng.normal(0, 0.1, (H, D)),
    "bh": np.zeros((H, 1)),
    "Why": rng.normal(0, 0.1, (C, H)),
    "by": np.zeros((C, 1)),
}


def lossFun(inputs, targets):
    N = inputs.shape[1]
    hs = np.tanh(model["Wxh"] @ inputs + model["bh"])
    ys = model["Why"] @ hs + model["by"]
    ps = np.exp(ys) / np.exp(ys).sum(axis=0)
    loss = -np.sum(targets * np.log(ps)) / N
    dy = (ps - targets) / N
    dWhy, dby = dy @ hs.T, dy.sum(axis=1, keepdims=True)
    draw = (1 - hs * hs) * (model["Why"].T @ dy)
    dWxh, dbh = draw @ inputs.T, draw.sum(axis=1, keepdims=True)
    return loss, dWxh, dbh, dWhy, dby


def sample(x):
    y = model["Why"] @ np.tanh(model["Wxh"] @ x + model["bh"]) + model["by"]
    return np.exp(y) / np.exp(y).sum(axis=0)
