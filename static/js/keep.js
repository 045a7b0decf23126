// What is being written in form[data-keep="NAME"] stays in the tab until it is sent, so that Esc, a reload or a link
// away does not lose it: it stands in the form of that name when this is opened again.

const areas = (form) => [...form.querySelectorAll("textarea[name]")];
const storeName = (form, area) => `keep:${document.body.dataset.user}:${form.dataset.keep}:${area.name}`;
const forget = (form) => areas(form).forEach((area) => sessionStorage.removeItem(storeName(form, area)));
const kept = (target) => target.closest?.("form[data-keep]");

function restore(root) {
  for (const form of root.querySelectorAll?.("form[data-keep]") ?? []) {
    for (const area of areas(form)) area.value ||= sessionStorage.getItem(storeName(form, area)) ?? "";
  }
}

document.addEventListener("input", (event) => {
  const form = kept(event.target);
  if (form && event.target.matches("textarea")) sessionStorage.setItem(storeName(form, event.target), event.target.value);
});

document.addEventListener("dialog:closing", (event) => {
  const form = event.target.querySelector("form[data-keep]");
  if (!form || !areas(form).some((area) => sessionStorage.getItem(storeName(form, area))?.trim())) return;
  const text = gettext("What you wrote is kept: it is here again when you open this form.");
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
});

// As a page it is sent by the browser, which keeps it itself where there is no answer; in the dialog by htmx.
document.addEventListener("submit", (event) => {
  if (kept(event.target) && !event.target.matches("[hx-post]")) forget(event.target);
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = kept(event.detail.requestConfig.elt);
  if (form && event.detail.xhr.status < 300) forget(form);
});

document.addEventListener("htmx:afterSettle", (event) => restore(event.detail.target));
restore(document);
