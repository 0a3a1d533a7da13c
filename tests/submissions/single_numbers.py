import numpy as np

def sigmoid(x):
  return 1 / (1 + np.exp(-x))

def sigmoid_slope(x):
  fx = sigmoid(x)
  return fx * (1 - fx)

def mse_loss(y_true, y_pred):
  return ((y_true - y_pred) ** 2).mean()

class TwoTwoOne:
  def __init__(self):
    self.w1 = np.random.normal()
    self.w2 = np.random.normal()
    self.w3 = np.random.normal()
    self.w4 = np.random.normal()
    self.w5 = np.random.normal()
    self.w6 = np.random.normal()
    self.b1 = np.random.normal()
    self.b2 = np.random.normal()
    self.b3 = np.random.normal()

  def feedforward(self, x):
    h1 = sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b1)
    h2 = sigmoid(self.w3 * x[0] + self.w4 * x[1] + self.b2)
    o1 = sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)
    return o1

  def train(self, data, all_y_trues):
    learn_rate = 0.1
    epochs = 20
    for epoch in range(epochs):
      for x, y_true in zip(data, all_y_trues):
        sum_h1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
        h1 = sigmoid(sum_h1)
        sum_h2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
        h2 = sigmoid(sum_h2)
        sum_o1 = self.w5 * h1 + self.w6 * h2 + self.b3
        o1 = sigmoid(sum_o1)
        y_pred = o1
        dL_dout = -2 * (y_true - y_pred)
        dout_dw5 = h1 * sigmoid_slope(sum_o1)
        dout_dw6 = h2 * sigmoid_slope(sum_o1)
        dout_db3 = sigmoid_slope(sum_o1)
        dout_dh1 = self.w5 * sigmoid_slope(sum_o1)
        dout_dh2 = self.w6 * sigmoid_slope(sum_o1)
        dh1_dw1 = x[0] * sigmoid_slope(sum_h1)
        dh1_dw2 = x[1] * sigmoid_slope(sum_h1)
        dh1_db1 = sigmoid_slope(sum_h1)
        dh2_dw3 = x[0] * sigmoid_slope(sum_h2)
        dh2_dw4 = x[1] * sigmoid_slope(sum_h2)
        dh2_db2 = sigmoid_slope(sum_h2)
        self.w1 -= learn_rate * dL_dout * dout_dh1 * dh1_dw1
        self.w2 -= learn_rate * dL_dout * dout_dh1 * dh1_dw2
        self.b1 -= learn_rate * dL_dout * dout_dh1 * dh1_db1
        self.w3 -= learn_rate * dL_dout * dout_dh2 * dh2_dw3
        self.w4 -= learn_rate * dL_dout * dout_dh2 * dh2_dw4
        self.b2 -= learn_rate * dL_dout * dout_dh2 * dh2_db2
        self.w5 -= learn_rate * dL_dout * dout_dw5
        self.w6 -= learn_rate * dL_dout * dout_dw6
        self.b3 -= learn_rate * dL_dout * dout_db3

data = np.array([[-1.0, -0.5], [1.2, 0.3], [0.8, 0.2], [-0.7, -0.3]])
all_y_trues = np.array([1, 0, 0, 1])
network = TwoTwoOne()
network.train(data, all_y_trues)
