// What is being written in form[data-keep="NAME"] stays in the tab until the server has accepted it, so that Esc, a
// reload, a link away or an ended session does not lose it: it stands in the form of that name when this is opened again.
//   <form data-keep="NAME" data-keep-until="/where/it/leads/#when-accepted">   for a form that is a page
//   HX-Trigger: {"accepted": {}}                                               for one in the dialog, before closeDialog

const areas = (form) => [...form.querySelectorAll("textarea[name]")];
const storeName = (form, area) => `keep:${document.body.dataset.user}:${form.dataset.keep}:${area.name}`;
const storeNames = (form) => areas(form).map((area) => storeName(form, area));
const forget = (form) => storeNames(form).forEach((name) => sessionStorage.removeItem(name));
const SENT = "keep-sent";
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

// In the dialog the server says so, as an event that htmx sends from the form.
document.addEventListener("accepted", (event) => { if (kept(event.target)) forget(event.target); });

// As a page it says so by where it leads, which is known on the page after: not to sign in, nor to this form again.
document.addEventListener("submit", (event) => {
  const form = kept(event.target);
  if (form && !form.matches("[hx-post]")) sessionStorage.setItem(SENT, JSON.stringify([form.dataset.keepUntil, ...storeNames(form)]));
});

function forgetSent() {
  const [until, ...names] = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  sessionStorage.removeItem(SENT);
  if (until === location.pathname + location.hash) names.forEach((name) => sessionStorage.removeItem(name));
}

document.addEventListener("htmx:afterSettle", (event) => restore(event.detail.target));
forgetSent();
restore(document);
