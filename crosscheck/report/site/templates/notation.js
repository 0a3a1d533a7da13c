// Numbers and symbols of the worked example as one writes them by hand: −1.2·10⁻⁷, w⁽¹⁾₂₁.
const notation = (() => {
  "use strict";

  const DIGITS = 8;

  const raised = (text) =>
    [...String(text)].map((each) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾"["0123456789-()".indexOf(each)]).join("");
  const lowered = (number) => [...String(number)].map((each) => "₀₁₂₃₄₅₆₇₈₉"[each]).join("");

  // A number to so many significant digits, without zeros at its end: "−1.2·10⁻⁷".
  function written(value, digits = DIGITS) {
    if (Number.isNaN(value)) return said("not a number");
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    const short = mantissa.replace(/\.?0+$/, "");
    const plain = -5 < exponent && exponent < digits;
    const text = plain
      ? String(Number(value.toPrecision(digits)))
      : `${short}·10${raised(Number(exponent))}`;
    return text.replace("-", "−");
  }

  // The same as short as the diagram needs it: to 4 digits, or to 3 where that is long.
  function brief(value) {
    const text = written(value, 4);
    return text.length > 7 ? written(value, 3) : text;
  }

  // The same inside a product or after a minus: in parentheses where it needs them.
  function inside(value) {
    const text = written(value);
    return /[−·]/.test(text) ? `(${text})` : text;
  }

  // A factor or a summand that stands first needs no parentheses for its minus.
  const bare = (text) => text.replace(/^\((−[\d.]+)\)/, "$1");
  const product = (...factors) => factors.map(inside).join("·");
  const total = (terms) => bare(terms.join(" + "));

  const layerOf = (index) => raised(`(${index + 1})`);
  const symbols = {
    x: (k) => `x${lowered(k + 1)}`,
    y: (k) => `y${lowered(k + 1)}`,
    z: (index, k) => `z${layerOf(index)}${lowered(k + 1)}`,
    a: (index, k) => `a${layerOf(index)}${lowered(k + 1)}`,
    delta: (index, k) => `δ${layerOf(index)}${lowered(k + 1)}`,
    weight: (index, j, k) => `w${layerOf(index)}${lowered(j + 1)}${lowered(k + 1)}`,
    bias: (index, j) => `b${layerOf(index)}${lowered(j + 1)}`
  };

  // The contract's name of an activation: those of the last layer are the outputs.
  const activation = (prefix, row, k) =>
    row === 2 ? `${prefix}outputs[0, ${k}]` : `${prefix}activations[${row}][0, ${k}]`;

  return { activation, brief, bare, inside, product, symbols, total, written };
})();
