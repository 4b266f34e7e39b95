// Keys: / ↑ j k o ? and Escape.

import { focusBox } from "./box.js";
import { close, isOpen, openCard, step } from "./source.js";

const dialog = document.getElementById("keys");

export function startKeys() {
  document.getElementById("keys-button").addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", pressed);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && isOpen()) {
    event.preventDefault();
    close();
    return;
  }
  if (event.target.closest("input, textarea, select, [contenteditable], dialog#keys")) return;
  const act = {
    "/": focusBox,
    "?": () => dialog.showModal(),
    j: () => (isOpen() ? step(1) : walk(1)),
    k: () => (isOpen() ? step(-1) : walk(-1)),
    o: () => {
      const card = document.activeElement.closest(".card");
      if (card) openCard(card, document.activeElement);
    },
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Go to the next passage, from the newest answer on. */
function walk(by) {
  const cards = [...document.querySelectorAll(".card")].filter((card) => card.checkVisibility());
  if (!cards.length) return;
  const at = cards.indexOf(document.activeElement.closest(".card"));
  const newest = cards.findIndex((card) => card.closest(".turn") === document.querySelector(".turn:last-child"));
  const index = at < 0 ? Math.max(newest, 0) : Math.min(Math.max(at + by, 0), cards.length - 1);
  const summary = cards[index].querySelector("summary");
  summary.focus();
  summary.scrollIntoView({ block: "nearest" });
}
