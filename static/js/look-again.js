// What shows a change asks for itself again: an element with `data-live-src` gets its partial from there, with an ETag.
// Of a wall only the tiles that differ are replaced, so that nobody loses what they are typing or where they are.
const BURST = 50;
const FEW = 3;
const SETTLE = 2_000; // after a tile has changed, what the wall says of all its tiles
const etags = new WeakMap();
const busy = new Map(); // element → whether to ask once more when the answer is here
const due = new Set();
const drawn = new WeakMap(); // element → what the server sent, before the page touched it
let timer = 0;
let settling = 0;

const asking = (topic) => [...document.querySelectorAll(`[data-live-${topic}][data-live-src]`)];
const walls = () => asking("board");
const focusable = "a[href], button, input, select, textarea";

// A change concerns what shows the same thing: every name that both have must have the same value; an empty one is any.
const concerns = (element, what) =>
  Object.entries(what).every(([name, value]) => {
    const own = element.dataset[`live${name[0].toUpperCase()}${name.slice(1)}`];
    return !own || own === value;
  });

const replace = (old, fresh) => {
  if (!old || !fresh || (drawn.get(old) ?? old.outerHTML) === fresh.outerHTML) return;
  drawn.set(fresh, fresh.outerHTML);
  const figures = [old, fresh].map((tile) => tile.querySelector(".tile-figure")?.textContent.trim());
  fresh.classList.toggle("has-news", figures[0] !== figures[1]);
  const place = [...old.querySelectorAll(focusable)].indexOf(document.activeElement);
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (place >= 0) fresh.querySelectorAll(focusable)[place]?.focus({ preventScroll: true });
};

const slotsOf = (element) => [...element.querySelectorAll(":scope .slot[id]")];

const draw = (element, html) => {
  const [fresh, ...around] = new DOMParser().parseFromString(html, "text/html").body.children;
  around.forEach((piece) => replace(document.getElementById(piece.id), document.adoptNode(piece)));
  const old = element.querySelector(element.dataset.liveInto ?? ":scope > :first-child");
  if (!fresh || !old) return;
  const [before, after] = [slotsOf(old), slotsOf(fresh)];
  if (!before.length || before.map((slot) => slot.id).join() !== after.map((slot) => slot.id).join()) {
    replace(old, document.adoptNode(fresh));
    return;
  }
  before.forEach((slot, place) => {
    etags.delete(slot);
    replace(slot.firstElementChild, document.adoptNode(after[place].firstElementChild));
  });
};

const lookAgain = async (element) => {
  if (busy.has(element)) return busy.set(element, true);
  busy.set(element, false);
  let isFresh = false;
  try {
    const etag = etags.get(element);
    const answer = await fetch(element.dataset.liveSrc, {
      headers: { "HX-Request": "true", ...(etag && { "If-None-Match": etag }) },
      signal: AbortSignal.timeout(10_000),
    });
    isFresh = answer.status === 304 || (answer.ok && !answer.redirected); // redirected: to the sign-in page
    if (isFresh && answer.status !== 304) {
      draw(element, await answer.text());
      etags.set(element, answer.headers.get("ETag"));
      if (!element.dataset.liveBoard) walls().forEach((wall) => etags.delete(wall));
    }
  } catch { isFresh = false; }
  const isDueAgain = busy.get(element);
  busy.delete(element);
  document.dispatchEvent(new CustomEvent("live:answered", { detail: { isFresh } }));
  if (isDueAgain && element.isConnected) lookAgain(element);
};

// Whoever isn't looked at waits until somebody looks.
const flush = () => {
  if (document.hidden) return;
  clearTimeout(timer);
  timer = 0;
  const wanted = due.size > FEW && walls().length ? walls() : [...due];
  due.clear();
  wanted.forEach((element) => element.isConnected && lookAgain(element));
};

const want = (elements) => {
  elements.forEach((element) => due.add(element));
  timer ||= setTimeout(() => ((timer = 0), flush()), BURST);
};

document.addEventListener("live:change", ({ detail: { topic, what } }) => {
  const found = asking(topic === "value" ? "indicator" : topic).filter((element) => concerns(element, what));
  want(found);
  if (topic === "value" && found.length) settling ||= setTimeout(() => ((settling = 0), want(walls())), SETTLE);
});
// A wall brings its own tiles; a tile elsewhere asks for itself.
document.addEventListener("live:all", () =>
  want([...document.querySelectorAll("[data-live-src]")].filter((one) => !one.dataset.liveIndicator || !one.closest("[data-live-board]"))),
);
document.addEventListener("visibilitychange", flush);
