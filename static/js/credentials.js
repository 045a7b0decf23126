// The credentials of a line: of the fields "which one", the one of the chosen account type is shown. Where scripts do
// not run all of them are, and the server reads the one that counts. Save works once a page, however often it is clicked.

const form = document.querySelector("[data-credentials]");
const accountType = form.elements.account_type;

function showOwners() {
  for (const field of form.querySelectorAll("[data-owner-kind]")) {
    field.classList.toggle("no-js-only", field.dataset.ownerKind !== accountType.value);
  }
}

let isSent = false;

form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
// Back brings the page back as it was left, sent or not.
window.addEventListener("pageshow", () => {
  isSent = false;
  showOwners();
});
accountType.addEventListener("change", showOwners);
showOwners();
