// The credentials of a line: of the fields "which one", the one of the chosen account type is shown. Where scripts do
// not run all of them are, and the server reads the one that counts. A second click on Save does nothing.

const SECOND_CLICK_MS = 5000;
const form = document.querySelector("[data-credentials]");
const accountType = form.elements.account_type;

function showOwners() {
  for (const field of form.querySelectorAll("[data-owner-kind]")) {
    field.classList.toggle("no-js-only", field.dataset.ownerKind !== accountType.value);
  }
}

let isSent = false;

form.addEventListener("submit", (event) => {
  if (isSent) return event.preventDefault();
  isSent = true;
  // Whoever stops a slow page may try again.
  setTimeout(() => { isSent = false; }, SECOND_CLICK_MS);
});
// Back brings the fields back as they were left.
window.addEventListener("pageshow", showOwners);
accountType.addEventListener("change", showOwners);
showOwners();
