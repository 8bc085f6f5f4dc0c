/* Leaving and closing, and the talk with the page that frames us. */

const NEUTRAL_PAGE = "https://yle.fi/saa";
const THREE_ESCAPES_MS = 2000;

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
