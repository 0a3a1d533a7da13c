// What the page of the worked example says, in its language. The scripts say everything in
// English; a page in another language has the texts that stand for it.
const said = (() => {
  "use strict";
  const texts = JSON.parse(document.getElementById("said").textContent);

  // A text with pieces at its places, which it has as %(name)s. It must be written where it is said:
  // the texts are gathered from the scripts.
  return (text, pieces = {}) =>
    (texts[text] ?? text).replace(/%\((\w+)\)s/g, (place, name) => pieces[name] ?? place);
})();
