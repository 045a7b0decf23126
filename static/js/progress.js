// The numbers of a batch move every second. A screen reader hears them now and then and at the end, from
// <p class="visually-hidden" aria-live="polite" data-live-keep data-live-says></p> beside the [role=status] in a part.

const QUIET_MS = 10_000;
const saidAt = new WeakMap();

document.addEventListener("live:after", ({ target: part }) => {
  const says = part.querySelector("[data-live-says]");
  const words = part.querySelector('[role="status"]')?.innerText.replace(/\s+/g, " ").trim();
  const isOver = !part.hasAttribute("data-live");
  if (!says || says.textContent === words || (!isOver && performance.now() - (saidAt.get(part) ?? 0) < QUIET_MS)) return;
  saidAt.set(part, performance.now());
  says.textContent = words;
});
