// Opens or closes all checks, and opens the check that the address points at.
const button = document.querySelector("[data-disclose]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(open));
    for (const check of document.querySelectorAll(".zegel-check")) check.open = open;
  });
}
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const check = target && target.closest(".zegel-check");
  if (check) check.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
