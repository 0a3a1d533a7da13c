// The eight steps of the worked example: what each is called, and what it shows of a setting.
const walk = (() => {
  "use strict";

  const TITLES = [
    [
      "hidden",
      "Forward: the hidden layer",
      "Each hidden unit adds up its weighted inputs and its bias; the activation bends the sum."
    ],
    [
      "output",
      "Forward: the output layer",
      "The output layer does the same with what the hidden units give."
    ],
    ["loss", "Loss", "How far the outputs are from the targets, as one number."],
    [
      "error",
      "Backward: the error of the output",
      "How fast the loss changes with z: the slope of the loss times that of the activation."
    ],
    [
      "gradient",
      "Backward: the gradient of the output layer",
      "The share of a weight is the error times what came in along it; into a bias comes 1."
    ],
    [
      "below",
      "Backward: the hidden layer",
      "The error goes back along the weights, and through the activation of each hidden unit."
    ],
    ["update", "Update", ""],
    [
      "again",
      "Forward again",
      "The same sample with the new parameters, and what the step has made of the loss."
    ]
  ];
  const UPDATED = {
    last: "The optimizer takes its first step, from a state of zeros. Only the output layer moves.",
    all: "The optimizer takes its first step, from a state of zeros. Every layer moves."
  };

  const BACKWARD = ["error", "gradient", "below"];
  const { again, error, forward, gradient, lossBlock, update } = lines;
  // The equations of each step, with numbers.
  const BLOCKS = {
    hidden: (context) => forward(context, 0),
    output: (context) => forward(context, 1),
    loss: (context) => [lossBlock(context)],
    error: (context) => error(context, 1),
    gradient: (context) => gradient(context, 1),
    below: (context) => [...error(context, 0), ...gradient(context, 0)],
    update,
    again
  };

  // The steps of a setting: {name, title, text, upwards, blocks, labels} each.
  //   given: its numbers as floats
  //   run: what the quantities after the step are named by, as "adam"
  function stepsOf(given, run) {
    const context = { given, found: network.compute(given), run };
    return TITLES.map(([name, title, text]) => ({
      name,
      title,
      text: text || UPDATED[given.update],
      upwards: BACKWARD.includes(name),
      blocks: BLOCKS[name](context),
      labels: labels.OF_STEP[name](context)
    }));
  }

  return { stepsOf, COUNT: TITLES.length };
})();
