// Gradio's accordion does not expose whether it is open; this does, for screen readers. Gradio may add or replace the
// button after this has run, so the whole page is watched.
() => {
  const update = () => {
    const button = document.querySelector("#library > button");
    button?.setAttribute("aria-expanded", button.classList.contains("open"));
  };
  new MutationObserver(update).observe(document.body, { attributeFilter: ["class"], childList: true, subtree: true });
  update();
};
