// The map of another day: the slider names the day while it moves, and the map follows once it rests. Without this
// script the form does the same with its button.
const REST = 250;
const form = document.querySelector("[data-as-of-form]");
const map = document.querySelector(form?.dataset.asOfInto);
const slider = form?.querySelector("[data-as-of-today]");
const told = form?.querySelector("[data-as-of-day]");
const live = form?.dataset.asOfLive;
const written = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
// French counts the first of a month, and no browser does.
const first = document.documentElement.lang.startsWith("fr") ? "1er" : "1";
const named = (day) =>
  written.formatToParts(day).map(({ type, value }) => (type === "day" && value === "1" ? first : value)).join("");
let timer;
let asked = 0;

const tell = () => {
  const weeks = Number(slider.value);
  const day = new Date(`${slider.dataset.asOfToday}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 7 * weeks);
  told.textContent = weeks ? named(day) : form.dataset.asOfNow;
  slider.setAttribute("aria-valuetext", told.textContent);
};

const follow = async () => {
  const address = `?${new URLSearchParams(new FormData(form))}`;
  const mine = ++asked;
  map.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (mine !== asked) return;
    if (!answer.ok || answer.redirected) return form.submit();
    map.innerHTML = await answer.text();
    history.replaceState(null, "", address);
    // A past day does not change any more, once it is drawn; the map of now goes on hearing of news.
    const isDrawing = map.querySelector("[data-as-of-drawing]");
    if (Number(slider.value) && !isDrawing) delete map.dataset.liveSrc;
    else map.dataset.liveSrc = isDrawing ? `${location.pathname}${address}` : live;
  } catch {
    form.submit();
  } finally {
    if (mine === asked) map.removeAttribute("aria-busy");
  }
};

if (form && map && slider) {
  slider.addEventListener("input", () => {
    tell();
    clearTimeout(timer);
    timer = setTimeout(follow, REST);
  });
  form.querySelector("select").addEventListener("change", () => form.submit());
  form.classList.add("is-followed");
  slider.setAttribute("aria-valuetext", told.textContent.trim());
}
