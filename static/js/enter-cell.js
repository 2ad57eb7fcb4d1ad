// A cell of the entry grid: what stands, what is typed, and how the one becomes the other. It saves itself, one request
// at a time, and what befalls it touches no other cell. What a person may wish of it stands in `enter-wishes.js`.
import { send } from "./enter-send.js";

const RETRY = 4000;
const drawn = (name) => document.querySelector(`[data-template="${name}"]`).content.cloneNode(true);
const parsed = (html) => document.createRange().createContextualFragment(html);

export class Cell {
  former = []; // what stood before, newest last; for undo
  isBusy = false;

  constructor(row, grid) {
    Object.assign(this, { row, grid });
    this.input = row.querySelector("[data-figure]");
    this.note = row.querySelector("[data-note]");
    this.box = row.querySelector("[data-state-box]");
    this.standing = this.input.value.trim();
    this.seen = this.state.dataset.seen ?? "";
  }

  get state() { return this.box.firstElementChild; }
  get typed() { return this.input.value.trim(); }
  get isDirty() { return this.typed !== this.standing; }
  get isConflict() { return this.state.dataset.state === "is-conflict"; }
  get isUnsaved() { return this.isBusy || (this.isDirty && this.typed !== this.refused); }

  enter() {
    this.input.focus();
    this.input.select();
    this.input.scrollIntoView({ block: "nearest" });
  }

  // Beside a change of one's own, what stands may ask for a note: what was checked, why beyond the threshold.
  askWhy(isAsked) {
    const box = this.row.querySelector("[data-note-box]");
    const asks = this.isDirty ? "" : this.state.dataset.ask ?? "";
    box.hidden = !isAsked && !asks;
    box.querySelector("label").textContent = asks || box.dataset.label;
    this.note.placeholder = asks ? "" : box.dataset.optional;
    if (box.hidden) this.note.value = "";
  }

  // `again`: although nothing is new or the person has been asked to choose.
  async save({ isUndo = false, again = false } = {}) {
    const isNews = this.isDirty && this.typed !== this.refused;
    if (this.input.readOnly || !(isNews || again || this.note.value) || (this.isConflict && !again)) return;
    if (this.isBusy) {
      this.isAsked = true;
      return;
    }
    Object.assign(this, { isBusy: true, sent: this.typed, told: this.note.value });
    this.show(drawn("waiting"));
    try {
      this.settle(await send(this.grid.dataset.to, this.body()), isUndo);
    } catch {
      this.show(drawn("offline"));
      setTimeout(() => this.save({ isUndo, again }), RETRY);
    }
    this.isBusy = false;
    if (this.isAsked) {
      this.isAsked = false;
      this.save();
    }
  }

  body() {
    const { indicator, unit } = this.row.dataset;
    const { period } = this.grid.dataset;
    return new URLSearchParams({ indicator, unit, period, figure: this.sent, note: this.told, seen: this.seen });
  }

  show(fragment) {
    this.box.replaceChildren(fragment);
  }

  settle({ status, html }, isUndo) {
    this.show(status === 403 ? drawn("lost") : parsed(html));
    // Signed out, the figure is as good as before: it stays unsaved, and goes again when the cell is left again.
    this.refused = status === 200 || status === 403 ? undefined : this.sent;
    this.input.setAttribute("aria-invalid", String(status === 422));
    if (status === 422 && "noteNeeded" in this.state.dataset) this.askWhy(true);
    if (status === 200) this.stand(this.state.dataset, isUndo);
    this.grid.dispatchEvent(new Event("cell-settled"));
  }

  stand({ typed, seen }, isUndo) {
    if (!isUndo && typed !== this.standing) this.former.push(this.standing);
    if (this.typed === this.sent) this.input.value = typed;
    if (this.note.value === this.told) this.note.value = "";
    Object.assign(this, { standing: typed, seen });
    if (!this.isDirty) this.askWhy(false);
  }
}
