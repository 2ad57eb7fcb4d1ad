// Light or dark: the reader's choice, kept in a cookie so that the server draws the right one at once.
const root = document.documentElement;
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);

const YEAR = 31_536_000;

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    document.cookie = `theme=${theme};path=/;max-age=${YEAR};samesite=lax`;
    button.setAttribute("aria-pressed", String(theme === "dark"));
  });
}
