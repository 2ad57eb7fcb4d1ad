// What a person may wish of a cell beside typing and saving.
export const typing = (cell) => {
  // Only what someone may have read already needs a reason.
  cell.askWhy(cell.isDirty && cell.standing !== "");
};

export const restore = (cell) => {
  const wasAsked = cell.isConflict || cell.refused !== undefined;
  cell.input.value = cell.standing;
  cell.input.select();
  cell.askWhy(false);
  if (wasAsked) cell.save({ again: true });
};

// Answers false where the browser's own undo serves: while a figure is being typed.
export const undo = (cell) => {
  if (cell.isDirty || !cell.former.length) return false;
  cell.input.value = cell.former.pop();
  cell.save({ isUndo: true });
  return true;
};

// Of two people's figures for one cell, the second chooses; either way the page knows now what stands.
export const keepMine = (cell) => {
  cell.seen = cell.state.dataset.seen;
  cell.save({ again: true });
  cell.enter();
};

export const takeTheirs = (cell) => {
  const { typed, seen } = cell.state.dataset;
  cell.input.value = typed;
  Object.assign(cell, { standing: typed, seen });
  cell.save({ again: true });
  cell.enter();
};
