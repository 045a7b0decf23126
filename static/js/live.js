// Parts of a page that keep themselves up to date while the page is seen:
//   <div id="batch-live" data-live="URL" data-live-seconds="2">   without data-live it is asked for no more
// The answer is HTML whose outermost elements have ids. Each is fitted into the element of that id: what is the same
// stays, so nothing loses the focus, the selection or its place, and only what is new is announced. Children with ids
// are matched by them. Fields keep what is in them, [data-live-keep] stays as it is. What somebody has typed in stays on
// the page, though the answer holds it no more: sending it says what became of it.
// What a role=status in a part says is told to screen readers by a [data-live-says] beside it, not with every number.
// "live:before" and "live:after" are sent from the part; after an answer that differs, both, else neither.
// "live:ask" with the id of a part as its detail has that part asked for at once.

const LONGEST_WAIT = 30;
const FAILURES_SAID = 3;
const NO_ANSWER = gettext("The server does not answer, so this page may be out of date. It is tried again.");
const parts = new WeakMap(); // part -> {due, failures}

function fit(mine, fresh) {
  if (mine.isEqualNode(fresh)) return;
  for (const { name } of [...mine.attributes]) if (!fresh.hasAttribute(name) && name !== "style") mine.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (mine.getAttribute(name) !== value) mine.setAttribute(name, value);
  if (!mine.matches("[data-live-keep]")) fitChildren(mine, fresh);
}

function fitChildren(mine, fresh) {
  const wanted = new Set([...fresh.children].map((child) => child.id));
  const isKept = (node) => node.id && wanted.has(node.id);
  for (const child of [...mine.children]) if (child.id && !isKept(child) && !isTypedIn(child)) child.remove();
  let at = mine.firstChild;
  const drop = () => { const next = at.nextSibling; if (!isTypedIn(at)) at.remove(); at = next; };
  for (const node of [...fresh.childNodes]) {
    while (at?.id && !isKept(at)) drop();
    const twin = node.id ? [...mine.children].find((child) => child.id === node.id) : isAlike(at, node) && at;
    while (twin && node.id && at && at !== twin && !isKept(at)) drop();
    if (twin && twin === at) at = at.nextSibling;
    else mine.insertBefore(twin || node, at);
    if (twin) update(twin, node);
  }
  while (at) drop();
}

const TOKEN = "input[name=csrfmiddlewaretoken]";
const FIELDS = "textarea, input:not([type=hidden])";
const isTypedIn = (node) => node.nodeType === Node.ELEMENT_NODE
  && [...node.querySelectorAll(FIELDS)].some((field) => field.value !== field.defaultValue);
const isAlike = (at, node) => at && !at.id && at.nodeName === node.nodeName;

function update(mine, fresh) {
  if (mine.nodeType === Node.ELEMENT_NODE && !mine.matches("input, textarea")) fit(mine, fresh);
  else if (mine.data !== fresh.data) mine.data = fresh.data;
}

// The token against forgery is written anew in every answer. That is no news, and after a new sign-in only the new one
// is good.
function takeToken(answer) {
  const token = answer.querySelector(TOKEN)?.value;
  if (token) for (const field of document.querySelectorAll(TOKEN)) field.value = token;
}

function take(part, html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  takeToken(answer);
  const fresh = [...answer.body.children];
  const changed = fresh.filter((each) => each.id && !document.getElementById(each.id)?.isEqualNode(each));
  if (!changed.length) return;
  part.dispatchEvent(new CustomEvent("live:before", { bubbles: true }));
  const focused = document.activeElement;
  for (const each of changed) {
    const mine = document.getElementById(each.id);
    if (mine) fit(mine, each);
  }
  // What has moved to another place has lost it.
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  part.dispatchEvent(new CustomEvent("live:after", { bubbles: true }));
}

// Once for all parts of a page.
const said = new Set();
function say(text) {
  if (!said.has(text)) document.dispatchEvent(new CustomEvent("toast", { detail: { text, level: "warn" } }));
  said.add(text);
}

function giveUp(part) {
  part.removeAttribute("data-live");
  say(isSomebodyElse()
    ? gettext("This page is not kept up to date any more: somebody else has signed in in this browser since. Reload it to go on as them.")
    : gettext("This page is not kept up to date any more: you were signed out, or it is gone. Reload it to see."));
}

async function ask(part, state) {
  // Whoever is signed in now has not seen what would be read in their name.
  if (isSomebodyElse()) return giveUp(part);
  const headers = { "HX-Request": "true", "HX-Target": part.id };
  const answer = await fetch(part.dataset.live, { headers, signal: AbortSignal.timeout(10_000) });
  if (answer.redirected || answer.status === 403 || answer.status === 404 || isSomebodyElse()) return giveUp(part);
  if (!answer.ok) throw new Error(answer.statusText);
  state.failures = 0;
  said.delete(NO_ANSWER);
  if (part.isConnected) take(part, await answer.text());
}

async function look(part) {
  const seconds = Number(part.dataset.liveSeconds);
  if (!parts.has(part)) parts.set(part, { due: performance.now() + seconds * 1000, failures: 0 });
  const state = parts.get(part);
  if (document.hidden || performance.now() < state.due) return;
  state.due = Infinity;
  await ask(part, state).catch(() => {
    state.failures += 1;
    if (state.failures === FAILURES_SAID) say(NO_ANSWER);
  });
  state.due = performance.now() + Math.min(seconds * 2 ** state.failures, LONGEST_WAIT) * 1000;
}

const lookAtAll = () => document.querySelectorAll("[data-live]").forEach(look);
setInterval(lookAtAll, 250);
document.addEventListener("visibilitychange", lookAtAll);
document.addEventListener("live:ask", (event) => {
  const state = parts.get(document.getElementById(event.detail));
  if (state && state.due !== Infinity) state.due = 0;
  lookAtAll();
});
lookAtAll();
