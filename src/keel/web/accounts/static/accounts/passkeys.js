// Asks the browser for a passkey and sends what it gives. A form with data-passkey says what for: "add", "use", or
// "log_in" (whose question is fetched first). Also for forms that come later, such as a lock over the page.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function question(options) {
  const asked = options.publicKey;
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of [asked.excludeCredentials, asked.allowCredentials]) {
    list?.forEach((one) => { one.id = bytes(one.id); });
  }
  return asked;
}

function answer(credential) {
  const given = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {},
    clientExtensionResults: credential.getClientExtensionResults() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) given.response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) given.response.transports = credential.response.getTransports();
  return JSON.stringify(given);
}

async function ask(form) {
  if (form.dataset.passkey === "log_in") {
    const fetched = await fetch(form.action, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    return navigator.credentials.get({ publicKey: question((await fetched.json()).request_options) });
  }
  const options = question(JSON.parse(form.dataset.options));
  if (form.dataset.passkey === "use") return navigator.credentials.get({ publicKey: options });
  options.authenticatorSelection = { ...options.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return navigator.credentials.create({ publicKey: options });
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form || form.elements.credential.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  try {
    form.elements.credential.value = answer(await ask(form));
  } catch {
    trouble.hidden = false;
    return;
  }
  form.requestSubmit();
}, true);

const show = () => document.querySelectorAll("form[data-passkey]").forEach((form) => { form.hidden = !window.PublicKeyCredential; });
show();
document.addEventListener("keel:locked", show);
