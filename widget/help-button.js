/* The help button. <script async src="https://HOST/button.js" data-site="SITE"></script>, or <help-button site="SITE">.
   A real link that opens the form in a dialog. Stores nothing; reads nothing of the page but its language. */
(() => {
  "use strict";

  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const NEUTRAL_PAGE = "https://yle.fi/saa";
  const PATIENCE_MS = 5000;
  const THREE_ESCAPES_MS = 2000;

  const WORDS = {
    fi: ["Pyydä apua", "Sulje", "Avataan …", "Lomake ei auennut. Avaa se omalla sivullaan:", "Hätätilanteessa soita", "Lasten ja nuorten puhelin", "Soita tälle sivulle:"],
    sv: ["Be om hjälp", "Stäng", "Öppnar …", "Formuläret öppnades inte. Öppna det på en egen sida:", "I en nödsituation, ring", "Barn- och ungdomstelefonen (på finska)", "Ring den här sidan:"],
    en: ["Ask for help", "Close", "Opening …", "The form did not open. Open it on its own page:", "In an emergency call", "Helpline for children and young people", "Call this page:"],
  };

  const STYLE = `
:host{all:initial!important;display:inline-block!important}
:host([position^=floating]){position:fixed!important;inset:auto 16px 16px auto!important;z-index:2147483000!important}
:host([position=floating-left]){inset:auto auto 16px 16px!important}
*{box-sizing:border-box;font:600 17px/1.4 system-ui,sans-serif}
.open{display:inline-flex;align-items:center;gap:10px;min-block-size:52px;padding:10px 22px;border:2px solid transparent;border-radius:26px;background:var(--back,#1c665b);color:var(--ink,#fff);text-decoration:none;box-shadow:0 2px 10px #0004}
.open:hover{text-decoration:underline}
:focus-visible{outline:3px solid #b4470f;outline-offset:3px;box-shadow:0 0 0 3px #fff}
svg{inline-size:24px;block-size:24px;fill:currentColor}
dialog{position:fixed;inset:0;inline-size:min(620px,100vw);block-size:min(var(--tall,820px),92vh);max-inline-size:none;max-block-size:none;margin:auto;padding:0;border:0;border-radius:16px;overflow:hidden;background:#faf6ef;color:#21302e;box-shadow:0 20px 60px #0006;overscroll-behavior:contain}
dialog[open]{display:flex;flex-direction:column}
dialog::backdrop{background:#14201ecc}
header{display:flex;flex:none;align-items:center;justify-content:space-between;padding:4px 4px 4px 16px;border-block-end:1px solid #8885}
h2{margin:0}
button{min-inline-size:44px;min-block-size:44px;border:0;border-radius:8px;background:none;color:inherit;cursor:pointer}
iframe{flex:1;inline-size:100%;border:0;background:inherit}
.wait{padding:8px 20px;font-weight:400}
.wait a{display:inline-block;padding-block:10px;color:inherit}
[hidden]{display:none!important}
@media (max-width:640px){dialog{inline-size:100vw;block-size:100vh;block-size:100dvh;border-radius:0}}
@media (prefers-color-scheme:dark){dialog{background:#151b1a;color:#eef1ec}}
@media (prefers-reduced-motion:no-preference){dialog[open]{animation:in .18s ease-out}@keyframes in{from{opacity:0;transform:translateY(12px)}}}
@media (forced-colors:active){.open,dialog,button{border:2px solid}}
@media print{:host{display:none!important}}`;

  const make = (tag, props = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children);
    return node;
  };

  const bubble = () => {
    const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M12 2C6.2 2 2 5.8 2 10.7c0 3 1.5 5.4 4 7L5.3 22l4.5-2.4c.7.1 1.4.2 2.2.2 5.8 0 10-3.8 10-8.7S17.8 2 12 2Z");
    svg.append(path);
    return svg;
  };

  /* White or black, whichever reads better on the colour: one of them always has a contrast of at least 4.5. */
  const inkOn = (color) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(color.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  };

  class HelpButton extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const [name] = this.words();
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.link = make("a", { className: "open", href: this.address("ask") });
      this.link.setAttribute("aria-haspopup", "dialog");
      this.link.append(bubble(), name);
      this.link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.open();
      });
      root.append(this.link);
      const color = this.getAttribute("color") || "";
      if (/^#[0-9a-f]{6}$/i.test(color)) {
        this.style.setProperty("--back", color);
        this.style.setProperty("--ink", inkOn(color));
      }
    }

    disconnectedCallback() {
      this.dialog?.close();
    }

    words() {
      return WORDS[this.language().slice(0, 2)] || WORDS.fi;
    }

    language() {
      return this.getAttribute("lang") || this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
    }

    address(page) {
      const url = new URL(`/${page}/${encodeURIComponent(this.getAttribute("site"))}`, this.base || base);
      url.searchParams.set("lang", this.language().slice(0, 2));
      if (this.getAttribute("topic")) url.searchParams.set("topic", this.getAttribute("topic"));
      return url.href;
    }

    open() {
      if (!this.dialog) this.build();
      if (!this.frame) this.load();
      if (this.dialog.open) return;
      const html = document.documentElement;
      const { overflow, paddingInlineEnd } = html.style;
      this.unlock = () => Object.assign(html.style, { overflow, paddingInlineEnd });
      Object.assign(html.style, { paddingInlineEnd: `${innerWidth - html.clientWidth}px`, overflow: "hidden" });
      this.dialog.showModal();
      this.frame.focus();
    }

    build() {
      const [name, close] = this.words();
      const shut = make("button", { type: "button", textContent: "✕", onclick: () => this.dialog.close() });
      shut.setAttribute("aria-label", close);
      this.wait = make("div", { className: "wait" });
      this.dialog = make("dialog", {}, make("header", {}, make("h2", { textContent: name }), shut), this.wait);
      this.dialog.setAttribute("aria-label", name);
      this.dialog.addEventListener("close", () => {
        this.unlock();
        this.link.focus();
      });
      this.shadowRoot.append(this.dialog);
      const escapes = [];
      this.escape = () => {
        const now = performance.now();
        escapes.push(now);
        if (now - escapes.at(-3) < THREE_ESCAPES_MS) this.exit();
      };
      addEventListener("keydown", (event) => event.key === "Escape" && this.escape(), true);
      addEventListener("message", (event) => this.hear(event));
    }

    load() {
      this.frame = make("iframe", { title: this.words()[0], src: this.address("embed"), allow: "clipboard-write" });
      this.frame.referrerPolicy = "no-referrer";
      this.frame.addEventListener("load", () => {
        this.frame?.contentWindow.postMessage({ helpButton: "hello" }, new URL(this.frame.src).origin);
      });
      this.wait.textContent = this.words()[2];
      this.wait.hidden = false;
      this.late = setTimeout(() => this.apologise(), PATIENCE_MS);
      this.dialog.append(this.frame);
    }

    /* Nothing came: the plain link and numbers that answer. */
    apologise() {
      const [name, , , failed, emergency, children, phone] = this.words();
      const call = (number) => make("a", { href: `tel:${number.replace(/ /g, "")}`, textContent: number });
      this.wait.replaceChildren(
        make("p", {}, `${failed} `, make("a", { href: this.address("ask"), target: "_blank", rel: "noopener", textContent: name })),
        make("p", {}, `${emergency} `, call("112")),
        make("p", {}, `${children} `, call("116 111")),
      );
      const own = this.getAttribute("phone");
      if (own) this.wait.append(make("p", {}, `${phone} `, call(own)));
      this.frame.hidden = true;
      this.tall(0);
    }

    hear(event) {
      if (!this.frame || event.source !== this.frame.contentWindow || event.origin !== new URL(this.frame.src).origin) return;
      const { helpButton: what, height, escapes, done } = event.data || {};
      if (what === "ready") {
        clearTimeout(this.late);
        this.wait.hidden = true;
        this.frame.hidden = false;
      } else if (what === "resize") this.tall(height);
      else if (what === "exit") this.exit();
      else if (what === "sent") this.sent = true;
      else if (what === "close") {
        for (let n = 0; n < escapes; n += 1) this.escape();
        this.dialog.close();
        if (done && this.sent) this.forget();
      }
    }

    tall(height) {
      this.style.setProperty("--tall", `${Math.max(420, +height + 56)}px`);
    }

    forget() {
      this.frame.remove();
      this.frame = this.sent = null;
    }

    exit() {
      this.dialog.remove();
      location.replace(NEUTRAL_PAGE);
    }
  }

  if (!customElements.get("help-button")) customElements.define("help-button", HelpButton);

  if (script.dataset.site) {
    const button = document.createElement("help-button");
    button.base = base;
    for (const [name, value] of Object.entries(script.dataset)) button.setAttribute(name, value);
    if (!button.getAttribute("position")) button.setAttribute("position", "floating");
    const place = () => (script.closest("body") ? script.after(button) : document.body.append(button));
    if (document.body) place();
    else addEventListener("DOMContentLoaded", place);
  }
})();
