"""weights1/biases1, ReLU inside, softmax outside."""
import numpy as np


class MLP:
    def __init__(self, n_inputs=10, n_hidden=8, n_outputs=3, seed=1):
        rng = np.random.default_rng(seed)
        self.weights1 = rng.normal(0, 0.1, (n_inputs, n_hidden))
        self.biases1 = np.zeros(n_hidden)
        self.weights2 = rng.normal(0, 0.1, (n_hidden, n_outputs))
        self.biases2 = np.zeros(n_outputs)

    def predict_proba(self, X):
        hidden = np.maximum(0, np.dot(X, self.weights1) + self.biases1)
        scores = np.dot(hidden, self.weights2) + self.biases2
        scores = scores - scores.max(axis=1, keepdims=True)
        exp = np.exp(scores)
        return exp / exp.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def loss(self, X, y):
        probs = self.predict_proba(X)
        return -np.mean(np.log(probs[np.arange(len(y)), y]))

    def gradients(self, X, y):
        z1 = np.dot(X, self.weights1) + self.biases1
        hidden = np.maximum(0, z1)
        probs = self.predict_proba(X)
        probs[np.arange(len(y)), y] -= 1
        dscores = probs / len(y)
        dhidden = np.dot(dscores, self.weights2.T)
        dhidden[z1 <= 0] = 0
        return {
            "weights1": np.dot(X.T, dhidden),
            "biases1": dhidden.sum(axis=0),
            "weights2": np.dot(hidden.T, dscores),
            "biases2": dscores.sum(axis=0),
        }
