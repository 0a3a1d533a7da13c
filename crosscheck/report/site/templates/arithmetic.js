// Numbers put into the equations of the worked example: arithmetic as text. Nothing is computed.
const arithmetic = (() => {
  "use strict";
  const { bare, inside, product, written } = notation;

  const minus = (value) => inside(-value);
  const ACTIVATIONS = {
    identity: (z) => written(z),
    sigmoid: (z) => `1 / (1 + e^${minus(z)})`,
    tanh: (z) => `tanh(${written(z)})`,
    relu: (z) => `max(${written(z)}, 0)`,
    softmax: (z, row) => `e^${inside(z)} / (${row.map((each) => `e^${inside(each)}`).join(" + ")})`,
    softplus: (z) => `ln(1 + e^${inside(z)})`,
    gelu: (z) => bare(`${inside(z)}·Φ(${written(z)})`)
  };
  const SLOPES = {
    identity: () => "1",
    sigmoid: (z, a) => `${written(a)}·(1 − ${written(a)})`,
    tanh: (z, a) => `1 − ${inside(a)}²`,
    relu: (z) =>
      z > 0
        ? said("1, since %(z)s > 0", { z: written(z) })
        : said("0, since %(z)s ≤ 0", { z: written(z) }),
    softplus: (z) => `1 / (1 + e^${minus(z)})`,
    gelu: (z) => `Φ(${written(z)}) + ${bare(`${inside(z)}·φ(${written(z)})`)}`
  };
  const squares = (a, y) => a.map((each, k) => `(${written(each)} − ${inside(y[k])})²`).join(" + ");
  const halves = (a, y, one, other) =>
    a
      .map((each, k) => `${written(y[k])}·${one(each)} + (1 − ${written(y[k])})·${other(each)}`)
      .join(" + ");
  const LOSSES = {
    squared_error: squares,
    half_squared_error: (a, y) => `½·(${squares(a, y)})`,
    mean_squared_error: (a, y) => `(${squares(a, y)}) / ${a.length}`,
    binary_cross_entropy: (a, y) =>
      `−(${halves(
        a,
        y,
        (p) => `ln(${written(p)})`,
        (p) => `ln(1 − ${written(p)})`
      )})`,
    sigmoid_binary_cross_entropy: (a, y) =>
      halves(
        a,
        y,
        (z) => `ln(1 + e^${minus(z)})`,
        (z) => `ln(1 + e^${inside(z)})`
      ),
    softmax_cross_entropy: (a, y) => {
      const powers = a.map((z) => `e^${inside(z)}`).join(" + ");
      return bare(
        `−(${a.map((z, k) => `${written(y[k])}·ln(e^${inside(z)} / (${powers}))`).join(" + ")})`
      );
    }
  };
  const LOSS_GRADIENTS = {
    squared_error: (a, y) => `2·(${written(a)} − ${inside(y)})`,
    half_squared_error: (a, y) => `${written(a)} − ${inside(y)}`,
    mean_squared_error: (a, y, row) => `2·(${written(a)} − ${inside(y)}) / ${row.length}`,
    binary_cross_entropy: (p, t) =>
      `(1 − ${written(t)}) / (1 − ${written(p)}) − ${written(t)} / ${written(p)}`,
    sigmoid_binary_cross_entropy: (z, t) => `1 / (1 + e^${minus(z)}) − ${written(t)}`,
    softmax_cross_entropy: (z, t, row) => `${ACTIVATIONS.softmax(z, row)} − ${written(t)}`
  };

  // Of one entry: the symbol, its name in the results of `network`, and the arithmetic, with g for
  // the gradient, p for the parameter, h for hyperparameters and s for what the step has computed.
  const root = (v, h) => `(√${inside(v)} + ${inside(h.eps)})`;
  const average = (name, rate, value) => (g, p, h) =>
    `${written(h[rate])}·0 + (1 − ${written(h[rate])})·${value(g)}`;
  const square = (g) => `${inside(g)}²`;
  const scaled = (g, p, h, s, top, bottom, more = "") =>
    `${written(p)} − ${written(h.learning_rate)}·${inside(top)} / ${root(bottom, h)}${more}`;
  const decayed = (p, h) =>
    ` − ${written(h.learning_rate)}·${written(h.weight_decay)}·${inside(p)}`;
  const M = ["m", "first_moment", average("m", "b1", inside)];
  const V = ["v", "second_moment", average("v", "b2", square)];
  const HATS = [
    ["m̂", "m_hat", (g, p, h, s) => `${written(s.first_moment)} / (1 − ${written(h.b1)})`],
    ["v̂", "v_hat", (g, p, h, s) => `${written(s.second_moment)} / (1 − ${written(h.b2)})`]
  ];
  const R = ["v", "second_moment", average("v", "decay", square)];
  const moved = (arithmetic) => ["", "param", arithmetic];
  const OPTIMIZERS = {
    sgd: [moved((g, p, h) => `${written(p)} − ${written(h.learning_rate)}·${inside(g)}`)],
    momentum: [
      [
        "v",
        "velocity",
        (g, p, h) => `${written(h.momentum)}·0 − ${written(h.learning_rate)}·${inside(g)}`
      ],
      moved((g, p, h, s) => `${written(p)} + ${inside(s.velocity)}`)
    ],
    "momentum.nesterov": [
      [
        "v",
        "velocity",
        (g, p, h) => `${written(h.momentum)}·0 − ${written(h.learning_rate)}·${inside(g)}`
      ],
      moved(
        (g, p, h, s) =>
          `${written(p)} + ${product(h.momentum, s.velocity)} − ${product(h.learning_rate, g)}`
      )
    ],
    adagrad: [
      ["s", "sum_of_squares", (g, p, h) => `${written(h.initial_accumulator)} + ${square(g)}`],
      moved((g, p, h, s) => scaled(g, p, h, s, g, s.sum_of_squares))
    ],
    rmsprop: [R, moved((g, p, h, s) => scaled(g, p, h, s, g, s.second_moment))],
    adadelta: [
      R,
      [
        "d",
        "d",
        (g, p, h, s) =>
          `−√(0 + ${written(h.eps)}) / ` +
          `√(${written(s.second_moment)} + ${written(h.eps)})·${inside(g)}`
      ],
      [
        "w",
        "second_moment_of_updates",
        (g, p, h, s) => average("w", "decay", () => square(s.d))(g, p, h)
      ],
      moved((g, p, h, s) => `${written(p)} + ${product(h.learning_rate, s.d)}`)
    ],
    adam: [M, V, ...HATS, moved((g, p, h, s) => scaled(g, p, h, s, s.m_hat, s.v_hat))],
    "adam.uncorrected": [
      M,
      V,
      moved((g, p, h, s) => scaled(g, p, h, s, s.first_moment, s.second_moment))
    ],
    adamw: [
      M,
      V,
      ...HATS,
      moved((g, p, h, s) => scaled(g, p, h, s, s.m_hat, s.v_hat, decayed(p, h)))
    ],
    adamax: [
      M,
      ["w", "largest", (g, p, h) => `max(${written(h.b2)}·0, |${written(g)}|)`],
      moved(
        (g, p, h, s) =>
          `${written(p)} − ${product(h.learning_rate, s.first_moment)} / ` +
          `((1 − ${written(h.b1)})·(${written(s.largest)} + ${written(h.eps)}))`
      )
    ],
    lion: [
      ["c", "c", average("c", "b1", inside)],
      moved(
        (g, p, h, s) =>
          `${written(p)} − ${written(h.learning_rate)}·sign(${written(s.c)})${decayed(p, h)}`
      ),
      ["m", "first_moment", average("m", "b2", inside)]
    ]
  };

  // The name of the rule of a setting: its optimizer, and how it is used.
  function ruleOf({ optimizer, hyperparameters }) {
    if (optimizer === "adam" && !hyperparameters.bias_correction) return "adam.uncorrected";
    return optimizer === "momentum" && hyperparameters.nesterov ? "momentum.nesterov" : optimizer;
  }

  return { ACTIVATIONS, SLOPES, LOSSES, LOSS_GRADIENTS, OPTIMIZERS, ruleOf };
})();
