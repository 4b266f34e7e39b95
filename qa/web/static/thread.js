// Runs once, when Gradio has put the closed dialog on the page. A new value opens it at the passage.
// The browser itself handles Escape, keeps the focus inside and returns it to the card.

const dialog = element.querySelector("dialog");

watch("value", () => {
  for (const nul of element.querySelectorAll(".nul")) nul.textContent = "\0"; // HTML cannot hold this one
  if (!props.value) return;
  dialog.showModal();
  const passage = dialog.querySelector("#passage");
  passage.focus({ preventScroll: true });
  passage.scrollIntoView({ block: "center" });
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
});

// Emptied, so that opening the same passage again counts as a change.
dialog.addEventListener("close", () => {
  props.value = "";
});
