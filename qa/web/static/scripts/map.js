// The map of the library, and what has been asked in vain: looked up when they are unfolded, and after each answer.

import { lastQuestion } from "./conversation.js";
import { fill } from "./page.js";
import { openText } from "./source.js";

const map = document.getElementById("map");
const coverage = document.getElementById("coverage");

export function startMap() {
  for (const part of [map, coverage]) part?.addEventListener("toggle", () => look(part));
  for (const event of ["verbatim:answered", "verbatim:generation"]) {
    window.addEventListener(event, () => [map, coverage].forEach(look));
  }
  map.addEventListener("click", (event) => {
    const dot = event.target.closest("[data-dot]");
    if (dot) openText(dot.dataset.dot, map.querySelector("summary"), dot.dataset.at);
  });
}

async function look(part) {
  if (!part?.open) return;
  const question = lastQuestion();
  const asked = part === map && question ? `?${new URLSearchParams({ q: question })}` : "";
  const response = await fetch(`page/${part.id}${asked}`).catch(() => null);
  if (response?.ok) fill(part.querySelector("div"), (await response.json()).html);
}
