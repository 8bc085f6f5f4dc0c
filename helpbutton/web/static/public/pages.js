/* The pages that were shown, in memory alone, and what each needs when it comes up. */

const pages = [];
let current = 0;

function taken(page) {
  return { body: page.body, language: page.documentElement.lang, direction: page.documentElement.dir, title: page.title };
}

function stepOf(body) {
  return body.querySelector("main").dataset.step;
}

/* A page came from the server. The same page again (with errors, or in another language) stays in its place.
   `place` is the part or field to open; what the page has to say about errors comes before it. */
function arrive(page, place) {
  if (stepOf(page.body) !== stepOf(document.body)) {
    pages[current] = taken(document);
    current += 1;
    pages.length = current;
    history.pushState({ page: current }, "");
  }
  show(page);
  const told = document.querySelector("[data-focus]");
  const opened = openFirst(place) || heading();
  settle(told || opened);
  if (shownPart()) history.replaceState({ page: current, part: shownPart().id }, "");
}

function show(page) {
  const { body, language, direction, title } = page;
  document.body.replaceWith(body);
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  document.title = title;
  prepare();
}

/* Opens the first part with an error, else the part or field called `place`, else the first part. */
function openFirst(place) {
  const wrong = document.querySelector(".part .error");
  return openAt(wrong ? wrong.closest(".part").id : place) || openPart();
}

function heading() {
  const found = document.querySelector("h1") || document.querySelector("main");
  found.tabIndex = -1;
  return found;
}

addEventListener("popstate", ({ state }) => {
  if (!state) return;
  giveUp();
  if (state.page !== current) {
    if (!pages[state.page]) return;
    pages[current] = taken(document);
    current = state.page;
    show(pages[current]);
  }
  settle(openPart(state.part) || heading());
});

/* On every page. */

function say(what) {
  document.querySelector(".status").textContent = what ? document.body.dataset[what] : "";
}

function prepare() {
  for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
  for (const button of document.querySelectorAll("[data-close]")) button.hidden = !framed;
  for (const select of document.querySelectorAll("select[data-search]")) new Search(select);
  sizes.disconnect();
  sizes.observe(document.body);
  tellHeight();
  guardReceipt();
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

document.documentElement.classList.add("scripted");
history.replaceState({ page: 0 }, "");
prepare();
openFirst(location.hash.slice(1));
