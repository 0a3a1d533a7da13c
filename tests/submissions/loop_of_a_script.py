# XOR in a few lines: everything happens in one loop
import numpy as np

np.random.seed(3)
inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
labels = np.array([[0, 1, 1, 0]]).T
w_hidden = np.random.random((3, 4)) - 0.5
w_out = np.random.random((4, 1)) - 0.5
for step in range(300):
    hidden = 1 / (1 + np.exp(-np.dot(inputs, w_hidden)))
    out = 1 / (1 + np.exp(-np.dot(hidden, w_out)))
    miss = labels - out
    if step % 100 == 0:
        print(step, np.abs(miss).mean())
    out_delta = miss * out * (1 - out)
    hidden_delta = out_delta.dot(w_out.T) * hidden * (1 - hidden)
    w_out += hidden.T.dot(out_delta)
    w_hidden += inputs.T.dot(hidden_delta)
