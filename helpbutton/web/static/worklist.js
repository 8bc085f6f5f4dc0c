// Tells calmly what is new in the worklist, and moves through it by keys. Everything works without it.

const EVERY_MS = 30_000;
const UNSEEN_MS = 60_000;
const KEYS_OFF = "helpbutton-keys-off";
const news = document.querySelector(".news");
const title = document.title;
let etag = `"${new URL(news.dataset.changes, location).searchParams.get("since")}"`;
let timer = null;

const say = (words, address) => {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  if (news.textContent !== words) news.replaceChildren(link);
};

const ask = async () => {
  const headers = { "If-None-Match": etag };
  const answer = await fetch(news.dataset.changes, { headers, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect") {
    say(news.dataset.signedOut, location.href);
    return false;
  }
  if (answer.status !== 200) return true;
  etag = answer.headers.get("ETag");
  const { new: count, shown, words } = await answer.json();
  document.title = count ? `(${shown}) ${title}` : title;
  if (count) say(words, location.href);
  else news.replaceChildren();
  return true;
};

const watch = async () => {
  clearTimeout(timer);
  let goesOn = true;
  try {
    goesOn = await ask();
  } catch {
    // The network is away; the next question may reach it.
  }
  clearTimeout(timer);
  if (goesOn) timer = setTimeout(watch, document.hidden ? UNSEEN_MS : EVERY_MS);
};

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) watch();
});
timer = setTimeout(watch, EVERY_MS);

const keys = document.querySelector(".keys");
const useKeys = document.querySelector("#use-keys");
const links = [...document.querySelectorAll(".cell-case a")];

keys.hidden = false;
useKeys.checked = !localStorage.getItem(KEYS_OFF);
useKeys.addEventListener("change", () => {
  if (useKeys.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});

const here = () => document.activeElement.closest(".cases tbody tr");

const step = (by) => {
  const at = links.findIndex((link) => link.closest("tr") === here());
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
};

const MOVES = {
  j: () => step(1),
  k: () => step(-1),
  t: () => here()?.querySelector(".take button")?.click(),
  "/": () => document.querySelector("#find").focus(),
  "?": () => {
    keys.open = !keys.open;
    if (keys.open) keys.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (!useKeys.checked || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key === "t") return;
  const move = MOVES[event.key];
  if (!move) return;
  event.preventDefault();
  move();
});
