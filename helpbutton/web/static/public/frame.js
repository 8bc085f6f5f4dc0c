/* Leaving and closing, and the talk with the page that frames us. */

const NEUTRAL_PAGE = "https://yle.fi/saa";
const THREE_ESCAPES_MS = 2000;
const HOST_LEAVES_WITHIN_MS = 300;

const framed = window.parent !== window;
const origins = (document.body.dataset.origins || "").split(" ");
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
  if (event.source !== window.parent || !origins.includes(event.origin)) return;
  if (event.data?.helpButton === "leave") ask();
  if (event.data?.helpButton !== "hello") return;
  host = event.origin;
  tell("ready");
  tellHeight();
  for (const [type, more] of unsaid.splice(0)) tell(type, more);
});

function tellHeight() {
  if (host) tell("resize", { height: document.body.offsetHeight });
}

const sizes = new ResizeObserver(tellHeight);

/* The host asks before it closes only while it knows of text that nobody was asked about; heard after everybody else. */
let told = false;

function tellTyped() {
  const unasked = typed && !asked;
  if (unasked !== told) tell("typed", { typed: unasked });
  told = unasked;
}

addEventListener("input", tellTyped);

/* Leaving. The host goes first, because it can empty its own page; if it does not, we do. */

function exit() {
  typed = false;
  pages.length = 0;
  document.title = "";
  document.body.replaceChildren();
  tell("exit");
  if (host) setTimeout(goAway, HOST_LEAVES_WITHIN_MS);
  else goAway();
}

function goAway() {
  window.top.location.replace(NEUTRAL_PAGE);
}

let escapes = [];

/* Each is told to the host as well, where the next one may be pressed. */
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  escapes = [...escapes.filter((at) => event.timeStamp - at < THREE_ESCAPES_MS), event.timeStamp];
  tell("escape");
  if (escapes.length > 2) exit();
  else if (framed && !event.defaultPrevented) close();
});

function close() {
  if (typed && !asked) {
    ask();
    return;
  }
  say();
  tell("close");
}

/* Asks once whether to leave the text for now. */
function ask() {
  asked = true;
  say("leave");
  tellTyped();
}

addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});
