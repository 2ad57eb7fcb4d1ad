// Live: one stream for all open tabs says what changed, and `look-again.js` asks for what shows it. When the stream is
// cut we ask by the clock, and the light on the wall says so. It says "live" only while signs of life arrive.
const TOPICS = ["value", "board", "trajectory"];
const POLL = 10_000;
const SILENCE = 40_000; // the server says something every 15 seconds
const root = document.documentElement;
const rendered = document.querySelector("[data-live-after]")?.dataset.liveAfter || null;

let last = rendered; // the number of the last change that this tab heard of
let isCaughtUp = rendered !== null; // a page that says what it was drawn after can be told the rest
let source = null; // in the tab that leads
let streamAt = 0; // when the stream last said anything
let freshAt = Date.now(); // when the page was last known to be up to date

const isLive = () => root.dataset.liveState === "live";
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

const show = (state) => {
  root.dataset.liveState = state;
  for (const word of document.querySelectorAll("[data-live-word]")) {
    if (word.textContent !== word.dataset[state]) word.textContent = word.dataset[state];
  }
  const time = new Date(freshAt);
  const clock = [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
  for (const face of document.querySelectorAll("[data-live-clock]")) {
    if (face.textContent !== clock) face.textContent = clock;
  }
  for (const news of document.querySelectorAll("[data-live-stale-news]")) news.hidden = state !== "stale";
};

const hear = ({ name, id, what }) => {
  if (name === "who") return isLive() && source && channel.postMessage({ name: "stand", id: last });
  if (name === "cut") return (isLive() || !root.dataset.liveState) && fallBack();
  const isBehind = !isCaughtUp || (name === "stand" && Number(id) > Number(last));
  streamAt = freshAt = Date.now();
  last = id ?? last;
  isCaughtUp = true;
  show("live");
  if (name === "reset" || isBehind) tell("live:all");
  else if (TOPICS.includes(name)) tell("live:change", { topic: name, what });
};

const fallBack = () => {
  streamAt = 0;
  show("polling");
  tell("live:all");
};

// The leading tab has the stream and shares what it hears: browsers allow six connections to a host, a stream is one.
const channel = new BroadcastChannel("obeya-live");
channel.onmessage = ({ data }) => hear(data);
const share = (message) => {
  hear(message);
  channel.postMessage(message);
};

const open = () => {
  source?.close();
  source = new EventSource(last === null ? "/live/" : `/live/?last_event_id=${last}`);
  for (const name of ["hello", "beat", "reset", ...TOPICS]) {
    source.addEventListener(name, (event) => share({ name, id: event.lastEventId, what: JSON.parse(event.data) }));
  }
  source.onerror = () => share({ name: "cut" });
};

const check = () => {
  const isSilent = Date.now() - streamAt > SILENCE;
  if (source && isSilent && (streamAt || source.readyState === EventSource.CLOSED)) open();
  if (!isSilent) return;
  if (isLive()) fallBack();
  else if (!document.hidden) tell("live:all");
};

document.addEventListener("live:answered", ({ detail }) => {
  if (detail.isFresh) freshAt = Date.now();
  if (isLive()) return;
  if (detail.isFresh) show("polling");
  else if (Date.now() - freshAt > 2 * POLL) show("stale");
});
document.addEventListener("visibilitychange", () => document.hidden || check());
addEventListener("pageshow", (event) => event.persisted && location.reload());

// Without locks (a wall on plain http) every tab leads for itself, and what the others share is heard twice at most.
if (navigator.locks) navigator.locks.request("obeya-live", () => (open(), new Promise(() => {})));
else open();
channel.postMessage({ name: "who" });
setInterval(check, POLL);
