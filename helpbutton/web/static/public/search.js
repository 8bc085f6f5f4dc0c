/* A long list becomes a field to type into, with the places that fit below it; the list itself still holds the value. */

const PLACES_SHOWN = 30;

/* "Åbo" is found by "abo", "Jyväskylä" by "jyvaskyla". */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function namesOf(option) {
  return option.text.split(" / ").map(folded);
}

/* How well a place answers to what was typed: 0 begins with it, 1 a later word does, 2 contains it; else Infinity. */
function fit(option, typed) {
  const names = [folded(option.text), ...namesOf(option)];
  if (names.some((name) => name.startsWith(typed))) return 0;
  if (names.some((name) => name.split(/[ -]/).some((word) => word.startsWith(typed)))) return 1;
  return names.some((name) => name.includes(typed)) ? 2 : Infinity;
}

function make(tag, attributes) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/* A combobox as the ARIA Authoring Practices describe it: the focus stays in the field. */
class Search {
  constructor(select) {
    this.select = select;
    const { id } = select;
    const label = document.querySelector(`label[for="${id}"]`);
    label.id = `${id}-label`;
    this.input = make("input", {
      ...{ id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", enterkeyhint: "done" },
      ...{ "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `${id}-list` },
      ...{ "data-error": select.dataset.error },
    });
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    for (const name of ["id", "aria-invalid", "aria-describedby", "data-search", "data-error"]) select.removeAttribute(name);
    this.list = make("ul", { id: `${id}-list`, role: "listbox", class: "found", hidden: "", "aria-labelledby": label.id });
    this.count = make("span", { class: "unseen", role: "status" });
    select.hidden = true;
    select.after(this.input, this.list, this.count);
    this.input.value = this.chosen;
    this.active = -1;
    this.listen();
  }

  get chosen() {
    return this.select.selectedOptions[0]?.text || "";
  }

  listen() {
    const { input, list } = this;
    input.addEventListener("input", (event) => event.isTrusted && this.open(folded(input.value)));
    input.addEventListener("click", () => list.hidden && this.open(""));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => this.take());
    input.addEventListener("keydown", (event) => this.key(event) && event.preventDefault());
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (item) this.choose(item.dataset.value);
    });
  }

  /* True when the key was for the list. */
  key({ key }) {
    const size = this.list.children.length;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (this.list.hidden) this.open("");
      else if (key === "ArrowDown") this.mark((this.active + 1) % size);
      else this.mark((Math.max(this.active, 0) + size - 1) % size);
    } else if (this.list.hidden) return false;
    else if (key === "Escape") {
      this.input.value = this.chosen;
      this.close();
    } else if (key === "Enter" && this.active >= 0) this.choose(this.list.children[this.active].dataset.value);
    else if (key === "Enter") this.take();
    else return false;
    return true;
  }

  fitting(typed) {
    const places = Array.from(this.select.options).slice(1);
    const scored = places.map((option) => [fit(option, typed), option]).filter(([score]) => score < Infinity);
    return scored.sort(([one], [other]) => one - other).map(([, option]) => option);
  }

  /* All places, or those that fit; "I don't know" is always among them. */
  open(typed) {
    const unknown = this.select.options[0];
    const places = this.fitting(typed);
    const shown = typed ? [...places.slice(0, PLACES_SHOWN), unknown] : [unknown, ...places];
    this.list.replaceChildren(
      ...shown.map((option, at) => {
        const item = make("li", { id: `${this.list.id}-${at}`, role: "option", "data-value": option.value });
        item.textContent = option.text;
        return item;
      }),
    );
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const { many, none } = this.select.dataset;
    this.count.textContent = places.length ? `${many} ${places.length}` : none;
    if (typed) this.mark(places.length ? 0 : -1);
    else this.mark(shown.findIndex((option) => option.selected));
  }

  close() {
    this.list.hidden = true;
    this.list.replaceChildren();
    this.count.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  mark(index) {
    this.active = index;
    for (const [at, item] of Array.from(this.list.children).entries()) item.setAttribute("aria-selected", String(at === index));
    const item = this.list.children[index];
    if (item) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  choose(value) {
    this.select.value = value;
    this.input.value = this.chosen;
    this.input.setCustomValidity("");
    this.close();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* What was typed without choosing: a whole name, or the only place that fits, is taken; the rest is asked about. */
  take() {
    this.close();
    const typed = folded(this.input.value);
    if (typed === folded(this.chosen)) return;
    const fitting = this.fitting(typed);
    const meant = fitting.find((option) => namesOf(option).includes(typed)) || (fitting.length === 1 && fitting[0]);
    if (!typed || meant) this.choose(typed ? meant.value : "");
    else {
      this.select.value = "";
      this.input.setCustomValidity(this.input.dataset.error);
      complain(this.input);
    }
  }
}
