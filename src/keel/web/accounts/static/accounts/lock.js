// Locks the page where it stands: by the button, or when nobody was there. What was typed stays behind the lock. The
// server locks too, with or without this script; without it the lock is a page of its own.
const button = document.querySelector("form[data-lock]");
const idle = Number(button.dataset.idleMinutes) * 60_000;
const bare = (address) => `${address}${address.includes("?") ? "&" : "?"}bare=1`;
let there = Date.now();
let told = Date.now();
let cover = null;

function post(address, data) {
  return fetch(address, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
}

async function lock() {
  if (cover) return;
  cover = document.createElement("div");
  cover.className = "cover";
  document.body.append(cover);
  document.body.classList.add("covered");
  try {
    show(await post(bare(button.action), new FormData(button)));
  } catch {
    cover.textContent = "";  // no connection: the page stays covered, and is tried again
    setTimeout(() => { cover.remove(); cover = null; lock(); }, 5000);
  }
}

async function show(response) {
  if (response.type === "opaqueredirect" || response.status === 401) return leave();
  cover.innerHTML = await response.text();
  if (!document.querySelector("script[data-passkeys]")) {
    const script = document.createElement("script");
    script.type = "module";
    script.src = button.dataset.passkeys;
    script.dataset.passkeys = "";
    document.head.append(script);
  }
  document.dispatchEvent(new Event("keel:locked"));
  cover.querySelector("input[type=password]").focus();
}

function leave() {
  location.assign(`${button.dataset.door}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

async function unlock(form) {
  let response;
  try {
    response = await post(bare(form.action), new FormData(form));
  } catch {
    return;
  }
  if (response.status !== 204) return show(response);
  cover.remove();
  cover = null;
  document.body.classList.remove("covered");
  there = told = Date.now();
}

button.addEventListener("submit", (event) => { event.preventDefault(); lock(); });
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!cover?.contains(form) || !form.action.includes("/unlock/") || event.defaultPrevented) return;
  event.preventDefault();
  unlock(form);
});

for (const kind of ["pointerdown", "keydown", "wheel", "touchstart", "input"]) {
  addEventListener(kind, () => {
    if (cover) return;
    there = Date.now();
    if (there - told > Math.min(idle / 4, 60_000)) {
      told = there;
      post(button.dataset.here, new FormData(button)).catch(() => {});
    }
  }, { passive: true });
}
setInterval(() => { if (!cover && Date.now() - there > idle) lock(); }, 1000);
