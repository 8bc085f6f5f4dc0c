// Asks before a page with unsent text is left. Everything works without it.

let sending = false;

const unsent = () =>
  [...document.querySelectorAll("[data-unsent] textarea")].some((area) => area.value !== area.defaultValue);

document.addEventListener("submit", () => {
  sending = true;
});

window.addEventListener("pageshow", () => {
  sending = false;
});

window.addEventListener("beforeunload", (event) => {
  if (!sending && unsent()) event.preventDefault();
});
