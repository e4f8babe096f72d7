// The list of what was written, newest first, with numbers turned into links that dial.

import { button, dayOf, dayWords, make, say } from "./words.js";

const NUMBER = /\+?\d[\d\s().-]{1,}\d/g;

/** The day that an entry is about, else the day on which it was written. */
export function dayOfEntry(entry, tool) {
  const field = tool.fields.find((one) => one.kind === "date");
  return (field && entry.values[field.id]) || dayOf(new Date(entry.at));
}

export function newestFirst(entries, tool) {
  const key = (entry) => `${dayOfEntry(entry, tool)} ${entry.values.time ?? ""} ${entry.at}`;
  return [...entries].sort((one, other) => key(other).localeCompare(key(one)));
}

export function shownValue(value, field) {
  if (field.kind === "choices") return value.map((one) => field.choices[one]).join(", ");
  if (Array.isArray(value)) {
    return make("ul", {}, ...value.map((line) => make("li", {}, ...(field.reach ? withNumbers(line) : [line]))));
  }
  return field.choices[value] ?? (field.kind === "date" ? dayWords(value) : String(value));
}

/** A line cut at its telephone numbers, each a link to tap. */
export function withNumbers(line) {
  const parts = [];
  let start = 0;
  for (const match of line.matchAll(NUMBER)) {
    parts.push(line.slice(start, match.index));
    parts.push(make("a", { href: `tel:${match[0].replace(/[^\d+]/g, "")}` }, match[0]));
    start = match.index + match[0].length;
  }
  return [...parts, line.slice(start)].filter(Boolean);
}

export function card(entry, tool, { edit, remove }) {
  const day = dayWords(dayOfEntry(entry, tool));
  const title = say(tool.repeats ? "entry" : "version", { day });
  const shown = tool.fields.filter((field) => field.kind !== "date" && entry.values[field.id] !== undefined);
  const rows = shown.map((field) =>
    make("div", {}, make("dt", {}, field.label), make("dd", {}, shownValue(entry.values[field.id], field))),
  );
  const blocks = (entry.values.blocks ?? []).map(([time, what]) =>
    make("div", {}, make("dt", {}, time), make("dd", {}, what)),
  );
  return make(
    "li",
    { class: "entry" },
    make("h3", { tabindex: "-1" }, title),
    make("dl", { class: "reasons" }, ...rows, ...blocks),
    make(
      "p",
      { class: "entry-acts" },
      button(say(tool.repeats ? "edit" : "open"), edit, { "aria-label": `${say(tool.repeats ? "edit" : "open")}: ${title}` }),
      button(say("delete"), remove, { "aria-label": `${say("delete")}: ${title}` }),
    ),
  );
}
