// The filter buttons: they write the search syntax into the question box, and show what is there. They are in the
// library's pane, and on a small window, where that covers the box, also above the box.

import { toggleFilter } from "./box.js";
import { wide } from "./page.js";

const box = document.getElementById("question-box");
const filters = document.getElementById("filters");
const place = filters.parentElement.insertBefore(document.createComment(""), filters); // in the pane
const strip = document.getElementById("filter-strip");
const button = document.getElementById("filters-button");

export function startFilters() {
  filters.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-filter]");
    if (chip) toggleFilter(chip.dataset.filter);
  });
  box.addEventListener("input", showPressed);
  button.addEventListener("click", () => toggleStrip(strip.hidden));
  strip.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    toggleStrip(false);
    button.focus();
  });
  box.form.addEventListener("submit", () => toggleStrip(false));
  wide.addEventListener("change", () => toggleStrip(false));
  new MutationObserver(changed).observe(filters, { childList: true });
  changed();
}

/** Show the filters above the box, or put them back into the pane. */
export function toggleStrip(open) {
  strip.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (open) {
    strip.append(filters);
    filters.querySelector(".chip")?.focus();
  } else {
    place.after(filters);
  }
}

function changed() {
  button.hidden = !filters.childElementCount; // one post has nothing to choose from
  showPressed();
}

function showPressed() {
  for (const chip of filters.querySelectorAll("[data-filter]")) {
    chip.setAttribute("aria-pressed", String(` ${box.value} `.includes(` ${chip.dataset.filter} `)));
  }
}
