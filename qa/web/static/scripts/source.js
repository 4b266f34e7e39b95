// The source beside the chat, or a sheet over it where there is no room. Back closes it; next and previous go through
// the passages of the answer that are in the same text.

import { byFinger, element, fill, say, still, wide } from "./page.js";

const DOUBLE_CLICK = 250; // milliseconds in which a second click makes it one

const dialog = document.getElementById("source");
let opener = null;
let current = 0;

export const isOpen = () => dialog.open;

export function startSource() {
  document.addEventListener("click", clicked);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  window.addEventListener("popstate", (event) => (event.state?.source ? show(event.state.source) : hide()));
  wide.addEventListener("change", () => {
    if (!dialog.open) return;
    dialog.close(); // to open it again in the other way
    reveal();
  });
  const asked = new URLSearchParams(location.search);
  if (history.state?.source) show(history.state.source);
  else if (asked.has("text")) show({ source: encodeURIComponent(asked.get("text")), at: asked.get("at") ?? "" });
}

/** Close it, as Back does. */
export function close() {
  if (!dialog.open) return;
  if (history.state?.source) history.back();
  else {
    history.replaceState(null, "", location.pathname);
    hide();
  }
}

/** Open the text of a card at its passage. */
export function openCard(card, from = document.activeElement) {
  opener = from;
  const { source, at, marks, digest } = card.dataset;
  const others = [...card.closest(".passages").querySelectorAll(".card")].filter((each) => each !== card && each.dataset.source === source);
  const request = {
    source,
    digest,
    at: [at, ...others.map((each) => each.dataset.at)].join(","),
    marks: [marks, ...others.map((each) => each.dataset.marks)].filter(Boolean).join(","),
    quote: card.querySelector("blockquote").textContent,
  };
  push(request, `?text=${source}&at=${at}`);
}

/** Open a text at its beginning, or at a passage. */
export function openText(source, from = document.activeElement, at = "") {
  opener = from;
  push({ source, at }, `?text=${source}${at && `&at=${at}`}`);
}

function push(request, address) {
  const state = { source: request };
  if (dialog.open) history.replaceState(state, "", address);
  else history.pushState(state, "", address);
  show(request);
}

async function show(request) {
  const { source, at = "", marks = "", digest = "", quote } = request;
  let shown;
  try {
    const response = await fetch(`page/thread?source=${source}&at=${at}&marks=${marks}&digest=${digest}`);
    shown = await response.json();
    if (!response.ok) throw new Error(shown.detail);
  } catch (error) {
    shown = { html: "" };
    fill(dialog, "");
    const close = element("button", "outlined", say("close"));
    close.dataset.close = "";
    dialog.append(element("p", "error", error.message || say("unreachable")), close);
  }
  if (shown.html) fill(dialog, shown.html);
  if (shown.replaced && quote) dialog.querySelector("#passage").textContent = quote;
  current = 0;
  reveal();
}

function reveal() {
  if (!dialog.open) {
    if (wide.matches) dialog.show();
    else dialog.showModal();
  }
  document.documentElement.classList.toggle("with-source", wide.matches);
  const passage = dialog.querySelector("#passage");
  passage?.focus({ preventScroll: true });
  passage?.scrollIntoView({ block: "center" });
  if (passage && !passage.matches(".passage")) dialog.querySelector(".pages").scrollTop = 0;
  ticks();
}

function hide() {
  if (!dialog.open) return;
  dialog.close();
  document.documentElement.classList.remove("with-source");
  dialog.replaceChildren();
  if (opener?.isConnected) opener.focus({ preventScroll: !byFinger });
}

/** Go to another passage of the answer in this text. */
export function step(by) {
  const passages = [...dialog.querySelectorAll("mark.passage")];
  if (passages.length < 2) return;
  passages[current]?.classList.remove("current");
  current = (current + by + passages.length) % passages.length;
  passages[current].classList.add("current");
  passages[current].focus({ preventScroll: true });
  passages[current].scrollIntoView({ block: "center", behavior: still() ? "auto" : "smooth" });
  dialog.querySelector("#step").textContent = `${current + 1} / ${passages.length}`;
}

/** Show at the edge where in the text its passages are. */
function ticks() {
  const pages = dialog.querySelector(".pages");
  const bar = dialog.querySelector(".ticks");
  const passages = [...dialog.querySelectorAll("mark.passage")];
  current = Math.max(0, passages.findIndex((passage) => passage.id === "passage"));
  passages[current]?.classList.add("current");
  if (!bar || passages.length < 2) return;
  dialog.querySelector("#step").textContent = `${current + 1} / ${passages.length}`;
  const top = pages.getBoundingClientRect().top - pages.scrollTop;
  for (const [index, passage] of passages.entries()) {
    const tick = element("button", "tick");
    tick.type = "button";
    tick.tabIndex = -1; // next and previous do the same for the keyboard
    tick.style.top = `${(100 * (passage.getBoundingClientRect().top - top)) / pages.scrollHeight}%`;
    tick.addEventListener("click", () => step(index - current));
    bar.append(tick);
  }
}

function clicked(event) {
  const target = event.target;
  const read = target.closest("[data-read]");
  const open = target.closest("[data-open]");
  const by = target.closest("[data-step]");
  const passage = target.closest(".card blockquote");
  if (read) openText(read.dataset.read, read);
  else if (open) openCard(open.closest(".card"), open);
  else if (by) step(Number(by.dataset.step));
  else if (target.closest("#source [data-close]") || target === dialog) close();
  else if (passage) {
    // A selection means that the click was for copying text, not for opening the thread.
    const card = passage.closest(".card");
    setTimeout(() => getSelection().isCollapsed && openCard(card, card.querySelector("[data-open]")), DOUBLE_CLICK);
  }
}
