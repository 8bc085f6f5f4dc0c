/* Sending that survives a bad connection. */

const TIMEOUT_MS = 20000;
const RETRY_AFTER_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const LONGEST_WAIT_MS = 60000;
const LOOK_AGAIN_MS = 30000;

let sending = null;

/* The answer takes the place of the page, and Back finds every page as it was left. */

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  event.preventDefault();
  if (sending) return;
  const part = submitter?.value === "check" && shownPart();
  if (part && (isIncomplete(part) || (submitter.matches(".unseen") && goForward(form)))) return;
  const filled = () => {
    const body = new FormData(form);
    if (submitter?.name) body.append(submitter.name, submitter.value);
    return body;
  };
  const [, place] = (submitter?.getAttribute("formaction") || "").split("#");
  const main = document.querySelector("main");
  const mine = (sending = new AbortController());
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => say("sending"), 800);
  const answer = await post(form.action, filled, mine.signal);
  clearTimeout(slow);
  main.removeAttribute("aria-busy");
  if (sending !== mine) return;
  sending = null;
  if (answer.page) arrive(answer.page, place || (submitter?.name === "switch" && form.dataset.at));
  else say(answer.problem);
});

/* Somebody went back meanwhile. What has arrived all the same is recognised by its token when it is sent again. */
function giveUp() {
  sending?.abort();
  sending = null;
  say();
}

async function post(address, filled, given) {
  let kept = null;
  let problem = "failed";
  for (let tries = 0; tries <= RETRY_AFTER_MS.length; tries += 1) {
    let wait = RETRY_AFTER_MS[tries];
    try {
      const answer = await fetchWithin(TIMEOUT_MS, address, { method: "POST", body: filled(), credentials: "omit" }, given);
      const asked = Number(answer.headers.get("Retry-After")) * 1000;
      const page = taken(new DOMParser().parseFromString(await answer.text(), "text/html"));
      const whole = page.body.querySelector('main:not([data-step=""])') !== null;
      const refused = answer.status === 429 || answer.status === 503;
      if (whole && !(refused && asked)) return { page };
      if (answer.status === 413) return { problem: "tooLong" };
      if (answer.status < 500 && !refused) return { problem: "failed" };
      kept = whole ? page : null;
      problem = answer.status === 429 ? "busy" : "retrying";
      wait = Math.max(wait, asked || 0);
    } catch {
      /* No answer came: the same form with the same token is sent again below. */
      if (given.aborted) return {};
      problem = navigator.onLine ? "retrying" : "offline";
    }
    if (problem === "offline") {
      tries -= 1;
      wait = LOOK_AGAIN_MS;
    }
    if (!(wait <= LONGEST_WAIT_MS)) break;
    say(problem);
    await pause(wait, given);
    if (given.aborted) return {};
  }
  return kept ? { page: kept } : { problem: problem === "busy" ? "later" : "failed" };
}

async function fetchWithin(ms, address, options, given) {
  const own = new AbortController();
  const end = () => own.abort();
  const timer = setTimeout(end, ms);
  given.addEventListener("abort", end);
  try {
    return await fetch(address, { ...options, signal: own.signal });
  } finally {
    clearTimeout(timer);
    given.removeEventListener("abort", end);
  }
}

function pause(ms, given) {
  return new Promise((done) => {
    setTimeout(done, ms);
    addEventListener("online", done, { once: true });
    given.addEventListener("abort", done, { once: true });
  });
}
