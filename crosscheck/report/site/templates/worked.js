// The page of the worked example: one step at a time, with the numbers of a document or one's own.
// Without this script all steps of document 002 stand one below the other.
(() => {
  "use strict";
  const root = document.getElementById("worked");
  if (!root) return;

  const data = JSON.parse(document.getElementById("worked-data").textContent);
  const [live, fixed] = ["worked-live", "worked-fixed"].map((id) => document.getElementById(id));
  const [back, next] = ["worked-back", "worked-next"].map((id) => document.getElementById(id));
  const choice = document.getElementById("worked-setting");
  const status = document.getElementById("worked-status");
  const problem = document.getElementById("worked-problem");
  const formulas = new Map(
    [...document.querySelectorAll("template[data-equation]")].map((each) => [
      each.dataset.equation,
      each
    ])
  );
  // The code and the prints of document 002, by the id of the step that they stand in.
  const beyond = new Map(
    [...fixed.querySelectorAll(".step")].map((step) => [step.id, step.querySelector(".beyond")])
  );
  // What is shown: a preset's name or "own", the setting, and the step from 1.
  const shown = { preset: "", given: null, step: 1 };
  const own = form.of(document.getElementById("worked-form"), data, changed);

  function make(name, text = "", attributes = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  const presetOf = (name) => data.presets.find((each) => each.name === name);

  // ----- what a document prints -----

  // What is printed for a quantity in the setting that is shown, and what is wrong with it.
  function printOf(quantity) {
    const print = presetOf(shown.preset)?.printed?.[quantity];
    if (!print) return null;
    const kind = { contradicted: "wrong", inherited: "inherited" }[print.verdict] ?? "";
    return { ...print, kind, text: print.printed.replace(/^-\s*/, "−").replace("e-", "·10⁻") };
  }

  // The lines of a label: a number, or the wrong one that is printed with the exact one under it.
  function writing({ value, quantity, before }) {
    const print = printOf(quantity);
    const exact = notation.brief(value);
    if (!print?.kind) return [{ text: before + (print?.text ?? exact), kind: "" }];
    return [
      { text: `${before}${print.text} ✗`, kind: print.kind },
      { text: said("exact %(number)s", { number: exact }), kind: "" }
    ];
  }

  function byPlace(labels) {
    const places = {};
    for (const each of labels) (places[each.place] ??= []).push(...writing(each));
    return places;
  }

  // ----- the steps -----

  function lineOf({ symbol, arithmetic, value, quantity }) {
    const made = make("p", "", { class: "line" });
    const written = notation.written(value);
    made.append(make("span", `${symbol} = `));
    if (arithmetic && arithmetic !== written) made.append(make("span", `${arithmetic} = `));
    made.append(make("strong", written));
    const print = printOf(quantity);
    if (print?.kind) {
      const { text, word } = print;
      made.append(
        " ",
        make("span", said("printed %(number)s: %(verdict)s", { number: text, verdict: word }), {
          class: `verdict ${print.kind === "wrong" ? "bad" : "care"}`
        })
      );
      if (print.slip) made.append(` ${print.slip}`);
    }
    if (quantity) made.append(" ", make("code", quantity));
    return made;
  }

  // Lines beyond these are folded; on paper they are not.
  const MOST = 12;

  function blockOf({ equation, lines }) {
    const made = make("div", "", { class: "equation" });
    const formula = make("div", "", {
      class: "formula",
      tabindex: "0",
      role: "group",
      "aria-label": said("Equation")
    });
    formula.append(formulas.get(equation).content.cloneNode(true));
    made.append(formula, ...lines.slice(0, MOST).map(lineOf));
    if (lines.length > MOST) {
      const rest = make("details");
      rest.append(
        make("summary", said("%(count)s more", { count: lines.length - MOST })),
        ...lines.slice(MOST).map(lineOf)
      );
      made.append(rest);
    }
    return made;
  }

  function codeLinks(given) {
    const made = make("p", said("In code: "));
    const names = [
      ...new Set([
        "mlp.forward",
        ...given.activations.map((name) => `activations.${name}`),
        `losses.${given.loss}`,
        "gradients.deltas",
        "gradients.value_and_grad",
        `optimizers.${given.optimizer}`
      ])
    ];
    names.forEach((name, index) => {
      const [module] = name.split(".");
      const href = `${data.code.replace("{module}", module)}#${name}`;
      made.append(index ? ", " : "", make("a", name, { href, lang: "en" }));
    });
    return made;
  }

  function sectionOf(step, index, sizes) {
    const id = `step-${index + 1}`;
    const made = make("section", "", { class: "step", id, "aria-labelledby": `${id}-title` });
    const picture = make("figure");
    picture.append(figure.draw(sizes, byPlace(step.labels), step.upwards, `arrow-${index + 1}`));
    const text = make("div");
    text.append(make("p", step.text), ...step.blocks.map(blockOf));
    const beside = make("div", "", { class: "beside" });
    beside.append(picture, text);
    const title = said("%(number)s of %(count)s. %(title)s", {
      number: index + 1,
      count: walk.COUNT,
      title: step.title
    });
    made.append(make("h2", title, { id: `${id}-title` }), beside);
    const { document: number, run } = presetOf(shown.preset) ?? {};
    const fixedId = index < 6 ? step.name : `${step.name}-${run}`;
    const more = number === "002" ? beyond.get(fixedId) : null;
    made.append(more ?? codeLinks(shown.given));
    return made;
  }

  // Computes everything that is shown anew.
  function fill() {
    const given = setting.floats(shown.given);
    const preset = presetOf(shown.preset);
    const sizes = [given.inputs.length, ...given.layers.map(({ bias }) => bias.length)];
    const all = walk.stepsOf(given, preset?.run ?? given.optimizer);
    live.replaceChildren(...all.map((step, index) => sectionOf(step, index, sizes)));
    document.getElementById("worked-legend").textContent = preset?.printed
      ? [
          said("As document %(number)s prints it; where it prints nothing, exact.", {
            number: preset.document
          }),
          said("Red: wrong, with the exact number under it. Amber: it follows from a wrong one.")
        ].join(" ")
      : said("Computed in this page, in float64; shown to 8 digits, in the diagram to 4 or 3.");
    document.getElementById("worked-toml").textContent = documentFile.toml(shown.given);
    const text = new Blob([documentFile.toml(shown.given)], { type: "application/toml" });
    const link = document.getElementById("worked-file");
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(text);
  }

  function show(number) {
    shown.step = Math.min(Math.max(number, 1), walk.COUNT);
    const sections = [...live.children];
    sections.forEach((section, index) => (section.hidden = index + 1 !== shown.step));
    const title = sections[shown.step - 1].querySelector("h2").textContent;
    if (status.textContent !== title) status.textContent = title;
    // A button that is switched off while it has the focus would lose it.
    const focused = document.activeElement;
    back.disabled = shown.step === 1;
    next.disabled = shown.step === walk.COUNT;
    if (focused === back && back.disabled) next.focus();
    if (focused === next && next.disabled) back.focus();
    const address =
      shown.preset === "own" ? setting.address(shown.given) : `setting=${shown.preset}`;
    history.replaceState(null, "", `#${address}&step=${shown.step}`);
  }

  function go(by) {
    show(shown.step + by);
    // Where the reader has scrolled down, the next step is shown from its top.
    if (live.getBoundingClientRect().top < 0) live.scrollIntoView();
  }

  function open({ preset, given, step }) {
    Object.assign(shown, { preset, given });
    choice.value = preset;
    own.fill(given);
    fill();
    show(step);
  }

  // The reader has typed: a setting without faults is shown at once.
  function changed(given) {
    problem.hidden = true;
    Object.assign(shown, { preset: "own", given });
    choice.value = "own";
    fill();
    show(shown.step);
  }

  // The address that the page is opened with, or that a link leads to. A step of document 002 has
  // an id of its own, as "update-published", which older links lead to.
  function follow() {
    const hash = location.hash.slice(1);
    const isPlace = hash !== "" && document.getElementById(hash) !== null; // as of the skip link
    if (isPlace && shown.given) return;
    const old = Object.hasOwn(data.ids, hash) ? data.ids[hash] : null;
    const address = old ? `setting=${old.setting}&step=${old.step}` : hash;
    const found = setting.read(isPlace ? "" : address, data, walk.COUNT);
    problem.textContent = found.problem;
    problem.hidden = found.problem === "";
    open(found);
  }

  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  choice.addEventListener("change", () => {
    problem.hidden = true;
    const preset = presetOf(choice.value);
    if (preset) open({ preset: preset.name, given: preset.setting, step: shown.step });
    else changed(shown.given);
    document.getElementById("worked-numbers").open ||= !preset;
  });
  window.addEventListener("hashchange", follow);
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // There the arrows have a meaning of their own.
    if (event.target.closest("select, input, textarea, pre, .scroll, .formula")) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    go(by);
  });

  fixed.remove();
  for (const each of document.querySelectorAll(".needs-script")) each.hidden = false;
  follow();
})();
