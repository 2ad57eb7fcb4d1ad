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

// No answer, a refusal to answer, and the page to sign in at are none that a tile can show: what was typed stays.
const lose = ({ target }) => target.closest?.(".slot")?.querySelector("[data-lost]")?.removeAttribute("hidden");
document.body.addEventListener("htmx:responseError", lose);
document.body.addEventListener("htmx:sendError", lose);
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.requestConfig.elt.matches(".entry-form") || event.detail.xhr.responseURL.endsWith("/entry/")) return;
  event.detail.shouldSwap = false;
  lose(event);
});

// Signing in again, in another window, makes the token of this page void; the cookie has the one that holds.
document.body.addEventListener("htmx:configRequest", ({ target, detail }) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (target.matches(".entry-form") && token) detail.parameters.csrfmiddlewaretoken = token;
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
