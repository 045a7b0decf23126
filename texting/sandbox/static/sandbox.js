// Keeps the page fresh without taking away what somebody is typing. The page is whole without it.
const EVERY_MS = 1000;
let version = document.body.dataset.version;
let isBusy = false;

function isAtBottom(screen) {
  return screen.scrollHeight - screen.scrollTop - screen.clientHeight < 40;
}

function toBottom(root) {
  for (const screen of root.querySelectorAll("[data-scroll]")) screen.scrollTop = screen.scrollHeight;
}

function refreshLive(fresh, isAnswer) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (old.id === "problem" && !isAnswer) continue; // what went wrong stays until something else is done
    if (!now || now.innerHTML === old.innerHTML || old.closest("details.drop[open]")) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const follow = "scroll" in old.dataset && isAtBottom(old);
    old.innerHTML = now.innerHTML;
    if (follow) old.scrollTop = old.scrollHeight;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

function refreshStates(fresh) {
  for (const old of document.querySelectorAll("[data-sync]")) {
    const now = fresh.getElementById(old.id);
    if (!now) continue;
    if ("disabled" in old) old.disabled = now.hasAttribute("disabled");
    if (now.hasAttribute("placeholder")) old.placeholder = now.getAttribute("placeholder");
  }
}

function isInUse(slot) {
  const typed = [...slot.querySelectorAll("input[name=body]")].some((field) => field.value);
  return typed || slot.contains(document.activeElement) || slot.querySelector("details[open]") !== null;
}

// New handsets take the places of those that left; nothing that stays is moved.
function refreshSlots(fresh) {
  const old = [...document.querySelectorAll("[data-slot]")];
  const wanted = [...fresh.querySelectorAll("[data-slot]")];
  const free = old.filter((slot) => !wanted.some((one) => one.id === slot.id) && !isInUse(slot));
  for (const slot of wanted.filter((one) => !document.getElementById(one.id))) {
    const place = free.pop();
    if (place) place.replaceWith(slot);
    else if (document.querySelectorAll("[data-slot]").length < wanted.length) document.getElementById("agent").before(slot);
    toBottom(slot);
  }
  while (free.length && document.querySelectorAll("[data-slot]").length > wanted.length) free.pop().remove();
}

// The composer of a handset or of the agent is exchanged only when it would write to somebody else.
function refreshFeet(fresh) {
  const old = document.getElementById("agent");
  const now = fresh.getElementById("agent");
  const mark = (side) => side.querySelector("#agent-foot")?.dataset.slotOf ?? "";
  if (mark(old) !== mark(now) && !isInUse(old)) {
    old.replaceWith(now);
    toBottom(now);
  }
  for (const foot of document.querySelectorAll(".handset-foot")) {
    const next = fresh.getElementById(foot.id);
    const slot = foot.closest("[data-slot]");
    if (next && !isInUse(slot) && next.innerHTML !== foot.innerHTML) foot.innerHTML = next.innerHTML;
  }
}

function take(html, isAnswer = false) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  version = fresh.body.dataset.version;
  refreshSlots(fresh);
  refreshFeet(fresh);
  refreshLive(fresh, isAnswer);
  refreshStates(fresh);
}

async function look() {
  if (document.hidden || isBusy) return;
  isBusy = true;
  try {
    const answer = await fetch("/_sandbox/version");
    if (String((await answer.json()).version) !== version) take(await (await fetch(location.href)).text());
  } catch {
    // The sandbox is being restarted: look again in a second.
  } finally {
    isBusy = false;
  }
}

// Sends a form in the background, so that what is typed into the other handsets stays. What was sent is emptied;
// a quick answer leaves what is being typed.
async function send(form, button) {
  const data = new FormData(form, button);
  const isFile = form.enctype === "multipart/form-data";
  const answer = await fetch(form.action, { method: "POST", body: isFile ? data : new URLSearchParams(data) });
  const isDone = !new URL(answer.url).searchParams.has("problem");
  for (const field of form.querySelectorAll("input[type=file]")) field.value = "";
  if (isDone) {
    const written = form.querySelector("input[name=body], #new-number");
    if (written && button?.name !== "quick") written.value = "";
    const panel = form.closest("details.drop[open]");
    if (panel) panel.open = false;
    history.replaceState(null, "", answer.url);
  }
  take(await answer.text(), true);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "native" in form.dataset) return;
  event.preventDefault();
  for (const open of form.querySelectorAll("details[open]")) open.open = false;
  send(form, event.submitter).catch(() => look());
});

document.addEventListener("change", (event) => {
  event.target.closest("[data-submit-on-change]")?.requestSubmit();
});

document.addEventListener("input", (event) => {
  const list = document.getElementById(event.target.dataset.filter ?? "");
  if (!list) return;
  const sought = event.target.value.toLowerCase();
  const digits = sought.replace(/\D/g, "");
  for (const row of list.children) {
    const words = row.textContent.toLowerCase();
    row.hidden = !(words.includes(sought) || (digits && words.replace(/\D/g, "").includes(digits)));
  }
});

// One panel at a time; a click elsewhere or Escape closes it.
function closePanels(but) {
  for (const open of document.querySelectorAll("details.drop[open]")) if (!open.contains(but)) open.open = false;
}
document.addEventListener("click", (event) => closePanels(event.target));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest("details.drop[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

for (const one of document.querySelectorAll("[data-needs-script]")) one.hidden = false;
toBottom(document);
setInterval(look, EVERY_MS);
