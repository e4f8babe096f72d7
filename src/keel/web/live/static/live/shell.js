// A session that is opened without a connection: its last page, which this device kept sealed, with the scripts of a page.
// Without the key (the screen was locked, or nobody was there for long) there is nothing to read.
import { entries, forget, kept, unseal } from "./store.js";

document.body.dataset.shell = "";
const shell = document.getElementById("shell").dataset;
const page = await kept("page"), key = await kept("key");
const isFresh = key && page && location.pathname.startsWith(page.path) && Date.now() - key.seen < Number(shell.idleMinutes) * 60000;
if (key && !isFresh && Date.now() - key.seen >= Number(shell.idleMinutes) * 60000) await forget("key");
const told = isFresh ? await unseal(key, page).catch(() => null) : null;
document.getElementById("shell-count").textContent = (await entries()).length;
if (told) {
  document.title = told.title;
  document.body.className = told.body;
  document.getElementById("main").innerHTML = told.html;
  await import(shell.board);
  await import(shell.queue);
  await import(shell.fresh);
  await import(shell.session);
  await import(shell.cards);
  let there = Date.now();
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { there = Date.now(); }, { passive: true });
  setInterval(async () => {
    if (Date.now() - there < Number(shell.idleMinutes) * 60000) return;
    await forget("key");
    location.reload();
  }, 5000);
  // Connected again: the page itself, once what was written here is on its way and nobody is writing.
  document.addEventListener("keel:answer", async () => {
    const isTyping = [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some((one) => one.value !== one.defaultValue || one.checked !== one.defaultChecked);
    if (!isTyping && !(await entries()).some((one) => !one.why)) location.reload();
  });
}
