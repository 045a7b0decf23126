// How much is unread, in the title of the window and, when it grows, said to screen readers. The count is in
// [data-unread] with its words beside it, in a part of the page that keeps itself up to date (live.js).

const count = () => Number(document.querySelector("[data-unread]")?.dataset.unread ?? 0);
const title = document.title;
let known = count();

function show() {
  const now = count();
  document.title = now ? `(${now}) ${title}` : title;
  if (now > known) document.getElementById("unread-said").textContent = document.querySelector("[data-unread]").dataset.unreadWords;
  known = now;
}

document.addEventListener("live:after", show);
show();
