/* The form's parts, one at a time: short steps, forward and back without loss. */

function parts(form) {
  return Array.from(form.querySelectorAll(".part"));
}

function shownPart() {
  return document.querySelector("form[data-steps] .part:not([hidden])");
}

/* Shows the part called `name`, else the first; returns its heading. */
function openPart(name) {
  const form = document.querySelector("form[data-steps]");
  if (!form) return null;
  const all = parts(form);
  const wanted = all.find((part) => part.id === name) || all[0];
  for (const part of all) part.hidden = part !== wanted;
  form.dataset.at = wanted.id;
  const heading = wanted.querySelector("h2");
  heading.tabIndex = -1;
  return heading;
}

/* Opens the part in which the field (or part) called `name` is; returns what to focus there. */
function openAt(name) {
  const place = document.getElementById(name);
  const part = place?.closest(".part");
  if (!part) return null;
  const heading = openPart(part.id);
  if (place === part) return heading;
  for (let around = place; around; around = around.parentElement) if (around.matches("details")) around.open = true;
  return place.matches("input, select, textarea") ? place : place.querySelector(":checked, input") || place;
}

function goTo(name, from) {
  history.pushState({ page: current, part: name, from }, "");
  for (const notice of document.querySelectorAll("form[data-steps] > .notice")) notice.hidden = true;
  say();
  settle(openPart(name));
}

/* Scrolls to the top of the page, or to the field that is meant, and puts the focus there. */
function settle(target) {
  scrollTo(0, 0);
  if (!target) return;
  target.focus({ preventScroll: true });
  if (target.matches("input, select, textarea, a")) target.scrollIntoView({ block: "center" });
}

/* To the next part, unless something here is missing; false on the last part. */
function goForward(form) {
  const all = parts(form);
  const at = all.indexOf(shownPart());
  if (isIncomplete(all[at])) return true;
  if (at === all.length - 1) return false;
  goTo(all[at + 1].id, all[at].id);
  return true;
}

function goBack() {
  const all = parts(document.querySelector("form[data-steps]"));
  const before = all[all.indexOf(shownPart()) - 1];
  if (history.state?.from === before.id) history.back();
  else goTo(before.id);
}

/* Says what is missing in this part and goes there. */
function isIncomplete(part) {
  const wrong = Array.from(part.querySelectorAll("[data-error]")).filter(isWrong);
  wrong.forEach(complain);
  if (wrong.length) settle(wrong[0]);
  return wrong.length > 0;
}

function isWrong(field) {
  return (field.required && !field.value.trim()) || field.validity.customError;
}

function complain(field) {
  const id = `${field.id}-error`;
  const words = document.getElementById(id) || Object.assign(document.createElement("span"), { id, className: "error" });
  words.textContent = field.dataset.error;
  const around = field.closest(".field");
  if (!words.isConnected) (around.querySelector(".hint") || around.querySelector("label")).after(words);
  field.setAttribute("aria-invalid", "true");
  const told = (field.getAttribute("aria-describedby") || "").split(" ").filter((other) => other && other !== id);
  field.setAttribute("aria-describedby", [...told, id].join(" "));
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-error][aria-invalid]") || isWrong(target)) return;
  target.removeAttribute("aria-invalid");
  document.getElementById(`${target.id}-error`)?.remove();
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-next], [data-back], [data-jump]");
  if (!target) return;
  event.preventDefault();
  if (target.matches("[data-next]")) goForward(target.form);
  else if (target.matches("[data-back]")) goBack();
  else settle(openAt(target.hash.slice(1)));
});
