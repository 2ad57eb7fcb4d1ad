// The wall: full screen without chrome, dark by night unless someone chose, its clock and the minutes to the huddle.
const root = document.documentElement;
const isWall = () => document.body.classList.contains("is-wall");
const MINUTE = 60_000;
const REST = 4_000;

const pad = (number) => String(number).padStart(2, "0");

// A huddle within the hour is counted down; the server says the rest.
const tellHuddle = (now) => {
  const huddle = document.querySelector("[data-huddle]");
  if (!huddle?.dataset.huddle) return;
  const [hours, minutes] = huddle.dataset.huddle.split(":").map(Number);
  const away = hours * 60 + minutes - now.getHours() * 60 - now.getMinutes();
  if (away < 0 || away >= 60) return;
  const words = away ? huddle.dataset.soon.replace("{minutes}", String(away)) : huddle.dataset.now;
  huddle.textContent = `${huddle.dataset.huddle} · ${words}`;
};

const isNight = (now) => now.getHours() >= 20 || now.getHours() < 7;

const tick = () => {
  const now = new Date();
  for (const clock of document.querySelectorAll("[data-wall-clock]")) {
    clock.textContent = `${pad(now.getHours())}:${pad(now.getMinutes())}`;
  }
  tellHuddle(now);
  if (isWall() && !document.cookie.includes("theme=")) {
    if (isNight(now)) root.dataset.theme = "dark";
    else delete root.dataset.theme;
  }
  setTimeout(tick, MINUTE - (now.getTime() % MINUTE));
};
tick();

for (const button of document.querySelectorAll("[data-wall-switch]")) {
  button.addEventListener("click", () => {
    document.body.classList.add("is-wall");
    root.requestFullscreen?.().catch(() => {});
  });
}
const leave = () => {
  if (!isWall() || new URLSearchParams(location.search).has("wall")) return;
  document.body.classList.remove("is-wall");
  document.querySelector("[data-wall-switch]")?.focus();
};
document.addEventListener("fullscreenchange", () => document.fullscreenElement || leave());
document.addEventListener("keydown", (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && leave());

// A pointer at rest disappears from a wall.
let resting;
document.addEventListener("pointermove", () => {
  document.body.classList.remove("is-resting");
  clearTimeout(resting);
  resting = setTimeout(() => document.body.classList.add("is-resting"), REST);
});
