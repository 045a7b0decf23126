// Send Text: what the message costs while it is typed, who is shown, and keeping what was typed when the dialog closes.

import { countSegments, normaliseBody } from "./segments.js";

const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

function count(form) {
  const body = normaliseBody(form.elements.body.value);
  const { characters, segmentCount, encoding } = countSegments(body);
  const texts = Number(form.dataset.texts);
  const parts = [plural(characters, "character"), plural(segmentCount, "segment")];
  if (texts > 1 && segmentCount) parts.push(`${plural(segmentCount * texts, "segment")} in all, one text for each number`);
  if (encoding === "UCS-2") parts.push("a special character or emoji leaves 70 characters a segment instead of 160");
  form.querySelector("[data-count]").textContent = parts.join(" · ");
}

const composing = (target) => target.closest?.("form[data-compose]");

document.addEventListener("input", (event) => {
  const form = composing(event.target);
  if (form && event.target.name === "body") count(form);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.detail.target.querySelector?.("form[data-compose]");
  if (form) count(form);
});
document.querySelectorAll("form[data-compose]").forEach(count);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (!button) return;
  const form = composing(button);
  const all = button.dataset.show === "all";
  form.querySelectorAll("[data-show]").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
  form.querySelectorAll(".people li:not([data-rejected])").forEach((row) => { row.hidden = !all; });
});

// Closing, by whatever way, keeps what was typed.
function keep(form) {
  const fields = new FormData(form);
  fields.set("action", "save");
  return fetch(form.getAttribute("action"), { method: "POST", body: fields, keepalive: true, redirect: "manual" });
}

document.addEventListener("dialog:closing", async (event) => {
  const form = event.target.querySelector("form[data-compose]");
  if (!form?.elements.body.value.trim()) return;
  const kept = await keep(form).catch(() => null);
  const detail = kept?.status === 204
    ? { text: "Kept as a draft.", level: "info", link: { href: form.getAttribute("action"), text: "Go on writing" } }
    : { text: "The draft could not be kept: the server did not answer.", level: "bad" };
  document.dispatchEvent(new CustomEvent("toast", { detail }));
});

addEventListener("pagehide", () => {
  const form = document.querySelector("form[data-compose]");
  if (form?.elements.body.value.trim()) keep(form);
});
