// Messages that come while a page is open. From a script:
//   document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Saved.", level: "ok" } }))
// From the server, with any htmx response:  HX-Trigger: {"toast": {"text": "Saved.", "level": "ok"}}
// level: info, ok, warn, bad. What matters (warn, bad) stays until it is closed; the rest leaves after eight
// seconds, but not while the pointer or the focus is in it. `link: {href, text}` adds a link.
// The region is what is announced (role=status): it has to be there before what is put into it.

const STAYS_MS = 8000;
const NOTICED_MS = 100;
const region = document.getElementById("toasts");
const blank = document.getElementById("toast-template");
const icons = document.getElementById("toast-icons");

// What is outside an open modal dialog can be neither seen nor used, so the messages move into it. Says whether they did.
function place() {
  const home = document.querySelector("dialog[open]") ?? document.body;
  if (region.parentNode === home) return false;
  home.append(region);
  return true;
}

function show({ text, level = "info", link }) {
  const note = blank.content.firstElementChild.cloneNode(true);
  const lasting = level === "bad" || level === "warn";
  note.classList.add(`note-${level}`);
  const icon = icons.content.querySelector(`[data-level="${level}"]`);
  note.querySelector(".toast-icon").append(...[...icon.cloneNode(true).children]);
  const body = note.querySelector(".flex-fill");
  body.textContent = text;
  // The same again takes the place of the one that stands there still.
  [...region.children].find((each) => each.dataset.text === text)?.remove();
  note.dataset.text = text;
  if (link) {
    const anchor = Object.assign(document.createElement("a"), { href: link.href, textContent: link.text, target: "_blank" });
    anchor.className = "prose-link text-reset";
    body.append(" ", anchor);
  }
  setTimeout(() => region.append(note), place() ? NOTICED_MS : 0);
  if (!lasting) leaveLater(note);
}

function leaveLater(note) {
  setTimeout(() => (note.matches(":hover, :focus-within") ? leaveLater(note) : note.remove()), STAYS_MS);
}

document.addEventListener("toast", (event) => {
  const { text, level, link, value } = event.detail;
  show({ text: text ?? value, level, link });
});
document.addEventListener("htmx:afterSwap", place);
document.addEventListener("close", () => place(), true);
