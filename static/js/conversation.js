// The bubbles of a record: the newest is in sight, unless somebody has scrolled up to read; and the reply box does not
// move away while somebody is at it, because the bubbles then scroll instead of growing.

const END_PX = 40;
const AT_IT = "#texts form:hover, #texts form:focus-within";
const bubbles = () => document.getElementById("bubbles");
const toEnd = () => { const log = bubbles(); if (log) log.scrollTop = log.scrollHeight; };

// An answer that was unread until this page showed it: the badges need not wait for their turn.
const countAnew = () => { if (document.querySelector("#texts[data-was-unread]")) document.dispatchEvent(new CustomEvent("live:ask", { detail: "navigation" })); };

let wasAtEnd = true;

document.addEventListener("live:before", (event) => {
  if (event.target.id !== "texts") return;
  const log = bubbles();
  wasAtEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < END_PX;
  if (log) log.style.height = document.querySelector(AT_IT) ? `${log.offsetHeight}px` : "";
});
document.addEventListener("live:after", (event) => {
  if (event.target.id !== "texts") return;
  if (wasAtEnd) toEnd();
  countAnew();
});
toEnd();
countAnew();
