/* The help button: a link that opens the form in a dialog. Stores nothing. See widget/README.md. */
(() => {
  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const page = document.documentElement;
  const NEUTRAL_PAGE = "https://yle.fi/saa";
  const PATIENCE_MS = 5000;
  const THREE_ESCAPES_MS = 2000;

  const WORDS = {
    fi: ["Pyydä apua", "Sulje", "Avataan …", "Lomake ei auennut. Kokeile tästä:", "Hätätilanteessa soita", "Lasten ja nuorten puhelin", "Voit myös soittaa:", "Poistu nopeasti"],
    sv: ["Be om hjälp", "Stäng", "Öppnar …", "Formuläret öppnades inte. Försök här:", "I en nödsituation, ring", "Barn- och ungdomstelefonen (på finska)", "Du kan också ringa:", "Lämna snabbt"],
    en: ["Ask for help", "Close", "Opening …", "The form did not open. Try here:", "In an emergency call", "Helpline for children and young people", "You can also call:", "Leave quickly"],
  };

  /* !important beats that of the page; a border in the colour of the text shows on any page. */
  const STYLE = `
:host{all:initial!important;display:inline-block!important}
:host([position^=floating]){position:fixed!important;inset:auto 16px 16px auto!important;z-index:2147483000!important}
:host([position=floating-left]){inset:auto auto 16px 16px!important}
*{box-sizing:border-box;font:17px/1.4 system-ui,sans-serif}
.open,header{font-weight:600}
.open{display:inline-flex;align-items:center;gap:10px;min-block-size:52px;padding:8px 22px;border:2px solid;border-radius:26px;background:#1c665b;color:#fff;text-decoration:none;white-space:nowrap;box-shadow:0 2px 10px #0004}
.open::before{content:"";inline-size:24px;block-size:24px;background:currentColor;clip-path:path("M12 2a10 9 0 1 1-3 17l-5 3 2-5A10 9 0 0 1 12 2")}
:focus-visible{outline:3px solid #b4470f;outline-offset:3px;box-shadow:0 0 0 3px #fff}
dialog{inset:0;inline-size:min(620px,100vw);block-size:min(var(--tall,820px),92vh);max-inline-size:none;max-block-size:none;margin:4vh auto auto;padding:0;border:2px solid transparent;border-radius:16px;overflow:hidden;background:#faf6ef;color:#21302e}
dialog[open]{display:flex;flex-direction:column}
::backdrop{background:#14201ecc}
header{display:flex;align-items:center;justify-content:space-between;padding:4px 20px;border-block-end:1px solid #8885}
button{min-block-size:44px;padding:0 16px;border:1px solid;border-radius:8px;background:none;color:inherit;cursor:pointer}
iframe{flex:1;border:0}
.wait{padding:8px 20px;overflow:auto}
.wait a{display:inline-block;min-inline-size:44px;padding-block:10px;color:inherit}
@media (max-width:640px){dialog{block-size:100vh;block-size:100dvh;margin:0;border-radius:0}}
@media (prefers-color-scheme:dark){dialog{background:#151b1a;color:#eef1ec}}
@media (prefers-reduced-motion:no-preference){dialog[open]{animation:in .18s}@keyframes in{from{opacity:0}}}
@media print{:host{display:none!important}}`;

  const make = (tag, props = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };

  /* A sheet passes any CSP; old browsers lack it. */
  const wear = (root) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(make("style", { textContent: STYLE }));
    }
  };

  const lock = (overflow, gutter) => {
    page.style.setProperty("overflow", overflow, "important");
    page.style.setProperty("scrollbar-gutter", gutter, "important");
  };

  /* Black or white: the contrast is at least 4.5. */
  const inkOn = (color) => {
    const [r, g, b] = [1, 3, 5].map((at) => ((parseInt(color.slice(at, at + 2), 16) / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  };

  /* Nothing of the page is seen or asks to stay. */
  const exit = () => {
    addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
    document.title = "";
    page.replaceChildren();
    try {
      top.location.replace(NEUTRAL_PAGE);
    } catch {
      location.replace(NEUTRAL_PAGE);
    }
  };

  const escapes = [];
  const escape = () => {
    const now = performance.now();
    escapes.push(now);
    if (now - escapes.at(-3) < THREE_ESCAPES_MS) exit();
  };
  const pressed = (event) => event.key === "Escape" && !event.repeat && escape();

  class HelpButton extends HTMLElement {
    static observedAttributes = ["site", "lang", "topic", "color"];

    connectedCallback() {
      if (!this.isConnected || !this.getAttribute("site")) return;
      if (!this.link) this.build();
      const color = /^#[0-9a-f]{6}$/i.exec(this.getAttribute("color"))?.[0] || "";
      this.link.href = this.address("ask");
      [this.link.lang, [this.link.textContent]] = this.words();
      Object.assign(this.link.style, { background: color, color: color && inkOn(color) });
    }

    attributeChangedCallback() {
      this.connectedCallback();
    }

    disconnectedCallback() {
      this.dialog?.close();
      this.forget();
    }

    language() {
      return (this.closest("[lang]") || page).lang || page.getAttribute("xml:lang") || navigator.language;
    }

    /* Of the page, else of the browser. */
    words() {
      const known = [this.language(), navigator.language, "fi"].map((name) => name.slice(0, 2)).find((name) => WORDS[name]);
      return [known, WORDS[known]];
    }

    address(door) {
      const [site, topic, lang] = [this.getAttribute("site"), this.getAttribute("topic") || "", this.language()].map(encodeURIComponent);
      return `${base}/${door}/${site}?lang=${lang}&topic=${topic}`;
    }

    build() {
      const root = this.attachShadow({ mode: "open" });
      wear(root);
      this.link = make("a", { className: "open", target: "_top", ariaHasPopup: "dialog", onclick: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
        event.preventDefault();
        this.open();
      } });
      root.append(this.link);
    }

    open() {
      if (!this.dialog) this.furnish();
      if (!this.frame) this.load();
      if (this.dialog.open) return;
      lock("hidden", innerWidth > page.clientWidth ? "stable" : "");
      this.dialog.showModal();
      this.frame.focus();
    }

    furnish() {
      const [lang, [name, close]] = this.words();
      this.wait = make("div", { className: "wait", role: "status" });
      this.dialog = make("dialog", {
        lang,
        ariaLabel: name,
        oncancel: (event) => {
          event.preventDefault();
          this.leave();
        },
        onclose: () => {
          lock("", "");
          this.link.focus();
        },
      }, make("header", {}, name, make("button", { textContent: `${close} ✕`, onclick: () => this.leave() })), this.wait);
      this.shadowRoot.append(this.dialog);
      addEventListener("keydown", pressed, true);
    }

    /* The frame is shown once it is ready. */
    load() {
      const [, [title, , opening]] = this.words();
      this.frame = make("iframe", { title, hidden: true, allow: "clipboard-write", referrerPolicy: "no-referrer", src: this.address("embed"), onload: () => this.tell("hello") });
      this.wait.textContent = opening;
      this.wait.hidden = this.typed = false;
      this.late = setTimeout(() => this.apologise(), PATIENCE_MS);
      this.dialog.append(this.frame);
      addEventListener("message", this);
    }

    apologise() {
      const [, [name, , , failed, emergency, children, phone, leave]] = this.words();
      const line = (text, textContent, href) => make("p", {}, `${text} `, make("a", { href, textContent, target: "_top" }));
      const call = (text, number) => line(text, number, `tel:${number.replace(/ /g, "")}`);
      const own = this.getAttribute("phone");
      this.wait.replaceChildren(
        line(failed, name, this.address("ask")),
        call(emergency, "112"),
        call(children, "116 111"),
        own ? call(phone, own) : "",
        make("button", { textContent: leave, onclick: exit }),
      );
    }

    tell(what) {
      this.frame.contentWindow.postMessage({ helpButton: what }, base);
    }

    /* The frame speaks. */
    handleEvent({ source, origin, data }) {
      if (source !== this.frame.contentWindow || origin !== base) return;
      const { helpButton: what, height, typed, done } = data;
      if (what === "ready") {
        clearTimeout(this.late);
        this.wait.hidden = true;
        this.frame.hidden = false;
        this.frame.focus();
      } else if (what === "resize") this.dialog.style.setProperty("--tall", `${Math.max(420, height + 56)}px`);
      else if (what === "exit") exit();
      else if (what === "escape") escape();
      else if (what === "typed") this.typed = typed;
      else if (what === "sent") this.typed = false;
      else if (what === "close") {
        this.dialog.close();
        if (done) this.forget();
      }
    }

    /* With typed text the frame asks once. */
    leave() {
      if (this.typed) this.tell("leave");
      else this.dialog.close();
      this.typed = false;
    }

    forget() {
      removeEventListener("message", this);
      clearTimeout(this.late);
      this.frame?.remove();
      this.frame = null;
    }
  }

  if (!customElements.get("help-button")) customElements.define("help-button", HelpButton);

  const { site, position = "floating" } = script.dataset;
  const place = () => {
    if (!site || (position !== "inline" && document.querySelector(`help-button[position="${position}"]`))) return;
    const button = make("help-button");
    for (const [name, value] of Object.entries({ ...script.dataset, position })) button.setAttribute(name, value);
    if (script.closest("body")) script.after(button);
    else document.body.append(button);
  };
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
