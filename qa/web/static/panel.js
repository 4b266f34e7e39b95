// Gradio's accordion does not say whether it is open; this tells it to a screen reader. Gradio may put the button on the
// page, or another in its place, after this has run: so the whole page is watched.
() => {
  const tell = () => {
    const button = document.querySelector("#library > button");
    button?.setAttribute("aria-expanded", button.classList.contains("open"));
  };
  new MutationObserver(tell).observe(document.body, { attributeFilter: ["class"], childList: true, subtree: true });
  tell();
};
