// What stands in the diagram of each step of the worked example. A label is {place, value,
// quantity, before}: of a unit, of an edge or of the loss, with the text before the number.
// Contexts are those of `lines`.
const labels = (() => {
  "use strict";
  const { activation, symbols } = notation;

  const label = (place, value, quantity, before = "") => ({
    place: place.join("-"),
    value,
    quantity,
    before
  });
  const onEdges = (all) => all.filter((each) => each.place.startsWith("edge"));

  const inputs = ({ given }) =>
    given.inputs.map((x, k) => label(["unit", 0, k], x, `inputs[0, ${k}]`));
  const targets = ({ given }) =>
    given.targets.map((y, k) => label(["loss"], y, `targets[0, ${k}]`, `${symbols.y(k)} = `));
  const activations = ({ found, prefix = "" }, row) =>
    found.activations[row].map((a, k) =>
      label(["unit", row, k], a, activation(prefix, row, k), "a = ")
    );
  const hidden = (context) => activations(context, 1);
  const outputs = (context) => activations(context, 2);

  function units(context, index) {
    const { found, prefix = "" } = context;
    const z = found.pre_activations[index].map((each, k) =>
      label(["unit", index + 1, k], each, `${prefix}pre_activations[${index}][0, ${k}]`, "z = ")
    );
    return [...z, ...activations(context, index + 1)];
  }

  // Weights and biases of a layer, or what has the same shape; `before` are the texts of both.
  const leaves = ({ given }, of, index, path, before) => [
    ...of[index].weight.flatMap((row, j) =>
      row.map((w, k) =>
        label(["edge", index, j, k], w, `${path}[${index}].weight[${j}, ${k}]`, before[0])
      )
    ),
    ...(given.biases ? of[index].bias : []).map((b, j) =>
      label(["unit", index + 1, j], b, `${path}[${index}].bias[${j}]`, before[1])
    )
  ];
  const weights = (context, index) =>
    leaves(context, context.given.layers, index, "params", ["", "b = "]);
  const grads = (context, index) =>
    leaves(context, context.found.grads, index, "grads", ["", "∇b = "]);

  // The new parameters of the layers that move.
  function moved(context, sign = "") {
    const { given, found, run } = context;
    const before = [sign, sign ? `b ${sign} ` : "b = "];
    return (given.update === "all" ? [0, 1] : [1]).flatMap((index) =>
      leaves(context, found.params, index, `${run}.params`, before)
    );
  }

  const cotangents = ({ found }) =>
    found.cotangents[1].map((each, k) => label(["unit", 2, k], each, "", "∂C/∂a = "));
  const errors = ({ found }, index) =>
    found.deltas[index].map((each, k) =>
      label(["unit", index + 1, k], each, `deltas[${index}][0, ${k}]`, "δ = ")
    );

  const loss = ({ found }) => label(["loss"], found.loss, "loss", "C = ");
  const losses = ({ found, run }) => [
    label(["loss"], found.loss, "loss", said("before: C = ")),
    label(["loss"], found.after.loss, `${run}.loss`, said("after: C = "))
  ];

  // By the names of the steps.
  const OF_STEP = {
    hidden: (context) => [...inputs(context), ...weights(context, 0), ...units(context, 0)],
    output: (context) => [...hidden(context), ...weights(context, 1), ...units(context, 1)],
    loss: (context) => [...outputs(context), ...targets(context), loss(context)],
    error: (context) => [
      ...outputs(context),
      ...cotangents(context),
      ...errors(context, 1),
      ...targets(context)
    ],
    gradient: (context) => [...hidden(context), ...errors(context, 1), ...grads(context, 1)],
    below: (context) => [
      ...inputs(context),
      ...errors(context, 0),
      ...grads(context, 0),
      ...errors(context, 1),
      ...onEdges(weights(context, 1))
    ],
    update: (context) => moved(context, "→"),
    again: (context) => [
      ...hidden(lines.after(context)),
      ...onEdges(moved(context)),
      ...units(lines.after(context), 1),
      ...losses(context)
    ]
  };

  return { OF_STEP };
})();
