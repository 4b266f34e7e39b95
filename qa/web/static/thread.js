// Runs once, when Gradio has put the (closed) dialog on the page. A thread that arrives opens it at the passage.
// Escape, the focus that stays inside and the focus that goes back to the card are the browser's own work.

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

// Emptied, so that opening the same passage again is a change, and nothing of it lies about unseen.
dialog.addEventListener("close", () => {
  props.value = "";
});
