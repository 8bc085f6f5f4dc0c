// Asks before a page with unsent text is left, also when another of its forms is sent. Everything works without it.

let sending = null;

const unsent = () =>
  [...document.querySelectorAll("[data-unsent]")]
    .filter((form) => form !== sending)
    .some((form) => [...form.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue));

document.addEventListener("submit", ({ target }) => {
  sending = target;
});

// Whoever types on has stayed: the sending was called off, or failed.
for (const stays of ["pageshow", "input"]) {
  window.addEventListener(stays, () => {
    sending = null;
  });
}

window.addEventListener("beforeunload", (event) => {
  if (unsent()) event.preventDefault();
});
