// The conversation: it lives in the browser, which asks the server one question after another. Nothing that is typed
// meanwhile is lost: a second question waits its turn, one that failed is asked again.

import { rememberedTurns, rememberTurns } from "./memory.js";
import { byFinger, data, element, fill, say, still } from "./page.js";

const QUESTION_SHOWN = 400; // characters; a longer question is cut, and the page says so
const UNREACHABLE_SECONDS = 5; // between two tries
const LAST_TURNS = 8; // and the first: the server looks at no others

const log = document.getElementById("conversation");
const welcome = document.querySelector(".welcome");
const turns = []; // {question, generation, answered, typed, k, state, result, section, reply}
let asking = null;
let retry = 0;

export const questions = () => turns.map((turn) => turn.question);
export const results = () => turns.filter((turn) => turn.result);
export const lastQuestion = () => turns.findLast((turn) => turn.result?.answer)?.section.dataset.question;
export const lastGeneration = () => turns.at(-1)?.generation;

/** Ask a question, or let it wait for those before it. */
export function ask(question, { generation } = {}) {
  const turn = add({ question, linked: generation, typed: generation && "link" }); // a link asks by itself
  turn.state = "waiting";
  if (byFinger) document.activeElement?.blur(); // the on-screen keyboard would hide the answer
  note(turn, asking ? "waits" : "looking");
  scrollTo(turn);
  save();
  next();
}

/** Show the conversation that the browser remembers; the passages are looked up when a turn comes into view. */
export function restore() {
  for (const { question, generation, answered, typed } of rememberedTurns()) {
    const turn = add({ question, generation, answered, typed });
    turn.state = answered ? "remembered" : "waiting";
    if (answered) {
      turn.reply.replaceChildren(element("p", "source-text remembered", answered.text ?? say("not_found")));
      turn.reply.append(element("p", "aside", say("restored")));
      inView.observe(turn.section);
    } else {
      note(turn, "waits");
    }
  }
  if (turns.length) turns.at(-1).section.scrollIntoView({ block: "start" });
  next();
}

export function clear() {
  turns.length = 0;
  asking = null;
  log.replaceChildren();
  welcome.hidden = false;
  save();
}

/** Ask again: as it was typed, or in the light of the questions before. */
export function askAgain(section, typed) {
  const turn = turns.find((each) => each.section === section);
  if (!turn || turn.state !== "shown") return;
  turn.typed = typed;
  turn.state = "waiting";
  note(turn, asking ? "waits" : "looking");
  save();
  next();
}

/** Show more of a list of filters. */
export function more(section, k) {
  const turn = turns.find((each) => each.section === section);
  if (!turn) return;
  turn.k = k;
  turn.state = "more";
  next();
}

/** Look up every restored answer, also those that are out of view. */
export async function lookUpAll() {
  for (const turn of turns) if (turn.state === "remembered") turn.state = "looked up";
  next();
  while (turns.some((turn) => turn.state !== "shown")) {
    await new Promise((resolve) => addEventListener("verbatim:answered", resolve, { once: true }));
  }
}

const inView = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const turn = turns.find((each) => each.section === entry.target);
      if (entry.isIntersecting && turn?.state === "remembered") turn.state = "looked up";
      if (entry.isIntersecting) inView.unobserve(entry.target);
    }
    next();
  },
  { rootMargin: "100% 0px" },
);

function add(turn) {
  welcome.hidden = true;
  const section = element("section", "turn");
  section.setAttribute("aria-label", say("question_number", { n: turns.length + 1 }));
  const heading = element("h2", "question", turn.question.slice(0, QUESTION_SHOWN));
  heading.dir = "auto";
  if (turn.question.length > QUESTION_SHOWN) {
    heading.append("… ", element("span", "aside", `(${say("characters", { n: turn.question.length.toLocaleString(data.language) })})`));
  }
  const reply = element("div", "reply");
  section.append(heading, reply);
  log.append(section);
  section.dataset.question = turn.question;
  Object.assign(turn, { section, reply });
  turns.push(turn);
  return turn;
}

function note(turn, key, values) {
  turn.reply.replaceChildren(element("p", "pending", say(key, values)));
}

/** Ask what waits, then look up what has come into view again; one at a time. */
async function next() {
  if (asking) return;
  const turn =
    turns.find((each) => each.state === "waiting") ?? turns.find((each) => ["more", "looked up"].includes(each.state));
  if (!turn) return;
  asking = turn;
  if (turn.state === "waiting") note(turn, "looking");
  const seconds = await answer(turn);
  if (asking !== turn) return; // it was cleared meanwhile
  if (seconds) {
    retry = setTimeout(again, 1000 * seconds);
  } else {
    asking = null;
    next();
  }
}

function again() {
  clearTimeout(retry);
  asking = null;
  next();
}

/** Ask the server; the seconds after which to try again, 0 if that is not needed. */
async function answer(turn) {
  let response;
  try {
    response = await fetch("page/turn", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question: turn.question, history: before(turn), ...(turn.k && { k: turn.k }) }),
    });
    if (response.status === 503 || response.status === 429) {
      const seconds = Number(response.headers.get("retry-after")) || UNREACHABLE_SECONDS;
      return failed(turn, say("busy", { n: seconds }), seconds);
    }
    const result = await response.json();
    if (asking === turn) show(turn, response.ok ? result : { error: result.detail });
  } catch {
    return failed(turn, say("unreachable"), UNREACHABLE_SECONDS);
  }
  return 0;
}

/** What was said before a question, as the server put it; nothing for one that is asked as it was typed. */
function before(turn) {
  if (turn.typed) return [];
  const earlier = turns.slice(0, turns.indexOf(turn)).map((each) => each.answered?.earlier).filter(Boolean);
  return earlier.length > LAST_TURNS ? [earlier[0], ...earlier.slice(-LAST_TURNS)] : earlier;
}

function failed(turn, message, seconds) {
  const line = element("p", "pending trouble", `${message} `);
  const button = element("button", "outlined", say("try_again"));
  button.type = "button";
  button.addEventListener("click", again);
  line.append(button);
  if (turn.state === "waiting") turn.reply.replaceChildren(line);
  else turn.reply.querySelector(".trouble")?.replaceWith(line) ?? turn.reply.append(line);
  return seconds;
}

function show(turn, result) {
  const isNew = turn.state === "waiting";
  const first = { generation: turn.generation, answered: turn.answered };
  turn.state = "shown";
  turn.result = result;
  if (result.error && !result.html) {
    turn.reply.replaceChildren(element("p", "error", result.error));
  } else {
    fill(turn.reply, result.html);
  }
  turn.section.dataset.question = result.answer?.understood_as ?? turn.question;
  if (turn.typed === true) turn.reply.prepend(asTyped());
  const text = result.answer?.text ?? result.answer?.closest ?? null;
  if (isNew || !first.generation) {
    turn.generation = result.generation;
    turn.answered = { text, earlier: result.earlier };
  } else if (first.generation !== result.generation) {
    changedSince(turn, first.answered?.text ?? null, text);
  }
  if (turn.linked && turn.linked !== result.generation) turn.reply.prepend(element("p", "aside", say("link_changed")));
  markUpdates();
  foldEarlier();
  if (isNew) scrollTo(turn);
  save();
  window.dispatchEvent(new CustomEvent("verbatim:answered", { detail: turn }));
}

/** Say that a question was asked as it was typed, and offer to ask it in the light of those before. */
function asTyped() {
  const line = element("p", "understood aside", `${say("asked_as_typed")} `);
  const button = element("button", "plain", say("ask_in_light"));
  button.type = "button";
  button.dataset.asTyped = "no";
  line.append(button);
  return line;
}

/** Say that a restored answer comes from other texts now, and what it was before if that was something else. */
function changedSince(turn, before, now) {
  const line = element("p", "aside since", say("changed_since"));
  if (before !== now) line.append(" ", before === null ? say("answered_then_not") : say("answered_then", { text: before }));
  turn.reply.prepend(line);
}

/** Say between two turns that the library was updated there. */
function markUpdates() {
  for (const line of log.querySelectorAll(".updated")) line.remove();
  let before = "";
  for (const turn of turns) {
    if (before && turn.generation && turn.generation !== before) {
      turn.section.before(element("p", "updated", say("updated_here")));
    }
    before = turn.generation || before;
  }
}

/** Only the newest answer shows all of its passages; those of the others are one click away. */
function foldEarlier() {
  for (const turn of turns.slice(0, -1)) {
    for (const others of turn.reply.querySelectorAll(".others")) others.open = false;
  }
}

function scrollTo(turn) {
  if (turn !== turns.at(-1)) return; // its reader has asked something else since
  turn.section.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });
}

function save() {
  rememberTurns(turns.map(({ question, generation, answered, typed }) => ({ question, generation, answered, typed })));
}
