/* A long list becomes a field to type into; the list itself still holds the value. */
function makeSearchable(select) {
  const input = document.createElement("input");
  const list = document.createElement("datalist");
  const chosen = () => select.selectedOptions[0]?.text || "";
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  list.id = `${select.id}-list`;
  list.append(...Array.from(select.options, (option) => new Option(option.text, option.text)));
  input.id = select.id;
  input.setAttribute("list", list.id);
  input.autocomplete = "off";
  input.value = chosen();
  select.removeAttribute("id");
  select.removeAttribute("data-search");
  select.hidden = true;
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", () => {
    const wanted = input.value.trim().toLowerCase();
    const all = Array.from(select.options);
    const names = (option) => [option.text, ...option.text.split(" / ")].map((name) => name.toLowerCase());
    const match =
      all.find((option) => names(option).includes(wanted)) ||
      all.find((option) => wanted && names(option).some((name) => name.startsWith(wanted)));
    if (match) select.value = match.value;
    input.value = chosen();
  });
  select.after(input, list);
}
