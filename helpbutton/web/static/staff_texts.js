// Shows while typing what the phone would show and how many text messages it takes. The server counts again.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";
const SAMPLE = "X7KT";

const segments = (text) => {
  const letters = [...text];
  const plain = letters.every((letter) => BASIC.includes(letter) || EXTENSION.includes(letter));
  const [length, one, joined] = plain
    ? [letters.length + letters.filter((letter) => EXTENSION.includes(letter)).length, 160, 153]
    : [text.length, 70, 67];
  return length <= one ? 1 : Math.ceil(length / joined);
};

for (const form of document.querySelectorAll("[data-text]")) {
  const field = form.querySelector("textarea");
  const phone = form.querySelector("[data-phone]");
  const meter = form.querySelector("[data-meter]");
  field.addEventListener("input", () => {
    const text = (field.value.trim() || phone.dataset.shipped)
      .replace("{reference}", SAMPLE)
      .replace("{desk}", phone.dataset.desk);
    const count = segments(text);
    phone.firstElementChild.textContent = text;
    meter.textContent = count === 1 ? meter.dataset.one : meter.dataset.many.replace("#", count);
  });
}
