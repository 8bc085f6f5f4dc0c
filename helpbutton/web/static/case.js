// Says who else has the case open and that something has happened to it meanwhile. Everything works without it.

const EVERY_MS = 20_000;
const place = document.querySelector("[data-beside]");
let said = place.textContent.trim();
let carried = "";
let timer = null;

const notice = (words, address, beside) => {
  const line = document.createElement("p");
  line.className = "notice warn";
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
    if (beside) Object.assign(link, { target: "_blank", rel: "noopener" });
    line.append(link);
  } else {
    line.textContent = words;
  }
  return line;
};

const say = (...lines) => {
  const words = lines.map((line) => line.textContent).join("\n");
  if (words === said) return;
  said = words;
  place.replaceChildren(...lines);
};

const ask = async () => {
  const { token, events, beside, signedOut } = place.dataset;
  const body = new URLSearchParams({ csrf_token: token, events, carried });
  const headers = { Accept: "application/json" };
  const response = await fetch(beside, { method: "POST", headers, body, cache: "no-store", redirect: "manual" });
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const { words, changed, sign_in: door, carried: word } = isJson ? await response.json() : {};
  if (word) carried = word;
  if (response.status === 401 && door) say(notice(signedOut, door, true));
  if (!response.ok) return Boolean(word) || response.status >= 500;
  say(...(words ? [notice(words)] : []), ...(changed ? [notice(changed, place.dataset.here)] : []));
  return true;
};

const watch = async () => {
  clearTimeout(timer);
  if (document.hidden) return;
  let goesOn = true;
  try {
    goesOn = await ask();
  } catch {
    // The network is away; the next question may reach it.
  }
  clearTimeout(timer);
  if (goesOn) timer = setTimeout(watch, EVERY_MS);
};

document.addEventListener("visibilitychange", watch);
watch();
