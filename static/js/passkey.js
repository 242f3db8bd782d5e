// Says under the heading that a passkey did not work; allauth itself tells only the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const heading = document.querySelector("main h1");
  document.querySelectorAll("main [data-passkey-failed]").forEach((old) => old.remove());
  const said = document.getElementById("passkey-failed").content.firstElementChild.cloneNode(true);
  said.dataset.passkeyFailed = "";
  heading.after(said);
});
