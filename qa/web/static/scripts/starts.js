// Questions to start from, for a library that brings none: they are looked for once somebody looks at an empty page.

import { fill } from "./page.js";

const PAUSE = 700; // milliseconds; who comes with a question has begun to type

export function startStarts() {
  look();
  new MutationObserver(look).observe(document.querySelector(".welcome"), { childList: true });
}

function look() {
  const place = document.getElementById("starts");
  if (!place || place.dataset.asked || place.closest("[hidden]")) return;
  place.dataset.asked = "";
  setTimeout(async () => {
    if (place.closest("[hidden]")) return;
    const response = await fetch("page/starts").catch(() => null);
    if (response?.ok) fill(place, (await response.json()).html);
  }, PAUSE);
}
