"use strict";
// Tables that can be filtered: a form names its table, and each of its fields a column or any text.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const rows = [...document.querySelectorAll(`#${form.dataset.filters} tbody tr`)];
  const status = form.querySelector("output");
  const noun = status.textContent.trim().split(" ").pop();
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
    status.textContent = `${shown === rows.length ? "" : `${shown} of `}${rows.length} ${noun}`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
