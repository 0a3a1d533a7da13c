"use strict";
// The link to this page in the other language leads to the same place in it: what stands in the
// address after ? and #, as the step of the worked example, or what a table is filtered by.
const otherLanguage = document.getElementById("other-language");
for (const kind of ["pointerdown", "focus", "click"])
  otherLanguage.addEventListener(kind, () => {
    otherLanguage.search = location.search;
    otherLanguage.hash = location.hash;
  });
