// Starts the page: everything it needs is in the HTML already.

import { startBox } from "./box.js";
import { ask, askAgain, more, questions, restore } from "./conversation.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { startLibrary } from "./library.js";
import { startMap } from "./map.js";
import { startMenus } from "./menu.js";
import { announce, byFinger, data, say } from "./page.js";
import { startSource } from "./source.js";
import { startStarts } from "./starts.js";
import { startTheme } from "./theme.js";

// Gradio sets the browser's language, whatever the page is in.
keepLanguage();
new MutationObserver(keepLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });

startTheme();
startBox();
startMenus();
startLibrary();
startFilters();
startMap();
startKeys();
restore();
startSource();
openLink();
startStarts();

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  const button = event.target.closest("[data-more]");
  const judge = event.target.closest("[data-judge]");
  const again = event.target.closest("[data-as-typed]");
  if (judge) sayWhether(judge);
  if (again) askAgain(again.closest(".turn"), again.dataset.asTyped === "yes");
  if (example) {
    ask(example.textContent);
    // The button disappears with the welcome, so the focus moves on; on a touch screen that would open the keyboard.
    if (!byFinger) document.getElementById("question-box").focus();
  } else if (button) more(button.closest(".turn"), Number(button.dataset.more));
});

document.getElementById("libraries")?.addEventListener("change", (event) => location.assign(event.target.value));

document.getElementById("language").addEventListener("change", (event) => {
  document.cookie = `verbatim_language=${event.target.value}; path=/; max-age=31536000; samesite=strict`;
  location.reload();
});

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("#conversation .card > details, .others")) {
    if (!details.open) details.dataset.folded = "";
    details.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("[data-folded]")) {
    details.open = false;
    delete details.dataset.folded;
  }
});

/** Tell the library whether an answer is right. */
async function sayWhether(button) {
  const question = button.closest(".turn").dataset.question;
  const body = JSON.stringify({ question, answers: button.dataset.judge === "yes" });
  const options = { method: "POST", headers: { "content-type": "application/json" }, body };
  const response = await fetch("page/feedback", options).catch(() => null);
  if (!response?.ok) {
    announce((await response?.json())?.detail ?? say("unreachable"));
    return;
  }
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", String(each === button));
  announce(say("thanks"));
}

function keepLanguage() {
  if (document.documentElement.lang !== data.language) document.documentElement.lang = data.language;
}

/** Ask the question of a link, unless it is the last one of the conversation that was restored. */
function openLink() {
  const asked = new URLSearchParams(location.search);
  const question = asked.get("q");
  if (question === null) return;
  history.replaceState(null, "", location.pathname);
  if (question.trim() && questions().at(-1) !== question) ask(question, { generation: asked.get("g") ?? undefined });
}
