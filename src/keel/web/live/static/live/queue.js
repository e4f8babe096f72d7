// What somebody writes is on the disk of this device before it is sent, sealed, and goes from there once the server has
// named it. One page of a device sends at a time, the oldest first. Nothing is thrown away but by a person.
import { away, reading, serverNow } from "./clock.js";
import { entries, forget, keep, kept, ownKey, put, remove, seal, unseal } from "./store.js";

const place = document.getElementById("queue");
const say = place.dataset;
const at = (id) => document.getElementById(id);
const deeds = say.deeds.split(" ");
const device = localStorage.getItem("keel-device") ?? "";
const SILENT_MS = 5000, TOOK_MS = 8000, EVERY_MS = 5000, MOST = 100, MOST_LETTERS = 80000, PATIENCE_MS = 8000;
const short = (time) => new Date(time).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

let own = null;  // the key of this sign-in, while the screen is open
let trouble = "";  // why nothing can be sent though there is a connection: "signIn" or "locked"
let answered = document.body.dataset.shell === undefined ? Date.now() : 0;  // when the server last answered
let isSilent = document.body.dataset.shell !== undefined;
let sending = new Set();
let took = { count: 0, until: 0 };  // what the server has just taken, said for a while
const isOffline = () => isSilent && Date.now() - answered > SILENT_MS;

// ---- the key

async function askKey() {
  const answer = await fetch(say.key, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  trouble = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403 ? "signIn" : answer.status === 423 ? "locked" : "";
  if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) throw new Error(answer.status);
  const told = await answer.json();
  if (own?.sign_in !== told.sign_in) {
    own = await ownKey(told);
    await keep("key", { ...own, seen: Date.now() });
    document.dispatchEvent(new Event("keel:key"));
    navigator.storage?.persist?.();
  }
  return told.csrf;
}

export async function keptKey() {
  const found = await kept("key");
  const isFresh = found && Date.now() - found.seen < Number(say.idleMinutes) * 60000;
  if (found && !isFresh) await forget("key");
  own = isFresh ? found : null;
  return own;
}

async function lock() {
  own = null;
  await forget("key");
  list();
}

new MutationObserver(() => {
  if (document.body.classList.contains("covered")) lock();
  else if (!own) askKey().then(drain, () => {});
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
document.querySelectorAll("form[action*='log-out']").forEach((form) => form.addEventListener("submit", lock));
let noted = 0;
for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => {
    if (own && Date.now() - noted > 20000) { noted = Date.now(); keep("key", { ...own, seen: noted }).catch(() => {}); }
  }, { passive: true });
}

// ---- writing

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!event.defaultPrevented && isOffline() && needsAnswer(form)) {
    event.preventDefault();
    close(true);
  }
  if (event.defaultPrevented || !form.getAttribute("action")?.endsWith("/record/") || !own) return;
  event.preventDefault();
  if (form.dataset.busy) return;  // a second tap
  form.dataset.busy = "1";
  write(form, event.submitter).catch(() => hand(form, event.submitter)).finally(() => { delete form.dataset.busy; });
});

// To the server in the old way, by a page of its own.
function hand(form, submitter) {
  if (submitter?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value }));
  form.submit();
}

async function write(form, submitter) {
  const data = new FormData(form, submitter), type = data.get("type"), isDeed = deeds.includes(type);
  if (isDeed) {
    // What has not happened yet is asked of the server; without one it is kept only as something that has happened.
    if (!isOffline() && await askKey().then(() => true, () => Boolean(trouble))) return hand(form, submitter);
    if (!await confirmed(form, submitter)) return;
  }
  data.delete("csrfmiddlewaretoken");
  data.delete("happened");
  const id = data.get("id"), fields = [...data].filter(([, value]) => typeof value === "string");
  const says = { session: say.session, fields, happened: isDeed, says: wordsOf(form, submitter), ...reading() };
  // Held while its person is at the form: no other sending, of this page or another, takes it without asking.
  const result = await navigator.locks.request(id, async () => {
    await put({ ...await seal(own, id, says), to: say.address, at: serverNow(), why: "" });
    rename(form);
    compare(fields);
    return isOffline() ? "" : drain(id);
  });
  if (result === "stored" && form.dataset.back) {
    location.hash = form.dataset.back;
    return location.reload();
  }
  if (result === "stored") return location.assign(document.querySelector(`.session-parts a[href$="/${data.get("next")}/"]`)?.href ?? say.here);
  if (result) {
    // Its person is at the form: the server asks there. The same id cannot be stored twice.
    const mine = (await entries()).find((one) => one.id === id);
    if (mine) await remove(mine.n);
    return hand(form, submitter);
  }
  form.reset();
  if (form.dataset.back && submitter) Object.assign(submitter, { disabled: true, textContent: say.notSent });
  form.querySelectorAll(".doubt").forEach((one) => one.classList.remove("doubt"));
  list();
}

// A form that was written once is another entry from then on: also one that a browser brings back as it was.
function rename(form) {
  const name = form.elements.namedItem("id");
  if (name) name.value = crypto.randomUUID();
}

function wordsOf(form, submitter) {
  const head = (form.closest("details, section")?.querySelector("summary, h2") ?? form.closest("section")?.querySelector("h2"))?.textContent ?? "";
  const filled = [...form.querySelectorAll("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select")].filter((one) => one.value).map((one) => `${form.querySelector(`label[for="${one.id}"]`)?.firstChild?.textContent.trim() ?? one.name} ${one.value}`);
  const ticked = [...form.querySelectorAll("input:checked")].map((one) => one.closest("label")?.textContent.trim() ?? one.value);
  const tapped = submitter?.name ? submitter.textContent.trim() : "";
  return [`${head}:`, [...filled, ...ticked, tapped].filter(Boolean).join(", ")].join(" ");
}

function confirmed(form, submitter) {
  at("queue-ask-what").textContent = wordsOf(form, submitter);
  at("queue-ask").showModal();
  return new Promise((done) => {
    const close = (answer) => () => { at("queue-ask").close(); done(answer); };
    at("queue-ask-yes").onclick = close(true);
    at("queue-ask-no").onclick = close(false);
    at("queue-ask").oncancel = () => done(false);
  });
}

// The limits that one value alone meets; the rest of the rules waits for the server.
function compare(fields) {
  const holds = { ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b };
  const typed = new Map(fields), limits = JSON.parse(at("local-limits").dataset.limits || "[]");
  const met = limits.find((one) => typed.get(one.sign) && holds[one.op](Number(typed.get(one.sign)), one.value));
  at("queue-limits").textContent = met && isOffline() ? `${met.says} ${met.next}` : "";
  at("queue-limits").className = `queue-limits ${met?.severity ?? ""}`;
}

// ---- sending

// What became of the entry `asking`: "stored", the reason why not, or nothing where no answer came.
export async function drain(asking = "") {
  let result = "";
  try {
    await navigator.locks.request("keel-queue", async () => {
      const all = await entries(), held = new Set((await navigator.locks.query()).held.map((one) => one.name));
      const waiting = all.filter((one) => !one.why && (one.id === asking || !held.has(one.id)));
      if (!waiting.length) return;
      const csrf = await askKey();
      for (const address of new Set(waiting.map((one) => one.to))) {
        const some = fitting(waiting.filter((one) => one.to === address));
        sending = new Set(some.map((one) => one.id));
        list();
        const told = await send(address, csrf, { entries: some.map(({ id, sign_in, iv, data }) => ({ id, sign_in, iv, data })), asking });
        for (const entry of some) {
          const refused = told.refused.find((one) => one.id === entry.id);
          if (told.stored.includes(entry.id)) { await remove(entry.n); took = { count: (Date.now() < took.until ? took.count : 0) + 1, until: Date.now() + TOOK_MS }; }
          else if (refused) await put({ ...entry, why: refused.why });
          if (entry.id === asking) result = told.stored.includes(asking) ? "stored" : refused?.why ?? "";
        }
      }
      if (result !== "stored" && !asking) document.dispatchEvent(new Event("keel:drained"));
    });
  } catch { /* nothing was named: all stays where it is, and the page says so */ }
  sending = new Set();
  list();
  return result;
}

// The oldest of them, as many as the server takes at once; the rest goes with the next sending.
function fitting(waiting) {
  let letters = 0;
  return waiting.filter((one, number) => number < MOST && (letters += one.data.length + 300) < MOST_LETTERS);
}

async function send(address, csrf, told) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify({ ...told, device }), redirect: "error", signal: AbortSignal.timeout(30000) });
  if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) throw new Error(answer.status);
  return answer.json();
}

// ---- showing

export async function list() {
  const all = await entries(), waiting = all.filter((one) => !one.why).length, skew = away(), isTaken = Date.now() < took.until;
  const state = trouble ? say[trouble] : isOffline() ? say.offline.replace("{time}", short(answered || all[0]?.at || Date.now())) : waiting ? say.sending : isTaken ? say.taken.replace("{n}", took.count) : "";
  write_("queue-state", state);
  write_("queue-count", waiting === 1 ? say.one : waiting ? say.many.replace("{n}", waiting) : isOffline() ? say.none : "");
  at("queue-local").hidden = !isOffline();
  at("queue-clock").hidden = !skew;
  if (skew) write_("queue-clock", (skew.isWrong ? say.clockWrong : say.clock).replace("{n}", skew.seconds));
  place.classList.toggle("is-offline", isOffline() || Boolean(trouble));
  document.body.classList.toggle("is-offline", isOffline());
  close(isOffline());
  place.hidden = !(isOffline() || trouble || all.length || skew || isTaken);
  if (trouble === "signIn" && !at("queue-door")) {
    at("queue-next").hidden = false;
    at("queue-next").append(Object.assign(document.createElement("a"), { id: "queue-door", className: "button", href: `${say.door}?next=${encodeURIComponent(say.here)}`, textContent: at("queue-state").textContent }));
  } else if (trouble !== "signIn") { at("queue-next").hidden = true; at("queue-next").replaceChildren(); }
  const rows = await Promise.all(all.map(row));
  const shown = at("queue-list"), isNew = shown.innerHTML !== rows.map((one) => one.outerHTML).join("");
  if (isNew) shown.replaceChildren(...rows);  // a button stays under the finger that is on it
}

// What another person must see at once, or what is no entry of a session, cannot be kept here: a handover, a sheet.
function needsAnswer(form) {
  return form.method === "post" && Boolean(form.closest("main")) && !form.getAttribute("action")?.endsWith("/record/");
}

// What a gate must let, or what needs an answer, says that it is closed, where it stands.
function close(isClosed) {
  for (const form of document.querySelectorAll("main form[method=post]")) {
    const note = form.querySelector(".closed-note"), text = needsAnswer(form) ? say.needs : deeds.includes(form.querySelector(":scope > [name=type]")?.value) ? say.closed : "";
    if (!isClosed || !text) note?.remove();
    else if (!note) form.prepend(Object.assign(document.createElement("p"), { className: "closed-note", textContent: text }));
  }
}

async function row(entry) {
  const item = Object.assign(document.createElement("li"), { id: `queue-entry-${entry.n}` }), told = await unseal(own, entry).catch(() => null);
  const state = entry.why ? say.refused : sending.has(entry.id) ? say.sent : say.notSent;
  item.append(`${short(entry.at)} `, Object.assign(document.createElement("b"), { textContent: state }), ` · ${told?.says ?? say.other}`);
  if (entry.why) {
    item.className = "refused";
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: say.dismiss.replace("{name}", say.name) });
    button.addEventListener("click", () => dismiss(entry));
    item.append(Object.assign(document.createElement("p"), { textContent: entry.why }), button);
  }
  return item;
}

async function dismiss(entry) {
  try {
    const { id, sign_in, iv, data, why } = entry;
    const told = await send(entry.to, await askKey(), { entries: [], dismissed: [{ id, sign_in, iv, data, why }] });
    if (told.dismissed.includes(id)) await remove(entry.n);
  } catch { /* it stays */ }
  list();
}

function write_(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

// ---- when

document.addEventListener("keel:answer", () => { const was = isSilent; answered = Date.now(); isSilent = false; if (was) drain(); });
document.addEventListener("keel:silent", () => { isSilent = true; });
addEventListener("online", () => drain());
document.addEventListener("visibilitychange", () => { if (!document.hidden) drain(); });
setInterval(async () => { if ((await entries()).some((one) => !one.why) && !isOffline()) drain(); else list(); }, EVERY_MS);
setInterval(() => { if (isOffline() !== place.classList.contains("is-offline")) list(); }, 1000);

if (!globalThis.crypto?.subtle) {
  at("queue-state").textContent = say.unsafe;
  place.hidden = false;
} else {
  document.querySelectorAll("form[action$='/record/']").forEach(rename);
  await keptKey().catch(() => {});
  askKey().then(() => drain(), () => list());
}
