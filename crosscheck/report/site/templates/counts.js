"use strict";
// Counts that filter: the verdict after # in the address shows only what has it.
const links = [...document.querySelectorAll("a[data-filter]")];
const judged = [...document.querySelectorAll("[data-verdict]")];
const parts = [...document.querySelectorAll("[data-part]")];
const show = () => {
  const wanted = links.find((link) => link.hash === location.hash) || null;
  const all = wanted === null || wanted.id === "everything";
  for (const link of links) {
    if (link === wanted) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const each of judged) each.hidden = !all && each.dataset.verdict !== wanted.id;
  for (const part of parts) {
    part.hidden = !all && !part.querySelector("[data-verdict]:not([hidden])");
    // A link to a place leaves everything as it was opened.
    if (part.tagName === "DETAILS" && wanted !== null) part.open = !all && !part.hidden;
  }
};
window.addEventListener("hashchange", show);
show();
