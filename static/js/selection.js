// What is ticked in a table. Markup (templates/django_tables2/table.html writes it):
//   [data-selection="LIST" data-record-type data-total data-query]  the card; rows in it are tr[data-key="employee:123"];
//   data-query is the search that finds all its rows
//   input[data-select] in a row, input[data-select-page] in the head
//   [data-selection-bar] with [data-selection-none], [data-selection-words], [data-selection-actions],
//   [data-selection-clear], [data-selection-all]
//   form[data-selection-form="LIST"]: gets `keys` of all that is ticked, on whatever page, or all=1, record_type, query
//   and, of these all, `except` the keys that were un-ticked
// It is kept per user and list in this tab, so it survives paging, sorting, filtering and Back. A "selection:clear" event
// on the document (HX-Trigger: {"selection:clear": {"list": "LIST"}}, or no list for all) forgets it.

const user = document.body.dataset.user;
const storeName = (card) => `selection:${user}:${card.dataset.selection}`;
const number = (count) => count.toLocaleString(document.documentElement.lang);

// `keys` are those ticked, or, of "all that match", those that are not.
function load(card) {
  const { keys = [], all = false, query: of = "" } = JSON.parse(sessionStorage.getItem(storeName(card)) ?? "{}");
  // "All that match" means those of one search; another search is another all.
  if (all && of !== card.dataset.query) return { keys: new Set(), all: false };
  return { keys: new Set(keys), all };
}

function save(card, { keys, all }) {
  sessionStorage.setItem(storeName(card), JSON.stringify({ keys: [...keys], all, query: card.dataset.query }));
  draw(card);
}

const isOn = ({ keys, all }, row) => keys.has(row.dataset.key) !== all;
const countOf = (card, { keys, all }) => (all ? Number(card.dataset.total) - keys.size : keys.size);
const rows = (card) => [...card.querySelectorAll("tr[data-key]")];
const cards = () => document.querySelectorAll("[data-selection]");

function draw(card) {
  const chosen = load(card);
  let here = 0;
  for (const row of rows(card)) {
    const on = isOn(chosen, row);
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
  drawBar(card, { count: countOf(card, chosen), here, ...chosen });
}

function drawBar(card, { count, here, all, keys }) {
  const bar = card.querySelector("[data-selection-bar]");
  if (!bar) return;
  const total = Number(card.dataset.total);
  const isWholePage = here > 0 && here === rows(card).length;
  const words = bar.querySelector("[data-selection-words]");
  bar.classList.toggle("on", count > 0);
  bar.querySelector("[data-selection-none]").hidden = count > 0;
  words.hidden = count === 0;
  words.textContent = wordsFor({ count, here, all, left: keys.size, isWholePage: isWholePage && here === count && total > here });
  bar.querySelector("[data-selection-actions]").hidden = count === 0;
  // On a small screen only when the page is full, where it is what one looks for next.
  const selectAll = bar.querySelector("[data-selection-all]");
  selectAll.hidden = count === total;
  selectAll.classList.toggle("d-none", !isWholePage);
}

function wordsFor({ count, here, all, left, isWholePage }) {
  const fill = (words) => interpolate(words, { count: number(count), left: number(left), elsewhere: number(count - here) }, true);
  if (all && left) return fill(ngettext("%(count)s selected: all that match but %(left)s", "%(count)s selected: all that match but %(left)s", count));
  if (all) return fill(ngettext("All %(count)s that match are selected", "All %(count)s that match are selected", count));
  if (isWholePage) return fill(ngettext("All %(count)s on this page are selected", "All %(count)s on this page are selected", count));
  if (count > here) return fill(ngettext("%(count)s selected, %(elsewhere)s not on this page", "%(count)s selected, %(elsewhere)s not on this page", count));
  return fill(ngettext("%(count)s selected", "%(count)s selected", count));
}

let last = null;

function toggle(card, row, on, range) {
  const all = rows(card);
  const from = range && last?.isConnected ? all.indexOf(last) : all.indexOf(row);
  const [low, high] = [from, all.indexOf(row)].sort((a, b) => a - b);
  mark(card, all.slice(low, high + 1), on);
  last = row;
}

function mark(card, some, on) {
  const chosen = load(card);
  for (const row of some) on !== chosen.all ? chosen.keys.add(row.dataset.key) : chosen.keys.delete(row.dataset.key);
  save(card, countOf(card, chosen) ? chosen : { keys: new Set(), all: false });
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
    mark(card, rows(card), event.target.checked);
  }
});

// The row menu acts on the whole selection when it is opened on a selected row, else on that row alone.
document.addEventListener("row:menu", (event) => {
  const card = event.target.closest("[data-selection]");
  if (!isOn(load(card), event.target)) save(card, { keys: new Set([event.target.dataset.key]), all: false });
  const count = countOf(card, load(card));
  const { menu } = event.detail;
  const [noun, nouns] = menu.dataset.nouns.split(",");
  const words = `${number(count)} ${count === 1 ? noun : nouns}`;
  menu.querySelector("[data-menu-words]").textContent = words;
  menu.setAttribute("aria-label", interpolate(gettext("Actions for %(people)s"), { people: words }, true));
  menu.querySelectorAll("[data-action]").forEach((item) => { item.hidden = count > 1; });
});

function fill(form) {
  const card = document.querySelector(`[data-selection="${form.dataset.selectionForm}"]`);
  const { keys, all } = load(card);
  form.querySelectorAll("[data-filled]").forEach((field) => field.remove());
  const fields = [...keys].map((key) => [all ? "except" : "keys", key]);
  if (all) fields.push(["all", "1"], ["record_type", card.dataset.recordType], ["query", card.dataset.query]);
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
