// Small things of every page.
//   [data-nav-toggle]      opens the navigation on small screens
//   details[data-disclosure]  closes on Esc and on a click elsewhere (the account menu)
//   [data-dismiss]         removes the .note around it
//   select[data-autosubmit]   sends its form when changed (there is a button for where scripts do not run)
//   .tip                   Esc puts its words away until the pointer or the focus has left
//   [data-error-summary]   takes the focus when a page or a fragment shows one
// Every request of htmx carries the CSRF token, so hx-post works on any element; a new sign-in renews it in every
// tab of the same person.

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-nav-toggle]");
  if (toggle) {
    const open = document.getElementById(toggle.getAttribute("aria-controls")).classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  }
  event.target.closest("[data-dismiss]")?.closest(".note").remove();
  for (const open of document.querySelectorAll("details[data-disclosure][open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-disclosure][open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
  document.querySelector(".tip:hover, .tip:focus-within")?.classList.add("tip-closed");
});

for (const leave of ["mouseout", "focusout"]) {
  document.addEventListener(leave, (event) => {
    const tip = event.target.closest?.(".tip-closed");
    if (tip && !tip.contains(event.relatedTarget)) tip.classList.remove("tip-closed");
  });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// Who is signed in in this browser now, perhaps since another tab, is in a cookie (texting/frame/signed_in_as.py). A page
// of somebody else's does nothing in their name. Without that cookie nobody knows, and no token is renewed.
// One of the same name without the prefix may be left from before there was one, or a neighbour's.
const cookie = (name) => ["__Host-", ""].map((prefix) => document.cookie.match(`(?:^|; )${prefix}${name}=(\\w+)`)?.[1]).find(Boolean);
const user = document.body.dataset.user;
globalThis.isSomebodyElse = () => Boolean(user) && ![undefined, user].includes(cookie("signed-in-as"));

function stopStranger(event) {
  if (!isSomebodyElse()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const text = gettext("Somebody else has signed in in this browser since. Nothing was done. Reload the page to go on as them.");
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "bad" } }));
}
document.addEventListener("htmx:configRequest", stopStranger);
document.addEventListener("submit", (event) => { if (event.target.method === "post") stopStranger(event); }, true);

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") {
    event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  }
});

// Who has signed in anew in another tab has a new token, and what is open in this one would be refused without it.
addEventListener("focus", () => {
  const token = cookie("csrftoken");
  if (!token || (user && user !== cookie("signed-in-as"))) return;
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
});

const working = document.getElementById("working");
document.addEventListener("htmx:beforeRequest", () => working.classList.add("on"));
document.addEventListener("htmx:afterRequest", () => working.classList.remove("on"));

// Only in what has just come: a part of the page that refreshes itself must not take the focus.
const focusSummary = (root) => (root.matches?.("[data-error-summary]") ? root : root.querySelector?.("[data-error-summary]"))?.focus();
document.addEventListener("htmx:afterSettle", (event) => focusSummary(event.target));
focusSummary(document);
