// "Why?": opens beside the wall once its content has come, and gives the focus back when it closes.
const dialog = document.getElementById("why");
const body = document.getElementById("why-body");

if (dialog && body) {
  document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target !== body) return;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  });
  dialog.addEventListener("close", () => body.replaceChildren());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
