// The board lives: it asks each second, changes only the rooms that have changed, counts down, tells what is new and
// sounds. Nothing is judged before the first answer; 15 s without one, or without a beat of the watcher, are said.
const board = document.querySelector("#board");
const say = board.dataset;
const at = (id) => document.getElementById(id);
const device = localStorage.getItem("keel-device") ?? crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
localStorage.setItem("keel-device", device);

let answered = 0;  // when the last good answer came, by this device's own steady clock
let ahead = 0;  // milliseconds by which the server's clock is ahead of this one
let known = null;  // the alarms that were told; null before the first answer
let due = new Set();
const serverNow = () => Date.now() + ahead;

// ---- asking

async function ask() {
  const sent = performance.now();
  try {
    const query = new URLSearchParams({ token: say.token, device, sound: soundState(), ...(say.session && { session: say.session }) });
    const answer = await fetch(`${say.rooms}?${query}`, { headers: { "Keel-Seen": say.seen }, redirect: "error", signal: AbortSignal.timeout(8000) });
    if (answer.status !== 200 && answer.status !== 204) throw new Error(answer.status);
    if (!answer.headers.has("Keel-Time")) throw new Error("not the board");
    ahead = Number(answer.headers.get("Keel-Time")) - Date.now();
    const received = performance.now(), time = Number(answer.headers.get("Keel-Time")), wall = Number(answer.headers.get("Keel-Wall"));
    const part = answer.status === 200 ? await answer.text() : null;
    if (part !== null) {
      say.token = answer.headers.get("Keel-Token");
      say.seen = answer.headers.get("Keel-Seen");
      show(part);
    }
    const age = Number(answer.headers.get("Keel-Watch"));
    if (age <= Number(say.lostAfter)) answered = performance.now();
    else if (!answered) answered = performance.now() - 1000 * Number(say.lostAfter);
    tick();
    tellOthers("keel:answer", { time, wall, sent, received, isNew: part !== null });
  } catch { tellOthers("keel:silent"); /* what is missing is told by its age */ }
}

function tellOthers(what, detail) {
  document.dispatchEvent(new CustomEvent(what, { detail }));
}

async function live() {
  for (;;) {
    await ask();
    await new Promise((go) => setTimeout(go, 850 + Math.random() * 300));
  }
}

// ---- showing

function show(part) {
  const fresh = document.createElement("template");
  fresh.innerHTML = part;
  const old = at("rooms"), focused = document.activeElement?.id;
  for (const room of fresh.content.querySelectorAll(".room")) {
    const before = old.querySelector(`#${CSS.escape(room.id)}`);
    if (before && plain(before) === plain(room)) room.replaceWith(before);
  }
  old.replaceChildren(fresh.content);
  if (focused && document.activeElement?.id !== focused) at(focused)?.focus({ preventScroll: true });
}

// What the server said of a room, without the times that this page counts itself.
function plain(room) {
  const copy = room.cloneNode(true);
  for (const time of copy.querySelectorAll("[data-due], [data-since]")) time.textContent = "";
  return copy.outerHTML;
}

const minutes = (text, number) => text.replace("{n}", number);

function tick() {
  const now = serverNow();
  for (const time of board.querySelectorAll("[data-since]")) write(time, minutes(say.minutes, Math.max(0, Math.floor((now - Date.parse(time.dataset.since)) / 60000))));
  for (const time of board.querySelectorAll("[data-due]")) {
    const left = (Date.parse(time.dataset.due) - now) / 60000;
    write(time, left <= -1 ? minutes(say.late, Math.floor(-left)) : left < 1 ? say.now : minutes(say.in, Math.ceil(left)));
    time.closest("div").classList.toggle("is-overdue", left < 0);
  }
  if (at("board-clock")) write(at("board-clock"), new Date(now).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  const isLost = performance.now() - answered > 1000 * Number(say.lostAfter);
  if (at("not-live").hidden === isLost) {
    at("not-live").hidden = !isLost;
    if (isLost) tell("alarmed", at("not-live").textContent.trim());
  }
  news();
  overLock(isLost);
  if (at("sound-state")) write(at("sound-state"), { on: say.soundOn, blocked: say.soundBlocked, unknown: say.soundUnknown }[soundState()]);
  sound(isLost);
}

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

// ---- telling: one short sentence for each new fact

function news() {
  const alarms = [...board.querySelectorAll("[data-alarm]")];
  const late = [...board.querySelectorAll(".is-overdue time[data-due]")].map((time) => `${time.closest(".room").id} ${time.dataset.due}`);
  if (known === null) {
    if (!answered) return;
    known = new Set();
  }
  const fresh = alarms.filter((alarm) => !known.has(alarm.dataset.alarm) && !alarm.dataset.seen);
  known = new Set(alarms.map((alarm) => alarm.dataset.alarm));
  const grave = fresh.filter((alarm) => alarm.dataset.priority !== "low");
  if (grave.length) { tell("alarmed", grave.map((alarm) => alarm.dataset.says).join(" ")); lastSounded = 0; }
  else if (fresh.length) tell("told", fresh[0].dataset.says);
  for (const time of board.querySelectorAll(".is-overdue time[data-due]")) {
    const room = time.closest(".room");
    if (!due.has(`${room.id} ${time.dataset.due}`)) tell("told", say.due.replace("{what}", `${room.querySelector("h2").textContent}, ${room.querySelector(".room-what").textContent}`));
  }
  due = new Set(late);
}

// A locked screen shows what is unseen, in words that name a room and nobody in it.
function overLock(isLost) {
  const unseen = [...board.querySelectorAll("[data-alarm]:not([data-seen])")].map((alarm) => alarm.dataset.says);
  const said = isLost ? [at("not-live").textContent.trim()] : [...new Set(unseen)];
  const place = at("over-lock");
  place.hidden = !document.body.classList.contains("covered") || !said.length;
  if (!place.hidden && place.textContent !== said.join("")) {
    place.replaceChildren(...said.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }
}

function tell(place, text) {
  at(place).textContent = text;
}

// ---- sounding: another tone than a monitor's 932 Hz; high 3 and 2 notes twice, medium 3, low 1

const TONES = { high: [0, .25, .5, 1, 1.25, 2.2, 2.45, 2.7, 3.2, 3.45], medium: [0, .3, .6], low: [0] };
const EVERY = { high: 10000, medium: 25000, low: 30000 };
const ORDER = ["high", "medium", "low"];
const SHIFT = 12 * 3600000, REMIND = 180000;
let ears = null, lastSounded = 0;

function soundState() {
  const heard = Number(localStorage.getItem("keel-heard"));
  if (!heard || Date.now() - heard > SHIFT) return "unknown";
  return ears?.state === "running" ? "on" : "blocked";
}

function wake() {
  ears ??= new AudioContext();
  if (ears.state !== "running") ears.resume().then(tick, () => {});
}

function play(priority) {
  wake();
  for (const start of TONES[priority]) {
    const note = ears.createOscillator(), loud = ears.createGain(), begin = ears.currentTime + start + .05;
    note.type = "triangle";
    note.frequency.value = priority === "high" ? 587 : priority === "medium" ? 494 : 392;
    loud.gain.setValueAtTime(0, begin);
    loud.gain.linearRampToValueAtTime(.6, begin + .02);
    loud.gain.linearRampToValueAtTime(0, begin + .18);
    note.connect(loud).connect(ears.destination);
    note.start(begin);
    note.stop(begin + .2);
  }
}

function sound(isLost) {
  if (known === null || soundState() !== "on") return;
  const now = serverNow();
  const isQuietHere = ({ dataset }) => now - (seenHere.get(dataset.alarm) ?? 0) < REMIND;
  const loud = [...board.querySelectorAll("[data-alarm][data-here='1']")].filter((alarm) => !isQuietHere(alarm)).filter(({ dataset }) => dataset.quietUntil ? now >= Date.parse(dataset.quietUntil) : !dataset.seen);
  const worst = isLost ? "high" : ORDER.find((priority) => loud.some((alarm) => alarm.dataset.priority === priority));
  if (worst && performance.now() - lastSounded > (lastSounded ? EVERY[worst] : 0)) {
    lastSounded = performance.now();
    play(worst);
  }
}

document.addEventListener("pointerdown", () => { if (soundState() !== "unknown") wake(); });
at("sound-test")?.addEventListener("click", () => { play("high"); at("sound-heard").hidden = false; });
at("sound-heard")?.addEventListener("click", async ({ target }) => {
  const heard = target.dataset?.heard;
  if (!heard) return;
  localStorage.setItem("keel-heard", heard === "yes" ? Date.now() : 0);
  at("sound-heard").hidden = true;
  await send(say.sound, new FormData(), { device, heard });
  tick();
});

// ---- answering, outside of what is exchanged each second

async function send(address, data, more = {}) {
  data.set("csrfmiddlewaretoken", board.querySelector("[name=csrfmiddlewaretoken]").value);
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return fetch(address, { method: "POST", body: new URLSearchParams(data), redirect: "error" });
}

async function open(address) {
  const answer = await fetch(`${address}?part=1`, { redirect: "error" });
  if (!answer.ok) throw new Error(answer.status);
  at("answer-part").innerHTML = await answer.text();
  if (!at("answer").open) at("answer").showModal();
}

board.addEventListener("click", (event) => {
  const link = event.target.closest?.(".alarm-answer");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open(link.getAttribute("href")).catch((error) => { if (Number(error.message)) location.href = link.href; else answerHere(link); });
});
// Without an answer of the server: beside a session it is kept on this device that an alarm was seen, elsewhere it is not.
const seenHere = new Map();
function answerHere(link) {
  const alarms = [...link.closest(".room").querySelectorAll("[data-alarm]:not([data-seen])")];
  at("answer-part").replaceChildren(...(at("answer-here") ? alarms.map(partHere) : [said(say.noAnswer)]));
  if (!at("answer").open) at("answer").showModal();
}

function partHere(alarm) {
  const part = at("answer-here").firstElementChild.cloneNode(true), [, rule, occurrence] = alarm.dataset.alarm.split("/");
  part.querySelector(".alarm-says").textContent = alarm.dataset.says;
  for (const [name, value] of Object.entries({ rule, occurrence, id: crypto.randomUUID() })) part.querySelector(`[name=${name}]`).value = value;
  part.querySelector("form").addEventListener("submit", () => { seenHere.set(alarm.dataset.alarm, serverNow()); setTimeout(() => at("answer").close()); });
  return part;
}

function said(text) {
  return Object.assign(document.createElement("p"), { className: "error", textContent: text });
}

at("answer-close").addEventListener("click", () => at("answer").close());
at("answer").addEventListener("submit", async (event) => {
  if (event.target.getAttribute("action").endsWith("/record/")) return;  // kept on this device, like any entry
  event.preventDefault();
  const form = event.target, button = event.submitter, before = button.textContent;
  const data = new FormData(form, button);
  button.textContent = say.sending;
  try {
    const answer = await send(`${form.getAttribute("action")}?part=1`, data);
    if (answer.status === 422) { at("answer-part").innerHTML = await answer.text(); return; }
    if (answer.status !== 204) throw new Error(answer.status);
    tell("told", say.taken);
    at("answer").close();
    ask();
  } catch {
    button.textContent = before;
    tell("alarmed", say.notTaken);
    at("answer-part").prepend(said(say.notTaken));
  }
});

// A screen that sleeps shows nothing; where the browser may keep it awake, it does, and again after it was hidden.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});

setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) { ask(); stayAwake(); } });
stayAwake();
live();
