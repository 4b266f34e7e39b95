// Runs once, when Gradio has put the table of texts on the page. Python draws it; this script only reports clicks.
// A text is removed at the second click on its button, which asks at the first.

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  const generation = button.closest("[data-generation]").dataset.generation;
  if (button.classList.contains("asked")) {
    trigger("remove_text", { row: button.dataset.remove, generation });
    label(button, false);
  } else {
    label(button, true);
  }
});

element.addEventListener("focusout", (event) => {
  if (event.target.matches?.(".asked")) label(event.target, false);
});

function label(button, asked) {
  if (button.classList.contains("asked") === asked) return;
  button.classList.toggle("asked", asked);
  const word = button.firstElementChild;
  [word.textContent, button.dataset.asks] = [button.dataset.asks, word.textContent];
}
