// The parts of the page that change, and none with a field in it: asked for when the board of alarms has heard of
// something new. Times that run are counted here. What was hidden is shown again only once a fresh answer has come.
import { serverNow } from "./clock.js";
import { keep, kept, seal } from "./store.js";

const say = document.getElementById("queue").dataset, words = document.getElementById("board")?.dataset;
const HIDDEN_MS = 5000, SILENT_MS = 15000;
let token = "", seen = "", hiddenAt = 0, shownAt = 0, isAsking = false;

async function ask() {
  if (isAsking) return;
  isAsking = true;
  const asked = performance.now();
  try {
    const query = new URLSearchParams({ token, part: say.part, ...(document.body.classList.contains("quiet-view") && { view: "quiet" }) });
    const answer = await fetch(`${say.fresh}?${query}`, { headers: { "Keel-Seen": seen }, redirect: "error", signal: AbortSignal.timeout(8000) });
    if (!answer.headers.has("Keel-Token")) return;
    [token, seen] = [answer.headers.get("Keel-Token"), answer.headers.get("Keel-Seen")];
    if (answer.status === 200) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (asked >= shownAt) document.body.classList.remove("awaits-answer");  // what was asked before it was shown may be old
    keepPage();
  } catch { /* the next answer asks again */ } finally { isAsking = false; }
}

function show(fresh) {
  for (const old of document.querySelectorAll("[data-live][id]")) {
    const now = fresh.getElementById(old.id);
    if (now && now.outerHTML !== old.outerHTML && !old.contains(document.activeElement)) old.replaceWith(now);
  }
  tick();
}

function tick() {
  if (!words) return;
  for (const time of document.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(time.dateTime) - serverNow()) / 60000;
    const text = left <= -1 ? words.late.replace("{n}", Math.floor(-left)) : left < 1 ? words.now : words.in.replace("{n}", Math.ceil(left));
    let place = time.parentElement.querySelector("[data-left]");
    if (!place) {
      place = document.createElement("span");
      place.dataset.left = "";
      time.after(" ", place);
    }
    if (place.textContent !== text) place.textContent = text;
    time.closest("li, dd").classList.toggle("late", left < 0);
  }
}

// The page as it stands, sealed, for a tab that is opened again without a connection. No token of a form is in it.
async function keepPage() {
  const own = say.part || document.body.classList.contains("quiet-view") ? await kept("key") : null;
  if (!own) return;
  const copy = document.getElementById("main").cloneNode(true);
  copy.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => field.setAttribute("value", ""));
  const says = { html: copy.innerHTML, title: document.title, body: document.body.className.replace(/covered|is-offline|awaits-answer/g, "") };
  await keep("page", { ...await seal(own, "page", says), path: say.here });
}

document.addEventListener("keel:answer", ({ detail }) => { if (detail.isNew || !token || document.body.classList.contains("awaits-answer")) ask(); });
document.addEventListener("keel:drained", ask);
document.addEventListener("keel:key", () => { if (token) keepPage(); });  // the key came after the first answer
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = performance.now();
  else if (performance.now() - hiddenAt > HIDDEN_MS) {
    shownAt = performance.now();
    document.body.classList.add("awaits-answer");
    setTimeout(() => document.body.classList.remove("awaits-answer"), SILENT_MS);  // by then the page says that it is not live
  }
});
setInterval(tick, 1000);
tick();
if (globalThis.crypto?.subtle && document.body.dataset.shell === undefined) {
  const { worker, scope } = document.querySelector("script[data-worker]").dataset;
  navigator.serviceWorker?.register(worker, { scope }).catch(() => undefined);
}
