// The eight steps of the worked example: what each is called, and what it shows of a setting.
const walk = (() => {
  "use strict";

  const TITLES = [
    [
      "hidden",
      said("Forward: the hidden layer"),
      said(
        "Each hidden unit adds up its weighted inputs and its bias; the activation bends the sum."
      )
    ],
    [
      "output",
      said("Forward: the output layer"),
      said("The output layer does the same with what the hidden units give.")
    ],
    ["loss", said("Loss"), said("How far the outputs are from the targets, as one number.")],
    [
      "error",
      said("Backward: the error of the output"),
      said("How fast the loss changes with z: the slope of the loss times that of the activation.")
    ],
    [
      "gradient",
      said("Backward: the gradient of the output layer"),
      said("The share of a weight is the error times what came in along it; into a bias comes 1.")
    ],
    [
      "below",
      said("Backward: the hidden layer"),
      said("The error goes back along the weights, and through the activation of each hidden unit.")
    ],
    ["update", said("Update"), ""],
    [
      "again",
      said("Forward again"),
      said("The same sample with the new parameters, and what the step has made of the loss.")
    ]
  ];
  const UPDATED = {
    last: said(
      "The optimizer takes its first step, from a state of zeros. Only the output layer moves."
    ),
    all: said("The optimizer takes its first step, from a state of zeros. Every layer moves.")
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
