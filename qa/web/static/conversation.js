// Runs once, when Gradio has put the conversation on the page. Python draws it; this script only reports clicks
// and keeps the newest question in view.

const DOUBLE_CLICK = 250; // milliseconds in which a second click makes it one
const byFinger = matchMedia("(pointer: coarse)").matches;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

element.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  const card = !event.target.closest("details") && event.target.closest("[data-quote]");
  if (example) {
    trigger("example", { question: example.textContent });
    // The button disappears with the welcome, so the focus moves on; on a touch screen that would open the keyboard.
    if (!byFinger) document.querySelector("#question textarea").focus();
  } else if (card) {
    const open = () => trigger("open", { turn: card.dataset.turn, quote: card.dataset.quote });
    if (event.target.closest("button")) open();
    // Elsewhere on the card, a selection means that the click was for copying text, not for opening the thread.
    else setTimeout(() => getSelection().isCollapsed && open(), DOUBLE_CLICK);
  }
});

watch("value", () => {
  for (const nul of element.querySelectorAll(".nul")) nul.textContent = "\0"; // HTML cannot hold this one
  const newest = element.querySelector(".turn:last-child");
  if (!newest) return;
  if (byFinger) document.activeElement.blur(); // the on-screen keyboard would hide the answer
  newest.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
});
