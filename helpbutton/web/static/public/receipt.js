/* The receipt closes by itself when nobody uses it; whoever reads and writes keeps it open. */

const WARN_BEFORE_MS = 120000;
const RENEW_EVERY_MS = 240000;

let closing = [];
let renewedAt = 0;

function guardReceipt() {
  closing.forEach(clearTimeout);
  const form = document.querySelector("form[data-open-for]");
  if (!form) {
    closing = [];
    return;
  }
  const openFor = Number(form.dataset.openFor) * 1000;
  renewedAt = Date.now();
  closing = [setTimeout(() => say("closing"), openFor - WARN_BEFORE_MS), setTimeout(() => closeReceipt(form), openFor + 1000)];
}

/* As a new document, so that nothing of the conversation stays behind; the server keeps the unsent reply. */
function closeReceipt(form) {
  document.querySelector(".thread")?.remove();
  if (!navigator.onLine) return;
  typed = false;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "step", value: "ended" }));
  form.submit();
}

/* A sign of life renews the page's token quietly; what is typed stays where it is. */
async function renewReceipt() {
  const form = document.querySelector("form[data-open-for]");
  if (!form || Date.now() - renewedAt < RENEW_EVERY_MS) return;
  const before = form.elements.receipt_token;
  guardReceipt();
  say();
  const body = new FormData();
  body.append("receipt_token", before.value);
  body.append("step", "renew");
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "omit" });
    if (answer.ok) before.value = await answer.text();
  } catch {
    /* The page then closes when its token is over. */
  }
}

for (const sign of ["pointerdown", "keydown", "scroll"]) addEventListener(sign, renewReceipt, { passive: true });
