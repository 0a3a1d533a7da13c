// The equations of the worked example with numbers in them. A block has the name of an equation,
// which the page has as MathML, and lines: the symbol and the arithmetic as one writes them by
// hand, the value, and the quantity in the contract's terms ("" where that has no name).
//
// A context is {given, found, run, prefix}: a setting as floats, what `network` found of it, what
// the quantities after the step are named by, and that with a point where all are after it.
const lines = (() => {
  "use strict";
  const { activation, bare, inside, product, symbols, total, written } = notation;

  const line = (symbol, text, value, quantity) => ({ symbol, arithmetic: text, value, quantity });
  const block = (equation, all) => ({ equation, lines: all });

  const after = ({ given, found, run }) => ({
    given: { ...given, layers: found.params },
    found: found.after,
    run,
    prefix: `${run}.`
  });

  function forward({ given, found, prefix = "" }, index) {
    const { weight, bias } = given.layers[index];
    const name = given.activations[index];
    const z = found.pre_activations[index];
    const a = found.activations[index + 1];
    const sums = weight.map((row, j) => {
      const terms = row.map((w, k) => product(w, found.activations[index][k]));
      if (given.biases) terms.push(inside(bias[j]));
      return line(
        symbols.z(index, j),
        total(terms),
        z[j],
        `${prefix}pre_activations[${index}][0, ${j}]`
      );
    });
    const bent = a.map((value, j) =>
      line(
        symbols.a(index, j),
        arithmetic.ACTIVATIONS[name](z[j], z),
        value,
        activation(prefix, index + 1, j)
      )
    );
    return [
      block(`affine.${index}${given.biases ? "" : ".plain"}`, sums),
      block(`activation.${name}`, bent)
    ];
  }

  function lossBlock({ given, found, prefix = "" }) {
    const text = arithmetic.LOSSES[given.loss](found.activations[2], given.targets);
    return block(`loss.${given.loss}`, [line("C", text, found.loss, `${prefix}loss`)]);
  }

  // ∂C/∂a of a layer, the slopes of its activation, and its δ.
  function error({ given, found }, index) {
    const name = given.activations[index];
    const a = found.activations[index + 1];
    const z = found.pre_activations[index];
    const c = found.cotangents[index];
    const d = found.deltas[index];
    const of = (k) => `∂C/∂${symbols.a(index, k)}`;
    const first = c.map((value, k) => {
      if (index === 1)
        return line(
          of(k),
          arithmetic.LOSS_GRADIENTS[given.loss](a[k], given.targets[k], a),
          value,
          ""
        );
      const { weight } = given.layers[1];
      return line(
        of(k),
        total(weight.map((row, j) => product(row[k], found.deltas[1][j]))),
        value,
        ""
      );
    });
    const equation = index === 1 ? `loss_gradient.${given.loss}` : "back";
    const quantity = (k) => `deltas[${index}][0, ${k}]`;
    if (name === "softmax") {
      const mean = total(c.map((each, k) => product(each, a[k])));
      const errors = d.map((value, k) =>
        line(
          symbols.delta(index, k),
          `${written(a[k])}·(${written(c[k])} − (${mean}))`,
          value,
          quantity(k)
        )
      );
      return [block(equation, first), block("delta.softmax", errors)];
    }
    const slopes = a.map((value, k) => network.SLOPES[name](z[k], value));
    const bends = slopes.map((value, k) =>
      line(`f′(${symbols.z(index, k)})`, arithmetic.SLOPES[name](z[k], a[k]), value, "")
    );
    const errors = d.map((value, k) =>
      line(symbols.delta(index, k), bare(product(c[k], slopes[k])), value, quantity(k))
    );
    return [block(equation, first), block(`slope.${name}`, bends), block(`delta.${index}`, errors)];
  }

  function gradient({ given, found }, index) {
    const { weight, bias } = found.grads[index];
    const d = found.deltas[index];
    const below = found.activations[index];
    const shares = weight.flatMap((row, j) =>
      row.map((value, k) =>
        line(
          `∂C/∂${symbols.weight(index, j, k)}`,
          bare(product(d[j], below[k])),
          value,
          `grads[${index}].weight[${j}, ${k}]`
        )
      )
    );
    const blocks = [block(`grad_weight.${index}`, shares)];
    const all = bias.map((value, j) =>
      line(`∂C/∂${symbols.bias(index, j)}`, "", value, `grads[${index}].bias[${j}]`)
    );
    return given.biases ? [...blocks, block(`grad_bias.${index}`, all)] : blocks;
  }

  // Every entry that moves: its symbol, place, value and gradient, and what the step computes.
  function* entries({ given, found }) {
    for (const index of given.update === "all" ? [0, 1] : [1]) {
      const { weight, bias } = given.layers[index];
      const of = found.grads[index];
      const by = found.steps[index];
      for (const [j, row] of weight.entries())
        for (const [k, p] of row.entries())
          yield [
            symbols.weight(index, j, k),
            `[${index}].weight[${j}, ${k}]`,
            p,
            of.weight[j][k],
            by.weight[j][k]
          ];
      if (!given.biases) continue;
      for (const [j, p] of bias.entries())
        yield [symbols.bias(index, j), `[${index}].bias[${j}]`, p, of.bias[j], by.bias[j]];
    }
  }

  function update({ given, found, run }) {
    const rule = arithmetic.ruleOf(given);
    const all = [...entries({ given, found })];
    return arithmetic.OPTIMIZERS[rule].map(([symbol, name, text], index) => {
      const moved = all.map(([of, where, p, g, computed]) => {
        const value = name === "param" ? p + computed.update : computed[name];
        const quantity =
          name === "param"
            ? `${run}.params${where}`
            : /_hat$|^[cd]$/.test(name)
              ? ""
              : `${run}.state.${name}${where}`;
        return line(
          name === "param" ? `${of}′` : `${symbol}(${of})`,
          text(g, p, given.hyperparameters, computed),
          value,
          quantity
        );
      });
      return block(`optimizer.${rule}.${index}`, moved);
    });
  }

  function again(context) {
    const then = after(context);
    const layers = context.given.update === "all" ? [0, 1] : [1];
    return [...layers.flatMap((index) => forward(then, index)), lossBlock(then)];
  }

  return { after, again, error, forward, gradient, lossBlock, update };
})();
