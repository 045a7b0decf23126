// The one modal dialog. Any hx-get or hx-post with hx-target="#dialog" opens it with what the server answers:
//   <form class="modal-content"><div class="modal-header"><h1 class="modal-title" id="dialog-title">…</h1>…
// The focus goes to [autofocus], else to the first field, else to the title; it stays inside (a native modal dialog),
// and goes back to what opened it. Closes on Esc, on [data-dialog-close], and on the answer header HX-Trigger: closeDialog.
// `data-dialog-size="sm"` on the fragment makes it narrow. Before it closes, a "dialog:closing" event is sent from it.
// Without scripts the same request is an ordinary page with the fragment in a .sheet.

const dialog = document.getElementById("dialog");
let opener = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === dialog && !dialog.open) opener = document.activeElement;
});

// afterSettle, because htmx gives the focus back to the old element until then.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== dialog || !dialog.childElementCount) return;
  const fragment = dialog.firstElementChild;
  dialog.classList.toggle("dialog-sm", fragment.dataset.dialogSize === "sm");
  const title = fragment.querySelector(".modal-title, h1, h2");
  if (title) title.id ||= "dialog-title";
  dialog.setAttribute("aria-labelledby", title?.id ?? "");
  if (!dialog.open) dialog.showModal();
  focusInside(title);
});

function focusInside(title) {
  const first = dialog.querySelector("[autofocus]")
    ?? dialog.querySelector("input:not([type=hidden]):not(:disabled), textarea, select");
  if (!first) title?.setAttribute("tabindex", "-1");
  (first ?? title)?.focus();
}

function close() {
  if (dialog.open) dialog.close();
}

dialog.addEventListener("close", () => {
  dialog.dispatchEvent(new CustomEvent("dialog:closing", { bubbles: true }));
  // What opened it may have been replaced by its like.
  const back = opener?.isConnected ? opener : document.getElementById(opener?.id) ?? document.getElementById("content");
  opener = null;
  dialog.replaceChildren();
  back.focus();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-dialog-close]")) return;
  event.preventDefault();
  close();
});
document.addEventListener("closeDialog", close);
