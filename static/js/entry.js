// Entering a figure on its tile: "+" opens, Escape closes, and the focus comes back to where it was.
const slotOf = (element) => element?.closest?.(".slot");

const close = (slot) => {
  slot.querySelector(".entry")?.replaceChildren();
  slot.querySelector("[data-enter]")?.focus();
};

document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!detail.target.classList?.contains("entry")) return;
  const field = detail.target.querySelector("[aria-invalid=true], [data-first]");
  field?.focus();
  field?.select?.();
});

// The server answers a figure that it took with this event; the new tile has been drawn already.
document.body.addEventListener("figure-entered", ({ target }) => {
  const slot = slotOf(target) ?? document.querySelector(".slot:has(.entry-form)");
  if (!slot) return;
  close(slot);
  slot.querySelector(".tile")?.classList.add("has-news");
});

document.addEventListener("keydown", (event) => {
  // Where nothing has the focus, as while an answer takes its place, Escape still means the entry that is open.
  const open = event.target === document.body ? document.querySelector(".slot:has(.entry-form)") : null;
  const slot = slotOf(event.target) ?? open;
  if (!slot) return;
  const isTyping = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && slot.querySelector(".entry-form")) {
    event.preventDefault();
    close(slot);
  } else if (event.key === "+" && !isTyping) {
    slot.querySelector("[data-enter]")?.click();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-entry-cancel]")) close(slotOf(event.target));
});
