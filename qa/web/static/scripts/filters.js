// The filter buttons of the library's pane: they write the search syntax into the question box, and show what is there.

import { toggleFilter } from "./box.js";

const box = document.getElementById("question-box");
const filters = document.getElementById("filters");

export function startFilters() {
  filters.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-filter]");
    if (chip) toggleFilter(chip.dataset.filter);
  });
  box.addEventListener("input", showPressed);
  new MutationObserver(showPressed).observe(filters, { childList: true });
  showPressed();
}

function showPressed() {
  for (const chip of filters.querySelectorAll("[data-filter]")) {
    chip.setAttribute("aria-pressed", String(` ${box.value} `.includes(` ${chip.dataset.filter} `)));
  }
}
