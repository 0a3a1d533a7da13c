// A setting of the worked example: its numbers as the reader types them, checked; and as an
// address that can be sent. Numbers stay decimals, as text, until something is computed.
const setting = (() => {
  "use strict";

  const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
  const LONGEST = 40;
  const MOST = [4, 3, 3]; // units of the inputs, of the hidden layer and of the outputs
  const PROBABILITIES = ["sigmoid", "softmax"];
  // From 0 up to and without 1; all other hyperparameters only may not be negative.
  const SHARES = ["b1", "b2", "decay", "momentum"];

  // What is wrong with an address; its message is shown as text, what it quotes cut to LONGEST.
  class Malformed extends Error {
    constructor(message) {
      super(message.replace(new RegExp(`“([^”]{${LONGEST}})[^”]+”`, "g"), "“$1…”"));
    }
  }

  // A number as it is written: a real minus becomes the ASCII one, "+.5E+1" becomes "0.5e1".
  function tidy(text) {
    const plain = text
      .trim()
      .replace(/\u2212/g, "-")
      .toLowerCase()
      .replace(/(^|e)\+/, "$1");
    return plain
      .replace(/^(-?)\./, "$10.")
      .replace(/\.(?=e|$)/, "")
      .replace("e+", "e");
  }

  // What is wrong with a number, in words; "" if nothing is.
  function fault(text, name = "") {
    const plain = tidy(text);
    if (plain === "") return said("is empty");
    if (!NUMBER.test(plain)) return said("is not a number");
    if (plain.length > LONGEST) return said("has more than %(count)s characters", { count: LONGEST });
    const value = Number(plain);
    if (!Number.isFinite(value)) return said("is too large for a float64");
    if (value === 0 && /[1-9]/.test(plain.split("e")[0])) return said("is too small for a float64");
    if (name && value < 0) return said("must not be negative");
    if (SHARES.includes(name) && value >= 1) return said("must be less than 1");
    return "";
  }

  // Every number of a setting: where it stands, its text, and its name if it is a hyperparameter.
  function* numbers(given) {
    for (const key of ["inputs", "targets"])
      for (const [unit, text] of given[key].entries()) yield [`${key}-${unit}`, text];
    for (const [index, { weight, bias }] of given.layers.entries()) {
      for (const [j, row] of weight.entries())
        for (const [k, text] of row.entries()) yield [`weight-${index}-${j}-${k}`, text];
      if (given.biases) for (const [j, text] of bias.entries()) yield [`bias-${index}-${j}`, text];
    }
    for (const [name, value] of Object.entries(given.hyperparameters))
      if (typeof value === "string") yield [name, value, name];
  }

  // What is wrong with a setting: messages by the place of the number or the choice.
  function faults(given) {
    const found = {};
    for (const [place, text, name] of numbers(given)) {
      const message = fault(text, name);
      if (message) found[place] = message;
    }
    const targets = given.targets.map((text) => Number(tidy(text)));
    if (given.loss.endsWith("cross_entropy")) {
      targets.forEach((target, unit) => {
        if (!(target >= 0 && target <= 1))
          found[`targets-${unit}`] ??= said("must be from 0 to 1 for %(loss)s", {
            loss: given.loss
          });
      });
    }
    const total = targets.reduce((sum, each) => sum + each, 0);
    if (
      given.loss === "softmax_cross_entropy" &&
      Math.abs(total - 1) > targets.length * Number.EPSILON
    )
      found["targets-0"] ??= said("the targets must add up to 1 for %(loss)s", { loss: given.loss });
    if (given.loss === "binary_cross_entropy" && !PROBABILITIES.includes(given.activations[1]))
      found["the-loss"] = said(
        "needs outputs from 0 to 1: sigmoid or softmax in the output layer"
      );
    return found;
  }

  // A setting with floats instead of texts, as `network.compute` takes it.
  function floats(given) {
    const all = (value) => {
      if (Array.isArray(value)) return value.map(all);
      return typeof value === "string" ? Number(tidy(value)) : value;
    };
    const each = (object) =>
      Object.fromEntries(Object.entries(object).map(([key, value]) => [key, all(value)]));
    return {
      ...given,
      inputs: all(given.inputs),
      targets: all(given.targets),
      layers: given.layers.map(each),
      hyperparameters: each(given.hyperparameters)
    };
  }

  // ----- addresses -----

  // The address of a setting of one's own: "setting=own&inputs=2,3,-1&...".
  function address(given) {
    const row = (texts) => texts.map(tidy).join(",");
    const parts = { setting: "own", inputs: row(given.inputs), targets: row(given.targets) };
    given.layers.forEach(({ weight, bias }, index) => {
      parts[`weights${index + 1}`] = weight.map(row).join(";");
      if (given.biases) parts[`biases${index + 1}`] = row(bias);
    });
    if (!given.biases) parts.biases = "none";
    parts.activations = given.activations.join(",");
    for (const key of ["loss", "optimizer", "update"]) parts[key] = given[key];
    for (const [key, value] of Object.entries(given.hyperparameters))
      parts[key] = typeof value === "string" ? tidy(value) : String(value);
    return Object.entries(parts)
      .map((part) => part.join("="))
      .join("&");
  }

  // The parts of an address by their keys.
  function parts(hash) {
    let text;
    try {
      text = decodeURIComponent(hash);
    } catch {
      throw new Malformed(said("it has a % that stands for nothing"));
    }
    const found = new Map();
    for (const part of text.split("&")) {
      const [key, ...value] = part.split("=");
      if (value.length !== 1)
        throw new Malformed(
          said("“%(part)s” is not of the form key=value", { part })
        );
      if (found.has(key)) throw new Malformed(said("“%(key)s” stands there twice", { key }));
      found.set(key, value[0]);
    }
    return found;
  }

  // The setting of an address of one's own, from its parts, which it takes out of the map.
  function ofParts(found, optimizers) {
    const take = (key) => {
      if (!found.has(key)) throw new Malformed(said("“%(key)s” is missing", { key }));
      const value = found.get(key);
      found.delete(key);
      return value;
    };
    const one = (key, known) => {
      const value = take(key);
      if (!known.includes(value))
        throw new Malformed(
          said("%(key)s “%(value)s” is unknown", { key, value })
        );
      return value;
    };
    const row = (key, most) => {
      const texts = take(key).split(",");
      if (texts.length > most)
        throw new Malformed(
          said("“%(key)s” has more than %(most)s numbers", { key, most })
        );
      return texts;
    };
    const inputs = row("inputs", MOST[0]);
    const targets = row("targets", MOST[2]);
    const biases = !found.has("biases") || one("biases", ["none"]) !== "none";
    const layers = [0, 1].map((index) => {
      const weight = take(`weights${index + 1}`)
        .split(";")
        .map((text) => text.split(","));
      const bias = biases ? row(`biases${index + 1}`, MOST[index + 1]) : weight.map(() => "0");
      return { weight, bias };
    });
    fits("weights1", layers[0].weight, layers[0].weight.length, inputs.length);
    fits("weights2", layers[1].weight, targets.length, layers[0].weight.length);
    layers.forEach(({ weight, bias }, index) => {
      if (bias.length !== weight.length)
        throw new Malformed(
          said("“%(key)s” has %(count)s numbers for %(units)s units", {
            key: `biases${index + 1}`,
            count: bias.length,
            units: weight.length
          })
        );
    });
    const activations = take("activations").split(",");
    if (
      activations.length !== 2 ||
      !activations.every((name) => Object.hasOwn(network.ACTIVATIONS, name))
    )
      throw new Malformed(
        said("activations “%(names)s” are not two that are known", { names: activations })
      );
    const loss = one("loss", Object.keys(network.LOSSES));
    const optimizer = one("optimizer", Object.keys(network.OPTIMIZERS));
    const update = one("update", ["last", "all"]);
    const hyperparameters = {};
    for (const [key, usual] of Object.entries(optimizers[optimizer]))
      hyperparameters[key] =
        typeof usual === "string" ? take(key) : one(key, ["true", "false"]) === "true";
    return {
      inputs,
      targets,
      layers,
      biases,
      activations,
      loss,
      optimizer,
      update,
      hyperparameters
    };
  }

  function fits(key, matrix, rows, columns) {
    if (
      matrix.length > MOST[1] ||
      matrix.length !== rows ||
      matrix.some((row) => row.length !== columns)
    )
      throw new Malformed(
        said("“%(key)s” does not fit the other sizes, or has more than %(most)s rows", {
          key,
          most: MOST[1]
        })
      );
  }

  // A number or a choice as a message names it.
  const placeName = (place) => (place === "the-loss" ? said("the loss") : place);

  // What an address says: {preset, given, step, problem}. Where it is malformed it is the first
  // preset, and `problem` says what is wrong; nothing in an address is ever taken for HTML.
  //   hash: without the "#"
  //   presets: {name, setting} each, the default first
  //   steps: how many there are
  function read(hash, { presets, optimizers }, steps) {
    const usual = { preset: presets[0].name, given: presets[0].setting, step: 1, problem: "" };
    if (hash === "") return usual;
    try {
      const found = parts(hash);
      const name = found.get("setting");
      const text = found.get("step") ?? "1";
      found.delete("step");
      if (!/^\d{1,2}$/.test(text) || !(text >= 1 && text <= steps))
        throw new Malformed(
          said("step “%(step)s” is not from 1 to %(count)s", { step: text, count: steps })
        );
      const step = Number(text);
      const preset = presets.find((each) => each.name === name);
      if (!preset && name !== "own")
        throw new Malformed(
          said("setting “%(name)s” is unknown", { name: name ?? "" })
        );
      found.delete("setting");
      const given = preset ? preset.setting : ofParts(found, optimizers);
      if (found.size)
        throw new Malformed(
          said("“%(key)s” does not belong there", { key: [...found.keys()][0] })
        );
      const [wrong] = Object.entries(faults(given));
      if (wrong)
        throw new Malformed(
          said("%(place)s %(fault)s", { place: placeName(wrong[0]), fault: wrong[1] })
        );
      return { preset: name, given, step, problem: "" };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const problem = said(
        "The address of this page cannot be read: %(problem)s. Shown instead: %(title)s.",
        { problem: error.message, title: presets[0].title }
      );
      return { ...usual, problem };
    }
  }

  return { MOST, SHARES, address, fault, faults, floats, read, tidy };
})();
