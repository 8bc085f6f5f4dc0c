/* The public pages with JavaScript: quick exit, sending that survives a bad connection, talk with the host page.
   Everything on the pages works without this file; it keeps nothing outside the memory of the page. */

const NEUTRAL_PAGE = "https://yle.fi/saa";
const THREE_ESCAPES_MS = 2000;
const TIMEOUT_MS = 20000;
const RETRY_AFTER_MS = [1000, 2000, 4000, 8000, 15000, 30000];

const framed = window.parent !== window;
const origins = (document.body.dataset.origins || "").split(" ");
const pages = [];
let current = 0;
let busy = false;
let typed = false;
let asked = false;

/* The host page: it says hello, we answer to its origin only when the site knows it. */

let host = null;
const unsaid = [];

function tell(type, more = {}) {
  if (!framed) return;
  if (host) window.parent.postMessage({ helpButton: type, ...more }, host);
  else unsaid.push([type, more]);
}

addEventListener("message", (event) => {
  if (event.source !== window.parent || event.data?.helpButton !== "hello" || !origins.includes(event.origin)) return;
  host = event.origin;
  tell("ready");
  tellHeight();
  for (const [type, more] of unsaid.splice(0)) tell(type, more);
});

function tellHeight() {
  if (host) tell("resize", { height: document.body.offsetHeight });
}

const sizes = new ResizeObserver(tellHeight);

/* Leaving. */

function exit() {
  typed = false;
  pages.length = 0;
  document.title = "";
  document.body.replaceChildren();
  if (host) tell("exit");
  window.top.location.replace(NEUTRAL_PAGE);
}

let escapes = [];
let untold = 0;

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  escapes = [...escapes.filter((at) => event.timeStamp - at < THREE_ESCAPES_MS), event.timeStamp];
  untold = Math.min(untold + 1, escapes.length);
  if (escapes.length > 2) exit();
  else if (framed) close();
});

/* The next Escape may reach the host page, so it is told how many were pressed here. */
function close() {
  if (typed && !asked) {
    asked = true;
    say("leave");
  } else {
    say();
    tell("close", { escapes: untold });
    untold = 0;
  }
}

addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});

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

function parts(page) {
  return { body: page.body, language: page.documentElement.lang, direction: page.documentElement.dir, title: page.title };
}

function remember() {
  pages[current] = parts(document);
}

function show(page) {
  const { body, language, direction, title } = page;
  document.body.replaceWith(body);
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  document.title = title;
  prepare();
  scrollTo(0, 0);
  (document.querySelector("[data-focus]") || document.querySelector("main")).focus({ preventScroll: true });
}

addEventListener("popstate", (event) => {
  const page = pages[event.state?.page ?? 0];
  if (!page) return;
  remember();
  current = event.state?.page ?? 0;
  show(page);
});

/* On every page. */

function say(what) {
  document.querySelector(".status").textContent = what ? document.body.dataset[what] : "";
}

function prepare() {
  for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
  for (const button of document.querySelectorAll("[data-close]")) button.hidden = !framed;
  for (const select of document.querySelectorAll("select[data-search]")) makeSearchable(select);
  sizes.disconnect();
  sizes.observe(document.body);
  tellHeight();
  if (document.querySelector("main").dataset.step === "sent") {
    typed = false;
    tell("sent");
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) typed = event.target.value.trim() !== "";
});

document.addEventListener("click", async (event) => {
  const target = event.target.closest("[data-exit], [data-copy], [data-print], [data-close]");
  if (!target) return;
  if (target.matches("[data-exit]")) {
    event.preventDefault();
    exit();
  } else if (target.matches("[data-copy]")) {
    await navigator.clipboard.writeText(document.querySelector("[data-code]").dataset.code);
    target.textContent = target.dataset.copied;
  } else if (target.matches("[data-print]")) print();
  else tell("close", { done: true });
});

/* A long list becomes a field to type into; the list itself still holds the value. */
function makeSearchable(select) {
  const input = document.createElement("input");
  const list = document.createElement("datalist");
  const chosen = () => select.selectedOptions[0]?.text || "";
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  list.id = `${select.id}-list`;
  list.append(...Array.from(select.options, (option) => new Option(option.text, option.text)));
  input.id = select.id;
  input.setAttribute("list", list.id);
  input.autocomplete = "off";
  input.value = chosen();
  select.removeAttribute("id");
  select.removeAttribute("data-search");
  select.hidden = true;
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", () => {
    const wanted = input.value.trim().toLowerCase();
    const all = Array.from(select.options);
    const names = (option) => [option.text, ...option.text.split(" / ")].map((name) => name.toLowerCase());
    const match =
      all.find((option) => names(option).includes(wanted)) ||
      all.find((option) => wanted && names(option).some((name) => name.startsWith(wanted)));
    if (match) select.value = match.value;
    input.value = chosen();
  });
  select.after(input, list);
}

prepare();
