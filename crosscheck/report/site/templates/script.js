"use strict";
// Tables that can be filtered: a form names its table, and each of its fields a column or any text.
// What is asked for stands in the address, so that it can be sent and is kept in another language.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const rows = [...document.querySelectorAll(`#${form.dataset.filters} tbody tr`)];
  const status = form.querySelector("output");
  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const text = (wanted.text || "").toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = Object.entries(wanted).every(
        ([name, value]) => name === "text" || value === "" || row.dataset[name] === value
      );
      row.hidden = !(fits && row.textContent.toLowerCase().includes(text));
      shown += !row.hidden;
    }
    const { all, some } = form.dataset;
    status.textContent = (shown === rows.length ? all : some)
      .replace("{shown}", shown)
      .replace("{count}", rows.length);
    return Object.entries(wanted).filter(([, value]) => value !== "");
  };
  form.hidden = false;
  form.addEventListener("input", () => {
    const query = String(new URLSearchParams(filter()));
    history.replaceState(null, "", `${location.pathname}${query && "?"}${query}${location.hash}`);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  // What is filtered lies in an element that is folded at first.
  if (filter().length) rows[0]?.closest("details").toggleAttribute("open", true);
  form.closest("details")?.toggleAttribute("open", location.search !== "");
}
