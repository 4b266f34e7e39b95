// What the browser remembers of this tab: the conversation and the draft, separately for each library. It is gone when
// the tab is closed, so that nobody finds the questions of the person before.

import { data } from "./page.js";

const MOST_TURNS = 50;
const turnsKey = `verbatim:turns:${data.library}`;
const draftKey = `verbatim:draft:${data.library}`;

export function rememberedTurns() {
  try {
    const turns = JSON.parse(sessionStorage.getItem(turnsKey) ?? "[]");
    return Array.isArray(turns) ? turns.filter((turn) => typeof turn?.question === "string") : [];
  } catch {
    return []; // a browser may forbid it, and another program may have written there
  }
}

export function rememberTurns(turns) {
  for (let kept = turns.slice(-MOST_TURNS); ; kept = kept.slice(Math.ceil(kept.length / 2))) {
    try {
      sessionStorage.setItem(turnsKey, JSON.stringify(kept));
      return;
    } catch {
      if (kept.length < 2) return; // there is no room, or it is forbidden
    }
  }
}

export function rememberedDraft() {
  try {
    return sessionStorage.getItem(draftKey) ?? "";
  } catch {
    return "";
  }
}

export function rememberDraft(text) {
  try {
    sessionStorage.setItem(draftKey, text);
  } catch {
    // It is still in the box.
  }
}
