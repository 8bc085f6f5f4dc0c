// Keeps the answer that is being written: saved by itself as a sealed draft, never lost when the session ends.

const PAUSE_MS = 2_000;
const AGAIN_MS = 15_000;

const form = document.querySelector("[data-draft]");
const area = form?.elements.body;
const state = form?.querySelector(".draft-state");
const kept = { text: area?.defaultValue ?? "" };
let timer = null;
let busy = false;
let leaving = false;
let conflict = false;

const field = (name) => {
  if (!form.elements[name]) {
    const made = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(made);
  }
  return form.elements[name];
};

const say = (words, ...parts) => state.replaceChildren(words, ...parts);

const later = (wait) => {
  clearTimeout(timer);
  if (!conflict) timer = setTimeout(save, wait);
};

const ask = (address, more = {}) => {
  const body = new FormData();
  for (const name of ["csrf_token", "carried", "token", "draft_version", "body"]) {
    if (form.elements[name]) body.set(name, form.elements[name].value);
  }
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const headers = { Accept: "application/json" };
  return fetch(address, { method: "POST", headers, body, redirect: "manual", keepalive: document.hidden });
};

const remember = (text) => {
  kept.text = text;
  area.defaultValue = text;
};

const button = (words, act) => {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.addEventListener("click", act);
  return made;
};

const goOn = (answer, { token, text }) => {
  conflict = false;
  field("draft_version").value = answer.version;
  field("token").value = token;
  if (text !== undefined) {
    area.value = text;
    remember(text);
    say("");
  } else {
    save();
  }
};

const elsewhere = (answer) => {
  conflict = true;
  const other = Object.assign(document.createElement("bdi"), { className: "words", textContent: answer.other });
  const parts = [document.createElement("br"), button(form.dataset.keep, () => goOn(answer, { token: answer.own_token }))];
  if (answer.other) {
    const take = () => goOn(answer, { token: answer.token, text: answer.other });
    parts.push(" ", button(form.dataset.take, take), other);
  }
  say(form.dataset.elsewhere, ...parts);
};

const signedOut = (address) => {
  const link = Object.assign(document.createElement("a"), {
    href: address,
    target: "_blank",
    rel: "noopener",
    textContent: form.dataset.door,
  });
  say(`${form.dataset.signedOut} `, link);
  later(AGAIN_MS);
};

const heard = async (response, text, retried) => {
  const answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
  if (answer.carried) field("carried").value = answer.carried;
  if (response.ok) {
    field("draft_version").value = answer.version;
    remember(text);
    say(answer.words);
    count();
    if (area.value !== text) later(PAUSE_MS);
  } else if (response.status === 401) signedOut(answer.sign_in);
  else if (response.status === 400 && answer.carried && !retried) await send(true);
  else if (response.status === 409) elsewhere(answer);
  else if (response.status === 422) say(answer.words);
  else {
    say(form.dataset.failed);
    later(AGAIN_MS);
  }
};

const send = async (retried = false) => {
  const text = area.value;
  await heard(await ask(form.dataset.draft), text, retried);
};

const save = async () => {
  clearTimeout(timer);
  if (leaving || busy || conflict || area.value === kept.text) return;
  busy = true;
  try {
    await send();
  } catch {
    if (!leaving) {
      say(form.dataset.failed);
      later(AGAIN_MS);
    }
  } finally {
    busy = false;
  }
};

// A browser that goes back after sending puts the sent text into the box again: once more would be a second message.
const forgetSent = () => {
  const sent = [...document.querySelectorAll("#thread .to_family .words")].map((words) => words.textContent.trim());
  if (area.value !== area.defaultValue && sent.includes(area.value.trim())) area.value = area.defaultValue;
};

const count = () => {
  const over = [...area.value.trim()].length - Number(form.dataset.limit);
  state.querySelector(".too-long")?.remove();
  if (over <= 0) return true;
  const words = Object.assign(document.createElement("strong"), {
    className: "too-long",
    textContent: ` ${form.dataset.long.replace("#", over)}`,
  });
  state.append(words);
  return false;
};

const put = (text) => {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const before = value.slice(0, start).trimEnd();
  const after = value.slice(end).trimStart();
  area.value = [before, text, after].filter(Boolean).join("\n\n");
  const caret = (before ? before.length + 2 : 0) + text.length;
  area.focus();
  area.setSelectionRange(caret, caret);
  area.dispatchEvent(new Event("input"));
};

const insert = async (choice) => {
  const response = await ask(form.dataset.insert, { insert: choice.value });
  if (response.ok) put((await response.json()).text);
  else await heard(response, kept.text, true);
};

const unfold = async (opener) => {
  const response = await ask(opener.formAction, { show: "help" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelector("#insert-help ul");
  if (!found) throw new Error("no list");
  document.querySelector("#insert-help").replaceWith(document.adoptNode(found.parentElement));
  document.querySelector("#insert-help button")?.focus();
};

const onSubmit = async (event) => {
  const choice = event.submitter;
  const act = { insert, show: unfold }[choice?.name];
  if (act && !choice.dataset.plain) {
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      await act(choice);
    } catch {
      choice.dataset.plain = "1";
      form.requestSubmit(choice);
    }
    return;
  }
  if (!choice?.formAction?.includes("/draft") && !count()) {
    event.preventDefault();
    event.stopImmediatePropagation();
    area.focus();
    return;
  }
  leaving = true;
  clearTimeout(timer);
};

if (form) {
  area.addEventListener("input", () => {
    leaving = false;
    count();
    later(PAUSE_MS);
  });
  form.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", () => {
    leaving = false;
    forgetSent();
  });
  document.addEventListener("visibilitychange", () => {
    if (area.value !== kept.text) save();
  });
  window.addEventListener("focus", save);
  window.addEventListener("online", save);
  if ("unsaved" in form.dataset) {
    kept.text = null;
    save();
  }
}
