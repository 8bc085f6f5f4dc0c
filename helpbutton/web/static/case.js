// Says who else has the case open and that something has happened to it meanwhile. Everything works without it.

const EVERY_MS = 20_000;
const place = document.querySelector("[data-beside]");
let said = place.textContent.trim();
let timer = null;

const notice = (words, address) => {
  const line = document.createElement("p");
  line.className = "notice warn";
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
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
  const body = new URLSearchParams({ csrf_token: place.dataset.token, events: place.dataset.events });
  const answer = await fetch(place.dataset.beside, { method: "POST", body, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect") {
    say(notice(place.dataset.signedOut, place.dataset.here));
    return false;
  }
  if (!answer.ok) return answer.status >= 500;
  const { words, changed } = await answer.json();
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
