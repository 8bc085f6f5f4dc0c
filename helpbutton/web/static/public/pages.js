/* The pages that were shown, in memory alone, and what each needs when it comes up. */

const pages = [];
let current = 0;

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

prepare();
