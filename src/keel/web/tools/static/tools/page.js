// Starts a page of tools. Without this script the page is a form for paper.

import { card, dayOfEntry, newestFirst } from "./entries.js";
import { addLine, fill, focusFirst, set, values } from "./form.js";
import { startKeeping } from "./keep.js";
import { showMonth } from "./month.js";
import { draw } from "./pattern.js";
import { newId, read, write } from "./store.js";
import { announce, button, dayOf, say, tools } from "./words.js";

const [tool] = tools;
const form = document.getElementById("form");
const monthView = form && document.getElementById("month") ? tool.views.find((view) => view.within === "month") : null;
/** Entries that stand open; older ones are folded. */
const SHOWN = 5;
let editing = null;

document.querySelectorAll(".scripted").forEach((part) => part.removeAttribute("hidden"));
startKeeping(() => (form ? show({ refill: true }) : counts()));
if (form) startTool();
else counts();

function counts() {
  for (const place of document.querySelectorAll("[data-count]")) {
    const many = read(place.dataset.count).length;
    place.textContent = many ? say("entries", { n: many }) : "";
  }
}

function startTool() {
  const acts = { keep, empty: begin, print: () => window.print(), add: addLine };
  form.addEventListener("click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());
  form.addEventListener("submit", (event) => event.preventDefault());
  show({ refill: true });
}

/** An empty form; for a diary with the day and the time of now. */
function begin() {
  editing = null;
  if (monthView) pick(dayOf());
  else fill();
  if (tool.repeats && !monthView) startNow();
  announce("form", "");
  focusFirst();
}

function startNow() {
  const now = new Date();
  for (const field of tool.fields) {
    if (field.kind === "date") set(field.id, dayOf(now));
    if (field.kind === "time") set(field.id, now.toTimeString().slice(0, 5));
  }
}

function keep() {
  const written = values();
  const told = Object.keys(written).filter((id) => !["date", "time"].includes(kindOf(id)));
  const entries = read(tool.id);
  if (!told.length) return unmark(entries);
  const same = (!monthView && entries.find((entry) => entry.id === editing)) || replaced(entries, written);
  const entry = { id: same?.id ?? newId(), at: new Date().toISOString(), values: written };
  const kept = write(tool.id, [...entries.filter((one) => one.id !== entry.id), entry]);
  if (!kept) return announce("form", say("full"));
  const changed = Boolean(same);
  editing = null;
  show({ refill: true, day: monthView ? written[monthView.by] : undefined });
  return announce("form", changed ? say("changed") : tool.after);
}

/** A day of the calendar whose answers were taken back is a day without a mark again. */
function unmark(entries) {
  if (!monthView || !editing) return announce("form", say("nothing"));
  const day = entries.find((entry) => entry.id === editing)?.values[monthView.by];
  write(tool.id, entries.filter((entry) => entry.id !== editing));
  show({ refill: true, day });
  return announce("form", say("deleted"));
}

const kindOf = (id) => tool.fields.find((field) => field.id === id)?.kind;

/** What a new entry takes the place of: the mark of the same day, or today’s version of a page that is one.
 *  A day of the calendar is known by its date alone: with another date it is another day, and the first keeps its mark. */
function replaced(entries, written) {
  if (monthView) return entries.find((entry) => entry.values[monthView.by] === written[monthView.by]);
  return tool.repeats ? undefined : entries.find((entry) => dayOf(new Date(entry.at)) === dayOf());
}

function show({ refill = false, day } = {}) {
  const entries = newestFirst(read(tool.id), tool);
  if (refill) refillForm(entries, day);
  showEntries(entries);
  showPattern(entries);
  if (monthView) showMonth(entries, monthView, (picked) => pick(picked));
}

function refillForm(entries, day) {
  if (monthView) return pick(day ?? dayOf(), false);
  fill(tool.repeats ? {} : entries[0]?.values);
  return tool.repeats && startNow();
}

/** A day of the calendar: its mark comes into the form. */
function pick(day, focus = true) {
  const entry = read(tool.id).find((one) => one.values[monthView.by] === day);
  editing = entry?.id ?? null;
  fill({ ...entry?.values, [monthView.by]: day });
  if (focus) announce("form", "");
}

function showEntries(entries) {
  const part = document.getElementById("entries");
  part.hidden = entries.length < (tool.repeats || tool.fields.some((field) => field.reach) ? 1 : 2) || Boolean(monthView);
  const cards = entries.map((entry) => card(entry, tool, { edit: () => edit(entry), remove: () => remove(entry) }));
  part.querySelector(".entries-list").replaceChildren(...cards.slice(0, SHOWN));
  const older = part.querySelector(".older");
  older.hidden = cards.length <= SHOWN;
  older.querySelector("summary").textContent = say("older", { n: cards.length - SHOWN });
  older.querySelector("ol").replaceChildren(...cards.slice(SHOWN));
}

function edit(entry) {
  editing = tool.repeats ? entry.id : null;
  fill(entry.values);
  focusFirst();
  document.getElementById("write").scrollIntoView();
}

function remove(entry) {
  const before = read(tool.id);
  write(tool.id, before.filter((one) => one.id !== entry.id));
  show();
  const back = button(say("undo"), () => {
    write(tool.id, before);
    show();
    announce("entries", say("undone"));
  });
  announce("entries", `${say("deleted")} ${dayOfEntry(entry, tool)}`, back);
  back.focus();
  if (document.getElementById("entries").hidden) document.getElementById("entries").hidden = false;
}

function showPattern(entries) {
  const part = document.getElementById("pattern");
  const figures = tool.views.map((view) => draw(view, tool, entries)).filter(Boolean);
  part.hidden = !figures.length;
  part.querySelector(".body").replaceChildren(...figures);
}
