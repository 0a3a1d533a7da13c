// The fields in which the reader changes a setting, and what is said beside a wrong one.
const form = (() => {
  "use strict";

  const { symbols } = notation;
  const GREEK = {
    learning_rate: said("η, learning rate"),
    b1: "β₁",
    b2: "β₂",
    eps: "ε",
    momentum: said("μ, momentum"),
    decay: said("ρ, decay"),
    weight_decay: said("λ, weight decay"),
    initial_accumulator: said("s₀, first sum"),
    bias_correction: said("bias correction"),
    nesterov: "Nesterov"
  };

  // The form of a page.
  //   root: the element that its fields stand in; the choices have the data-choice of the setting
  //   data: of the page
  //   changed: called with every new setting that has no faults
  function of(root, data, changed) {
    const fields = root.querySelector(".fields");
    const choices = Object.fromEntries(
      [...root.querySelectorAll("[data-choice]")].map((each) => [each.dataset.choice, each])
    );
    let given = null;

    // ----- fields -----

    // A field for a number: its label, itself, and a place for what is wrong with it.
    function field(place, name, text, write) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      const said = document.createElement("span");
      label.className = "field";
      label.append(name, " ", input);
      Object.assign(input, {
        type: "text",
        inputMode: "decimal",
        autocomplete: "off",
        size: 6,
        value: text,
        id: place
      });
      input.spellcheck = false;
      Object.assign(said, { className: "fault", id: `${place}-fault` });
      said.setAttribute("role", "status");
      input.setAttribute("aria-describedby", said.id);
      input.addEventListener("input", () => {
        write(input.value);
        tell();
      });
      const both = document.createElement("div");
      both.append(label, said);
      return both;
    }

    function group(title, all) {
      const made = document.createElement("fieldset");
      const legend = document.createElement("legend");
      legend.textContent = title;
      made.append(legend, ...all);
      return made;
    }

    const row = (key, symbol) =>
      given[key].map((text, k) =>
        field(`${key}-${k}`, symbol(k), text, (value) => (given[key][k] = value))
      );

    function layer(index) {
      const { weight, bias } = given.layers[index];
      const rows = weight.map((texts, j) => {
        const made = document.createElement("div");
        made.className = "row";
        made.append(
          ...texts.map((text, k) =>
            field(
              `weight-${index}-${j}-${k}`,
              symbols.weight(index, j, k),
              text,
              (value) => (texts[k] = value)
            )
          )
        );
        if (given.biases)
          made.append(
            field(
              `bias-${index}-${j}`,
              symbols.bias(index, j),
              bias[j],
              (value) => (bias[j] = value)
            )
          );
        return made;
      });
      return group(index ? said("Output layer") : said("Hidden layer"), rows);
    }

    function hyperparameters() {
      return Object.entries(given.hyperparameters).map(([key, value]) => {
        if (typeof value === "string")
          return field(key, GREEK[key], value, (text) => (given.hyperparameters[key] = text));
        const label = document.createElement("label");
        const box = document.createElement("input");
        Object.assign(box, { type: "checkbox", checked: value, id: key });
        box.addEventListener("change", () => {
          given.hyperparameters[key] = box.checked;
          tell();
        });
        label.append(box, ` ${GREEK[key]}`);
        return label;
      });
    }

    // Shows a setting, of which a copy is edited.
    function fill(setting) {
      given = structuredClone(setting);
      draw();
      say();
    }

    function draw() {
      fields.replaceChildren(
        group(said("Inputs"), row("inputs", symbols.x)),
        layer(0),
        layer(1),
        group(said("Targets"), row("targets", symbols.y)),
        group(said("Optimizer"), hyperparameters())
      );
      const sizes = [given.inputs, ...given.layers.map(({ bias }) => bias)].map(
        (each) => each.length
      );
      ["inputs", "hidden", "outputs"].forEach(
        (key, index) => (choices[key].value = String(sizes[index]))
      );
      choices.activation0.value = given.activations[0];
      choices.activation1.value = given.activations[1];
      for (const key of ["loss", "optimizer", "update"]) choices[key].value = given[key];
      choices.biases.checked = given.biases;
    }

    // ----- faults -----

    // Says beside each field what is wrong with it; true if nothing is.
    function say() {
      const faults = setting.faults(given);
      for (const said of root.querySelectorAll(".fault")) {
        const place = said.id.replace(/-fault$/, "");
        const message = faults[place] ?? "";
        if (said.textContent !== message) said.textContent = message;
        document.getElementById(place)?.setAttribute("aria-invalid", String(message !== ""));
      }
      root.classList.toggle("faulty", Object.keys(faults).length > 0);
      return Object.keys(faults).length === 0;
    }

    function tell() {
      if (say()) changed(structuredClone(given));
    }

    // ----- choices -----

    // A list cut or filled up to a length.
    const resized = (list, count, fresh) =>
      Array.from({ length: count }, (_, index) => list[index] ?? fresh(index));

    function resize() {
      const [below, hidden, above] = ["inputs", "hidden", "outputs"].map((key) =>
        Number(choices[key].value)
      );
      const layer = ({ weight, bias }, rows, columns) => ({
        weight: resized(weight, rows, () => []).map((row) => resized(row, columns, () => "0.1")),
        bias: resized(bias, rows, () => "0")
      });
      given.inputs = resized(given.inputs, below, () => "1");
      given.targets = resized(given.targets, above, () => "0");
      given.layers = [layer(given.layers[0], hidden, below), layer(given.layers[1], above, hidden)];
    }

    root.addEventListener("change", ({ target }) => {
      const key = target.dataset.choice;
      if (!key) return;
      if (["inputs", "hidden", "outputs"].includes(key)) resize();
      if (key === "activation0" || key === "activation1")
        given.activations[Number(key.at(-1))] = target.value;
      if (key === "loss" || key === "update") given[key] = target.value;
      if (key === "biases") {
        given.biases = target.checked;
        for (const each of given.layers) each.bias = each.bias.map(() => "0");
      }
      if (key === "optimizer") {
        given.optimizer = target.value;
        const rate = given.hyperparameters.learning_rate;
        given.hyperparameters = { ...data.optimizers[target.value], learning_rate: rate };
      }
      draw();
      tell();
    });
    root.addEventListener("submit", (event) => event.preventDefault());

    return { fill };
  }

  return { of };
})();
