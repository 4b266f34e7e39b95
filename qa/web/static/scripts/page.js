// What the server says of the page, and small things that every other script needs.

export const data = JSON.parse(document.getElementById("verbatim-data").textContent);
export const wide = matchMedia("(width >= 1100px)"); // room for the source beside the chat
export const byFinger = matchMedia("(pointer: coarse)").matches;
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A phrase of the page's words, with values in its places. */
export function say(key, values = {}) {
  return data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Puts HTML from this server, which has escaped every text in it, into an element. */
export function fill(target, html) {
  target.innerHTML = html;
  for (const nul of target.querySelectorAll(".nul")) nul.textContent = "\0"; // HTML cannot hold this one
}

/** Tells screen readers, and shows for a moment, that something was done. */
export function announce(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => (said.textContent = ""), 2500);
}
