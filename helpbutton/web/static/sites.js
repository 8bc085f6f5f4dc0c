// The form of a site: its preview follows what is chosen, and snippets are copied. Everything works without it.

const form = document.querySelector("[data-preview]");
const LOOK = ["colour", "position", "first_language"];

form?.addEventListener("change", (event) => {
  if (!LOOK.includes(event.target.name)) return;
  const chosen = new FormData(form);
  const look = new URLSearchParams(LOOK.map((name) => [name, chosen.get(name) ?? ""]));
  look.set("lang", document.documentElement.lang);
  form.querySelector("iframe").contentWindow.location.replace(`${form.dataset.preview.split("?")[0]}?${look}`);
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const snippet = document.getElementById(button.dataset.copy);
    snippet.select();
    await navigator.clipboard.writeText(snippet.value);
    button.nextElementSibling.textContent = button.dataset.copied;
  });
}

document.querySelector("[data-focus]")?.focus();
