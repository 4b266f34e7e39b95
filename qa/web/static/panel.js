// Gradio's accordion does not say whether it is open; this tells it to a screen reader.
() => {
  const button = document.querySelector("#library > button");
  const tell = () => button.setAttribute("aria-expanded", button.classList.contains("open"));
  new MutationObserver(tell).observe(button, { attributeFilter: ["class"] });
  tell();
};
