from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    step: int
    m: np.ndarray
    u: np.ndarray


class Optimizer(NamedTuple):
    init: object
    update: object


def adamax(learning_rate, b1=0.9, b2=0.999, eps=1e-8):
    def init(params):
        return State(0, np.zeros_like(params), np.zeros_like(params))

    def update(grads, state, params=None):
        t = state.step + 1
        m = b1 * state.m + (1 - b1) * grads
        u = np.maximum(b2 * state.u, abs(grads))
        rate = learning_rate(state.step) if callable(learning_rate) else learning_rate
        return -rate * (m / (1 - b1**t)) / (u + eps), State(t, m, u)

    return Optimizer(init, update)
