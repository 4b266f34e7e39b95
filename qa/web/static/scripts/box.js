// The question box. Only its reader ever changes what is in it: it is emptied once, when a question is sent.

import { ask, questions } from "./conversation.js";
import { rememberDraft, rememberedDraft } from "./memory.js";
import { byFinger } from "./page.js";

const form = document.getElementById("question");
const box = document.getElementById("question-box");
let recalled = 0; // how many questions back the one in the box is; 0 for none

export function focusBox() {
  box.focus();
}

export function startBox() {
  if (!box.value) box.value = rememberedDraft(); // what was typed before this script ran stays
  if (!byFinger && document.activeElement === document.body) box.focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  box.addEventListener("input", () => {
    recalled = 0;
    rememberDraft(box.value);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowUp" && (!box.value || recalled)) {
      recall(event, recalled + 1);
    } else if (event.key === "ArrowDown" && recalled) {
      recall(event, recalled - 1);
    }
  });
}

function send() {
  const question = box.value;
  if (!question.trim()) return;
  box.value = "";
  box.dispatchEvent(new Event("input"));
  ask(question);
}

function recall(event, back) {
  const asked = questions();
  if (back > asked.length) return;
  event.preventDefault();
  recalled = back;
  box.value = back ? asked.at(-back) : "";
  rememberDraft(box.value);
  box.setSelectionRange(box.value.length, box.value.length);
}

/** Put a filter of the search syntax into the box, or take it out again. */
export function toggleFilter(filter) {
  const words = box.value;
  const has = ` ${words} `.includes(` ${filter} `);
  box.value = has ? ` ${words} `.replace(` ${filter} `, " ").trim() : `${words.trimEnd()} ${filter} `.trimStart();
  box.dispatchEvent(new Event("input"));
}
