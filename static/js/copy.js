// Shows the copy buttons, and copies the text of the element that a button names.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.querySelector(".nl-button__label");
  const before = label.textContent;
  button.hidden = !navigator.clipboard;
  label.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}
