// Menus by keyboard, pointer and touch (WAI-ARIA menu button pattern).
//
// 1. An Actions menu is a <details>, so that it opens without scripts:
//      <details class="menu" data-menu><summary class="btn">Actions</summary>
//        <div class="dropdown-menu" role="menu"><a|button class="dropdown-item" role="menuitem">…</div></details>
// 2. The row menu is one hidden <div role="menu" id="row-menu-LIST"> for a [data-selection="LIST"] table. It opens on a
//    right-click on a row ([data-key]), on Shift+F10 and the Menu key in a row, and on the row's [data-row-menu] button.
//    Before it opens, "row:menu" is sent from the row (selection.js selects it). Shift+right-click is the browser's own.
// An item with data-action="open" opens the row's link in a new tab, data-action="dialog" what is at its data-path below
// that link in the dialog; any other action sends "menu:action" from the row.

let open = null; // {menu, opener, row, close}

const items = (menu) => [...menu.querySelectorAll('[role="menuitem"]:not([hidden])')];

function show(menu, opener, close, row = null) {
  open?.close(false);
  items(menu).forEach((item) => item.setAttribute("tabindex", "-1"));
  opener?.setAttribute("aria-expanded", "true");
  open = { menu, opener, row, close: (refocus) => {
    open = null;
    opener?.setAttribute("aria-expanded", "false");
    close();
    if (refocus) opener?.focus();
  } };
  items(menu)[0]?.focus();
}

function showRowMenu(row, x, y) {
  const menu = document.getElementById(`row-menu-${row.closest("[data-selection]").dataset.selection}`);
  if (!menu) return;
  open?.close(false);
  row.dispatchEvent(new CustomEvent("row:menu", { bubbles: true, detail: { menu } }));
  menu.hidden = false;
  // Never out of the window: to the left of the pointer, or above it, when there is no room.
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, y + height > innerHeight - 8 ? y - height : y)}px`;
  show(menu, row.querySelector("[data-row-menu]"), () => { menu.hidden = true; }, row);
}

function showBelow(button) {
  const { right, bottom } = button.getBoundingClientRect();
  showRowMenu(button.closest("[data-key]"), right - 240, bottom + 4);
}

document.addEventListener("contextmenu", (event) => {
  // On Windows the Menu key sends this when it is let go: our menu is open by then and has the focus.
  if (open?.row && open.menu.contains(event.target)) return event.preventDefault();
  const row = event.target.closest("[data-selection] [data-key]");
  if (!row || event.shiftKey || event.target.closest("input[type=text], textarea")) return;
  event.preventDefault();
  if (event.clientX || event.clientY) return showRowMenu(row, event.clientX, event.clientY);
  showBelow(row.querySelector("[data-row-menu]"));
});

// A <details> reports its opening a moment late; by then the focus may move.
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.("details[data-menu]")) return;
  const menu = details.querySelector('[role="menu"]');
  if (details.open && open?.menu !== menu) show(menu, details.querySelector("summary"), () => { details.open = false; });
  else if (!details.open && open?.menu === menu) open.close(false);
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row-menu]");
  if (button && open?.opener !== button) return showBelow(button);
  if (!open || open.opener?.contains(event.target) && !button) return;
  const item = open.menu.contains(event.target) && event.target.closest('[role="menuitem"]');
  if (open.menu.contains(event.target) && !item) return;
  const { row, menu } = open;
  open.close(Boolean(item) || Boolean(button));
  if (item && item.dataset.action) act(item.dataset, row ?? menu);
});

function act({ action, path }, from) {
  const link = from.querySelector("a[href]");
  if (action === "open" && link) window.open(link.href, "_blank", "noopener");
  else if (action === "dialog" && link) htmx.ajax("GET", link.pathname + path, { target: "#dialog" });
  else from.dispatchEvent(new CustomEvent("menu:action", { bubbles: true, detail: { action } }));
}

document.addEventListener("keydown", (event) => {
  if ((event.key === "F10" && event.shiftKey) || event.key === "ContextMenu") {
    const row = event.target.closest?.("[data-selection] [data-key]");
    if (!row) return;
    event.preventDefault();
    return showBelow(row.querySelector("[data-row-menu]"));
  }
  const summary = event.target.closest?.("details[data-menu] > summary");
  if (summary && !open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    summary.parentNode.open = true;
  }
  if (open?.menu.contains(document.activeElement)) inMenu(event);
  else if (open && event.key === "Escape") open.close(true);
});

function inMenu(event) {
  const all = items(open.menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) all[to % all.length].focus();
  else if (event.key === "Escape") open.close(true);
  else if (event.key === "Tab") return open.close(true);
  else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) typeAhead(all, at, event.key);
  else return;
  event.preventDefault();
}

let typed = "";
let typedAt = 0;

function typeAhead(all, at, key) {
  const now = performance.now();
  typed = now - typedAt < 700 ? typed + key.toLowerCase() : key.toLowerCase();
  typedAt = now;
  // The same letter again goes on to the next item of that letter.
  const start = typed.length === 1 ? at + 1 : at;
  const order = [...all.slice(start), ...all.slice(0, start)];
  order.find((item) => item.textContent.trim().toLowerCase().startsWith(typed))?.focus();
}

document.addEventListener("scroll", (event) => {
  if (open?.row && !open.menu.contains(event.target)) open.close(true);
}, true);
window.addEventListener("resize", () => open?.row && open.close(true));
