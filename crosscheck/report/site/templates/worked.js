// The worked example: one step at a time. Without this script all steps stand one below the other.
(() => {
  "use strict";
  const root = document.getElementById("worked");
  if (!root) return;

  const back = document.getElementById("worked-back");
  const next = document.getElementById("worked-next");
  const run = document.getElementById("worked-run");
  const status = document.getElementById("worked-status");
  const all = [...root.querySelectorAll(".step")];
  let at = 0;

  // The steps of the chosen optimizer, and those that are the same for all.
  const path = () => all.filter((step) => !step.dataset.run || step.dataset.run === run.value);

  function show(index) {
    const steps = path();
    at = Math.min(Math.max(index, 0), steps.length - 1);
    for (const step of all) step.hidden = step !== steps[at];
    const title = steps[at].querySelector("h2").textContent;
    if (status.textContent !== title) status.textContent = title;
    // A button that is switched off while it has the focus would lose it.
    const focused = document.activeElement;
    back.disabled = at === 0;
    next.disabled = at === steps.length - 1;
    if (focused === back && back.disabled) next.focus();
    if (focused === next && next.disabled) back.focus();
  }

  function go(by) {
    show(at + by);
    // Where the reader has scrolled down, the next step is shown from its top.
    if (root.getBoundingClientRect().top < 0) path()[at].scrollIntoView();
  }

  // A link to a step, such as worked.html#update-published, opens it.
  function follow() {
    const step = all.find((each) => each.id === decodeURIComponent(location.hash.slice(1)));
    if (!step) return;
    if (step.dataset.run) run.value = step.dataset.run;
    show(path().indexOf(step));
    step.scrollIntoView();
  }

  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  run.addEventListener("change", () => show(at));
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

  for (const controls of root.querySelectorAll(".controls")) controls.hidden = false;
  show(0);
  follow();
})();
