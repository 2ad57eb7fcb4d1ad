// The points of a large chart: arrow keys go from one to the next, and the line below says what is pointed at.
for (const points of document.querySelectorAll("[data-chart-points]")) {
  const all = [...points.querySelectorAll(".chart-point")];
  const readout = points.closest("figure").querySelector("[data-chart-readout]");
  const latest = readout?.textContent;
  const say = (point) => {
    if (readout) readout.textContent = point?.getAttribute("aria-label") ?? latest;
  };
  const go = (place) => {
    const next = all[Math.min(Math.max(place, 0), all.length - 1)];
    for (const point of all) point.setAttribute("tabindex", point === next ? "0" : "-1");
    next.focus();
  };
  const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

  points.addEventListener("pointerover", (event) => say(event.target.closest(".chart-point")));
  points.addEventListener("pointerleave", () => say(all.includes(document.activeElement) ? document.activeElement : null));
  points.addEventListener("focusin", (event) => say(event.target.closest(".chart-point")));
  points.addEventListener("focusout", () => say(null));
  points.addEventListener("keydown", (event) => {
    const place = all.indexOf(event.target.closest(".chart-point"));
    if (place < 0 || !(event.key in steps)) return;
    event.preventDefault();
    go(place + steps[event.key]);
  });
}
