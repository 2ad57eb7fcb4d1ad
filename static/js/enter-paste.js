// A column copied from a spreadsheet fills down from the cell it is pasted into; two columns are the two parts of a
// ratio or a mean. An empty line leaves its cell as it is.
const figureOf = (line, cell) => {
  const columns = line.split("\t").map((text) => text.trim());
  const isFraction = cell.input.placeholder.includes("/");
  return isFraction && columns[0] && columns[1] ? `${columns[0]}/${columns[1]}` : columns[0];
};

// Answers whether there was more to paste than one cell holds; else the browser's own way serves.
export const pasteDown = (text, cells) => {
  const lines = text.replace(/(\r?\n)+$/, "").split(/\r?\n/);
  if (lines.length < 2 && !lines[0].includes("\t")) return false;
  lines.slice(0, cells.length).forEach((line, place) => {
    const figure = figureOf(line, cells[place]);
    if (!figure) return;
    cells[place].input.value = figure;
    cells[place].save();
  });
  const says = document.querySelector("[data-says]");
  const beyond = lines.length - cells.length;
  if (beyond > 0 && says) says.textContent = `${says.dataset.beyond} ${beyond}`;
  (cells[lines.length] ?? cells.at(-1)).enter();
  return true;
};
