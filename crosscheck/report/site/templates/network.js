// A fourth small reference, which the page of the worked example computes with: one sample forward
// and backward through a network, and one step of an optimizer from a state of zeros.
//
// Weights are (units, units below), as the documents print W in z = W a + b. Names are those of the
// contract. Nothing here touches the page, and every number is a float64.
const network = (() => {
  "use strict";

  const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
  const dot = (one, other) => sum(one.map((each, index) => each * other[index]));

  // ----- functions of one number -----

  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  const density = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const distribution = (z) => erfc(-z / Math.SQRT2) / 2;

  // 1 - erf(x), which JavaScript lacks: to 1e-15 of its value plus what the rounding of x^2 makes
  // of exp(-x^2), 2.5e-16 x^2. Near 0 by the Taylor series of erf; above by the continued fraction
  //   sqrt(pi) exp(x^2) erfc(x) = 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))),
  // all of whose terms are positive, so that nothing cancels.
  function erfc(x) {
    if (x < 0) return 2 - erfc(-x);
    if (x < 0.5) {
      let erf = x;
      let power = x; // (-1)^n x^(2n + 1) / n!
      for (let n = 1; n < 14; n++) {
        power *= (-x * x) / n;
        erf += power / (2 * n + 1);
      }
      return 1 - (2 / Math.sqrt(Math.PI)) * erf;
    }
    let fraction = x;
    for (let n = x < 2 ? 700 : 60; n > 0; n--) fraction = x + n / 2 / fraction;
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }

  // ----- activations: of a row of z -----

  const ACTIVATIONS = {
    identity: (z) => z,
    sigmoid: (z) => z.map(sigmoid),
    tanh: (z) => z.map(Math.tanh),
    relu: (z) => z.map((each) => Math.max(each, 0)),
    softmax(z) {
      const powers = z.map((each) => Math.exp(each - Math.max(...z))); // cannot overflow
      return powers.map((each) => each / sum(powers));
    },
    softplus: (z) => z.map(softplus),
    gelu: (z) => z.map((each) => each * distribution(each))
  };

  // Their slopes da/dz from z and a. Softmax has none: each output depends on every z of its row.
  const SLOPES = {
    identity: () => 1,
    sigmoid: (z, a) => a * (1 - a),
    tanh: (z, a) => (1 + a) * (1 - a),
    relu: (z) => (z > 0 ? 1 : 0), // 0 at 0, as in the references
    softplus: (z) => sigmoid(z),
    gelu: (z) => distribution(z) + z * density(z)
  };

  // dC/dz from dC/da.
  function delta(name, cotangent, z, a) {
    if (name === "softmax") {
      const mean = dot(cotangent, a);
      return a.map((each, k) => each * (cotangent[k] - mean));
    }
    return z.map((each, k) => cotangent[k] * SLOPES[name](each, a[k]));
  }

  // ----- losses of one sample: C and dC/da -----

  const squares = (a, y) => sum(a.map((each, k) => (each - y[k]) ** 2));
  const differences = (a, y, factor) => a.map((each, k) => factor * (each - y[k]));
  // A term whose target weighs 0 counts 0, whatever the logarithm is.
  const weighted = (weight, value) => (weight === 0 ? 0 : weight * value());

  function logSoftmax(z) {
    const shifted = z.map((each) => each - Math.max(...z));
    const log = Math.log(sum(shifted.map(Math.exp)));
    return shifted.map((each) => each - log);
  }

  const LOSSES = {
    squared_error: (a, y) => squares(a, y),
    half_squared_error: (a, y) => squares(a, y) / 2,
    mean_squared_error: (a, y) => squares(a, y) / a.length,
    binary_cross_entropy: (a, y) =>
      sum(
        a.map(
          (p, k) => weighted(y[k], () => -Math.log(p)) + weighted(1 - y[k], () => -Math.log1p(-p))
        )
      ),
    sigmoid_binary_cross_entropy: (a, y) =>
      sum(a.map((z, k) => y[k] * softplus(-z) + (1 - y[k]) * softplus(z))),
    softmax_cross_entropy: (a, y) => -dot(y, logSoftmax(a))
  };

  const LOSS_GRADIENTS = {
    squared_error: (a, y) => differences(a, y, 2),
    half_squared_error: (a, y) => differences(a, y, 1),
    mean_squared_error: (a, y) => differences(a, y, 2).map((each) => each / a.length),
    binary_cross_entropy: (a, y) =>
      a.map((p, k) => weighted(1 - y[k], () => 1 / (1 - p)) - weighted(y[k], () => 1 / p)),
    sigmoid_binary_cross_entropy: (a, y) => a.map((z, k) => sigmoid(z) - y[k]),
    softmax_cross_entropy: (a, y) => ACTIVATIONS.softmax(a).map((each, k) => each * sum(y) - y[k])
  };

  // ----- forward and backward -----

  function forward(layers, given) {
    const pre_activations = [];
    const activations = [given.inputs];
    layers.forEach(({ weight, bias }, index) => {
      const below = activations[index];
      pre_activations.push(weight.map((row, unit) => dot(row, below) + bias[unit]));
      activations.push(ACTIVATIONS[given.activations[index]](pre_activations[index]));
    });
    const loss = LOSSES[given.loss](activations[layers.length], given.targets);
    return { pre_activations, activations, loss };
  }

  function backward(layers, given, { pre_activations, activations }) {
    const deltas = [];
    const cotangents = [];
    const grads = [];
    let cotangent = LOSS_GRADIENTS[given.loss](activations[layers.length], given.targets);
    for (let index = layers.length - 1; index >= 0; index--) {
      const [z, a] = [pre_activations[index], activations[index + 1]];
      const error = delta(given.activations[index], cotangent, z, a);
      cotangents.unshift(cotangent);
      deltas.unshift(error);
      grads.unshift({
        weight: error.map((each) => activations[index].map((below) => each * below)),
        bias: error.map((each) => (given.biases ? each : 0))
      });
      const { weight } = layers[index];
      cotangent = weight[0].map((_, below) =>
        dot(
          error,
          weight.map((row) => row[below])
        )
      );
    }
    return { cotangents, deltas, grads };
  }

  // ----- optimizers: of one entry, its gradient g and its value p, the first step -----
  // They return what the step computes on its way, by name, and the update last.

  function corrected(m, v, h) {
    if (h.bias_correction === false) return { m_hat: m, v_hat: v };
    return { m_hat: m / (1 - h.b1), v_hat: v / (1 - h.b2) };
  }

  function adam(g, p, h) {
    const m = (1 - h.b1) * g;
    const v = (1 - h.b2) * g * g;
    const { m_hat, v_hat } = corrected(m, v, h);
    const update = (-h.learning_rate * m_hat) / (Math.sqrt(v_hat) + h.eps);
    return { first_moment: m, second_moment: v, m_hat, v_hat, update };
  }

  const OPTIMIZERS = {
    sgd: (g, p, h) => ({ update: -h.learning_rate * g }),
    momentum(g, p, h) {
      const velocity = -h.learning_rate * g;
      const update = h.nesterov ? h.momentum * velocity - h.learning_rate * g : velocity;
      return { velocity, update };
    },
    adagrad(g, p, h) {
      const sum_of_squares = h.initial_accumulator + g * g;
      return {
        sum_of_squares,
        update: (-h.learning_rate * g) / (Math.sqrt(sum_of_squares) + h.eps)
      };
    },
    rmsprop(g, p, h) {
      const v = (1 - h.decay) * g * g;
      return { second_moment: v, update: (-h.learning_rate * g) / (Math.sqrt(v) + h.eps) };
    },
    adadelta(g, p, h) {
      const v = (1 - h.decay) * g * g;
      const d = (-Math.sqrt(h.eps) / Math.sqrt(v + h.eps)) * g;
      const w = (1 - h.decay) * d * d;
      return { second_moment: v, d, second_moment_of_updates: w, update: h.learning_rate * d };
    },
    adam,
    adamw(g, p, h) {
      const step = adam(g, p, h);
      return { ...step, update: step.update - h.learning_rate * h.weight_decay * p };
    },
    adamax(g, p, h) {
      const m = (1 - h.b1) * g;
      const largest = Math.abs(g);
      const update = (-h.learning_rate * (m / (1 - h.b1))) / (largest + h.eps);
      return { first_moment: m, largest, update };
    },
    lion(g, p, h) {
      const c = (1 - h.b1) * g;
      const update = -h.learning_rate * (Math.sign(c) + h.weight_decay * p);
      return { c, update, first_moment: (1 - h.b2) * g };
    }
  };

  // Moves the layers that the setting moves: its new layers, and every number of the step by name.
  function step(layers, given, grads) {
    const rule = OPTIMIZERS[given.optimizer];
    const steps = [];
    const moved = layers.map(({ weight, bias }, index) => {
      if (given.update === "last" && index < layers.length - 1) return { weight, bias };
      const of = grads[index];
      steps[index] = {
        weight: weight.map((row, j) =>
          row.map((p, k) => rule(of.weight[j][k], p, given.hyperparameters))
        ),
        bias: bias.map((p, j) => rule(of.bias[j], p, given.hyperparameters))
      };
      return {
        weight: weight.map((row, j) => row.map((p, k) => p + steps[index].weight[j][k].update)),
        bias: bias.map((p, j) => (given.biases ? p + steps[index].bias[j].update : p))
      };
    });
    return { layers: moved, steps };
  }

  // Everything that follows from a setting whose numbers are floats:
  //   inputs, targets: the sample
  //   layers: weight and bias of each
  //   activations: a name for each layer; loss, optimizer: a name
  //   biases: whether the network has any; if not, those of `layers` are 0 and stay so
  //   hyperparameters: of the optimizer, by the contract's keywords
  //   update: "last" or "all", the layers that move
  function compute(given) {
    const before = forward(given.layers, given);
    const back = backward(given.layers, given, before);
    const moved = step(given.layers, given, back.grads);
    const after = forward(moved.layers, given);
    return { ...before, ...back, steps: moved.steps, params: moved.layers, after };
  }

  return { compute, erfc, ACTIVATIONS, LOSSES, OPTIMIZERS, SLOPES, sigmoid, distribution, density };
})();
