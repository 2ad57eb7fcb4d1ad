// The entry grid: keys move as in a spreadsheet, and leaving a cell saves it. What a cell is stands in `enter-cell.js`.
import { Cell } from "./enter-cell.js";
import { pasteDown } from "./enter-paste.js";
import { keepMine, restore, takeTheirs, typing, undo } from "./enter-wishes.js";

const grid = document.querySelector("[data-grid]");
const rows = grid ? [...grid.querySelectorAll("[data-cell]")] : [];
const cells = new Map(rows.map((row) => [row, new Cell(row, grid)]));
const open = () => [...cells.values()].filter((cell) => !cell.input.readOnly);
const cellOf = (element) => cells.get(element.closest?.("[data-cell]"));

const tally = document.querySelector("[data-tally] b");
const count = () => {
  if (tally) tally.textContent = [...cells.values()].filter((cell) => cell.standing !== "").length;
};

const move = (cell, by) => {
  const list = open();
  const next = list[list.indexOf(cell) + by];
  // At the last cell there is nowhere to go, and what was typed is to be saved all the same.
  if (next) next.enter();
  else cell.save();
};

const KEYS = {
  Enter: (cell, event) => move(cell, event.shiftKey ? -1 : 1),
  ArrowDown: (cell) => move(cell, 1),
  ArrowUp: (cell) => move(cell, -1),
  Escape: (cell) => restore(cell),
  z: (cell, event) => (event.ctrlKey || event.metaKey) && event.target === cell.input && undo(cell),
};

grid?.addEventListener("keydown", (event) => {
  const cell = cellOf(event.target);
  const key = KEYS[event.key];
  if (!cell || !key || event.target.matches("button") || event.isComposing) return;
  if (key(cell, event) !== false) event.preventDefault();
});

grid?.addEventListener("input", ({ target }) => target.matches("[data-figure]") && typing(cellOf(target)));

grid?.addEventListener("focusout", ({ target, relatedTarget }) => {
  const cell = cellOf(target);
  if (cell && cell !== (relatedTarget && cellOf(relatedTarget))) cell.save();
});

grid?.addEventListener("click", ({ target }) => {
  const cell = cellOf(target);
  if (target.closest("[data-keep-mine]")) keepMine(cell);
  if (target.closest("[data-take-theirs]")) takeTheirs(cell);
});

grid?.addEventListener("paste", (event) => {
  const cell = cellOf(event.target);
  const text = event.clipboardData.getData("text/plain");
  const list = open();
  if (!event.target.matches("[data-figure]") || !pasteDown(text, list.slice(list.indexOf(cell)))) return;
  event.preventDefault();
});

grid?.addEventListener("cell-settled", count);

// A choice is shown at once; the button serves where scripts don't, and those who walk through a list by its keys: in a
// closed list each key is a choice.
const chooser = document.querySelector("[data-choose]");
const show = chooser?.querySelector("button");
let isByKey = false;
chooser?.addEventListener("keydown", ({ target }) => (isByKey = target.matches("select")));
chooser?.addEventListener("pointerdown", () => (isByKey = false));
chooser?.addEventListener("change", () => (isByKey ? show.removeAttribute("hidden") : chooser.requestSubmit()));
show?.setAttribute("hidden", "");

window.addEventListener("online", () => open().forEach((cell) => cell.save()));
window.addEventListener("pagehide", () => open().forEach((cell) => cell.save()));
window.addEventListener("beforeunload", (event) => {
  if (open().some((cell) => cell.isUnsaved)) event.preventDefault();
});

open().find((cell) => cell.standing === "")?.enter();
