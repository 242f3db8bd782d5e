// Replaces the moving part of the page while a scan runs; without this file the page refreshes itself.
const box = document.querySelector("[data-progress]");
const status = document.getElementById("announcement");
const started = Date.now();
let etag = "";
let failures = 0;
let spoken = 0;

function say(text) {
  if (text && Date.now() - spoken >= 3000 && status.textContent !== text) {
    status.textContent = text;
    spoken = Date.now();
  }
}

function lost() {
  const line = document.querySelector("[data-lost]");
  line.hidden = false;
  say(line.firstChild.textContent);
}

async function look() {
  const reply = await fetch("?part=progress", { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
  if (reply.status !== 304 && !reply.ok) throw new Error(String(reply.status));
  failures = 0;
  const state = reply.headers.get("X-Scan-Status");
  if (state && state !== "queued" && state !== "running") {
    location.replace(location.pathname);
    return false;
  }
  etag = (reply.headers.get("ETag") || "").replace(/^W\//, "");
  if (reply.status === 200) {
    box.innerHTML = await reply.text();
    say(box.firstElementChild.dataset.announce);
  }
  return true;
}

async function turn() {
  let again = true;
  if (!document.hidden) {
    try {
      again = await look();
    } catch {
      failures += 1;
      if (failures === 3) lost();
    }
  }
  if (again) setTimeout(turn, Date.now() - started > 10000 ? 3000 : 1000);
}

say(box.firstElementChild.dataset.announce);
setTimeout(turn, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden && failures >= 3) location.reload(); });
