// Whatever htmx could not do is said, and what was typed stays: nothing is swapped on an error.

const say = (text, link) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "bad", link } }));

const loginUrl = document.querySelector('meta[name="login-url"]').content;
const signIn = loginUrl && { href: `${loginUrl}?expired=1`, text: gettext("Sign in in a new tab") };

// What is missing for texting is told on a page of its own, beside the other addresses of texting.
const whyUrl = document.querySelector('meta[name="why-url"]').content;
const why = { href: whyUrl, text: gettext("Why can’t I text?") };
const isTexting = (path) => whyUrl && path.startsWith(whyUrl.replace(/[^/]+\/$/, ""));

const WORDS = {
  400: gettext("The server could not read this request. Nothing was done."),
  403: gettext("You may not do this, or this page was open too long. Nothing was done. Reload the page to see whether you still may."),
  404: gettext("This is no longer there: it was moved, merged or removed. Nothing was done. Reload the page."),
  409: gettext("Someone else changed this in the meantime. Reload the page to see it as it is now."),
  413: gettext("This is too large to be taken. Nothing was done."),
  429: gettext("Too many requests at once. Wait a minute, then try again."),
  503: gettext("Enterprise cannot answer right now. Wait a minute, and look before you try again: it may have been done. What you typed is still here."),
};

// What only helps while somebody types, as suggestions do: nothing was to be done, and nothing is missing without it.
const isHelp = (event) => event.target.matches?.("[data-help]");

document.addEventListener("htmx:responseError", (event) => {
  if (isHelp(event)) return;
  const { xhr: { status }, pathInfo } = event.detail;
  const link = status === 403 && isTexting(pathInfo.requestPath) ? why : undefined;
  say(WORDS[status] ?? gettext("Something went wrong on our side, and it was recorded. What you typed is still here. Look before you try again: it may have been done."), link);
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (isHelp(event)) return;
    say(gettext("The server did not answer, so we don’t know whether this was done. What you typed is still here. Check the connection, and look before you try again."));
  });
}

// A session that has ended answers with the sign-in page; it must not land in the middle of this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
  if (!loginUrl || answered !== loginUrl || location.pathname === loginUrl) return;
  event.detail.shouldSwap = false;
  event.preventDefault();
  say(gettext("You were signed out. Sign in, come back to this tab and try again: what you typed is kept."), signIn);
});
