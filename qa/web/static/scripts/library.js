// The library's pane, and what changes on the page when the library does.

import { lastGeneration } from "./conversation.js";
import { toggleStrip } from "./filters.js";
import { data, fill } from "./page.js";

const button = document.getElementById("library-button");
const pane = document.getElementById("library-pane");
const news = document.getElementById("news");
let generation = data.generation;

export function startLibrary() {
  // The page has a main part already; Gradio's is the panel in this pane.
  const settle = () => pane.querySelector("gradio-app main:not([role])")?.setAttribute("role", "presentation");
  new MutationObserver(settle).observe(pane, { childList: true, subtree: true });
  settle();
  button.addEventListener("click", () => toggle(pane.hidden));
  pane.querySelector("[data-fold]").addEventListener("click", () => toggle(false));
  news.querySelector("[data-dismiss]").addEventListener("click", () => (news.hidden = true));
  window.addEventListener("verbatim:generation", (event) => changed(event.detail));
  window.addEventListener("verbatim:answered", () => (news.hidden = true));
}

export function toggle(open) {
  if (open) toggleStrip(false);
  pane.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  document.documentElement.classList.toggle("with-library", open);
  if (open) pane.querySelector("[data-fold]").focus();
  else button.focus();
}

async function changed(now) {
  if (!now || now === generation) return;
  generation = now;
  const before = lastGeneration();
  news.hidden = !before || before === now;
  const response = await fetch("page/library");
  if (!response.ok) return; // the next change brings it
  const { line, welcome, name, filters } = await response.json();
  fill(document.getElementById("library-line"), line);
  fill(document.querySelector(".welcome"), welcome);
  fill(document.getElementById("library-name"), name);
  fill(document.getElementById("filters"), filters);
}
