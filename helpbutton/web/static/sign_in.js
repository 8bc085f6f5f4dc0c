// Passkeys, the secret of an invitation's link, showing a password, printing. Everything but passkeys works without it.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const withBytes = (credentials) =>
  (credentials ?? []).map((credential) => ({ ...credential, id: toBytes(credential.id) }));

const ask = {
  async create(options) {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        user: { ...options.user, id: toBytes(options.user.id) },
        excludeCredentials: withBytes(options.excludeCredentials),
      },
    });
    return answer(made, {
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    });
  },
  async get(options) {
    const found = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        allowCredentials: withBytes(options.allowCredentials),
      },
    });
    return answer(found, {
      authenticatorData: toText(found.response.authenticatorData),
      signature: toText(found.response.signature),
      userHandle: found.response.userHandle ? toText(found.response.userHandle) : null,
    });
  },
};

const answer = (credential, response) =>
  JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...response, clientDataJSON: toText(credential.response.clientDataJSON) },
  });

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkey], [data-passkey-part]")) part.hidden = false;
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      failed.hidden = true;
      try {
        const options = JSON.parse(form.dataset.options);
        form.elements[form.dataset.answer].value = await ask[form.dataset.passkey](options);
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
}

for (const label of document.querySelectorAll("[data-reveal]")) {
  label.hidden = false;
  label.querySelector("input").addEventListener("change", (event) => {
    document.getElementById(label.dataset.reveal).type = event.target.checked ? "text" : "password";
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const link = document.querySelector("[data-from-fragment]");
if (link && location.hash.length > 1) {
  link.elements.secret.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  link.submit();
}

document.getElementById("problem")?.focus();
