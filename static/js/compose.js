// Send Text: what the message costs while it is typed, what placeholders become, when it will be through, and keeping
// what was typed when the dialog closes.

import { countSegments, normaliseBody } from "./segments.js";

const PAUSE_MS = 500;
const format = (number) => number.toLocaleString(document.documentElement.lang);
const fill = (words, count) => interpolate(words, { count: format(count) }, true);

function count(form) {
  const body = normaliseBody(form.elements.body.value);
  const { characters, segmentCount, encoding } = countSegments(body);
  const texts = Number(form.querySelector("[data-texts]").dataset.texts);
  const inAll = segmentCount * texts;
  const parts = [
    fill(ngettext("%(count)s character", "%(count)s characters", characters), characters),
    fill(ngettext("%(count)s segment", "%(count)s segments", segmentCount), segmentCount),
  ];
  if (texts > 1 && inAll) {
    parts.push(fill(ngettext("%(count)s segment in all, one text for each number", "%(count)s segments in all, one text for each number", inAll), inAll));
  }
  if (encoding === "UCS-2") parts.push(gettext("a special character or emoji leaves 70 characters a segment instead of 160"));
  form.querySelector("[data-count]").textContent = parts.join(" · ");
}

const composing = (target) => target.closest?.("form[data-compose]");

// As whoever is signed in now; a page that somebody else has left open asks for nothing in their name.
async function post(form, action, options) {
  if (isSomebodyElse()) return null;
  const fields = new FormData(form);
  fields.set("action", action);
  return fetch(form.getAttribute("action"), { method: "POST", body: fields, redirect: "manual", ...options });
}

// What the server would send is drawn by the server, once somebody who types in braces pauses.
let pause = 0;

function previewSoon(form) {
  const shown = form.querySelector("#preview");
  clearTimeout(pause);
  if (!form.elements.body.value.includes("{") && !shown.childElementCount) return;
  pause = setTimeout(async () => {
    const answer = await post(form, "preview", { headers: { "HX-Request": "true" } }).catch(() => null);
    // Without an answer what stands there stays; Send says the same again before anything leaves.
    if (!answer?.ok || !shown.isConnected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
    if (!fresh) return;
    shown.replaceChildren(...fresh.childNodes);
    // In a low window it is below what one sees of the dialog.
    if (shown.childElementCount) shown.scrollIntoView({ block: "nearest" });
  }, PAUSE_MS);
}

document.addEventListener("input", (event) => {
  const form = composing(event.target);
  if (!form || event.target.name !== "body") return;
  count(form);
  previewSoon(form);
});

document.addEventListener("change", (event) => {
  const form = composing(event.target);
  if (!form || event.target.name !== "line") return;
  form.querySelectorAll("[data-through]").forEach((words) => { words.hidden = words.dataset.through !== event.target.value; });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const { body } = composing(button).elements;
  body.setRangeText(button.dataset.insert, body.selectionStart, body.selectionEnd, "end");
  body.focus();
  body.dispatchEvent(new Event("input", { bubbles: true }));
});

// What the dialog shows is counted as soon as it is there, and anew when its people have changed.
document.addEventListener("htmx:afterSettle", (event) => {
  const people = document.getElementById("people");
  const form = event.detail.target.querySelector?.("form[data-compose]") ?? (event.target === people && composing(people));
  if (!form) return;
  count(form);
  // What had the focus may be gone: the one who was to be mended can be texted now.
  if (event.target === people && document.activeElement === document.body) form.elements.body.focus();
});

// Who went to mend a record in another tab and comes back sees what that changed.
let mending = false;
document.addEventListener("click", (event) => { mending ||= event.target.closest("[data-mend]") !== null; });
addEventListener("focus", () => { if (mending) document.getElementById("check-again")?.click(); });
// After the script of words, which is deferred like this one and stands before it.
document.querySelectorAll("form[data-compose]").forEach(count);

function whatBecameOf(kept, url) {
  const link = { href: url, text: gettext("Go on writing") };
  if (kept?.status === 204) return { text: gettext("Kept as a draft."), level: "info", link };
  if (isSomebodyElse()) return { text: gettext("The draft could not be kept: somebody else has signed in in this browser since."), level: "bad" };
  // The server keeps it until they have signed in, and answers with the way there.
  if (kept?.type === "opaqueredirect") return { text: gettext("You were signed out. What you typed is kept until you have signed in again."), level: "warn", link };
  if ([403, 404].includes(kept?.status)) return { text: gettext("The draft could not be kept: it is gone, or you may no longer write it."), level: "bad" };
  return { text: gettext("What you typed could not be kept: the server could not answer."), level: "bad", link };
}

// Closing, by whatever way, keeps what was typed.
document.addEventListener("dialog:closing", async (event) => {
  const form = event.target.querySelector("form[data-compose]");
  if (!form?.elements.body.value.trim()) return;
  const kept = await post(form, "save", { keepalive: true }).catch(() => null);
  document.dispatchEvent(new CustomEvent("toast", { detail: whatBecameOf(kept, form.getAttribute("action")) }));
});

addEventListener("pagehide", () => {
  const form = document.querySelector("form[data-compose]");
  if (form?.elements.body.value.trim()) post(form, "save", { keepalive: true });
});
