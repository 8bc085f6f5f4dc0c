/* Sending that survives a bad connection. */

const TIMEOUT_MS = 20000;
const RETRY_AFTER_MS = [1000, 2000, 4000, 8000, 15000, 30000];

let busy = false;

/* Sending: the answer takes the place of the page, and Back finds every page as it was left. */

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  const body = new FormData(event.target);
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  const main = document.querySelector("main");
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => say("sending"), 800);
  const answer = await post(event.target.action, body);
  clearTimeout(slow);
  main.removeAttribute("aria-busy");
  busy = false;
  if (!answer.page) {
    say(answer.problem);
    return;
  }
  say();
  remember();
  current += 1;
  pages.length = current;
  history.pushState({ page: current }, "");
  show(answer.page);
});

async function post(address, body) {
  for (const wait of [...RETRY_AFTER_MS, null]) {
    try {
      const answer = await fetch(address, {
        method: "POST",
        body,
        credentials: "omit",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.querySelector('main:not([data-step=""])')) return { page: parts(page) };
      if (answer.status === 413) return { problem: "tooLong" };
      if (answer.status < 500 && answer.status !== 429) return { problem: "failed" };
    } catch {
      /* No answer came: the same form with the same token is sent again below. */
    }
    if (wait === null) break;
    say(navigator.onLine ? "retrying" : "offline");
    await pause(wait);
  }
  return { problem: "failed" };
}

function pause(ms) {
  return new Promise((done) => {
    setTimeout(done, ms);
    addEventListener("online", done, { once: true });
  });
}
