// The file of a document with a setting of the worked example.
const documentFile = (() => {
  "use strict";
  const { tidy } = setting;

  // The file from which `crosscheck worksheet --document` makes a worksheet.
  function toml(given) {
    // All of these texts are known names or checked numbers: none needs an escape.
    const quoted = (one) => (Array.isArray(one) ? `[${one.map(quoted).join(", ")}]` : `"${one}"`);
    const rows = (one) => (Array.isArray(one) ? `[${one.map(rows).join(", ")}]` : `"${tidy(one)}"`);
    const hyperparameters = Object.entries(given.hyperparameters).map(
      ([key, one]) => `${key} = ${typeof one === "string" ? rows(one) : one}`
    );
    return [
      `title = "${said("A worked example with numbers of my own")}"`,
      "",
      "[network]",
      `activations = ${quoted(given.activations)}`,
      `loss = ${quoted(given.loss)}`,
      `inputs = [${rows(given.inputs)}]`,
      `targets = [${rows(given.targets)}]`,
      ...(given.biases ? [] : ["biases = false"]),
      ...given.layers.flatMap(({ weight, bias }) => [
        "",
        "[[network.params]]",
        `weight = ${rows(weight)}`,
        `bias = ${rows(bias)}`
      ]),
      "",
      "[[runs]]",
      `name = ${quoted(given.optimizer)}`,
      `optimizer = ${quoted(given.optimizer)}`,
      `layers = ${given.update === "all" ? "[0, 1]" : "[1]"}`,
      `hyperparameters = { ${hyperparameters.join(", ")} }`,
      ""
    ].join("\n");
  }

  return { toml };
})();
