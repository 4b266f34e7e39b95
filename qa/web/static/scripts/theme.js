// Light or dark: as the system says, until its reader chooses.

const key = "verbatim:theme";

export function startTheme() {
  document.getElementById("theme-button").addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(key, chosen);
    } catch {
      // It holds until the page is closed.
    }
    document.documentElement.dataset.theme = chosen;
    tellGradio();
  });
  // Gradio follows the system whenever it starts.
  new MutationObserver(tellGradio).observe(document.body, { attributeFilter: ["class"] });
  tellGradio();
}

function isDark() {
  return getComputedStyle(document.documentElement).colorScheme === "dark" || (
    !document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches
  );
}

function tellGradio() {
  if (document.body.classList.contains("dark") !== isDark()) document.body.classList.toggle("dark", isDark());
}
