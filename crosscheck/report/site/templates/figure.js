// The diagram of a step: the inputs above, the loss below. It has the same size in every step, and
// units and edges have the same places, so that nothing moves from step to step.
const figure = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 440;
  const HEIGHT = 500;
  const RADIUS = 17;
  const LINE = 14;
  const ROWS = [48, 220, 380];
  const LOSS_ROW = 464;
  // Where the units of a row above the inputs stand, by how many there are: far enough apart, and
  // from the right edge, for what is written to their right.
  const PLACES = [[], [190], [80, 300], [34, 166, 298]];
  // How far along its edge a number stands, by the unit that the edge leads to: at different
  // heights, and nearer to the unit below, where edges lie further apart.
  const SHARES = [0.18, 0.29, 0.4];

  function element(name, attributes, text = "") {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  }

  const centre = (sizes, row, unit) => ({
    x: row ? PLACES[sizes[row]][unit] : (WIDTH * (unit + 0.5)) / sizes[row],
    y: ROWS[row]
  });

  // From the rim of one unit to that of another.
  function line(one, other, on, upwards, id) {
    const [width, height] = [other.x - one.x, other.y - one.y];
    const rim = (RADIUS + 3) / Math.hypot(width, height);
    const made = element("line", {
      x1: one.x + rim * width,
      y1: one.y + rim * height,
      x2: other.x - rim * width,
      y2: other.y - rim * height
    });
    if (on) {
      made.setAttribute("class", "on");
      made.setAttribute(upwards ? "marker-start" : "marker-end", `url(#${id})`);
    }
    return made;
  }

  // The lines of text at one place. Each is {text, kind}: "" or the class of its colour.
  function writing(lines, { x, y, anchor }) {
    const text = element("text", { "text-anchor": anchor, x, y });
    lines.forEach(({ text: each, kind }, index) => {
      const made = element("tspan", { x, dy: index ? LINE : 0 }, each);
      if (kind) made.setAttribute("class", kind);
      text.append(made);
    });
    return text;
  }

  // Where the text of a unit or of the loss stands: inputs above, all others to the right.
  function beside(row, { x, y }, count) {
    if (row === 0) return { x, y: y - RADIUS - 8, anchor: "middle" };
    const lower = row === 1 && count > 2 ? 8 : 0; // most edges of a hidden unit come from above
    return { x: x + RADIUS + 7, y: y + 4 + lower - ((count - 1) * LINE) / 2, anchor: "start" };
  }

  // The diagram.
  //   sizes: units of each row
  //   labels: {place, lines}, as of `worked`, by place
  //   upwards: whether arrows lead from the loss to the inputs
  //   id: of the arrow's head, unique on the page
  function draw(sizes, labels, upwards, id) {
    const label = said(
      "The network, with the numbers of this step; they stand beside it as well."
    );
    const drawing = element("svg", {
      class: "network",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": label
    });
    const marker = element("marker", {
      id,
      viewBox: "0 0 10 10",
      refX: 9,
      refY: 5,
      markerWidth: 6,
      markerHeight: 6,
      orient: "auto-start-reverse"
    });
    marker.append(element("path", { class: "arrow", d: "M0 0L10 5L0 10z" }));
    drawing.append(element("defs", {}));
    drawing.firstChild.append(marker);
    const nodes = [];
    const texts = [];
    for (const row of [1, 2]) {
      for (let above = 0; above < sizes[row]; above++) {
        for (let below = 0; below < sizes[row - 1]; below++) {
          const [one, other] = [centre(sizes, row - 1, below), centre(sizes, row, above)];
          const lines = labels[`edge-${row - 1}-${above}-${below}`];
          drawing.append(line(one, other, Boolean(lines), upwards, id));
          if (!lines) continue;
          const share = sizes[row] === 1 ? 0.34 : SHARES[above];
          const at = {
            x: one.x + share * (other.x - one.x),
            y: one.y + share * (other.y - one.y) + 4,
            anchor: "middle"
          };
          texts.push(writing(lines, at));
        }
      }
    }
    const loss = { x: PLACES[1][0], y: LOSS_ROW };
    for (let k = 0; k < sizes[2]; k++)
      drawing.append(line(centre(sizes, 2, k), loss, Boolean(labels.loss), upwards, id));
    sizes.forEach((count, row) => {
      for (let unit = 0; unit < count; unit++) {
        nodes.push([
          row,
          centre(sizes, row, unit),
          `${row ? "a" : "x"}${"₁₂₃₄"[unit]}`,
          labels[`unit-${row}-${unit}`]
        ]);
      }
    });
    nodes.push([3, loss, "C", labels.loss]);
    for (const [row, at, name, lines] of nodes) {
      drawing.append(
        element("circle", { cx: at.x, cy: at.y, r: RADIUS, ...(lines && { class: "on" }) })
      );
      drawing.append(
        element("text", { class: "name", "text-anchor": "middle", x: at.x, y: at.y + 4 }, name)
      );
      if (lines) texts.push(writing(lines, beside(row, at, lines.length)));
    }
    drawing.append(...texts);
    return drawing;
  }

  return { draw };
})();
