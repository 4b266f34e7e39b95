// The menus: of a passage (copy it), and of the conversation (save it, print it, start over).

import { clear, lookUpAll, results } from "./conversation.js";
import { announce, data, element, say } from "./page.js";

const menu = document.getElementById("menu");
const conversationButton = document.getElementById("conversation-button");
let owner = null;

export function startMenus() {
  conversationButton.addEventListener("click", () =>
    open(conversationButton, [
      [say("export_markdown"), () => save("md", "text/markdown", asMarkdown)],
      [say("export_json"), () => save("json", "application/json", asJson)],
      [say("print"), () => print()],
      [say("clear"), clear],
    ]),
  );
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) openCopy(button);
    else if (owner && !menu.contains(event.target) && !owner.contains(event.target)) shut();
  });
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      shut();
      if (event.key === "Escape") event.preventDefault();
    }
  });
}

function openCopy(button) {
  const quote = quoteOf(button.closest(".card"));
  const { question } = button.closest(".turn").dataset;
  open(button, [
    [say("copy_text"), () => copy(`${quote.text}\n— ${byline(quote)}`)],
    [say("copy_markdown"), () => copy(`${quoted(quote.text)}\n>\n> — ${plain(byline(quote))}`)],
    [say("copy_citation"), () => copy(`“${quote.text}” (${byline(quote)})`)],
    [say("copy_link"), () => copy(link({ q: question, g: data.generation }))],
  ]);
}

function open(button, items) {
  const again = owner === button;
  shut();
  if (again) return;
  owner = button;
  owner.setAttribute("aria-expanded", "true");
  menu.replaceChildren(
    ...items.map(([label, act]) => {
      const item = element("button", "", label);
      item.type = "button";
      item.role = "menuitem";
      item.tabIndex = -1;
      item.addEventListener("click", () => {
        shut();
        act();
      });
      return item;
    }),
  );
  menu.setAttribute("aria-label", button.textContent);
  menu.hidden = false;
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + height < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
  menu.firstElementChild.focus();
}

function shut() {
  if (!owner) return;
  menu.hidden = true;
  owner.setAttribute("aria-expanded", "false");
  if (owner.isConnected) owner.focus();
  owner = null;
}

function quoteOf(card) {
  const { name, author, date, where } = card.dataset;
  return { text: card.querySelector("blockquote").textContent, name, author, date, where };
}

function byline({ author, date, name, source, where }) {
  return [author, date, name ?? source, where].filter(Boolean).join(", ");
}

function link(values) {
  return `${location.origin}${location.pathname}?${new URLSearchParams(values)}`;
}

const quoted = (text) => text.split("\n").map((line) => `> ${plain(line)}`).join("\n");

/** Text as Markdown shows it, character for character. */
const plain = (text) => text.replace(/[\\`*_{}[\]<>#+!|~&]/g, "\\$&");

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers offer a clipboard to pages of this machine and to those behind TLS only.
    const box = element("textarea", "unseen");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  announce(say("copied"));
}

function asMarkdown() {
  const parts = results().map(({ question, result }) => {
    const answer = result.answer;
    const lines = [`## ${plain(question.replace(/\s+/g, " "))}`];
    if (answer?.understood_as) lines.push(plain(say("understood_as", { question: answer.understood_as })));
    if (!answer) lines.push(plain(result.error ?? ""));
    else {
      const text = answer.text ?? answer.closest;
      lines.push(text ? `**${plain(text.replace(/\s+/g, " "))}** (${say(answer.certainty === "none" ? "doubtful" : answer.certainty)})` : say("not_found"));
      for (const quote of answer.quotes) lines.push(`${quoted(quote.text)}\n>\n> — ${plain(byline(quote))}`);
    }
    return lines.join("\n\n");
  });
  return `# ${plain(data.name)}\n\n${parts.join("\n\n")}\n`;
}

function asJson() {
  const turns = results().map(({ question, generation, result }) => ({ question, generation, answer: result.answer, error: result.error }));
  return `${JSON.stringify({ library: data.name, turns }, null, 1)}\n`;
}

async function save(suffix, type, write) {
  await lookUpAll(); // what was restored has no passages yet
  const anchor = element("a");
  anchor.href = URL.createObjectURL(new Blob([write()], { type }));
  anchor.download = `conversation.${suffix}`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}
