// What is ticked in a table. Markup (templates/django_tables2/table.html writes it):
//   [data-selection="LIST" data-record-type data-total data-scope]  the card; rows in it are tr[data-key="employee:123"]
//   input[data-select] in a row, input[data-select-page] in the head
//   [data-selection-bar] with [data-selection-none], [data-selection-words], [data-selection-actions],
//   [data-selection-clear], [data-selection-all]
//   form[data-selection-form="LIST"]: gets `keys` of all that is ticked, on whatever page, or all=1, record_type and query
// It is kept per user and list in this tab, so it survives paging, sorting, filtering and Back. A "selection:clear" event
// on the document (HX-Trigger: {"selection:clear": {"list": "LIST"}}, or no list for all) forgets it.

const user = document.body.dataset.user;
const storeName = (card) => `selection:${user}:${card.dataset.selection}`;
// What finds the rows of a card: the page's address, and the card's own scope ("hotlist=12"), which it must never lose.
const query = (card) => {
  const kept = new URLSearchParams(location.search);
  ["page", "per_page", "sort"].forEach((name) => kept.delete(name));
  new URLSearchParams(card.dataset.scope).forEach((value, name) => kept.set(name, value));
  return kept.toString();
};

function load(card) {
  const { keys = [], all = false, query: of = "" } = JSON.parse(sessionStorage.getItem(storeName(card)) ?? "{}");
  // "All that match" means those of one search; another search is another all.
  return { keys: new Set(keys), all: all && of === query(card) };
}

function save(card, { keys, all }) {
  sessionStorage.setItem(storeName(card), JSON.stringify({ keys: [...keys], all, query: query(card) }));
  draw(card);
}

const rows = (card) => [...card.querySelectorAll("tr[data-key]")];
const cards = () => document.querySelectorAll("[data-selection]");

function draw(card) {
  const { keys, all } = load(card);
  let here = 0;
  for (const row of rows(card)) {
    const on = all || keys.has(row.dataset.key);
    here += on ? 1 : 0;
    row.classList.toggle("sel", on);
    const box = row.querySelector("[data-select]");
    box.checked = on;
    box.removeAttribute("name"); // the form posts the hidden fields of fill() instead: one way, on every page
  }
  const page = card.querySelector("[data-select-page]");
  if (page) {
    page.checked = here > 0 && here === rows(card).length;
    page.indeterminate = here > 0 && !page.checked;
  }
  drawBar(card, { count: all ? Number(card.dataset.total) : keys.size, here, all });
}

function drawBar(card, { count, here, all }) {
  const bar = card.querySelector("[data-selection-bar]");
  if (!bar) return;
  const elsewhere = all ? 0 : count - here;
  const words = bar.querySelector("[data-selection-words]");
  bar.classList.toggle("on", count > 0);
  bar.querySelector("[data-selection-none]").hidden = count > 0;
  words.hidden = count === 0;
  words.textContent = `${all ? "All " : ""}${count.toLocaleString("en")} selected${elsewhere ? `, ${elsewhere} not on this page` : ""}`;
  bar.querySelector("[data-selection-actions]").hidden = count === 0;
  bar.querySelector("[data-selection-all]").hidden = all || count === Number(card.dataset.total);
}

// Un-ticking one of "all that match" leaves what is on this page, for the rest is not known here.
function plainKeys(card) {
  const { keys, all } = load(card);
  return all ? new Set(rows(card).map((row) => row.dataset.key)) : keys;
}

let last = null;

function toggle(card, row, on, range) {
  const keys = plainKeys(card);
  const all = rows(card);
  const from = range && last?.isConnected ? all.indexOf(last) : all.indexOf(row);
  const [low, high] = [from, all.indexOf(row)].sort((a, b) => a - b);
  for (const each of all.slice(low, high + 1)) on ? keys.add(each.dataset.key) : keys.delete(each.dataset.key);
  last = row;
  save(card, { keys, all: false });
}

document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-selection]");
  if (!card) return;
  const box = event.target.closest("[data-select]");
  if (box) return toggle(card, box.closest("tr"), box.checked, event.shiftKey);
  if (event.target.closest("[data-selection-clear]")) {
    save(card, { keys: new Set(), all: false });
    card.querySelector("[data-select-page]")?.focus();
  } else if (event.target.closest("[data-selection-all]")) {
    save(card, { keys: new Set(), all: true });
    card.querySelector("[data-selection-clear]").focus();
  } else if (event.target.matches("[data-select-page]")) {
    const keys = plainKeys(card);
    for (const row of rows(card)) event.target.checked ? keys.add(row.dataset.key) : keys.delete(row.dataset.key);
    save(card, { keys, all: false });
  }
});

// The row menu acts on the whole selection when it is opened on a selected row, else on that row alone.
document.addEventListener("row:menu", (event) => {
  const card = event.target.closest("[data-selection]");
  const { keys, all } = load(card);
  if (!all && !keys.has(event.target.dataset.key)) save(card, { keys: new Set([event.target.dataset.key]), all: false });
  const now = load(card);
  const count = now.all ? Number(card.dataset.total) : now.keys.size;
  const { menu } = event.detail;
  const [noun, nouns] = menu.dataset.nouns.split(",");
  const words = `${count.toLocaleString("en")} ${count === 1 ? noun : nouns}`;
  menu.querySelector("[data-menu-words]").textContent = words;
  menu.setAttribute("aria-label", `Actions for ${words}`);
  menu.querySelectorAll('[data-action="open"]').forEach((item) => { item.hidden = count > 1; });
});

function fill(form) {
  const card = document.querySelector(`[data-selection="${form.dataset.selectionForm}"]`);
  const { keys, all } = load(card);
  form.querySelectorAll("[data-filled]").forEach((field) => field.remove());
  const fields = all
    ? [["all", "1"], ["record_type", card.dataset.recordType], ["query", query(card)]]
    : [...keys].map((key) => ["keys", key]);
  for (const [name, value] of fields) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    field.dataset.filled = "";
    form.append(field);
  }
}

// In the capturing phase: before htmx or the browser reads the form.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-selection-form]")) fill(event.target);
}, true);

document.addEventListener("selection:clear", (event) => {
  for (const card of cards()) {
    if ((event.detail?.list ?? card.dataset.selection) === card.dataset.selection) save(card, { keys: new Set(), all: false });
  }
});
document.addEventListener("htmx:afterSettle", () => cards().forEach(draw));
window.addEventListener("pageshow", () => cards().forEach(draw));
